import { setTimeout as pause } from 'node:timers/promises'

import { afterEach, describe, expect, it } from 'vitest'

import { redisStore } from '../../../src/stores/redis/index.js'
import { fakeClock } from '../../../src/testing/index.js'
import { startRedis, useEngine, type Engine } from '../../support/engines.js'
import { startRedisCluster } from '../../support/redis-cluster.js'
import { hour, record, start } from '../support.js'
import { clusterClients, singleClients } from './clients.js'
import { startProxy } from './proxy.js'

const names = ['node-redis 6', 'node-redis 5', 'node-redis 4', 'ioredis 6', 'ioredis 5', 'iovalkey']
const ann = { userId: 'ann' }

const toEnd: (() => unknown)[] = []
afterEach(async () => {
  for (const end of toEnd.splice(0).toReversed()) await end()
})

async function started(options?: Parameters<typeof startRedis>[0]): Promise<Engine> {
  const engine = await startRedis(options)
  toEnd.push(() => engine.stop())
  return engine
}

/** How a call came out, whichever way. */
async function outcome(call: unknown): Promise<unknown> {
  try {
    return await call
  } catch (error) {
    return error
  }
}

describe('an answer that is lost with the connection', () => {
  const redis = useEngine(startRedis)

  it.each(names)('of %s: no write is answered wrongly', async (name) => {
    const proxy = await startProxy(redis())
    toEnd.push(() => proxy.close())
    const { client, end } = await singleClients[name]!(proxy.url)
    toEnd.push(end)
    const clock = fakeClock(start)
    const store = redisStore({ client, clock, prefix: `${name}:` })
    const direct = await singleClients['node-redis 6']!(redis().url)
    toEnd.push(direct.end)
    const there = redisStore({ client: direct.client, clock, prefix: `${name}:` })
    await store.create('ready', record())
    // The server comes to know the scripts, so that the answer that is lost is that of the script.
    await there.create('a', record(ann))
    await there.update('a', record({ ...ann, version: 2 }), 1)
    await there.touch('a', start + hour)
    await there.replace('a', 'b', record(ann))
    await there.update('b', record({ version: 2 }), 1)
    await there.replace('b', 'c', record())

    /** Either the write came through and says so, or it failed and says that. */
    const cut = async (call: () => Promise<unknown>, done: unknown): Promise<void> => {
      // Else the first answer of the new connection would be the one that is lost.
      await expect.poll(() => outcome(store.read('ready')), { timeout: 5_000 }).toEqual(record())
      const before = proxy.cuts
      proxy.loseNextAnswer()
      const answer = await outcome(call())
      expect(proxy.cuts).toBe(before + 1)
      expect([done, expect.any(Error)]).toContainEqual(answer)
    }

    for (const [index, fields] of [{}, ann].entries()) {
      const key = `key-${index}`
      await cut(() => store.create(key, record(fields)), true)
      expect(await there.read(key)).toEqual(record(fields))
      const next = record({ ...fields, version: 2, data: '{"next":1}' })
      await cut(() => store.update(key, next, 1), 'updated')
      expect(await there.read(key)).toEqual(next)
      await cut(() => store.touch(key, start + 2 * hour), true)
      expect(await there.read(key)).toEqual({ ...next, expiresAt: start + 2 * hour })
      await cut(() => store.replace(key, `${key} new`, record(fields)), true)
      expect(await there.read(key)).toBeUndefined()
      expect(await there.read(`${key} new`)).toEqual(record(fields))
    }
    expect((await there.listByUser('ann')).map(({ key }) => key)).toEqual(['key-1 new'])
  })

  it('of ioredis, which asks again: an update that lost to another is told so', async () => {
    const proxy = await startProxy(redis())
    toEnd.push(() => proxy.close())
    const { client, end } = await singleClients['ioredis 6']!(proxy.url)
    toEnd.push(end)
    const store = redisStore({ client, clock: fakeClock(start) })
    await store.create('key', record())
    const theirs = record({ version: 2, data: '{"theirs":1}' })
    await store.update('key', theirs, 1)
    proxy.loseNextAnswer()
    const mine = record({ version: 2, data: '{"mine":1}' })
    expect(await store.update('key', mine, 1)).toEqual({ conflict: theirs })
    proxy.loseNextAnswer()
    expect(await store.create('key', mine)).toBe(false)
    expect(proxy.cuts).toBe(2)
  })
})

