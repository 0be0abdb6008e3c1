/**
 * Looking for sessions: at once where that can be, and in bounded stretches where it cannot.
 */
import { describe, expect, it, onTestFinished } from 'vitest'

import { groundOf } from '../../src/core/ground-of.js'
import type { SessionStore } from '../../src/core/record.js'
import { coatcheck, type Sessions } from '../../src/index.js'
import { Census } from '../../src/inspector/looking/census.js'
import { search, type Found, type Search } from '../../src/inspector/looking/search.js'
import { sorted, type Sorting } from '../../src/inspector/looking/matching.js'
import { Sight } from '../../src/inspector/looking/sight.js'
import { Total } from '../../src/inspector/looking/total.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock, type FakeClock } from '../../src/testing/index.js'
import { agents, fill, handleOf } from './support/crowd.js'

const start = Date.UTC(2026, 0, 1)

interface Place {
  readonly sessions: Sessions
  readonly sight: Sight
  readonly clock: FakeClock
  readonly store: SessionStore
  /** What the store was asked to list, in records. */
  readonly scans: number[]
}

async function crowd(size: number): Promise<Place> {
  const clock = fakeClock(start)
  const store = memoryStore({ clock, maxSessions: Math.max(1000, size * 2) })
  const scans: number[] = []
  const { scan } = store
  store.scan = (cursor, limit) => {
    scans.push(limit)
    return scan.call(store, cursor, limit)
  }
  const sessions = coatcheck({ secret: 'x'.repeat(32), store, clock, sweepInterval: '7d' })
  onTestFinished(() => sessions.close())
  await fill(store, size, start)
  return { sessions, sight: new Sight(groundOf(sessions, 'the test')), clock, store, scans }
}

const all: Search = { text: '', field: 'any', cursor: undefined, pageSize: 50 }

/** Every stretch of a search, one after the other. */
async function stretches(sight: Sight, asked: Search): Promise<readonly Found[]> {
  const found: Found[] = []
  let { cursor } = asked
  do {
    found.push(await search(sight, { ...asked, cursor }))
    cursor = found.at(-1)!.cursor
  } while (cursor !== undefined)
  return found
}

describe('a list', () => {
  it('pages through everything, each session once and a page no longer than it should be', async () => {
    const { sight } = await crowd(1234)
    const pages = await stretches(sight, all)
    const handles = pages.flatMap(({ sessions }) => sessions.map(({ handle }) => handle))
    expect(new Set(handles).size).toBe(1234)
    expect(handles).toHaveLength(1234)
    expect(pages.every(({ sessions }, index) => sessions.length === 50 || index === pages.length - 1)).toBe(true)
  })

  it('leaves out what is over and what is coatcheck’s own, and fills the page all the same', async () => {
    const { sight, store } = await crowd(20)
    const record = { data: '{}', version: 1, createdAt: start, expiresAt: start + 60_000 }
    for (let index = 0; index < 60; index += 1) await store.create(`retired:${index}`, record)
    for (let index = 0; index < 60; index += 1)
      await store.create(handleOf(5000 + index), { ...record, expiresAt: start - 1 })
    await fill(store, 40, start, 100)
    const [first] = await stretches(sight, all)
    expect(first!.sessions).toHaveLength(50)
    expect(first!.looked).toBeGreaterThanOrEqual(110)
  })
})

describe('a search', () => {
  it('finds a session by its handle, and a user’s by their ID, without looking at others', async () => {
    const { sight, scans } = await crowd(30_000)
    const last = handleOf(29_999)
    const byHandle = await search(sight, { ...all, text: last, field: 'handle' })
    expect(byHandle).toMatchObject({ sessions: [{ handle: last }], atOnce: true, cursor: undefined })
    const byUser = await search(sight, { ...all, text: 'user-29999', field: 'user' })
    expect(byUser).toMatchObject({ sessions: [{ handle: last }], atOnce: true, cursor: '' })
    const anything = await search(sight, { ...all, text: 'user-29999' })
    expect(anything.sessions).toEqual(byUser.sessions)
    expect(scans).toEqual([])
  })

  it('goes on from what was found at once to those that only contain it', async () => {
    const { sight } = await crowd(500)
    const [atOnce, ...rest] = await stretches(sight, { ...all, text: 'user-4' })
    expect(atOnce!.sessions.map(({ userId }) => userId)).toEqual(['user-4'])
    const users = rest.flatMap(({ sessions }) => sessions.map(({ userId }) => userId))
    expect(users).toHaveLength(75)
    expect(users).toContain('user-4')
  })

  it.each<[string, Search['field'], string, (index: number) => boolean]>([
    ['part of a user’s ID', 'user', 'SER-123', (index) => index % 3 !== 0 && String(index).startsWith('123')],
    ['the beginning of a handle', 'handle', handleOf(77).slice(0, 9), (index) => index === 77],
    ['an address', 'address', '10.0.3.', (index) => index % 3 !== 0 && Math.floor(index / 256) % 256 === 3],
    [
      'a device as people call it',
      'device',
      'safari 17 on ios',
      (index) => index % 3 !== 0 && index % agents.length === 2,
    ],
    [
      'a device as it calls itself',
      'device',
      'Gecko/20100101',
      (index) => index % 3 !== 0 && index % agents.length === 0,
    ],
    ['anything', 'any', '10.0.3.', (index) => index % 3 !== 0 && Math.floor(index / 256) % 256 === 3],
  ])('finds by %s every session there is, each once', async (_what, field, text, fits) => {
    const size = 2000
    const { sight } = await crowd(size)
    const found = await stretches(sight, { ...all, field, text })
    const handles = found.flatMap(({ sessions }) => sessions.map(({ handle }) => handle))
    const expected = Array.from({ length: size }, (_, index) => index)
      .filter(fits)
      .map((index) => handleOf(index))
    expect(handles.sort()).toEqual(expected.sort())
    expect(expected.length).toBeGreaterThan(0)
  })

  it('looks at a bounded number of records for each page, and says how many', async () => {
    const { sight, scans } = await crowd(25_000)
    const found = await stretches(sight, { ...all, text: 'nobody at all' })
    expect(found.every(({ sessions }) => sessions.length === 0)).toBe(true)
    expect(found.every(({ looked }) => looked <= 10_500)).toBe(true)
    expect(found.reduce((sum, { looked }) => sum + looked, 0)).toBe(25_000)
    expect(found).toHaveLength(3)
    expect(Math.max(...scans)).toBe(500)
  })

  it('stops after a second of a slow store, and goes on from there', async () => {
    const { sight, clock, store } = await crowd(1000)
    const { scan } = store
    Object.assign(store, {
      scan(cursor: string | undefined, limit: number) {
        clock.advance(400)
        return scan.call(store, cursor, limit)
      },
    })
    const first = await search(sight, { ...all, text: 'nobody at all' })
    expect(first.looked).toBe(50 + 100 + 200)
    expect(first.cursor).toBeDefined()
  })

  it('shows few more than a page where many are found at once', async () => {
    const { sight } = await crowd(5000)
    const found = await stretches(sight, { ...all, text: 'user-' })
    expect(found.every(({ sessions }) => sessions.length <= 150)).toBe(true)
  })
})

