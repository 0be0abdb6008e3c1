import { describe, expect, it } from 'vitest'

import { memoryStore } from '../../src/stores/memory/index.js'
import { hour, kept, keeping, loaded, minute, session } from './support/keeping.js'

describe('the idle timeout', () => {
  it('ends a session at its very moment, and not a millisecond sooner', async () => {
    const { keeper, clock } = keeping()
    await kept(keeper, 'id', { a: 1 })
    clock.advance(hour - 1)
    expect((await loaded(keeper, 'id')).values).toEqual({ a: 1 })
    clock.advance(1)
    expect(await keeper.load('id', 0)).toMatchObject({ status: 'expired', timeout: 'idle' })
  })

  it('is counted from the last touch', async () => {
    const { keeper, clock } = keeping()
    await kept(keeper, 'id', {})
    for (let round = 0; round < 10; round += 1) {
      clock.advance(hour - 1)
      const { bookmark } = await loaded(keeper, 'id')
      expect(await keeper.touch(session('id', {}, { bookmark }))).toBe('touched')
    }
    clock.advance(hour)
    expect(await keeper.load('id', 0)).toMatchObject({ status: 'expired' })
  })

  it('deletes what it finds expired, and finds nothing the next time', async () => {
    const { keeper, clock, store } = keeping()
    await kept(keeper, 'id', {})
    clock.advance(hour)
    await keeper.load('id', 0)
    expect(await store.read('id')).toBeUndefined()
    expect(await keeper.load('id', 0)).toBeUndefined()
  })

  it('gives way to a lifetime of the session’s own, longer or shorter', async () => {
    const { keeper, clock } = keeping()
    await kept(keeper, 'short', {}, { lifetime: minute })
    await kept(keeper, 'long', {}, { lifetime: 2 * hour })
    clock.advance(minute)
    expect(await keeper.load('short', 0)).toMatchObject({ status: 'expired' })
    clock.advance(2 * hour - minute - 1)
    expect(await keeper.load('long', 0)).toMatchObject({ status: 'found' })
    clock.advance(1)
    expect(await keeper.load('long', 0)).toMatchObject({ status: 'expired' })
  })

  it('is decided here and not by the store: a store that answers what is over is not believed', async () => {
    const { keeper, clock, store } = keeping({ store: memoryStore() })
    await kept(keeper, 'id', {})
    clock.advance(hour)
    expect(await store.read('id')).toBeDefined()
    expect(await keeper.load('id', 0)).toMatchObject({ status: 'expired' })
  })
})

describe('the absolute timeout', () => {
  const lifetimes = { absolute: 3 * hour }

  it('ends a session at its very moment, however it is used', async () => {
    const { keeper, clock } = keeping({ lifetimes })
    await kept(keeper, 'id', {})
    for (let passed = 0; passed < 3 * hour - 30 * minute; passed += 30 * minute) {
      clock.advance(30 * minute)
      const { bookmark } = await loaded(keeper, 'id')
      await keeper.touch(session('id', {}, { bookmark }))
    }
    clock.advance(30 * minute - 1)
    const { bookmark } = await loaded(keeper, 'id')
    await keeper.save(session('id', { changed: true }, { bookmark }))
    clock.advance(1)
    expect(await keeper.load('id', 0)).toMatchObject({ status: 'expired', timeout: 'absolute' })
  })

  it('is not moved by a new ID', async () => {
    const { keeper, clock } = keeping({ lifetimes })
    const { createdAt } = await kept(keeper, 'old', {})
    clock.advance(2 * hour + 30 * minute)
    await kept(keeper, 'new', {}, { createdAt })
    clock.advance(30 * minute)
    expect(await keeper.load('new', 0)).toMatchObject({ status: 'expired', timeout: 'absolute' })
  })

  it('is not moved by a longer lifetime of the session’s own', async () => {
    const { keeper, clock } = keeping({ lifetimes })
    await kept(keeper, 'id', {}, { lifetime: 24 * hour })
    clock.advance(3 * hour)
    expect(await keeper.load('id', 0)).toMatchObject({ status: 'expired', timeout: 'absolute' })
  })
})