describe('a server that is killed', () => {
  it.each(names)('under %s: every call ends, and all is well when it is back', async (name) => {
    const redis = await started()
    const { client, end } = await singleClients[name]!(redis.url)
    toEnd.push(end)
    const store = redisStore({ client, clock: fakeClock(start) })
    await store.create('key', record(ann))
    await store.update('key', record({ ...ann, version: 2 }), 1)

    redis.signal('SIGKILL')
    const calls = [
      store.read('key'),
      store.update('key', record({ version: 3 }), 2),
      store.touch('key', start + hour),
      store.listByUser('ann'),
    ].map(outcome)
    await pause(100)
    await started({ port: redis.port })
    // It has lost everything, the scripts too, so nothing that is asked is there.
    for (const answer of await Promise.all(calls)) {
      expect([undefined, 'missing', false, [], expect.any(Error)]).toContainEqual(answer)
    }
    await expect.poll(() => outcome(store.create('new', record(ann))), { timeout: 5_000 }).toBe(true)
    expect(await store.update('new', record({ version: 2 }), 1)).toBe('updated')
    expect(await store.touch('new', start + 2 * hour)).toBe(true)
  })

  it.each(['node-redis 6', 'ioredis 6', 'iovalkey'])('in a Cluster under %s: the others go on', async (name) => {
    const cluster = await startRedisCluster()
    toEnd.push(() => cluster.stop())
    const [first, , last] = cluster.nodes
    const { client, end } = await clusterClients[name]!(first!.host, first!.port)
    toEnd.push(end)
    const store = redisStore({ client, clock: fakeClock(start) })
    const keys = Array.from({ length: 60 }, (_, index) => `key-${index}`)
    await Promise.all(keys.map((key) => store.create(key, record())))
    last!.signal('SIGKILL')
    const answers = await Promise.all(
      keys.map((key) => Promise.race([outcome(store.update(key, record({ version: 2 }), 1)), pause(1_000, 'pending')])),
    )
    expect(answers.filter((answer) => answer === 'updated').length).toBeGreaterThan(20)
    expect(answers).not.toContain('missing')
  })
})

describe('a server that hangs', () => {
  it.each(names)('under %s: what was asked is answered when it goes on, in its order', async (name) => {
    const redis = await started()
    const { client, end } = await singleClients[name]!(redis.url)
    toEnd.push(end)
    const store = redisStore({ client, clock: fakeClock(start) })
    // A script that the server does not know comes later than what was asked after it.
    await store.update('none', record(), 1)
    await store.touch('none', start)
    await store.create('key', record())
    redis.signal('SIGSTOP')
    const calls = [
      store.update('key', record({ version: 2 }), 1),
      store.update('key', record({ version: 3 }), 2),
      Promise.resolve(store.read('key')),
      store.delete('key'),
      store.touch('key', start + 2 * hour),
    ]
    expect(await Promise.race([Promise.any(calls), pause(50, 'none')])).toBe('none')
    redis.signal('SIGCONT')
    expect(await Promise.all(calls)).toEqual(['updated', 'updated', record({ version: 3 }), true, false])
  })

  it.each(names)('under %s: close does not wait for it longer than five seconds', async (name) => {
    const redis = await started()
    const { client, end } = await singleClients[name]!(redis.url)
    toEnd.push(end)
    const clock = fakeClock(start)
    const store = redisStore({ client, clock })
    await store.create('key', record())
    redis.signal('SIGSTOP')
    const written = outcome(store.touch('key', start + 2 * hour))
    const closed = store.close().then(() => 'closed')
    clock.advance(4_999)
    expect(await Promise.race([closed, pause(20, 'waiting')])).toBe('waiting')
    clock.advance(1)
    expect(await closed).toBe('closed')
    expect(clock.pending).toBe(0)
    redis.signal('SIGCONT')
    expect(await written).toBe(true)
  })
})

describe('a server that answers with an error', () => {
  const redis = useEngine(startRedis)

  it('is passed on as it is, and the next call is asked anew', async () => {
    const { client, end } = await singleClients['node-redis 6']!(redis().url)
    toEnd.push(end)
    const store = redisStore({ client, clock: fakeClock(start) })
    const config = (value: string) =>
      (client as { sendCommand(args: string[]): Promise<unknown> }).sendCommand(['CONFIG', 'SET', 'maxmemory', value])
    await config('1')
    await expect(store.create('key', record())).rejects.toThrow(/^OOM/)
    await expect(store.create('key', record(ann))).rejects.toThrow('OOM')
    expect(await store.read('key')).toBeUndefined()
    await config('0')
    expect(await store.create('key', record(ann))).toBe(true)
    expect(await store.read('key')).toEqual(record(ann))
  })
})
