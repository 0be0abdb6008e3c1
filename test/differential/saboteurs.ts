/**
 * express-session with one thing broken each: what the harness must be able to see.
 */
import type { AppRequest, Exchange, LiveStore, Middleware, SessionFactory } from './cell.js'

export interface Saboteur {
  readonly name: string
  /** The fields in which the damage shows, at least. */
  readonly shows: readonly (keyof Exchange)[]
  readonly break: (genuine: SessionFactory) => SessionFactory
}

type Options = Readonly<Record<string, unknown>>

function altering(
  options: (given: Options) => Options,
  around: (middleware: Middleware, given: Options) => Middleware = (middleware) => middleware,
): Saboteur['break'] {
  return (genuine) => {
    const { Store, MemoryStore, Session, Cookie } = genuine
    const factory = (given: Options): Middleware => around(genuine(options(given)), given)
    return Object.assign(factory, { Store, MemoryStore, Session, Cookie })
  }
}

/** The store as given, with some of its methods replaced. */
function withStore(
  change: (store: LiveStore) => { [Method in keyof LiveStore]?: LiveStore[Method] | undefined },
): Saboteur['break'] {
  return altering((given) => {
    const store = given.store as LiveStore
    return { ...given, store: Object.assign(Object.create(store), change(store)) }
  })
}

const setting = (values: Options): Saboteur['break'] => altering((given) => ({ ...given, ...values }))
const around = (change: (middleware: Middleware) => Middleware): Saboteur['break'] => altering((given) => given, change)

export const saboteurs: readonly Saboteur[] = [
  { name: 'always resaves', shows: ['store'], break: setting({ resave: true }) },
  { name: 'never saves the uninitialised', shows: ['store', 'cookies'], break: setting({ saveUninitialized: false }) },
  { name: 'always rolls', shows: ['cookies'], break: setting({ rolling: true }) },
  { name: 'never unsets', shows: ['store', 'left'], break: setting({ unset: 'keep' }) },
  { name: 'forgets maxAge', shows: ['cookies', 'store', 'left'], break: setting({ cookie: {} }) },
  { name: 'signs with another secret', shows: ['cookies'], break: setting({ secret: 'not the same' }) },
  {
    name: 'uses up two IDs',
    shows: ['cookies', 'store'],
    break: altering((given) => {
      const genid = given.genid as () => string
      return { ...given, genid: () => genid() && genid() }
    }),
  },
  {
    name: 'does not touch',
    shows: ['store'],
    break: withStore(() => ({ touch: undefined })),
  },
  {
    name: 'saves twice',
    shows: ['store'],
    break: withStore((store) => ({
      set(id, session, callback) {
        store.set(id, session)
        store.set(id, session, callback)
      },
    })),
  },
  {
    name: 'does not wait for the store',
    shows: ['arrived'],
    break: withStore((store) => ({
      set(id, session, callback) {
        store.set(id, session)
        callback?.()
      },
    })),
  },
  {
    name: 'saves a copy instead of the session',
    shows: ['store'],
    break: withStore((store) => ({
      set: (id, session, callback) => store.set(id, JSON.parse(JSON.stringify(session)), callback),
    })),
  },
  {
    name: 'leaves destroyed records',
    shows: ['store', 'left'],
    break: withStore(() => ({ destroy: (_id, callback) => void setImmediate(() => callback?.()) })),
  },
  {
    name: 'swallows errors',
    shows: ['errors'],
    break: around((middleware) => (req, res, next) => middleware(req, res, () => next())),
  },
  {
    name: 'runs the app twice',
    shows: ['appRuns'],
    break: around((middleware) => (req, res, next) => {
      middleware(req, res, (error) => {
        next(error)
        next(error)
      })
    }),
  },
  {
    name: 'hides a method of the session',
    shows: ['saw'],
    break: around((middleware) => (req, res, next) => {
      middleware(req, res, (error) => {
        const { session } = req as AppRequest
        if (session) session.secret = 'enumerable'
        next(error)
      })
    }),
  },
  {
    name: 'sets no cookie',
    shows: ['cookies'],
    break: around((middleware) => (req, res, next) => {
      const setHeader = res.setHeader.bind(res)
      res.setHeader = (name, value) => (name.toLowerCase() === 'set-cookie' ? res : setHeader(name, value))
      middleware(req, res, next)
    }),
  },
  {
    name: 'sends HttpOnly cookies without it',
    shows: ['cookies', 'store', 'left'],
    break: altering((given) => ({ ...given, cookie: { ...(given.cookie as Options), httpOnly: false } })),
  },
  {
    name: 'tells the length only',
    shows: ['framing'],
    break: around((middleware) => (req, res, next) => {
      middleware(req, res, (error) => {
        const end = res.end.bind(res)
        const withLength = (chunk?: unknown, ...rest: unknown[]): unknown => {
          if (typeof chunk === 'string' && !res.headersSent) res.setHeader('Content-Length', Buffer.byteLength(chunk))
          return Reflect.apply(end, res, [chunk, ...rest])
        }
        res.end = withLength as typeof res.end
        next(error)
      })
    }),
  },
  {
    name: 'answers with another status',
    shows: ['status'],
    break: around((middleware) => (req, res, next) => {
      res.statusCode = 418
      middleware(req, res, next)
    }),
  },
]