describe('an order', () => {
  it.each<[Sorting, boolean, (string | number | undefined)[]]>([
    ['user', false, ['ann', 'u2', 'u10', undefined]],
    ['user', true, ['u10', 'u2', 'ann', undefined]],
    ['size', true, [30, 20, 10, 5]],
    ['created', false, [1, 2, 3, 4]],
  ])('by %s (descending: %s) puts what has no such value last', (by, descending, expected) => {
    const base = {
      lastSeenAt: 0,
      expiresAt: 0,
      absoluteExpiresAt: 0,
      authenticatedAt: 0,
      method: '',
      device: undefined,
    }
    const sessions = [
      { ...base, handle: 'a', userId: 'u10', size: 10, createdAt: 3 },
      { ...base, handle: 'b', userId: undefined, size: 20, createdAt: 1 },
      { ...base, handle: 'c', userId: 'u2', size: 30, createdAt: 2 },
      { ...base, handle: 'd', userId: 'ann', size: 5, createdAt: 4 },
    ]
    const key = by === 'user' ? 'userId' : by === 'created' ? 'createdAt' : 'size'
    expect(sorted(sessions, { by, descending }).map((session) => session[key])).toEqual(expected)
  })
})

describe('the census', () => {
  it('is exact for a store that fits into one go, and new each time', async () => {
    const { sight, store, clock, sessions } = await crowd(300)
    const census = new Census(sight, () => 0)
    expect(census.headcount(undefined)).toBeUndefined()
    await census.advance()
    expect(census.headcount(300)).toMatchObject({ living: 300, signedIn: 200, anonymous: 100, exact: true })
    await sessions.revokeUser('user-1')
    await fill(store, 1, clock.now(), 900)
    await census.advance()
    expect(census.headcount(300)).toMatchObject({ living: 300, signedIn: 199, anonymous: 101, exact: true })
  })

  it('estimates a larger one from what it has seen, a little at a time', async () => {
    const { sight, scans } = await crowd(9000)
    const census = new Census(sight, () => 0)
    await census.advance()
    expect(scans).toEqual([500, 500, 500, 500])
    expect(census.headcount(9000)).toMatchObject({ exact: false, looked: 2000, living: 9000 })
    for (let go = 0; go < 4; go += 1) await census.advance()
    const { signedIn, anonymous, exact, looked } = census.headcount(9000)!
    expect([signedIn, anonymous, exact, looked]).toEqual([6000, 3000, false, 9000])
  })

  it('rests twenty times as long as it worked, and goes on afterwards', async () => {
    const { sight, scans, clock } = await crowd(9000)
    let stopwatch = 0
    const census = new Census(sight, () => (stopwatch += 10))
    await census.advance()
    const before = scans.length
    await census.advance()
    expect(scans).toHaveLength(before)
    clock.advance(2000)
    await census.advance()
    expect(scans.length).toBeGreaterThan(before)
  })

  it('leaves the rest for later when a go takes too long', async () => {
    const { sight, scans } = await crowd(9000)
    let stopwatch = 0
    await new Census(sight, () => (stopwatch += 100)).advance()
    expect(scans).toHaveLength(1)
  })
})

describe('the total', () => {
  it('is asked for once a second at most, and more rarely where it takes long', async () => {
    const { sight, clock, store } = await crowd(10)
    let counts = 0
    const { count } = store
    Object.assign(store, { count: () => ((counts += 1), count.call(store)) })
    let stopwatch = 0
    const total = new Total(sight, () => (stopwatch += 200))
    expect(await total.refresh()).toBe(10)
    clock.advance(3000)
    expect([await total.refresh(), counts]).toEqual([10, 1])
    clock.advance(2000)
    expect([await total.refresh(), counts]).toEqual([10, 2])
    total.forget()
    expect([await total.refresh(), counts]).toEqual([10, 3])
  })
})
