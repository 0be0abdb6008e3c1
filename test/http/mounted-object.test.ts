/**
 * What the mounted object offers beyond requests: info, find, scan, count, on, off, close.
 */
import { describe, expect, it } from 'vitest'

import { coatcheck, MemoryStore, session, type CurrentSessionInfo, type Sessions } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock, type FakeClock } from '../../src/testing/index.js'
import { site, Visitor, type Site } from './support/site.js'
import { TestStore } from './support/test-store.js'
import { watchedRecords } from './support/watched-records.js'

const secret = 'a secret of at least thirty-two bytes'
const plain = { secret, resave: false, saveUninitialized: false }
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** A site that shows a request's own info, before and after its handler's work. */
async function showing(sessions: Sessions): Promise<{ where: Site; infos: (CurrentSessionInfo | undefined)[] }> {
  const infos: (CurrentSessionInfo | undefined)[] = []
  const where = await site(sessions, async (req, res) => {
    infos.push(sessions.info(req))
    if (req.url === '/set') req.session.name = 'ann'
    if (req.url === '/regenerate') {
      await req.session.regenerate()
      req.session.name = 'bob'
      infos.push(sessions.info(req))
    }
    if (req.url === '/destroy') {
      await req.session.destroy()
      infos.push(sessions.info(req))
    }
    res.end()
  })
  return { where, infos }
}

const ofNobody = { authenticatedAt: undefined, method: undefined, device: undefined }

const recordDoors: [string, (clock: FakeClock) => Sessions][] = [
  ['coatcheck()', (clock) => coatcheck({ secret, clock, touchWindow: 0 })],
  ['coatcheck() with plain IDs', (clock) => coatcheck({ secret, clock, touchWindow: 0, hashIds: false })],
  [
    'coatcheck() over a callback store',
    (clock) => coatcheck({ secret, clock, touchWindow: 0, store: new MemoryStore() }),
  ],
  [
    'session() over a store of records',
    (clock) => session({ ...plain, clock, touchWindow: 0, absoluteTimeout: '30d', store: memoryStore({ clock }) }),
  ],
]

describe.each(recordDoors)('%s', (_name, open) => {
  it('knows a session’s times, and whether it is new', async () => {
    const clock = fakeClock(Date.now())
    const start = clock.now()
    const { where, infos } = await showing(open(clock))
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    clock.advance(hour)
    await visitor.ask('/')
    clock.advance(hour)
    await visitor.ask('/')
    const [fresh, known, later] = infos as [CurrentSessionInfo, CurrentSessionInfo, CurrentSessionInfo]
    expect(fresh).toEqual({
      handle: expect.any(String),
      userId: undefined,
      createdAt: start,
      lastSeenAt: start,
      expiresAt: start + day,
      ...ofNobody,
      absoluteExpiresAt: start + 30 * day,
      isNew: true,
    })
    expect(known).toEqual({ ...fresh, isNew: false })
    expect(later).toEqual({ ...fresh, lastSeenAt: start + hour, expiresAt: start + hour + day, isNew: false })
  })

  it('knows nothing of a destroyed session, and the new handle and old birthday of a regenerated one', async () => {
    const clock = fakeClock(Date.now())
    const { where, infos } = await showing(open(clock))
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    const born = clock.now()
    clock.advance(hour)
    await visitor.ask('/regenerate')
    const [, before, after] = infos as CurrentSessionInfo[]
    expect(after).toMatchObject({ isNew: true, createdAt: born })
    expect(after!.handle).not.toBe(before!.handle)
    await visitor.ask('/destroy')
    expect(infos.at(-1)).toBeUndefined()
  })

  it('finds a living session by its handle, with its data', async () => {
    const clock = fakeClock(Date.now())
    const sessions = open(clock)
    const { where, infos } = await showing(sessions)
    await where.ask('/set')
    const { handle } = infos[0]!
    expect(await sessions.find(handle)).toEqual({
      handle,
      userId: undefined,
      createdAt: clock.now(),
      lastSeenAt: clock.now(),
      expiresAt: clock.now() + day,
      ...ofNobody,
      absoluteExpiresAt: clock.now() + 30 * day,
      size: '{"name":"ann"}'.length,
      data: { name: 'ann' },
    })
  })

  it('finds nothing by handles that were made up, and nothing that is over', async () => {
    const clock = fakeClock(Date.now())
    const sessions = open(clock)
    const { where, infos } = await showing(sessions)
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    const { handle } = infos[0]!
    for (const made of ['', 'x', 'x'.repeat(43), `${handle}x`, handle.slice(1), '__proto__', '../x', 'ü'.repeat(43)]) {
      expect(await sessions.find(made)).toBeUndefined()
    }
    clock.advance(day)
    expect(await sessions.find(handle)).toBeUndefined()
  })

  it('does not find a session by its ID: a handle is another name', async () => {
    const clock = fakeClock(Date.now())
    const sessions = open(clock)
    const ids: string[] = []
    const where = await site(sessions, (req, res) => {
      req.session.a = 1
      ids.push(req.sessionID)
      res.end()
    })
    await where.ask()
    expect(await sessions.find(ids[0]!)).toBeUndefined()
  })

  it('scans living sessions page by page, and counts them', async () => {
    const clock = fakeClock(Date.now())
    const sessions = open(clock)
    const { where, infos } = await showing(sessions)
    await where.ask('/set')
    clock.advance(day - 1)
    for (let index = 0; index < 4; index += 1) await where.ask('/set')
    clock.advance(1)
    const living = infos.slice(1).map((info) => info!.handle)
    const seen: string[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      const page = await sessions.scan({ cursor, limit: 2 })
      seen.push(...page.sessions.map(({ handle }) => handle))
      cursor = page.cursor
      pages += 1
    } while (cursor !== undefined)
    expect(seen.sort()).toEqual(living.sort())
    expect(pages).toBeGreaterThan(1)
    expect((await sessions.scan()).sessions).toHaveLength(4)
    expect(await sessions.count()).toBeGreaterThanOrEqual(4)
  })
})

