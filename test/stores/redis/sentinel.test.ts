import { Redis as Ioredis } from 'ioredis'
import { Redis as Iovalkey } from 'iovalkey'
import { createSentinel } from 'redis'
import { createSentinel as createSentinel5 } from 'redis-5'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { redisStore } from '../../../src/stores/redis/index.js'
import { fakeClock } from '../../../src/testing/index.js'
import { startRedisSentinel, type RedisSentinel } from '../../support/redis-sentinel.js'
import { record, start } from '../support.js'
import type { OpenClient } from './clients.js'

const clients: Readonly<Record<string, (sentinel: RedisSentinel) => Promise<OpenClient>>> = {
  'node-redis 6': async ({ name, host, port }) => {
    const client = createSentinel({ name, sentinelRootNodes: [{ host, port }], scanInterval: 200 })
    await client.connect()
    return { client, end: () => client.destroy() }
  },
  'node-redis 5': async ({ name, host, port }) => {
    const client = createSentinel5({ name, sentinelRootNodes: [{ host, port }], scanInterval: 200 })
    await client.connect()
    return { client, end: () => client.destroy() }
  },
  'ioredis 6': async ({ name, host, port }) => {
    const client = new Ioredis({ name, sentinels: [{ host, port }] })
    return { client, end: () => client.disconnect() }
  },
  iovalkey: async ({ name, host, port }) => {
    const client = new Iovalkey({ name, sentinels: [{ host, port }] })
    return { client, end: () => client.disconnect() }
  },
}

const settled = (call: Promise<unknown>): Promise<unknown> => call.catch(() => 'failed')

describe('with Sentinel', () => {
  let sentinel: RedisSentinel
  beforeEach(async () => {
    sentinel = await startRedisSentinel()
  })
  afterEach(() => sentinel.stop())

  it.each(Object.entries(clients))('%s finds the sessions where the replica takes over', async (_name, connect) => {
    const { client, end } = await connect(sentinel)
    const store = redisStore({ client, clock: fakeClock(start) })
    const ofAnn = record({ userId: 'ann' })
    expect(await store.create('key', ofAnn)).toBe(true)
    expect(await store.update('key', record({ userId: 'ann', version: 2 }), 1)).toBe('updated')
    expect((await store.scan(undefined, 10)).records).toHaveLength(1)

    await sentinel.replicated()
    sentinel.primary.signal('SIGKILL')
    const during = settled(store.touch('key', start + 100_000_000))
    await expect.poll(() => settled(store.create('new', ofAnn)), { timeout: 15_000, interval: 100 }).not.toBe('failed')
    expect([true, 'failed']).toContain(await during)
    expect((await store.listByUser('ann')).map(({ key }) => key).sort()).toEqual(['key', 'new'])
    expect(await store.update('key', record({ version: 3 }), 2)).toBe('updated')
    await end()
  })
})
