/**
 * A first-party store behind express-session’s callbacks, under express-session itself and under ours.
 */
import { describe, expect, it } from 'vitest'

import { asExpressStore, Cookie, session, Store } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { expressSession } from './support/published.js'
import { site, Visitor, type Handler, type Middleware } from './support/site.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }
const hour = 3_600_000

const nameOf: Handler = (req, res) => {
  if (req.url === '/set') req.session.name = 'ann'
  res.end(String(req.session.name))
}

const libraries: [string, (given: object) => Middleware][] = [
  ['express-session', (given) => expressSession({ ...options, ...given })],
  ['session()', (given) => session({ ...options, ...given })],
]

describe.each(libraries)('under %s', (_name, open) => {
  it('keeps, touches, regenerates and destroys sessions', async () => {
    const records = memoryStore()
    const where = await site(open({ store: asExpressStore(records) }), (req, res) => {
      const answer = (): unknown => res.end(String((req as { session?: { name?: unknown } }).session?.name))
      if (req.url === '/set') req.session.name = 'ann'
      if (req.url === '/regenerate') {
        req.session.regenerate(() => {
          req.session.name = 'bob'
          answer()
        })
      } else if (req.url === '/reload') {
        req.session.name = 'unsaved'
        req.session.reload(answer)
      } else if (req.url === '/save') {
        req.session.name = 'saved'
        req.session.save(answer)
      } else if (req.url === '/destroy') req.session.destroy(answer)
      else answer()
    })
    const visitor = new Visitor(where)
    const bodies: string[] = []
    for (const path of ['/set', '/', '/reload', '/save', '/', '/regenerate', '/', '/destroy', '/']) {
      bodies.push((await visitor.ask(path)).body)
    }
    expect(bodies).toEqual(['ann', 'ann', 'ann', 'saved', 'saved', 'bob', 'bob', 'undefined', 'undefined'])
    expect(where.errors).toEqual([])
  })

  it('keeps a session’s own cookie, and a lifetime as long as its maxAge', async () => {
    const clock = fakeClock(Date.now())
    const records = memoryStore({ clock })
    const where = await site(
      open({ store: asExpressStore(records, { clock }), cookie: { maxAge: hour } }),
      (req, res) => {
        if (req.url === '/set') req.session.name = 'ann'
        res.end(JSON.stringify([req.session.name ?? null, req.session.cookie.originalMaxAge]))
      },
    )
    const visitor = new Visitor(where)
    // express-session's own cookie may count a millisecond less: it looks at the clock twice.
    const answer = async (): Promise<unknown> => {
      const [name, maxAge] = JSON.parse((await visitor.ask('/')).body) as [string | null, number]
      return [name, maxAge === hour - 1 ? hour : maxAge]
    }
    await visitor.ask('/set')
    clock.advance(hour - 1_000)
    expect(await answer()).toEqual(['ann', hour])
    clock.advance(hour - 1_000)
    expect(await answer()).toEqual(['ann', hour])
    clock.advance(2 * hour)
    expect(await answer()).toEqual([null, hour])
  })

  it('ends a session without maxAge a day after it was seen, or when idleTimeout says so', async () => {
    for (const [idleTimeout, lifetime] of [
      [undefined, 24 * hour],
      ['2h', 2 * hour],
    ] as const) {
      const clock = fakeClock(Date.now())
      const where = await site(
        open({ store: asExpressStore(memoryStore({ clock }), { clock, idleTimeout }) }),
        (req, res) => {
          if (req.url === '/set') req.session.name = 'ann'
          res.end(String(req.session.name))
        },
      )
      const visitor = new Visitor(where)
      await visitor.ask('/set')
      clock.advance(lifetime - 1)
      expect((await visitor.ask('/')).body).toBe('ann')
      clock.advance(lifetime + hour)
      expect((await visitor.ask('/')).body).toBe('undefined')
    }
  })

  it('is found where it was by session() with the store itself', async () => {
    const records = memoryStore()
    const before = new Visitor(await site(open({ store: asExpressStore(records) }), nameOf))
    await before.ask('/set')
    const after = new Visitor(await site(session({ ...options, store: records }), nameOf))
    for (const [name, value] of before.cookies) after.cookies.set(name, value)
    expect((await after.ask('/')).body).toBe('ann')
  })
})

