import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { redisStore, type RedisSessionStore } from '../../../src/stores/redis/index.js'
import { fakeClock, type FakeClock } from '../../../src/testing/index.js'
import { startRedis, useEngine } from '../../support/engines.js'
import { hour, record, start } from '../support.js'
import { singleClients } from './clients.js'

const redis = useEngine(startRedis)
const minute = 60_000
let client: ReturnType<typeof createClient>
let clock: FakeClock
let store: RedisSessionStore

beforeAll(async () => {
  client = createClient({ url: redis().url })
  await client.connect()
})
afterAll(() => client.destroy())
beforeEach(async () => {
  await client.flushAll()
  clock = fakeClock(start)
  store = redisStore({ client, clock })
})

/** The minutes that the server still keeps a key. */
async function minutesLeft(key: string): Promise<number> {
  return Math.round((await client.pTTL(key)) / minute)
}

async function scores(user: string): Promise<Record<string, number>> {
  const members = await client.zRangeWithScores(`coatcheck-users:${user}`, 0, -1)
  return Object.fromEntries(members.map(({ value, score }) => [value, (score - start) / minute]))
}

describe('what the server forgets by itself', () => {
  it('each write gives a session as long as it has by the clock of the store', async () => {
    await store.create('key', record())
    expect(await minutesLeft('coatcheck:key')).toBe(60)
    clock.advance(20 * minute)
    await store.update('key', record({ version: 2 }), 1)
    expect(await minutesLeft('coatcheck:key')).toBe(40)
    await store.touch('key', start + 2 * hour)
    expect(await minutesLeft('coatcheck:key')).toBe(100)
    await store.replace('key', 'new', record({ userId: 'ann' }))
    expect(await minutesLeft('coatcheck:new')).toBe(40)
    await store.create('of ann', record({ userId: 'ann' }))
    expect(await minutesLeft('coatcheck:of ann')).toBe(40)
    await store.update('of ann', record({ userId: 'ann', version: 2, expiresAt: start + 3 * hour }), 1)
    expect(await minutesLeft('coatcheck:of ann')).toBe(160)
  })

  it('a session whose time is up is gone at once', async () => {
    await store.create('key', record())
    expect(await store.touch('key', start - 1)).toBe(true)
    await expect.poll(() => client.exists('coatcheck:key')).toBe(0)
    expect(await store.create('late', record({ expiresAt: start }))).toBe(true)
    await expect.poll(() => client.exists('coatcheck:late')).toBe(0)
  })

  it('nothing is left without an end', async () => {
    await store.create('a', record({ userId: 'ann' }))
    await store.create('b', record())
    await store.update('b', record({ version: 2, userId: 'bob' }), 1)
    await store.touch('a', start + 5 * hour)
    await store.replace('a', 'c', record({ userId: 'carl' }))
    const keys = await client.keys('*')
    expect(keys.length).toBe(5)
    for (const key of keys) expect(await client.pTTL(key)).toBeGreaterThan(0)
  })
})

describe('the index of a user', () => {
  it('knows a session for an hour longer than it lives, and lives as long itself', async () => {
    await store.create('key', record({ userId: 'ann' }))
    expect(await scores('ann')).toEqual({ key: 120 })
    expect(await minutesLeft('coatcheck-users:ann')).toBe(120)
    await store.create('short', record({ userId: 'ann', expiresAt: start + minute }))
    expect(await scores('ann')).toEqual({ key: 120, short: 61 })
    expect(await minutesLeft('coatcheck-users:ann')).toBe(120)
  })

  it('always reaches as far as the session, however it is moved', async () => {
    await store.create('key', record())
    await store.update('key', record({ userId: 'ann', version: 2 }), 1)
    for (const minutes of [100, 121, 30, 250, 311, 300, 1_000]) {
      await store.touch('key', start + minutes * minute)
      expect((await scores('ann')).key).toBeGreaterThanOrEqual(minutes)
    }
    const { version } = (await store.read('key'))!
    await store.update(
      'key',
      record({ userId: 'ann', version: version + 1, expiresAt: start + 2_000 * minute }),
      version,
    )
    expect((await scores('ann')).key).toBeGreaterThanOrEqual(2_000)
    await store.touch('key', start + 2_050 * minute)
    expect((await scores('ann')).key).toBeGreaterThanOrEqual(2_050)
    expect(await minutesLeft('coatcheck-users:ann')).toBeGreaterThanOrEqual(2_050)
  })

  it('is not written by an update that it need not know of', async () => {
    await store.create('key', record({ userId: 'ann' }))
    await client.zAdd('coatcheck-users:ann', { value: 'key', score: 7 })
    await store.update('key', record({ userId: 'ann', version: 2, expiresAt: start + 2 * hour }), 1)
    expect(await client.zScore('coatcheck-users:ann', 'key')).toBe(7)
    expect(await store.read('key')).toEqual(record({ userId: 'ann', version: 2, expiresAt: start + 2 * hour }))
    await store.touch('key', start + 2 * hour + 1)
    expect((await scores('ann')).key).toBeGreaterThan(120)
  })

  it('follows a session to another user, who finds it alone', async () => {
    await store.create('key', record({ userId: 'ann' }))
    await store.update('key', record({ userId: 'bob', version: 2 }), 1)
    expect(await scores('bob')).toEqual({ key: 120 })
    expect(await store.listByUser('ann')).toEqual([])
    expect(await store.deleteByUser('ann')).toEqual([])
    expect(await store.read('key')).toBeDefined()
  })

  it('lets go of a session that was deleted, replaced or ended', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await store.create(key, record({ userId: 'ann' }))
    await store.delete('a')
    await expect.poll(() => scores('ann')).toEqual({ b: 120, c: 120, d: 120 })
    await store.replace('b', 'e', record({ userId: 'ann' }))
    expect(await scores('ann')).toEqual({ c: 120, d: 120, e: 120 })
    await store.deleteByUser('ann', 'e')
    await expect.poll(() => scores('ann')).toEqual({ e: 120 })
    await store.delete('e')
    await expect.poll(() => client.exists('coatcheck-users:ann')).toBe(0)
  })

  it('lets go of what is over when the next session comes, and of nothing that may live', async () => {
    await store.create('short', record({ userId: 'ann', expiresAt: start + minute }))
    await store.create('long', record({ userId: 'ann', expiresAt: start + 10 * hour }))
    await store.create('used', record({ userId: 'ann', expiresAt: start + minute }))
    await store.touch('used', start + 10 * hour)
    clock.advance(2 * hour)
    await store.create('new', record({ userId: 'ann', expiresAt: clock.now() + hour }))
    expect(Object.keys(await scores('ann')).sort()).toEqual(['long', 'new', 'used'])
  })

  it('comes before the session: where it cannot be written, nobody is signed in', async () => {
    await client.set('coatcheck-users:ann', 'in the way')
    await expect(store.create('key', record({ userId: 'ann' }))).rejects.toThrow('WRONGTYPE')
    expect(await store.read('key')).toBeUndefined()
    await store.create('key', record())
    await expect(store.update('key', record({ userId: 'ann', version: 2 }), 1)).rejects.toThrow('WRONGTYPE')
    expect(await store.read('key')).toEqual(record())
    await expect(store.replace('key', 'new', record({ userId: 'ann' }))).rejects.toThrow('WRONGTYPE')
    expect(await store.read('new')).toBeUndefined()
  })

  it('may name what is not there, and sessions of others: they are not listed and not ended', async () => {
    await store.create('of bob', record({ userId: 'bob' }))
    await store.create('anonymous', record())
    await client.zAdd(
      'coatcheck-users:ann',
      ['gone', 'of bob', 'anonymous'].map((value) => ({ value, score: 1 })),
    )
    expect(await store.listByUser('ann')).toEqual([])
    expect(await store.deleteByUser('ann')).toEqual([])
    expect(await store.count()).toBe(2)
  })

  it('keeps a session that is being created while the list is read', async () => {
    await client.zAdd('coatcheck-users:ann', { value: 'coming', score: start + hour })
    expect(await store.listByUser('ann')).toEqual([])
    expect(await store.deleteByUser('ann')).toEqual([])
    expect(await scores('ann')).toEqual({ coming: 60 })
  })
})

