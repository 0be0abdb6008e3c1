/**
 * What the memory store does when it is full: what costs least goes first, and never in silence.
 */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { beforeEach, describe, expect, it } from 'vitest'

import type { KeptRecord } from '../../src/core/record.js'
import { memoryStore, type MemorySessionStore, type MemoryStoreOptions } from '../../src/stores/memory/index.js'
import { fakeClock, type FakeClock } from '../../src/testing/index.js'
import { hour, record, start } from './support.js'

const run = promisify(execFile)

let clock: FakeClock
let evicted: string[]

beforeEach(() => {
  clock = fakeClock(start)
  evicted = []
})

function open(options: MemoryStoreOptions): MemorySessionStore {
  return memoryStore({ clock, onEvict: ({ key }) => evicted.push(key), ...options })
}

const keysOf = (store: MemorySessionStore): string[] => store.scan(undefined, 1_000).records.map(({ key }) => key)

/** What a record takes in a store of its own. */
function costOf(fields: Parameters<typeof record>[0]): number {
  const store = memoryStore({ clock })
  store.create('k', record(fields))
  return store.bytes
}

describe('a store that is full of sessions', () => {
  it('drops what was written or touched longest ago', () => {
    const store = open({ maxSessions: 4 })
    for (const key of ['a', 'b', 'c', 'd']) store.create(key, record())
    store.touch('a', start + hour)
    store.update('b', record({ version: 2 }), 1)
    store.read('c')
    store.create('e', record())
    store.create('f', record())
    store.create('g', record())
    expect(evicted).toEqual(['c', 'd', 'a'])
    expect(keysOf(store).sort()).toEqual(['b', 'e', 'f', 'g'])
  })

  it('drops sessions without a user before those of users, however long these were idle', () => {
    const store = open({ maxSessions: 3 })
    store.create('ann', record({ userId: 'ann' }))
    store.create('bob', record({ userId: 'bob' }))
    store.create('visitor', record())
    store.create('carl', record({ userId: 'carl' }))
    expect(evicted).toEqual(['visitor'])
    store.create('dora', record({ userId: 'dora' }))
    expect(evicted).toEqual(['visitor', 'ann'])
  })

  it('goes by whose session it is now: after sign-in and after sign-out', () => {
    const store = open({ maxSessions: 3 })
    store.create('signs in', record())
    store.create('signs out', record({ userId: 'ann' }))
    store.create('visitor', record())
    store.update('signs in', record({ userId: 'bob', version: 2 }), 1)
    store.update('signs out', record({ version: 2 }), 1)
    for (const key of ['x', 'y', 'z']) store.create(key, record({ userId: 'carl' }))
    expect(evicted).toEqual(['visitor', 'signs out', 'signs in'])
  })

  it('lets visitors who come in masses drive out each other, not those who are signed in', () => {
    const store = open({ maxSessions: 100 })
    for (let index = 0; index < 99; index += 1) store.create(`user-${index}`, record({ userId: `user-${index}` }))
    for (let index = 0; index < 10_000; index += 1) store.create(`visitor-${index}`, record())
    expect(evicted).toHaveLength(9_999)
    expect(evicted.filter((key) => key.startsWith('user'))).toEqual([])
  })

  it('drops what is over first, which is no eviction', () => {
    const store = open({ maxSessions: 4 })
    store.create('idle', record())
    for (const key of ['over 1', 'over 2', 'over 3'])
      store.create(key, record({ userId: 'ann', expiresAt: start + 1_000 }))
    clock.advance(1_000)
    for (const key of ['x', 'y', 'z']) store.create(key, record())
    expect(evicted).toEqual([])
    expect(keysOf(store).sort()).toEqual(['idle', 'x', 'y', 'z'])
    store.create('one more', record())
    expect(evicted).toEqual(['idle'])
  })

  it('replaces without dropping anyone', () => {
    const store = open({ maxSessions: 2 })
    store.create('old', record())
    store.create('other', record())
    expect(store.replace('old', 'new', record())).toBe(true)
    expect(evicted).toEqual([])
    expect(keysOf(store).sort()).toEqual(['new', 'other'])
  })

  it('of one holds the newest', () => {
    const store = open({ maxSessions: 1 })
    for (const key of ['a', 'b', 'c']) store.create(key, record())
    expect(keysOf(store)).toEqual(['c'])
    expect(evicted).toEqual(['a', 'b'])
  })
})

