import type { EventEmitter } from 'node:events'

import { Redis as Ioredis } from 'ioredis'
import { Redis as Ioredis5 } from 'ioredis-5'
import { Redis as Iovalkey } from 'iovalkey'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { createClient as createClient4 } from 'redis-4'
import { createClient as createClient5 } from 'redis-5'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { SessionOptionError } from '../../../src/core/errors.js'
import type { Emitter } from '../../../src/stores/redis/emitter.js'
import { redisStore, type RedisStoreOptions } from '../../../src/stores/redis/index.js'
import { fakeClock } from '../../../src/testing/index.js'
import { startRedis, useEngine } from '../../support/engines.js'
import { useRedisCluster } from '../../support/redis-cluster.js'
import { record, start } from '../support.js'
import { singleClients } from './clients.js'

const redis = useEngine(startRedis)

function refused(options: unknown): string {
  try {
    redisStore(options as RedisStoreOptions)
  } catch (error) {
    if (error instanceof SessionOptionError) return error.message
    throw error
  }
  throw new Error('was accepted')
}

describe('redisStore refuses', () => {
  const client = createClient()

  it('what is no client', () => {
    const callbacks = createClient5().legacy()
    for (const other of [null, {}, 'redis://localhost', { get() {}, set() {} }, callbacks, new Map()]) {
      expect(refused({ client: other })).toContain('client must be a client of redis')
    }
  })

  it('neither and both of client and url, and other things than options', () => {
    for (const options of [{}, { client, url: 'redis://localhost' }])
      expect(refused(options)).toContain('either client')
    for (const options of [undefined, null, 'redis://localhost'])
      expect(refused(options)).toContain('{ client } or { url }')
  })

  it('options that it does not know, and values that it cannot use', () => {
    expect(refused({ client, ttl: 5 })).toContain('no option ttl')
    expect(refused({ client, prefix: '' })).toContain('prefix')
    expect(refused({ client, prefix: 5 })).toContain('prefix')
    expect(refused({ client, prefix: 'users' })).toContain('colon')
    expect(refused({ client, legacy: 'connect-mongo' })).toContain("'connect-redis'")
  })

  const hears = { RESP: 3, emitInvalidate: true } as const
  const deaf: Readonly<Record<string, unknown>> = {
    'redis that was not made for it': client,
    'redis 5 that was not made for it': createClient5({ RESP: 3 }),
    'redis 4, which knows nothing of it': createClient4(hears as object),
    'a pool': createClientPool(hears),
    'a Cluster': createCluster({ rootNodes: [{}], RESP: 3, defaults: hears }),
    'a Sentinel': createSentinel({ name: 'first', sentinelRootNodes: [], RESP: 3, nodeClientOptions: hears }),
    ioredis: new Ioredis({ lazyConnect: true }),
    'ioredis 5': new Ioredis5({ lazyConnect: true }),
    iovalkey: new Iovalkey({ lazyConnect: true }),
  }

  it.each(Object.entries(deaf))('a near-cache over %s, which is left as it was', (_name, other) => {
    expect(refused({ client: other, nearCache: true })).toContain('emitInvalidate: true')
    expect((other as EventEmitter).listenerCount('error')).toBe(0)
    expect(() => redisStore({ client: other as typeof client, nearCache: false })).not.toThrow()
  })

  it('a near-cache with options that it does not know, and values that it cannot use', () => {
    for (const nearCache of [1, 'on', null]) expect(refused({ client, nearCache })).toContain('nearCache must be')
    expect(refused({ client, nearCache: { ttl: 5 } })).toContain('nearCache has no option ttl')
    for (const maxAge of [0, -1, '1m', 10_001, Infinity, 'soon']) {
      expect(refused({ client, nearCache: { maxAge } })).toContain('nearCache.maxAge must be')
    }
    for (const maxEntries of [0, -1, 1.5, Infinity, '5']) {
      expect(refused({ client, nearCache: { maxEntries } })).toContain('nearCache.maxEntries must be')
    }
  })

  it('a URL of something else, and does not repeat it', () => {
    for (const url of [
      'localhost:6379',
      'http://user:password@localhost',
      new URL('postgres://user:password@localhost'),
      5,
    ]) {
      expect(refused({ url })).toMatch(/redis:\/\/ or rediss:\/\/\.$/)
      expect(refused({ url })).not.toContain('password')
    }
  })
})

