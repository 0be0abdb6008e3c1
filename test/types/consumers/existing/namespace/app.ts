import * as express from 'express'
import * as session from 'express-session'
import { Request, Response } from 'express'

declare module 'express-session' {
  interface SessionData {
    count: number
  }
}

const app = express()
app.use(session({ secret: 'x', resave: false, saveUninitialized: false, store: new session.MemoryStore() }))
app.get('/', (req: Request, res: Response) => {
  req.session.count = (req.session.count || 0) + 1
  req.session.cookie.maxAge = 1000
  // @ts-expect-error declared as a number
  req.session.count = 'one'
  res.send(`${req.session.count} ${req.sessionID}`)
})

export class NamespaceStore extends session.MemoryStore {
  getClassName(): string {
    return NamespaceStore.name
  }
}
export const opts: session.SessionOptions = { secret: 'x', store: new NamespaceStore() }