describe('a clock that is wrong', () => {
  it('set back, keeps sessions alive and ends them at their time all the same', async () => {
    const { keeper, clock } = keeping()
    await kept(keeper, 'id', {})
    const start = clock.now()
    clock.set(start - 10 * hour)
    expect(await keeper.load('id', 0)).toMatchObject({ status: 'found' })
    clock.set(start + hour)
    expect(await keeper.load('id', 0)).toMatchObject({ status: 'expired' })
  })

  it('set back, has its deadline written down again', async () => {
    const { keeper, clock } = keeping({ lifetimes: { touchWindow: minute } })
    const bookmark = await kept(keeper, 'id', {})
    clock.set(clock.now() - 10 * hour)
    expect(keeper.touchDue(session('id', {}, { bookmark }))).toBe(true)
  })

  it('at the epoch and past 2038, keeps its boundaries', async () => {
    for (const start of [0, 2 ** 31 * 1_000 - minute]) {
      const { keeper, clock } = keeping()
      clock.set(start)
      await kept(keeper, 'id', {})
      clock.advance(hour - 1)
      expect(await keeper.load('id', 0)).toMatchObject({ status: 'found' })
      clock.advance(1)
      expect(await keeper.load('id', 0)).toMatchObject({ status: 'expired' })
    }
  })

  it('that answers no number, lets nobody in', async () => {
    const { keeper, clock } = keeping()
    await kept(keeper, 'id', {})
    clock.now = () => Number.NaN
    const result = await Promise.resolve(keeper.load('id', 0)).catch(() => undefined)
    expect(result?.status).not.toBe('found')
  })
})

describe('the touch window', () => {
  it('is a tenth of the lifetime, and a minute at most', async () => {
    for (const [lifetime, window] of [
      [hour, minute],
      [24 * hour, minute],
      [5 * minute, 30_000],
      [minute, 6_000],
    ] as const) {
      const { keeper, clock } = keeping({ lifetimes: { touchWindow: undefined } })
      const bookmark = await kept(keeper, 'id', {}, { lifetime })
      clock.advance(window - 1)
      expect(keeper.touchDue(session('id', {}, { bookmark, lifetime }))).toBe(false)
      clock.advance(1)
      expect(keeper.touchDue(session('id', {}, { bookmark, lifetime }))).toBe(true)
    }
  })

  it('never ends a session in use early: the deadline is written a window later', async () => {
    const { keeper, clock } = keeping({ lifetimes: { touchWindow: 10 * minute } })
    const bookmark = await kept(keeper, 'id', {})
    clock.advance(10 * minute - 1)
    // A request comes, and is not worth a write.
    expect(keeper.touchDue(session('id', {}, { bookmark }))).toBe(false)
    // A whole idle timeout after that request, less a moment, the session lives.
    clock.advance(hour - 1)
    expect(await keeper.load('id', 0)).toMatchObject({ status: 'found' })
    clock.advance(2)
    expect(await keeper.load('id', 0)).toMatchObject({ status: 'expired' })
  })

  it('of 0 has every request written down', async () => {
    const { keeper } = keeping()
    const bookmark = await kept(keeper, 'id', {})
    expect(keeper.touchDue(session('id', {}, { bookmark }))).toBe(true)
  })

  it('is passed at once by a lifetime that was changed', async () => {
    const { keeper } = keeping({ lifetimes: { touchWindow: minute } })
    const bookmark = await kept(keeper, 'id', {})
    expect(keeper.touchDue(session('id', {}, { bookmark, lifetime: 2 * hour }))).toBe(true)
    expect(keeper.touchDue(session('id', {}, { bookmark, lifetime: minute }))).toBe(true)
  })

  it('is nothing to a session that is not kept yet', () => {
    expect(keeping().keeper.touchDue(session('id', {}))).toBe(false)
  })
})

describe('what is told of a session’s times', () => {
  it('begins with its creation and ends at the nearer of both limits', async () => {
    const { keeper, clock, store } = keeping({ lifetimes: { absolute: 90 * minute, touchWindow: minute } })
    const start = clock.now()
    const bookmark = await kept(keeper, 'id', {})
    const record = (await store.read('id'))!
    expect(keeper.times(record)).toEqual({
      userId: undefined,
      createdAt: start,
      lastSeenAt: start,
      expiresAt: start + hour + minute,
      absoluteExpiresAt: start + 90 * minute,
    })
    clock.advance(40 * minute)
    const touching = session('id', {}, { bookmark })
    await keeper.touch(touching)
    expect(keeper.currentTimes(touching)).toMatchObject({
      lastSeenAt: start + 40 * minute,
      expiresAt: start + 90 * minute,
    })
  })

  it('knows a session that has not been kept yet', () => {
    const { keeper, clock } = keeping({ lifetimes: { absolute: 30 * minute } })
    const now = clock.now()
    expect(keeper.currentTimes(session('id', {}))).toMatchObject({ createdAt: now, expiresAt: now + 30 * minute })
    expect(keeper.currentTimes(session('id', {}, { lifetime: minute }))).toMatchObject({ expiresAt: now + minute })
  })

  it('knows that a session which was given a new ID began under the old one', () => {
    const { keeper, clock } = keeping({ lifetimes: { absolute: 30 * minute } })
    const createdAt = clock.now() - 20 * minute
    expect(keeper.currentTimes(session('id', {}, { createdAt }))).toMatchObject({
      createdAt,
      expiresAt: createdAt + 30 * minute,
    })
  })
})
