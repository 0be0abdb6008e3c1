/**
 * coatcheck() on the stores that apps have.
 */
import { describe, expect, it } from 'vitest'

import { coatcheck, MemoryStore, type Store } from '../../src/index.js'
import { RecordsOverStore } from '../../src/express/records-over-store.js'
import { fakeClock } from '../../src/testing/index.js'
import { gate } from './support/gate.js'
import { expressSession, memorystore } from './support/published.js'
import { site, Visitor } from './support/site.js'
import { TestStore } from './support/test-store.js'

const secret = 'keyboard cat'
const hour = 3_600_000

const stores: [string, () => unknown][] = [
  ['MemoryStore', () => new MemoryStore()],
  ['express-session’s MemoryStore', () => new expressSession.MemoryStore()],
  ['memorystore', () => new (memorystore(expressSession))({ checkPeriod: 0, noDisposeOnSet: true })],
  ['a store that answers at once', () => new TestStore('sync')],
  ['a store that answers later', () => new TestStore('later')],
]

describe.each(stores)('%s', (_name, make) => {
  it('keeps sessions, their cookies, and the deadlines of coatcheck()', async () => {
    const clock = fakeClock(Date.now())
    const sessions = coatcheck({
      secret,
      store: make() as Store,
      clock,
      idleTimeout: '1h',
      absoluteTimeout: '2h',
      touchWindow: 0,
    })
    const where = await site(sessions, (req, res) => {
      if (req.url === '/remember') req.session.cookie.maxAge = 3 * hour
      req.session.views = Number(req.session.views ?? 0) + 1
      res.end(JSON.stringify([req.session.views, req.session.cookie.originalMaxAge]))
    })
    const visitor = new Visitor(where)
    expect((await visitor.ask()).body).toBe('[1,null]')
    clock.advance(hour - 1)
    expect((await visitor.ask('/remember')).body).toBe(`[2,${3 * hour}]`)
    clock.advance(hour)
    expect((await visitor.ask()).body).toBe(`[3,${3 * hour}]`)
    clock.advance(1)
    expect((await visitor.ask()).body).toBe('[1,null]')
    expect(where.errors).toEqual([])
  })

  it('ends an idle session at its moment, though the store still has it', async () => {
    const clock = fakeClock(Date.now())
    const expired: string[] = []
    const sessions = coatcheck({ secret, store: make() as Store, clock, idleTimeout: '1h', touchWindow: 0 })
    sessions.on('expired', ({ timeout }) => expired.push(timeout))
    const where = await site(sessions, (req, res) => {
      req.session.views = Number(req.session.views ?? 0) + 1
      res.end(String(req.session.views))
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    clock.advance(hour)
    expect((await visitor.ask()).body).toBe('1')
    expect(expired).toEqual(['idle'])
  })

  it('keeps nothing under the ID itself', async () => {
    const store = make() as Store
    const where = await site(coatcheck({ secret, store }), (req, res) => {
      req.session.a = 1
      res.end(req.sessionID)
    })
    const visitor = new Visitor(where)
    const id = (await visitor.ask()).body
    const kept = await new Promise((resolve) => {
      store.get(id, (_error, value) => resolve(value ?? null))
    })
    expect(kept).toBeNull()
  })

  it('brings back no session that was destroyed while a request ran', async () => {
    const where = await site(coatcheck({ secret, store: make() as Store }), async (req, res) => {
      if (req.url === '/set') req.session.a = 1
      if (req.url === '/slow') {
        await other.ask('/destroy')
        req.session.a = 2
      }
      if (req.url === '/destroy') await req.session.destroy()
      res.end(String((req as { session?: { a?: unknown } }).session?.a))
    })
    const visitor = new Visitor(where)
    const other = new Visitor(where)
    await visitor.ask('/set')
    for (const [name, value] of visitor.cookies) other.cookies.set(name, value)
    expect((await visitor.ask('/slow')).setCookies).toEqual([])
    expect((await visitor.ask('/')).body).toBe('undefined')
  })

  it('finds a session by its handle', async () => {
    const sessions = coatcheck({ secret, store: make() as Store })
    const where = await site(sessions, (req, res) => {
      req.session.a = 1
      res.end(sessions.info(req)!.handle)
    })
    const handle = (await where.ask()).body
    expect(await sessions.find(handle)).toMatchObject({ handle, data: { a: 1 } })
  })
})

const listing = stores.filter(([, make]) => typeof (make() as Store).all === 'function')

describe.each(listing)('%s, which can list its sessions', (_name, make) => {
  it('scans and counts them', async () => {
    const sessions = coatcheck({ secret, store: make() as Store })
    const where = await site(sessions, (req, res) => {
      req.session.a = 1
      res.end(sessions.info(req)!.handle)
    })
    const handles = [(await where.ask()).body, (await where.ask()).body].sort()
    const first = await sessions.scan({ limit: 1 })
    const second = await sessions.scan({ limit: 1, cursor: first.cursor })
    const listed = [...first.sessions, ...second.sessions].map(({ handle }) => handle)
    expect(listed.sort()).toEqual(handles)
    expect(await sessions.count()).toBe(2)
  })
})

describe('a store that cannot list its sessions', () => {
  it('is named as such', async () => {
    expect(listing).toHaveLength(3)
    const sessions = coatcheck({ secret, store: new TestStore() })
    await expect(sessions.scan()).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_SHAPE' })
    await expect(sessions.count()).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_SHAPE' })
  })
})

describe('what an app keeps', () => {
  it('comes back to the letter, whatever its keys are', async () => {
    const values = JSON.parse(
      '{"10":1,"9":2,"b":1,"a":{"z":1,"y":[null,-0.5,"\\ud83d"]},"cookie monster":true,"__proto__":{"x":1}}',
    ) as object
    const clock = fakeClock(Date.now())
    const store = new RecordsOverStore(new TestStore('later'), { clock, storeTimeout: 1_000 })
    const record = {
      data: JSON.stringify(values),
      attributes: '{"cookie":{"path":"/"}}',
      version: 1,
      createdAt: clock.now(),
      expiresAt: clock.now() + hour,
      userId: 'ann',
    }
    await store.create('key', record)
    expect(await store.read('key')).toEqual(record)
  })
})

describe('a member of the data that is called cookie', () => {
  it('is left out, and does not pass for what coatcheck knows of the session', async () => {
    const clock = fakeClock(Date.now())
    const store = new RecordsOverStore(new TestStore('later'), { clock, storeTimeout: 1_000 })
    const forged = { coatcheck: { version: 9, createdAt: 0, expiresAt: 9e15, userId: 'admin' } }
    const record = { version: 1, createdAt: clock.now(), expiresAt: clock.now() + hour }
    await store.create('key', { ...record, data: JSON.stringify({ cookie: forged, name: 'ann' }) })
    expect(await store.read('key')).toEqual({ ...record, data: '{"name":"ann"}' })
  })
})

describe('a store that hangs', () => {
  it('is not waited for longer than the deadline, and later calls get their own', async () => {
    const clock = fakeClock(Date.now())
    const store = new TestStore('later')
    const where = await site(coatcheck({ secret, store, clock, storeTimeout: '1s' }), (req, res) => {
      req.session.views = Number(req.session.views ?? 0) + 1
      res.end(String(req.session.views))
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    const hanging = gate()
    store.takeOver.get = () => hanging.open()
    const reply = visitor.ask()
    await hanging.passed
    clock.advance(1_000)
    expect((await reply).status).toBe(500)
    delete store.takeOver.get
    expect((await visitor.ask()).body).toBe('2')
    expect(clock.pending).toBe(0)
  })
})
