/**
 * Nothing recreates a session that was destroyed: not a slow writer, not a reader, not a touch (rack-session CVE-2025-46336). Nothing uses one
 * that expired (@fastify/session CVE-2024-35220), nor one that was signed out (@fastify/secure-session CVE-2024-31999).
 */
import { describe, expect, it } from 'vitest'

import { coatcheck, session, type Clock, type SessionStore } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { gate } from '../http/support/gate.js'
import { site, Visitor, type Handler, type Middleware, type SessionedRequest } from '../http/support/site.js'
import { watchedRecords } from '../http/support/watched-records.js'

const secret = 'a secret of at least thirty-two bytes'

const doors: [string, (store: SessionStore) => Middleware][] = [
  ['coatcheck()', (store) => coatcheck({ secret, store, touchWindow: 0 })],
  ['session()', (store) => session({ secret, resave: false, saveUninitialized: false, store, touchWindow: 0 })],
  [
    'session() with resave',
    (store) => session({ secret, resave: true, saveUninitialized: true, store, touchWindow: 0 }),
  ],
]

/** What a slow request does once the session has been destroyed beneath it. */
const deeds: [string, (req: SessionedRequest) => unknown][] = [
  ['nothing', () => {}],
  ['writes', (req) => (req.session.late = true)],
  ['writes and saves', (req) => ((req.session.late = true), req.session.save().catch(() => {}))],
  [
    'saves twice',
    async (req) => {
      await req.session.save().catch(() => {})
      await req.session.save().catch(() => {})
    },
  ],
  ['touches', (req) => req.session.touch()],
  ['changes its cookie', (req) => (req.session.cookie.maxAge = 60_000)],
  ['reloads', (req) => req.session.reload().catch(() => {})],
  [
    'reloads and writes',
    async (req) => {
      await req.session.reload().catch(() => {})
      req.session.late = true
    },
  ],
  ['puts another object in its place', (req) => ((req as { session: unknown }).session = { late: true })],
]

