/**
 * The subjects of the comparison: how each session layer is set up, with the same options for all. Each is imported in its own server
 * process and nowhere else.
 */
import { engineSubjects } from './engine-subjects.mjs'
import { maxAge } from './rows.mjs'
import { contractOptions, safeOptions, secret } from './subject-options.mjs'

/**
 * `middleware(row)` answers the middleware, or nothing for the bare app. `base` is what all are measured over, `rival` what they are compared
 * with; a subject that is `sessionless` answers from a counter of its own. `extra` ones run when they are asked for.
 */
const memorySubjects = [
  { name: 'bare', title: 'bare Express 5', base: true, sessionless: true, middleware: async () => undefined },
  {
    name: 'empty',
    title: 'a middleware that does nothing',
    sessionless: true,
    extra: true,
    middleware: async () => (_req, _res, next) => next(),
  },
  {
    name: 'shared-shape',
    title: 'the shared shape alone (decision 0011)',
    sessionless: true,
    extra: true,
    async middleware() {
      const { shareShape } = await import('../../dist/express/shared-shape.js')
      return (req, res, next) => {
        shareShape(req)
        shareShape(res)
        next()
      }
    },
  },
  {
    name: 'session',
    title: 'coatcheck session()',
    ours: true,
    async middleware(row) {
      const { session } = await import('coatcheck')
      return session(contractOptions(row))
    },
  },
  {
    name: 'coatcheck',
    title: 'coatcheck()',
    ours: true,
    async middleware(row) {
      const { coatcheck } = await import('coatcheck')
      return coatcheck(safeOptions(row))
    },
  },
  {
    name: 'coatcheck+inspector',
    title: 'coatcheck() with an inspector that nobody looks at',
    ours: true,
    extra: true,
    middleware: (row) => inspected(row, false),
  },
  {
    name: 'coatcheck+traces',
    title: 'coatcheck() with an inspector that traces requests',
    ours: true,
    extra: true,
    middleware: (row) => inspected(row, true),
  },
  {
    name: 'express-session',
    title: 'express-session',
    rival: true,
    async middleware(row) {
      const { default: session } = await import('express-session')
      return session(contractOptions(row))
    },
  },
  {
    name: 'express-session+memorystore',
    title: 'express-session + memorystore',
    async middleware(row) {
      const { default: session } = await import('express-session')
      return session({ ...contractOptions(row), store: await memorystore(session) })
    },
  },
  {
    name: 'cookie-session',
    title: 'cookie-session',
    async middleware(row) {
      const { default: cookieSession } = await import('cookie-session')
      const middleware = cookieSession({ keys: [secret], ...(row.rolling ? { maxAge } : {}) })
      return row.rolling ? renewing(middleware) : middleware
    },
  },
  {
    name: 'session+memorystore',
    title: 'coatcheck session() + memorystore',
    ours: true,
    extra: true,
    async middleware(row) {
      const { session } = await import('coatcheck')
      return session({ ...contractOptions(row), store: await memorystore(session) })
    },
  },
]

/** Those that take part where sessions are kept in this engine, or in memory. The ones without sessions are the same everywhere. */
export function subjectsOn(engine) {
  if (engine === undefined) return memorySubjects
  return [
    ...memorySubjects.filter(({ sessionless }) => sessionless),
    ...engineSubjects.filter(({ on }) => on === engine.name),
  ]
}

async function inspected(row, trace) {
  const { coatcheck } = await import('coatcheck')
  const { inspector } = await import('coatcheck/inspector')
  const sessions = coatcheck(safeOptions(row))
  inspector(sessions, { trace })
  return sessions
}

async function memorystore(session) {
  const { default: createStore } = await import('memorystore')
  const MemoryStore = createStore(session)
  return new MemoryStore({ checkPeriod: 86_400_000 })
}

/** cookie-session has no rolling option: its documentation has apps change a value so that the cookie is sent again. */
function renewing(middleware) {
  let renewals = 0
  return (req, res, next) =>
    middleware(req, res, (error) => {
      if (error === undefined) req.session.renewed = renewals++
      next(error)
    })
}
