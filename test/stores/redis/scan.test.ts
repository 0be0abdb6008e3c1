import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { redisStore, type RedisSessionStore } from '../../../src/stores/redis/index.js'
import { SeenKeys } from '../../../src/stores/redis/seen-keys.js'
import { fakeClock } from '../../../src/testing/index.js'
import { startRedis, useEngine } from '../../support/engines.js'
import { record, start } from '../support.js'

// A server of version 7 looks after its tables that often, ten times a second without this.
const redis = useEngine(startRedis, { settings: ['--hz', '200'] })
let client: ReturnType<typeof createClient>
const open = (): RedisSessionStore => redisStore({ client, clock: fakeClock(start) })

beforeAll(async () => {
  client = createClient({ url: redis().url })
  await client.connect()
})
afterAll(() => client.destroy())
beforeEach(() => client.flushAll())

let fills = 0

/** Keys of other names each time, which fall into other places of the server's table. */
async function fill(store: RedisSessionStore, count: number): Promise<string[]> {
  fills += 1
  const keys = Array.from({ length: count }, (_, index) => `key-${fills}-${index}`)
  await Promise.all(keys.map((key) => store.create(key, record())))
  return keys
}

/** The keys of a page, and of the pages after it. */
async function rest(store: RedisSessionStore, cursor: string | undefined, limit: number): Promise<string[]> {
  const page = await store.scan(cursor, limit)
  const keys = page.records.map(({ key }) => key)
  return page.cursor === undefined ? keys : [...keys, ...(await rest(store, page.cursor, limit))]
}

/** Scans half of many sessions, deletes nearly all of them, which shrinks the server's table, and scans the rest. */
async function acrossShrinking(first: RedisSessionStore, second: RedisSessionStore): Promise<number[]> {
  await client.flushAll()
  const keys = await fill(first, 1_000)
  const [staying, going] = [keys.filter((_, index) => index % 20 === 0), keys.filter((_, index) => index % 20 !== 0)]
  const seen: string[] = []
  let cursor: string | undefined
  while (seen.length < 500) {
    const page = await first.scan(cursor, 45)
    seen.push(...page.records.map(({ key }) => key))
    cursor = page.cursor
  }
  await client.unlink(going.map((key) => `coatcheck:${key}`))
  // It goes on a little with each look.
  for (let round = 0; round < 100; round += 1) await client.mGet(keys)
  seen.push(...(await rest(second, cursor, 45)))
  return staying.map((key) => seen.filter((other) => other === key).length)
}

describe('a scan', () => {
  it('gives each session once, also when the table of the server shrinks on the way', async () => {
    const store = open()
    let repeated = 0
    for (let round = 0; round < 60 && (round < 3 || repeated === 0); round += 1) {
      expect(new Set(await acrossShrinking(store, store))).toEqual(new Set([1]))
      // Another store has not seen the first half, and shows that the server does repeat itself.
      const counts = await acrossShrinking(store, open())
      expect(Math.min(...counts)).toBe(1)
      repeated += counts.filter((count) => count > 1).length
    }
    expect(repeated).toBeGreaterThan(0)
  })

  it('can be gone on with by another process', async () => {
    const keys = await fill(open(), 200)
    const page = await open().scan(undefined, 30)
    const seen = [...page.records.map(({ key }) => key), ...(await rest(open(), page.cursor, 17))]
    expect(seen.sort()).toEqual(keys.sort())
  })

  it('gives a page again that is asked for again, and what follows it', async () => {
    const store = open()
    const keys = await fill(store, 200)
    const first = await store.scan(undefined, 30)
    const second = await store.scan(first.cursor, 30)
    await store.scan(second.cursor, 30)
    expect(await store.scan(first.cursor, 30)).toEqual(second)
    const seen = [first, second].flatMap(({ records }) => records.map(({ key }) => key))
    expect([...seen, ...(await rest(store, second.cursor, 30))].sort()).toEqual(keys.sort())
  })

  it('finds few sessions among many other keys', async () => {
    const store = open()
    const keys = await fill(store, 5)
    const others = Array.from({ length: 20_000 }, (_, index) => [`other-${index}`, 'x'] as [string, string])
    await client.mSet(others)
    expect((await rest(store, undefined, 2)).sort()).toEqual(keys.sort())
    expect(await store.count()).toBe(5)
  })

  it('refuses a cursor that it never gave', async () => {
    const texts = ['', '0', 'x', '[]', '["a",1,[],null,"0",[]', '["a",0,[],null,"0",[]]', '["a",1,[],null,"x",[]]']
    for (const text of texts) {
      for (const cursor of [text, Buffer.from(text).toString('base64url')]) {
        await expect(open().scan(cursor, 10)).rejects.toMatchObject({ code: 'ERR_SESSION_OPTION' })
      }
    }
  })
})

describe('the keys that a scan has seen', () => {
  it('are told from others, however many there are', () => {
    const seen = new SeenKeys()
    const keys = Array.from({ length: 20_000 }, (_, index) => `key-${index}`)
    expect(keys.every((key) => seen.isNewOn(1, key))).toBe(true)
    expect(keys.some((key) => seen.isNewOn(2, key))).toBe(false)
    expect(keys.every((key) => seen.isNewOn(1, key))).toBe(true)
    expect(seen.size).toBe(20_000)
    expect(seen.isNewOn(2, 'another')).toBe(true)
    expect(seen.size).toBe(20_001)
  })

  it('belong to the earliest page that gave them', () => {
    const seen = new SeenKeys()
    expect(seen.isNewOn(5, 'key')).toBe(true)
    expect(seen.isNewOn(3, 'key')).toBe(true)
    expect(seen.isNewOn(5, 'key')).toBe(false)
  })
})
