import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { Cookie, MemoryStore } from '../../src/index.js'

type Stored = Record<string, unknown> & { cookie: Record<string, unknown> }

function stored(maxAge?: number, values: object = { a: 1 }): object {
  return { cookie: new Cookie(maxAge === undefined ? {} : { maxAge }), ...values }
}

/** Waits for a callback, and for nothing else. */
function asked<T>(ask: (callback: (error?: unknown, value?: T) => void) => unknown): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    ask((error, value) => {
      if (error) reject(error)
      else resolve(value)
    })
  })
}

describe('MemoryStore', () => {
  it('gives back what it was given, as another object, with the date as text', async () => {
    const store = new MemoryStore()
    const given = stored(60_000, { list: [1] })
    store.set('id', given)
    const got = (await asked<Stored>((callback) => store.get('id', callback as never)))!
    expect(got).toEqual(JSON.parse(JSON.stringify(given)))
    expect(got.cookie.expires).toBeTypeOf('string')
    ;(got.list as number[]).push(2)
    expect(await asked((callback) => store.get('id', callback as never))).toMatchObject({ list: [1] })
  })

  it('keeps the cookie where its callers put it, and a session without one as it is', async () => {
    const store = new MemoryStore()
    store.set('bare', { a: 1 })
    expect(await asked((callback) => store.get('bare', callback as never))).toEqual({ a: 1 })
  })

  it('answers later, and never before the call is over', async () => {
    const store = new MemoryStore()
    let during = true
    const told: boolean[] = []
    const note = (): unknown => told.push(during)
    store.set('id', stored(), note)
    store.get('id', note)
    store.touch('id', stored(), note)
    store.all(note)
    store.length(note)
    store.destroy('id', note)
    store.clear(note)
    during = false
    await asked((callback) => store.clear(callback))
    expect(told).toEqual(Array.from({ length: 7 }, () => false))
  })

  it('answers promises without a callback', async () => {
    const store = new MemoryStore()
    await store.set('id', stored())
    expect(await store.get('id', undefined as never)).toMatchObject({ a: 1 })
    expect(await store.get('missing', undefined as never)).toBeNull()
    expect(await store.length()).toBe(1)
    expect(Object.keys((await store.all()) as object)).toEqual(['id'])
    await store.destroy('id')
    await store.clear()
    expect(await store.length()).toBe(0)
  })

  it('throws at once for what cannot be serialised, and keeps what it had', async () => {
    const store = new MemoryStore()
    store.set('id', stored())
    expect(() => store.set('id', { cookie: {}, big: 1n })).toThrow(TypeError)
    expect(await asked((callback) => store.get('id', callback as never))).toMatchObject({ a: 1 })
  })

  it('lists sessions by ID, in an object that has no prototype', async () => {
    const store = new MemoryStore()
    store.set('__proto__', stored(undefined, { a: 'p' }))
    store.set('constructor', stored(undefined, { a: 'c' }))
    const all = (await asked<Record<string, Stored>>((callback) => store.all(callback as never)))!
    expect(Object.getPrototypeOf(all)).toBeNull()
    expect(Object.keys(all).sort()).toEqual(['__proto__', 'constructor'])
    expect(all['__proto__']!.a).toBe('p')
  })

  it('touch() replaces the cookie and nothing else, and brings nothing back', async () => {
    const store = new MemoryStore()
    store.set('id', stored(60_000))
    store.touch('id', { cookie: new Cookie({ maxAge: 120_000 }), a: 'other' })
    expect(await asked((callback) => store.get('id', callback as never))).toMatchObject({
      a: 1,
      cookie: { originalMaxAge: 120_000 },
    })
    await asked((callback) => store.touch('missing', stored(), callback))
    expect(await store.length()).toBe(1)
  })

  it.each<[string, (store: MemoryStore) => unknown, unknown]>([
    ['get', (store) => store.get('id', undefined as never), null],
    ['all', async (store) => Object.keys((await store.all()) as object), ['session']],
    ['length', (store) => store.length(), 1],
    ['touch', (store) => store.touch('id', stored(60_000)), undefined],
  ])('forgets what is over at that very millisecond: %s', async (_name, look, answer) => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const store = new MemoryStore()
    store.set('id', stored(1_000))
    store.set('session', stored())
    vi.setSystemTime(Date.now() + 999)
    expect(await store.length()).toBe(2)
    vi.setSystemTime(Date.now() + 1)
    expect(await look(store)).toEqual(answer)
    expect(await store.get('id', undefined as never)).toBeNull()
  })

  it('does not grow with sessions that are over and that nobody asks for', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const store = new MemoryStore()
    const kept = (): number => {
      const symbol = Object.getOwnPropertySymbols(store).find((each) => String(each).includes('coatcheck'))
      return (store as unknown as Record<symbol, { entries: Map<string, unknown> }>)[symbol!]!.entries.size
    }
    for (let index = 0; index < 20_000; index += 1) {
      store.set(`id-${index}`, stored(1_000))
      vi.setSystemTime(Date.now() + 10)
    }
    expect(kept()).toBeLessThan(3_000)
  })
})
