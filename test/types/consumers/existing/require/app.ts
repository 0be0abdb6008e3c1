import express = require('express')
import session = require('express-session')
import util = require('util')
import { Session, Store } from 'express-session'

declare module 'express-session' {
  interface SessionData {
    user?: { id: number }
  }
  interface Session {
    flash?: string[]
  }
}

const app = express()
const options: session.SessionOptions = { secret: 'x', resave: true, saveUninitialized: true }
const middleware: express.RequestHandler = session(options)
app.use(middleware)
app.use(session({ secret: 'x', store: new session.MemoryStore(), cookie: { maxAge: 60_000 } }))

app.get('/:id', (req, res) => {
  req.session.user = { id: Number(req.params.id) }
  req.session.flash = ['seen']
  req.session.save((err) => res.json({ message: err?.message, id: req.session.user?.id }))
  // @ts-expect-error declared as an object
  req.session.user = 'one'
})

function Es5Store(this: session.Store): void {
  Store.prototype.createSession.length.toFixed()
}
util.inherits(Es5Store, session.Store)

class ClassStore extends session.Store {
  get(sid: string, callback: (err: any, data?: session.SessionData | null) => void): void {
    callback(sid ? null : new Error('no ID'), null)
  }
  set(_sid: string, _data: session.SessionData, callback?: (err?: any) => void): void {
    callback?.()
  }
  destroy(_sid: string, callback?: (err?: any) => void): void {
    callback?.()
  }
}

function connect(factory: typeof session): typeof ClassStore {
  return class extends ClassStore {
    readonly fallback = new factory.MemoryStore()
  }
}

const Connected = connect(session)
app.use(session({ secret: 'x', store: new Connected() }))
export = { app, current: (current: Session): string => current.id }
