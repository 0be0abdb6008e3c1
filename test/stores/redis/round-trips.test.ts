import { createClient, createCluster } from 'redis'
import { Cluster as IoredisCluster, Redis as Ioredis } from 'ioredis'
import { Redis as Iovalkey } from 'iovalkey'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { redisStore, type RedisSessionStore } from '../../../src/stores/redis/index.js'
import { fakeClock } from '../../../src/testing/index.js'
import { startRedis, useEngine } from '../../support/engines.js'
import { useRedisCluster } from '../../support/redis-cluster.js'
import { hour, record, start } from '../support.js'
import { singleClients } from './clients.js'
import { startMonitor, type Monitor } from './monitor.js'

const ann = { userId: 'ann' }

/** Every script of the store runs once, so that the server knows it. */
async function warmUp(store: RedisSessionStore): Promise<void> {
  await store.create('a', record())
  await store.update('a', record({ version: 2 }), 1)
  await store.update('a', record({ version: 3, ...ann }), 2)
  await store.touch('a', start + hour)
  await store.replace('a', 'b', record())
  await store.replace('b', 'c', record(ann))
  await store.delete('c')
  await store.create('d', record(ann))
  await store.touch('d', start + 5 * hour)
  await store.deleteByUser('ann')
}

describe('on one server', () => {
  const redis = useEngine(startRedis)
  let monitor: Monitor
  beforeAll(async () => {
    monitor = await startMonitor([redis().url])
  })
  afterAll(() => monitor.stop())

  for (const name of ['node-redis 6', 'node-redis 4', 'ioredis 6', 'iovalkey']) {
    describe(`with ${name}, each is one command`, () => {
      let store: RedisSessionStore
      let end: () => unknown
      beforeAll(async () => {
        const opened = await singleClients[name]!(redis().url)
        end = opened.end
        const clock = fakeClock(start)
        store = redisStore({ client: opened.client, clock })
        await warmUp(store)
        await monitor.forget()
      })
      afterAll(() => void end())

      it('a read, of what is there and of what is not', async () => {
        await store.create('read', record())
        expect(await monitor.during(() => store.read('read'))).toEqual(['get'])
        expect(await monitor.during(() => store.read('none'))).toEqual(['get'])
      })

      it('a create, signed in or not', async () => {
        expect(await monitor.during(() => store.create('new', record()))).toEqual(['set'])
        expect(await monitor.during(() => store.create('new of ann', record(ann)))).toEqual(['evalsha'])
      })

      it('an update, also one that signs in, and one that comes too late', async () => {
        await store.create('up', record())
        const update = (version: number, fields = {}) =>
          monitor.during(() => store.update('up', record({ version: version + 1, ...fields }), version))
        expect(await update(1)).toEqual(['evalsha'])
        expect(await update(2, ann)).toEqual(['evalsha'])
        expect(await update(3, ann)).toEqual(['evalsha'])
        expect(await update(1)).toEqual(['evalsha'])
      })

      it('a touch, also of a session that has a user', async () => {
        await store.create('touched', record())
        expect(await monitor.during(() => store.touch('touched', start + 2 * hour))).toEqual(['evalsha'])
        await store.create('touched of ann', record(ann))
        expect(await monitor.during(() => store.touch('touched of ann', start + 2 * hour))).toEqual(['evalsha'])
      })

      it('a delete, and a cleaning of the index that nobody waits for', async () => {
        await store.create('gone', record())
        expect(await monitor.during(() => store.delete('gone'))).toEqual(['getdel'])
        await store.create('gone of ann', record(ann))
        expect(await monitor.during(() => store.delete('gone of ann'))).toEqual(['getdel', 'evalsha'])
      })

      it('a replace', async () => {
        await store.create('old', record())
        expect(await monitor.during(() => store.replace('old', 'newer', record()))).toEqual(['evalsha'])
        expect(await monitor.during(() => store.replace('newer', 'newest', record(ann)))).toEqual(['evalsha'])
      })

      it('and the list of a user is two', async () => {
        expect(await monitor.during(() => store.listByUser('ann'))).toEqual(['zrange', 'mget'])
      })

      it('a touch far ahead tells the index first, once an hour', async () => {
        await store.create('in use', record({ ...ann, expiresAt: start + hour }))
        const commands = await monitor.during(async () => {
          for (let minute = 1; minute <= 121; minute += 1) await store.touch('in use', start + hour + minute * 60_000)
        })
        expect(commands.length).toBe(121 + 2)
      })
    })
  }

  it('with node-redis, what is asked in one turn of the event loop is written at once', async () => {
    const client = createClient({ url: redis().url })
    await client.connect()
    const store = redisStore({ client })
    const before = await reads(client)
    await Promise.all(Array.from({ length: 100 }, async (_, index) => store.read(`key-${index}`)))
    expect((await reads(client)) - before).toBeLessThan(20)
    client.destroy()
  })

  it.each([
    ['ioredis', () => new Ioredis(redis().url)],
    ['iovalkey', () => new Iovalkey(redis().url)],
  ])('with %s, what is asked in one turn of the event loop is written at once', async (_name, open) => {
    const client = open()
    const store = redisStore({ client })
    await store.read('key')
    const writes = countWrites(client)
    await Promise.all(Array.from({ length: 100 }, async (_, index) => store.read(`key-${index}`)))
    expect(writes()).toBe(1)
    await Promise.all([store.create('key', record()), store.touch('other', start), store.read('key')])
    expect(writes()).toBe(2)
    client.disconnect()
  })
})