describe('a client that was handed in', () => {
  it.each(Object.entries(singleClients))('stays open and as it was: %s', async (_name, connect) => {
    const { client, end } = await connect(redis().url)
    const emitter = client as unknown as { listenerCount(event: string): number }
    const listeners = emitter.listenerCount('error')
    const stores = [redisStore({ client }), redisStore({ client })]
    await Promise.all(stores.map((store) => store.close()))
    expect(emitter.listenerCount('error')).toBe(listeners)
    const store = redisStore({ client })
    expect(await store.read('none')).toBeUndefined()
    await store.close()
    await end()
  })

  it.each(['node-redis 6', 'node-redis 5', 'node-redis 4'])(
    'tells the app of its errors when the store is gone: %s',
    async (name) => {
      const { client, end } = await singleClients[name]!(redis().url)
      await redisStore({ client }).close()
      const heard = new Promise((resolve) => {
        ;(client as Emitter).on('error', resolve)
      })
      const other = await createClient({ url: redis().url }).connect()
      await other.sendCommand(['CLIENT', 'KILL', 'TYPE', 'NORMAL', 'SKIPME', 'YES'])
      expect(await heard).toBeInstanceOf(Error)
      other.destroy()
      await end()
    },
  )

  it('that is closed fails each call with its own error, and nothing else', async () => {
    const closed = [createClient(), createClient4(), createClient5()]
    for (const client of closed) {
      await expect(redisStore({ client }).read('key')).rejects.toThrow('The client is closed')
    }
    const ended = new Ioredis(redis().url, { lazyConnect: true })
    ended.disconnect()
    const store = redisStore({ client: ended })
    await expect(store.read('key')).rejects.toThrow('Connection is closed')
    await expect(store.scan(undefined, 10)).rejects.toThrow('Connection is closed')
  })
})

describe('a Cluster behind an address that looks like one server', () => {
  const cluster = useRedisCluster(1)
  let end: () => unknown
  let client: { sendCommand(args: string[]): Promise<unknown> }
  afterEach(() => void end())

  let store: ReturnType<typeof redisStore>
  beforeEach(async () => {
    const opened = await singleClients['node-redis 6']!(cluster().nodes[0]!.url)
    end = opened.end
    client = opened.client as typeof client
    store = redisStore({ client: opened.client, clock: fakeClock(start) })
  })

  it('is found out when it refuses a step over several of its slots', async () => {
    const ann = { userId: 'ann' }
    expect(await store.create('a', record(ann))).toBe(true)
    expect(await store.create('b', record())).toBe(true)
    expect(await store.update('b', record({ ...ann, version: 2 }), 1)).toBe('updated')
    expect(await store.touch('b', start + 100_000_000)).toBe(true)
    expect(await store.replace('b', 'c', record(ann))).toBe(true)
    expect((await store.listByUser('ann')).map(({ key }) => key).sort()).toEqual(['a', 'c'])
    expect([...(await store.deleteByUser('ann'))].sort()).toEqual(['a', 'c'])
    expect(await store.count()).toBe(0)
  })

  it('keeps a session in the index for as long as it was told, whatever comes in its way', async () => {
    const ann = { userId: 'ann' }
    await store.create('key', record(ann))
    await store.create('other', record(ann))
    const until = await client.sendCommand(['ZSCORE', 'coatcheck-users:ann', 'key'])
    expect(await store.create('key', record({ ...ann, expiresAt: start + 1_000 }))).toBe(false)
    expect(await client.sendCommand(['ZSCORE', 'coatcheck-users:ann', 'key'])).toEqual(until)
  })
})
