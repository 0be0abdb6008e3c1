/**
 * The session layers that run the same races, each with a handler's view of its session that is the same for all.
 */
import { EventEmitter } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Duplex } from 'node:stream'

import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { coatcheck, session, Store } from 'coatcheck'
import { memoryStore } from 'coatcheck/stores/memory'
import expressSession from 'express-session'
import fastify from 'fastify'

import { callbackStore, scheduledRecords } from './stores.mjs'

const secret = 'a secret for the races and for nothing else, long enough for all'
const advised = { secret, resave: false, saveUninitialized: false }

const ExpressStore = callbackStore(expressSession.Store)
const CoatcheckStore = callbackStore(Store)
const FastifyStore = callbackStore(EventEmitter)

/** Each opens a layer of its own for a run: `request(cookie, handler)` answers the cookie that was set, `kept()` all sessions' data. */
export const subjects = [
  {
    name: 'express-session',
    open: (turns) => {
      const store = Object.assign(new ExpressStore(), { turns })
      return overMiddleware(expressSession({ ...advised, store }), () => store.kept())
    },
  },
  {
    name: '… its defaults',
    open: (turns) => {
      const store = Object.assign(new ExpressStore(), { turns })
      // What express-session does when nobody says otherwise, without its warnings.
      return overMiddleware(expressSession({ secret, store, resave: true, saveUninitialized: true }), () =>
        store.kept(),
      )
    },
  },
  { name: '@fastify/session', open: openFastify },
  {
    name: 'session()',
    ours: true,
    open: (turns) => {
      const store = Object.assign(new CoatcheckStore(), { turns })
      const sessions = session({ ...advised, store })
      return overMiddleware(sessions, () => store.kept(), sessions)
    },
  },
  {
    name: '… its defaults',
    ours: true,
    open: (turns) => {
      const store = Object.assign(new CoatcheckStore(), { turns })
      const sessions = session({ secret, store, resave: true, saveUninitialized: true })
      return overMiddleware(sessions, () => store.kept(), sessions)
    },
  },
  {
    name: 'coatcheck()',
    ours: true,
    open: (turns) => {
      const store = memoryStore()
      const sessions = coatcheck({ secret, store: scheduledRecords(store, turns) })
      const kept = () => store.scan(undefined, 1000).records.map(({ record }) => JSON.parse(record.data))
      return { ...overMiddleware(sessions, kept, sessions), close: () => sessions.close() }
    },
  },
]

class NoConnection extends Duplex {
  _read() {}
  _write(_chunk, _encoding, done) {
    done()
  }
}

function overMiddleware(middleware, kept, sessions) {
  const request = (cookie, handler) =>
    new Promise((resolve) => {
      const socket = new NoConnection()
      const req = Object.assign(new IncomingMessage(socket), { method: 'GET', url: '/' })
      if (cookie !== undefined) req.headers.cookie = cookie
      const res = new ServerResponse(req)
      res.assignSocket(socket)
      res.once('finish', () => resolve(cookieOf(res.getHeader('set-cookie'))))
      const end = () => res.end('done')
      middleware(req, res, () => {
        const view = {
          get data() {
            return req.session
          },
          save: () => promised((done) => req.session.save(done)),
          regenerate: () => promised((done) => req.session.regenerate(done)),
          destroy: () => promised((done) => req.session.destroy(done)),
          // Who has no atomic update does what everyone does: reads, and writes.
          update: async (change) => (sessions === undefined ? change(req.session) : sessions.update(req, change)),
        }
        handler(view).then(end, end)
      })
    })
  return { request, kept, close: () => {} }
}

async function openFastify(turns) {
  const store = Object.assign(new FastifyStore(), { turns })
  const app = fastify()
  await app.register(fastifyCookie)
  await app.register(fastifySession, { secret, store, saveUninitialized: false, cookie: { secure: false } })
  const handlers = new Map()
  const answer = async (request) => {
    const view = {
      get data() {
        return request.session
      },
      save: () => request.session.save(),
      regenerate: () => request.session.regenerate(),
      destroy: () => request.session.destroy(),
      update: async (change) => change(request.session),
    }
    await handlers.get(request.params.number)(view)
    return 'done'
  }
  app.route({ method: 'GET', url: '/:number', handler: answer })
  await app.ready()
  let requests = 0
  return {
    async request(cookie, handler) {
      const number = String((requests += 1))
      handlers.set(number, handler)
      const reply = await app.inject({ url: `/${number}`, headers: cookie === undefined ? {} : { cookie } })
      return cookieOf(reply.headers['set-cookie'])
    },
    kept: () => store.kept(),
    close: () => app.close(),
  }
}

function cookieOf(header) {
  return [header].flat().at(-1)?.split(';')[0]
}

function promised(ask) {
  return new Promise((resolve, reject) => {
    ask((error) => (error ? reject(error) : resolve()))
  })
}