/** Each operation on a server that knows no script, and its answer. */
async function eachAnew(key: string): Promise<unknown[]> {
  const operations: (() => Promise<unknown>)[] = [
    () => store.create(key, record({ userId: 'ann' })),
    () => store.update(key, record({ userId: 'ann', version: 2 }), 1),
    () => store.touch(key, start + 5 * hour),
    () => store.replace(key, `${key} 2`, record()),
    () => store.update(`${key} 2`, record({ version: 2 }), 1),
    () => store.replace(`${key} 2`, `${key} 3`, record({ userId: 'ann' })),
    () => store.deleteByUser('ann'),
  ]
  const answers: unknown[] = []
  for (const operation of operations) {
    await client.scriptFlush()
    answers.push(await operation())
  }
  return answers
}

describe('the scripts', () => {
  it('are sent anew to a server that has forgotten them', async () => {
    for (const key of ['first', 'second']) {
      expect(await eachAnew(key)).toEqual([true, 'updated', true, true, 'updated', true, [`${key} 3`]])
    }
  })
})

describe('what is no session', () => {
  it('under the prefix is an error to whoever reads it, and is passed over in lists', async () => {
    await client.set('coatcheck:odd', 'something else')
    await client.set('coatcheck:json', '{"cookie":{"originalMaxAge":null}}')
    await client.lPush('coatcheck:list', 'x')
    for (const key of ['odd', 'json']) {
      await expect(store.read(key)).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_ANSWER' })
      await expect(store.update(key, record(), 0)).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_ANSWER' })
      await expect(store.touch(key, start + hour)).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_ANSWER' })
    }
    await expect(store.read('list')).rejects.toThrow('WRONGTYPE')
    expect(await store.create('odd', record())).toBe(false)
    expect((await store.scan(undefined, 10)).records).toEqual([])
    expect(await client.get('coatcheck:odd')).toBe('something else')
  })

  it('beside the prefix is not looked at', async () => {
    await client.set('coatcheckers', 'something else')
    await client.set('other:key', 'something else')
    await store.create('key', record({ userId: 'ann' }))
    expect(await store.count()).toBe(1)
    const special = redisStore({ client, clock, prefix: '*[a-z]?\\^:' })
    await client.set('*[a-z]?\\^', 'x')
    await client.set('xax\\^:y', 'x')
    await special.create('key', record())
    expect((await special.scan(undefined, 10)).records).toEqual([{ key: 'key', record: record() }])
  })
})

describe('a keyPrefix of the app', () => {
  it.each(['node-redis 6 with a keyPrefix', 'ioredis 6 with a keyPrefix'])(
    'every key is under it, with %s',
    async (name) => {
      const { client: other, end } = await singleClients[name]!(redis().url)
      const prefixed = redisStore({ client: other, clock })
      await prefixed.create('key', record({ userId: 'ann' }))
      expect((await client.keys('*')).sort()).toEqual(['app*:coatcheck-users:ann', 'app*:coatcheck:key'])
      await store.create('key', record({ userId: 'ann', version: 7 }))
      expect(await prefixed.deleteByUser('ann')).toEqual(['key'])
      expect(await store.read('key')).toEqual(record({ userId: 'ann', version: 7 }))
      await end()
    },
  )
})