describe('the store', () => {
  const expires = new Date(Date.now() + hour)

  it('is a Store, with everything that such stores may have', async () => {
    const store = asExpressStore(memoryStore())
    expect(store).toBeInstanceOf(Store)
    for (const method of ['get', 'set', 'destroy', 'touch', 'all', 'length', 'clear', 'load', 'regenerate'] as const) {
      expect(store[method]).toBeTypeOf('function')
    }
    await store.set('one', { cookie: new Cookie({ expires }), a: 1 })
    await store.set('two', { cookie: new Cookie(), b: 2 })
    expect(await store.get('one', undefined as never)).toMatchObject({ a: 1, cookie: { path: '/' } })
    expect(await store.get('missing', undefined as never)).toBeNull()
    const all = (await store.all!(undefined as never)) as Record<string, object>
    expect(Object.keys(all).sort()).toEqual(['one', 'two'])
    expect(all.two).toMatchObject({ b: 2, cookie: { path: '/' } })
    expect(await store.length!(undefined as never)).toBe(2)
    await store.destroy('one')
    expect(await store.length!(undefined as never)).toBe(1)
    await store.clear!()
    expect(await store.length!(undefined as never)).toBe(0)
  })

  it('calls back once, and what the callback throws is its own affair', async () => {
    const store = asExpressStore(memoryStore())
    const told: unknown[] = []
    await new Promise<void>((resolve) => {
      store.set('id', { cookie: new Cookie(), a: 1 }, (error) => {
        told.push(error)
        resolve()
      })
    })
    expect(told).toEqual([null])
    expect(() =>
      store.get('id', () => {
        told.push('called')
        throw new Error('of the app')
      }),
    ).toThrow('of the app')
    expect(told).toEqual([null, 'called'])
  })

  it('touch() moves the deadline, leaves the data, and brings nothing back', async () => {
    const clock = fakeClock(Date.now())
    const records = memoryStore({ clock })
    const store = asExpressStore(records, { clock })
    await store.set('id', { cookie: new Cookie({ maxAge: hour }), a: 1 })
    const before = records.read('id')!
    clock.advance(hour / 2)
    await store.touch!('id', { cookie: new Cookie({ maxAge: hour }), a: 'unsaved' })
    const after = records.read('id')!
    expect(after.data).toBe('{"a":1}')
    // The cookie counts by the system's clock, of which a little has passed.
    expect(Math.abs(after.expiresAt - before.expiresAt - hour / 2)).toBeLessThan(10_000)
    await store.touch!('missing', { cookie: new Cookie() })
    expect(records.count()).toBe(1)
  })

  it('hands the failures of its store on, by callback and by promise', async () => {
    const records = memoryStore()
    const store = asExpressStore(records)
    records.close()
    await expect(store.get('id', undefined as never)).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
    const error = await new Promise((resolve) => {
      store.set('id', { cookie: new Cookie() }, resolve)
    })
    expect(error).toMatchObject({ code: 'ERR_SESSION_CLOSED' })
  })

  it('lists what lives, swept or not', async () => {
    const clock = fakeClock(Date.now())
    const store = asExpressStore(memoryStore({ clock }), { clock, sweepInterval: '1d' })
    await store.set('over', { cookie: new Cookie({ maxAge: hour }) })
    await store.set('alive', { cookie: new Cookie({ maxAge: 3 * hour }) })
    clock.advance(2 * hour)
    expect(Object.keys((await store.all!(undefined as never)) as object)).toEqual(['alive'])
  })

  it('sweeps what is over', async () => {
    const clock = fakeClock(Date.now())
    const records = memoryStore({ clock })
    const store = asExpressStore(records, { clock, sweepInterval: '10m' })
    await store.set('id', { cookie: new Cookie({ maxAge: 60_000 }) })
    clock.advance(600_000)
    await new Promise(setImmediate)
    expect(records.count()).toBe(0)
  })

  it('refuses options that make no sense', () => {
    expect(() => asExpressStore(memoryStore(), { idleTimeout: 'soon' as never })).toThrow(/idleTimeout must be/)
  })
})