describe('a store that is full of bytes', () => {
  const data = JSON.stringify({ text: 'x'.repeat(1_000) })
  const cost = costOf({ data })

  it('drops as many as the new record needs, and no more', () => {
    const store = open({ maxBytes: cost * 4 })
    for (const key of ['a', 'b', 'c', 'd']) store.create(key, record({ data }))
    expect([evicted, store.bytes]).toEqual([[], cost * 4])
    const twice = JSON.stringify({ text: 'x'.repeat(cost + 1_000) })
    store.create('l', record({ data: twice }))
    expect(evicted).toEqual(['a', 'b'])
    expect(store.bytes).toBe(cost * 4)
    store.create('one more', record())
    expect(evicted).toEqual(['a', 'b', 'c'])
  })

  it('makes room for a record that grows, and never at its own expense', () => {
    const ofUsers = costOf({ data, userId: 'u' })
    const store = open({ maxBytes: cost + ofUsers * 3 })
    store.create('a', record({ data }))
    for (const key of ['b', 'c', 'd']) store.create(key, record({ data, userId: 'u' }))
    const grown = record({ data: JSON.stringify({ text: 'x'.repeat(1_000 + ofUsers + 100) }), version: 2 })
    expect(store.update('a', grown, 1)).toBe('updated')
    expect(evicted).toEqual(['b', 'c'])
    expect(store.read('a')).toMatchObject(grown)
  })

  it('does not drop a record that is over while it is being updated', () => {
    const store = open({ maxBytes: cost * 2 })
    store.create('o', record({ data, expiresAt: start + 10 }))
    store.create('p', record({ data }))
    clock.advance(10)
    const next = record({ data: JSON.stringify({ text: 'x'.repeat(1_500) }), version: 2, expiresAt: start + hour })
    expect(store.update('o', next, 1)).toBe('updated')
    expect(store.read('o')).toMatchObject(next)
    expect(evicted).toEqual(['p'])
  })

  it('drops what is over, not what lives, for a record that grows', () => {
    const store = open({ maxBytes: cost * 3 + 8 })
    store.create('v', record({ data }))
    store.create('o', record({ data, userId: 'u', expiresAt: start + 10 }))
    store.create('g', record({ data }))
    clock.advance(10)
    expect(store.update('g', record({ data: JSON.stringify({ text: 'x'.repeat(1_500) }), version: 2 }), 1)).toBe(
      'updated',
    )
    expect(evicted).toEqual([])
    expect(keysOf(store).sort()).toEqual(['g', 'v'])
  })

  it('drops nothing for a record that shrinks', () => {
    const store = open({ maxBytes: cost * 2 })
    store.create('a', record({ data }))
    store.create('b', record({ data }))
    store.update('a', record({ version: 2 }), 1)
    expect(evicted).toEqual([])
    expect(store.bytes).toBeLessThan(cost * 2)
  })

  it('refuses a record that would not fit if it were alone, and drops nothing for it', () => {
    const store = open({ maxBytes: cost * 3 })
    store.create('a', record({ data, userId: 'ann' }))
    const huge = record({ data: JSON.stringify({ text: 'x'.repeat(cost * 3) }), version: 2 })
    const refusal = expect.objectContaining({ code: 'ERR_SESSION_DATA_TOO_LARGE' })
    expect(() => store.create('b', huge)).toThrow(refusal)
    expect(() => store.update('a', huge, 1)).toThrow(refusal)
    expect(store.read('a')).toMatchObject({ data, version: 1, userId: 'ann' })
    expect(store.listByUser('ann')).toHaveLength(1)
    expect(evicted).toEqual([])
  })
})

describe('a store that nobody sweeps', () => {
  it('shrinks back to what lives as new sessions come', () => {
    const store = open({})
    for (let index = 0; index < 1_000; index += 1) store.create(`old-${index}`, record({ expiresAt: start + 1_000 }))
    clock.advance(1_000)
    for (let index = 0; index < 1_000; index += 1) store.create(`new-${index}`, record({ expiresAt: start + hour }))
    expect(store.count()).toBe(1_000)
    expect(evicted).toEqual([])
  })
})

const script = (body: string): string => `
  import { memoryStore } from 'coatcheck/stores/memory'
  const record = { data: '{}', version: 1, createdAt: 0, expiresAt: Date.now() + 60_000 }
  ${body}`
const inProcess = (body: string) =>
  run(process.execPath, ['--input-type=module', '-e', script(body)], { cwd: import.meta.dirname })

describe('onEvict', () => {
  it('is handed the key and the whole record', () => {
    const seen: KeptRecord[] = []
    const store = memoryStore({ clock, maxSessions: 1, onEvict: (kept) => seen.push(kept) })
    const lost = record({ userId: 'ann', attributes: '{"a":1}', data: '{"cart":["mug"]}', version: 4 })
    store.create('ann', lost)
    store.create('next', record())
    expect(seen).toEqual([{ key: 'ann', record: lost }])
  })

  it('can be listened to later, by several, and no longer', () => {
    const store = open({ maxSessions: 1 })
    const later: string[] = []
    const off = store.onEvict(({ key }) => later.push(key))
    store.create('a', record())
    store.create('b', record())
    off()
    store.create('c', record())
    expect(later).toEqual(['a'])
    expect(evicted).toEqual(['a', 'b'])
  })

  it('is called when the write is done, so that a listener may use the store', () => {
    const store = memoryStore({ clock, maxSessions: 1 })
    const found: unknown[] = []
    store.onEvict(({ key }) => found.push(store.read(key), store.read('b'), store.count()))
    store.create('a', record())
    store.create('b', record())
    expect(found).toMatchObject([undefined, record(), 1])
  })

  it('that throws does not reach the write, and is an uncaught exception', async () => {
    const { stdout } = await inProcess(`
      process.on('uncaughtException', (error) => console.log('uncaught:', error.message))
      const store = memoryStore({ maxSessions: 1, onEvict() { throw new Error('from the listener') } })
      store.create('a', record)
      console.log(store.create('b', record), store.count())`)
    expect(stdout).toBe('true 1\nuncaught: from the listener\n')
  })

  it('with nobody listening, the first loss is a warning, said once', async () => {
    const { stderr } = await inProcess(`
      const store = memoryStore({ maxSessions: 1 })
      for (const key of ['a', 'b', 'c']) store.create(key, record)`)
    expect(stderr.match(/COATCHECK_SESSIONS_EVICTED/g)).toHaveLength(1)
    expect(stderr).toContain('maxSessions 1')
  })

  it('is not asked about what was deleted, swept or over', () => {
    const store = open({ maxSessions: 2 })
    store.create('deleted', record())
    store.delete('deleted')
    store.create('swept', record({ expiresAt: start + 1 }))
    store.sweep(start + 1)
    store.create('over', record({ expiresAt: start + 1 }))
    clock.advance(1)
    store.create('a', record())
    store.create('b', record())
    expect(evicted).toEqual([])
  })
})