describe.each(doors)('%s', (_name, open) => {
  it.each(deeds)(
    'does not bring back what was destroyed: a slow request that %s (rack-session CVE-2025-46336)',
    async (_deed, deed) => {
      const store = watchedRecords()
      const arrived = gate()
      const go = gate()
      const handler: Handler = async (req, res) => {
        if (req.url === '/set') req.session.user = 'ann'
        if (req.url === '/slow') {
          arrived.open()
          await go.passed
          await deed(req)
        }
        if (req.url === '/destroy') await req.session.destroy()
        res.end(String((req as { session?: { user?: unknown } }).session?.user))
      }
      const where = await site(open(store), handler)
      const visitor = new Visitor(where)
      await visitor.ask('/set')
      const headers = { cookie: visitor.cookieHeader }
      const slow = where.ask('/slow', { headers })
      await arrived.passed
      await where.ask('/destroy', { headers })
      go.open()
      const reply = await slow
      expect(reply.setCookies).toEqual([])
      expect(
        Object.values(store.contents()).filter(({ data }) => data.includes('ann') || data.includes('late')),
      ).toEqual([])
      expect((await where.ask('/', { headers })).body).toBe('undefined')
    },
  )

  it('a slow request whose write is on its way while the session is destroyed', async () => {
    const store = watchedRecords()
    const held = gate()
    const asked = gate()
    const where = await site(open(store), async (req, res) => {
      if (req.url === '/set') req.session.user = 'ann'
      if (req.url === '/slow') req.session.late = true
      if (req.url === '/destroy') await req.session.destroy()
      res.end(String((req as { session?: { user?: unknown } }).session?.user))
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    const headers = { cookie: visitor.cookieHeader }
    store.before.update = () => {
      asked.open()
      return held.passed
    }
    const slow = where.ask('/slow', { headers })
    await asked.passed
    await where.ask('/destroy', { headers })
    held.open()
    expect((await slow).setCookies).toEqual([])
    delete store.before.update
    expect((await where.ask('/', { headers })).body).toBe('undefined')
  })

  it('a slow request that saves an object from before a reload', async () => {
    const store = watchedRecords()
    const arrived = gate()
    const go = gate()
    const where = await site(open(store), async (req, res) => {
      if (req.url === '/set') req.session.user = 'ann'
      if (req.url === '/slow') {
        const stale = req.session
        await stale.reload()
        arrived.open()
        await go.passed
        stale.late = true
        await stale.save().catch(() => {})
      }
      if (req.url === '/destroy') await req.session.destroy()
      res.end(String((req as { session?: { user?: unknown } }).session?.user))
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    const headers = { cookie: visitor.cookieHeader }
    const slow = where.ask('/slow', { headers })
    await arrived.passed
    await where.ask('/destroy', { headers })
    go.open()
    await slow
    expect((await where.ask('/', { headers })).body).toBe('undefined')
  })

  it('a session that expired while a request ran', async () => {
    const where = await site(open(memoryStore()), async (req, res) => {
      if (req.url === '/set') req.session.user = 'ann'
      if (req.url === '/slow') {
        const { id } = req.session
        await new Promise<void>((resolve) => {
          req.sessionStore.destroy(id, () => resolve())
        })
        req.session.late = true
      }
      res.end(String(req.session.user))
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    const headers = { cookie: visitor.cookieHeader }
    expect((await where.ask('/slow', { headers })).setCookies).toEqual([])
    expect((await where.ask('/', { headers })).body).toBe('undefined')
  })
})

describe('a visitor whose session was ended elsewhere', () => {
  it('can sign in in that very request: the new session is stored and its cookie sent', async () => {
    const store = watchedRecords()
    const where = await site(coatcheck({ secret, store }), async (req, res) => {
      if (req.url === '/set') req.session.user = 'ann'
      if (req.url === '/sign-in') {
        for (const key of Object.keys(store.contents())) void store.delete(key)
        req.session.seen = true
        await req.session.save().catch(() => {})
        await req.session.regenerate()
        req.session.user = 'bob'
      }
      res.end(String(req.session.user))
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    expect((await visitor.ask('/sign-in')).setCookies).toHaveLength(1)
    expect((await visitor.ask('/')).body).toBe('bob')
  })
})

describe('a cookie that was copied before its session was destroyed', () => {
  it.each(doors)('opens nothing, now or later (@fastify/secure-session CVE-2024-31999), %s', async (_name, open) => {
    const where = await site(open(memoryStore()), async (req, res) => {
      const { user } = req.session
      if (req.url === '/set') req.session.user = 'ann'
      if (req.url === '/destroy') await req.session.destroy()
      res.end(String(user))
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    const headers = { cookie: visitor.cookieHeader }
    expect((await where.ask('/', { headers })).body).toBe('ann')
    await visitor.ask('/destroy')
    for (let time = 0; time < 3; time += 1) expect((await where.ask('/', { headers })).body).toBe('undefined')
  })
})

describe('an expired session', () => {
  it.each<[string, (store: SessionStore, clock: Clock) => Middleware]>([
    ['coatcheck()', (store, clock) => coatcheck({ secret, store, clock, cookie: { maxAge: 3_600_000 } })],
    [
      'session()',
      (store, clock) =>
        session({ secret, resave: false, saveUninitialized: false, store, clock, cookie: { maxAge: 3_600_000 } }),
    ],
  ])(
    'whose cookie had a maxAge is over at its moment, and reading it does not make it live on (@fastify/session CVE-2024-35220), %s',
    async (_name, open) => {
      const clock = fakeClock(Date.now())
      const where = await site(open(memoryStore({ clock: fakeClock(Date.now()) }), clock), (req, res) => {
        const { user } = req.session
        if (req.url === '/set') req.session.user = 'ann'
        res.end(String(user))
      })
      const visitor = new Visitor(where)
      await visitor.ask('/set')
      const headers = { cookie: visitor.cookieHeader }
      expect((await where.ask('/', { headers })).body).toBe('ann')
      // The touch window on top of the idle timeout is a tenth of it, a minute at most.
      clock.advance(3_600_000 + 60_000)
      for (let time = 0; time < 2; time += 1) expect((await where.ask('/', { headers })).body).toBe('undefined')
    },
  )

  it('is not used again, whatever the store answers, and its visitor gets a new ID', async () => {
    const clock = fakeClock(Date.now())
    // A store with a clock of its own that never moves: it answers the record for ever.
    const store = memoryStore({ clock: fakeClock(Date.now()) })
    const sessions = coatcheck({ secret, store, clock, idleTimeout: '1h', touchWindow: 0, sweepInterval: '7d' })
    const where = await site(sessions, (req, res) => {
      const { user } = req.session
      req.session.user ??= 'ann'
      res.end(`${String(user)} ${req.sessionID}`)
    })
    const visitor = new Visitor(where)
    const [, id] = (await visitor.ask()).body.split(' ')
    clock.advance(3_600_000 - 1)
    expect((await visitor.ask()).body).toBe(`ann ${id}`)
    clock.advance(3_600_000)
    const [user, next] = (await visitor.ask()).body.split(' ')
    expect(user).toBe('undefined')
    expect(next).not.toBe(id)
  })
})