describe('session() over a callback store', () => {
  it('tells of a request’s session what it knows', async () => {
    const clock = fakeClock(Date.now())
    const { where, infos } = await showing(
      session({ ...plain, clock, store: new TestStore('sync'), cookie: { maxAge: hour } }),
    )
    await where.ask('/set')
    expect(infos[0]).toMatchObject({ isNew: true, userId: undefined, createdAt: undefined, lastSeenAt: undefined })
    expect(Math.abs(infos[0]!.expiresAt! - Date.now() - hour)).toBeLessThan(10_000)
  })

  it('counts where the store counts, and says which stores can list', async () => {
    const sessions = session({ ...plain, store: new MemoryStore() })
    const { where } = await showing(sessions)
    await where.ask('/set')
    expect(await sessions.count()).toBe(1)
    await expect(sessions.scan()).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_SHAPE' })
    await expect(sessions.find('x')).rejects.toThrow(/use a store of coatcheck\/stores/)
    await expect(session({ ...plain, store: new TestStore() }).count()).rejects.toMatchObject({
      code: 'ERR_SESSION_STORE_SHAPE',
    })
  })
})

describe('info()', () => {
  it('is nothing for a request that never came by, or came by another layer', async () => {
    const [one, other] = [coatcheck({ secret }), coatcheck({ secret })]
    const where = await site(one, (req, res) => {
      res.end(JSON.stringify([one.info(req) !== undefined, other.info(req) ?? null, one.info({} as never) ?? null]))
    })
    expect(JSON.parse((await where.ask()).body)).toEqual([true, null, null])
  })

  it('shows a lifetime of the session’s own', async () => {
    const clock = fakeClock(Date.now())
    const sessions = coatcheck({ secret, clock, touchWindow: 0 })
    const where = await site(sessions, (req, res) => {
      req.session.a = 1
      req.session.cookie.maxAge = 2 * day
      res.end(String(sessions.info(req)!.expiresAt! - clock.now()))
    })
    const lifetime = Number((await where.ask()).body)
    expect(lifetime).toBeGreaterThan(2 * day - 10_000)
    expect(lifetime).toBeLessThanOrEqual(2 * day)
    const [found] = (await sessions.scan()).sessions
    expect(Math.abs(found!.expiresAt! - clock.now() - 2 * day)).toBeLessThan(10_000)
  })
})

const listener = (): void => {}

describe('on() and off()', () => {
  it('answer the mounted object, and refuse what is no event or no listener', () => {
    const sessions = coatcheck({ secret })
    expect(sessions.on('saved', listener)).toBe(sessions)
    expect(sessions.off('saved', listener)).toBe(sessions)
    for (const name of ['save', '__proto__', 'constructor', undefined]) {
      expect(() => sessions.on(name as never, listener)).toThrow(/there is no event/)
    }
    expect(() => sessions.on('saved', 'x' as never)).toThrow(/listener of saved must be a function/)
  })
})

describe('close()', () => {
  it('stops sweeping and closes the store, once', async () => {
    const clock = fakeClock()
    const records = watchedRecords(memoryStore({ clock }))
    let closed = 0
    const sessions = coatcheck({ secret, clock, store: Object.assign(records, { close: () => void (closed += 1) }) })
    expect(clock.pending).toBe(1)
    await sessions.close()
    expect(clock.pending).toBe(0)
    expect(closed).toBe(1)
  })

  it('has requests that come later fail, and does not hang them', async () => {
    const sessions = coatcheck({ secret })
    const where = await site(sessions, (req, res) => {
      req.session.a = 1
      res.end('served')
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    await sessions.close()
    expect((await visitor.ask()).status).toBe(500)
    expect(where.errors).toEqual([expect.objectContaining({ code: 'ERR_SESSION_CLOSED' })])
  })

  it('leaves a store that the app handed in for callbacks to the app', async () => {
    const store = new MemoryStore()
    const sessions = coatcheck({ secret, store })
    await sessions.close()
    await session({ ...plain, store }).close()
    expect(await store.length()).toBe(0)
  })
})

describe('sweeping', () => {
  it('goes on in the background at its interval, and tells of failures', async () => {
    const clock = fakeClock(Date.now())
    const records = watchedRecords(memoryStore({ clock }))
    const sessions = coatcheck({ secret, clock, store: records, sweepInterval: '5m' })
    const failures: unknown[] = []
    sessions.on('storeError', ({ operation, error }) => failures.push([operation, error]))
    const where = await site(sessions, (req, res) => {
      req.session.a = 1
      res.end()
    })
    await where.ask()
    clock.advance(day + hour)
    await where.settled()
    expect(Object.keys(records.contents())).toEqual([])
    const down = new Error('down')
    records.before.sweep = () => {
      throw down
    }
    clock.advance(5 * minute)
    await where.settled()
    expect(failures).toEqual([['sweep', down]])
  })
})