/** How often each command is among them. */
function count(commands: string[]): Record<string, number> {
  return Object.fromEntries(commands.map((name) => [name, commands.filter((other) => other === name).length]))
}

describe('on a Cluster', () => {
  const cluster = useRedisCluster()

  it('a session that has a user takes one step more where it is created, and none where it is used', async () => {
    const { host, port } = cluster().nodes[0]!
    const client = createCluster({ rootNodes: [{ socket: { host, port } }] })
    await client.connect()
    const monitor = await startMonitor(cluster().nodes.map(({ url }) => url))
    const store = redisStore({ client, clock: fakeClock(start) })
    const keys = Array.from({ length: 40 }, (_, index) => `key-${index}`)
    const each = (work: (key: string) => unknown) => monitor.during(() => Promise.all(keys.map((key) => work(key))))

    // Twice, so that every node has come to know the scripts.
    for (let round = 0; round < 2; round += 1) {
      await each((key) => store.create(key, record(ann)))
      await each((key) => store.update(key, record({ ...ann, version: 2 }), 1))
      await each((key) => store.touch(key, start + hour))
      await each((key) => store.delete(key))
    }
    expect(count(await each((key) => store.create(key, record(ann))))).toEqual({ evalsha: 40, set: 40 })
    expect(count(await each((key) => store.update(key, record({ ...ann, version: 2 }), 1)))).toEqual({ evalsha: 40 })
    expect(count(await each((key) => store.touch(key, start + hour)))).toEqual({ evalsha: 40 })
    expect(count(await each((key) => store.read(key)))).toEqual({ get: 40 })
    monitor.stop()
    client.destroy()
  })

  it('with ioredis, what is asked in one turn of the event loop is written at once to each server', async () => {
    const { host, port } = cluster().nodes[0]!
    const client = new IoredisCluster([{ host, port }])
    const store = redisStore({ client })
    const readMany = () => Promise.all(Array.from({ length: 100 }, async (_, index) => store.read(`key-${index}`)))
    await readMany()
    const writes = client.nodes('master').map(countWrites)
    await readMany()
    expect(writes.map((soFar) => soFar())).toEqual([1, 1, 1])
    client.disconnect()
  })

  it('no replica is asked, which may not know of a sign-out yet, where the app lets its reads go there', async () => {
    const monitor = await startMonitor(cluster().nodes.map(({ url }) => url))
    for (const [scaleReads, command] of [
      ['master', 'get'],
      ['all', 'evalsha'],
    ] as const) {
      const { host, port } = cluster().nodes[0]!
      const client = new IoredisCluster([{ host, port }], { scaleReads })
      const store = redisStore({ client, clock: fakeClock(start) })
      await store.create('key', record())
      await store.read('key')
      expect(await monitor.during(() => store.read('key'))).toEqual([command])
      client.disconnect()
    }
    monitor.stop()
  })
})

async function reads(client: { info(section: string): Promise<unknown> }): Promise<number> {
  return Number(/total_reads_processed:(\d+)/.exec(String(await client.info('stats')))![1])
}

/** How many times the client's socket was given something to send. */
function countWrites(client: Ioredis | Iovalkey): () => number {
  const { stream } = client as unknown as { stream: Record<'_write' | '_writev', (...args: unknown[]) => unknown> }
  let writes = 0
  for (const method of ['_write', '_writev'] as const) {
    const original = stream[method]
    stream[method] = (...args) => {
      writes += 1
      return original.apply(stream, args)
    }
  }
  return () => writes
}
