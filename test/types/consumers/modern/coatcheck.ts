import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createServer2 } from 'node:http2'
import express from 'express'
import session, {
  asExpressStore,
  coatcheck,
  session as sameSession,
  SessionError,
  type CoatcheckOptions,
  type EncryptionOptions,
  type FoundSession,
  type SessionErrorCode,
  type SessionRecord,
  type Sessions,
  type SessionStore,
} from 'express-session'
import { memoryStore } from 'express-session/stores/memory'
import { sqliteStore } from 'express-session/stores/sqlite'
import { fakeClock, storeConformance } from 'express-session/testing'

declare module 'express-session' {
  interface SessionData {
    basket: string[]
  }
}

const options: CoatcheckOptions = {
  secret: 'x',
  idleTimeout: '1d',
  absoluteTimeout: false,
  genid: (req) => req.get('x-id') ?? '',
  cookie: (req) => ({ path: req.baseUrl }),
}
export const sessions = coatcheck({ ...options, store: sqliteStore('sessions.db') })
const encryption: EncryptionOptions = { keys: [Buffer.alloc(32), 'the older key'], plain: 'accept' }
coatcheck({ secret: 'x', encryption })
sameSession({ secret: 'x', store: memoryStore(), encryption: { keys: ['x'] as const } })
session({ secret: 'x', store: asExpressStore(memoryStore(), { encryption }) })
// @ts-expect-error keys are a list
coatcheck({ secret: 'x', encryption: { keys: 'x' } })
// @ts-expect-error no such policy
coatcheck({ secret: 'x', encryption: { keys: ['x'], plain: true } })
coatcheck({ secret: ['a', 'b'] as const, store: new session.MemoryStore(), storeTimeout: 1000 })
sameSession({ secret: 'x', store: memoryStore(), idleTimeout: '30m' })
session({ secret: 'x', store: asExpressStore(memoryStore({ clock: fakeClock() })) })
const app = express()
app.use(sessions)
app.get('/:id', sessions, (req, res) => res.json({ id: req.params.id, info: sessions.info(req)?.handle }))
export const handler: express.RequestHandler = sessions

sessions
  .on('saved', ({ handle, userId }) => [handle, userId])
  .on('rejected', ({ reason }) => reason === 'signature')
  .off('storeError', ({ error }) => error)

export async function basketOf(req: IncomingMessage): Promise<string[] | undefined> {
  const current = await sessions.read(req)
  await current?.save()
  // @ts-expect-error may be missing
  current.basket
  // @ts-expect-error nobody declared it
  current?.undeclared
  return current?.basket
}

export async function addToBasket(req: IncomingMessage, sku: string): Promise<number> {
  return sessions.update(req, (data) => {
    data.basket = [...(data.basket ?? []), sku]
    // @ts-expect-error the cookie is no data
    data.cookie
    // @ts-expect-error nobody declared it
    data.undeclared = 1
    return data.basket.length
  })
}

export async function look(mounted: Sessions): Promise<FoundSession | undefined> {
  const page = await mounted.scan({ limit: 10 })
  const total: number = await mounted.count()
  const handle: string | undefined = page.sessions[0]?.handle
  // @ts-expect-error a summary has no data
  page.sessions[0]?.data
  await mounted.close()
  return total > 0 && handle !== undefined ? mounted.find(handle) : undefined
}

createServer((req, res) => sessions(req, res, () => res.end()))
createServer2((req, res) => sessions(req, res, (error) => res.end(String(error))))
export const upgrade = (req: IncomingMessage): void => sessions(req, {}, (error?: Error) => error?.message)

export function codeOf(error: unknown): SessionErrorCode | undefined {
  if (error instanceof SessionError) {
    // @ts-expect-error no such code
    if (error.code === 'ERR_SESSION_NONSENSE') return undefined
    return error.code
  }
  return undefined
}

export class Delegating implements Pick<SessionStore, 'read' | 'delete'> {
  readonly records = memoryStore()
  read(key: string): SessionRecord | undefined | Promise<SessionRecord | undefined> {
    return this.records.read(key)
  }
  delete(key: string): boolean | Promise<boolean> {
    return this.records.delete(key)
  }
}

// @ts-expect-error a secret is needed
coatcheck({})
// @ts-expect-error no such duration
coatcheck({ secret: 'x', idleTimeout: '1 fortnight' })
// @ts-expect-error no such event
sessions.on('opened', () => {})
// @ts-expect-error no such option
coatcheck({ secret: 'x', idle: 1 })
// @ts-expect-error not a store
coatcheck({ secret: 'x', store: new Map() })
void storeConformance

// The parameters of a route are seen through the middleware in front of the handler.
app.get('/users/:user', session({ secret: 'x' }), (req, res) => {
  const user: string = req.params.user
  res.json({ user })
})
