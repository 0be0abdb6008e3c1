import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'

import { redisStore, type NearCacheOptions, type RedisSessionStore } from '../../../src/stores/redis/index.js'
import { fakeClock, type FakeClock } from '../../../src/testing/index.js'
import { startRedis, useEngine } from '../../support/engines.js'
import { hour, record, start } from '../support.js'
import { hearingClients } from './clients.js'
import { startMonitor, type Monitor } from './monitor.js'
import { startProxy } from './proxy.js'

const redis = useEngine(startRedis)
const ann = { userId: 'ann' }
let monitor: Monitor
let other: RedisSessionStore
let otherClient: ReturnType<typeof createClient>
let clock: FakeClock

beforeAll(async () => {
  monitor = await startMonitor([redis().url])
  otherClient = createClient({ url: redis().url })
  await otherClient.connect()
})
afterAll(() => {
  monitor.stop()
  otherClient.destroy()
})
beforeEach(async () => {
  await monitor.forget()
  clock = fakeClock(start)
  other = redisStore({ client: otherClient, clock })
})

const hears = { RESP: 3, emitInvalidate: true } as const

/** A client that hears what others change, and a store with a near-cache behind it. */
async function nearStore(nearCache: true | NearCacheOptions = true, url = redis().url) {
  const client = createClient({ url, ...hears })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.destroy())
  /** Resolves when the client has connected anew, or has lost its connection. */
  const until = (event: 'ready' | 'error'): Promise<void> =>
    new Promise((resolve) => {
      client.once(event, () => resolve())
    })
  return { client, until, store: redisStore({ client, clock, nearCache }) }
}

async function proxied() {
  const proxy = await startProxy(redis())
  onTestFinished(() => proxy.close())
  return { proxy, ...(await nearStore(true, proxy.url)) }
}

/** What is asked of the server by a read. */
const asked = (store: RedisSessionStore, key: string, options?: { fresh?: boolean }): Promise<string[]> =>
  monitor.during(() => store.read(key, options))

describe('a second read asks nothing and is answered at once, until another process writes', () => {
  const opened = Object.entries(hearingClients).map(([name, connect]) => {
    const open = async (): Promise<RedisSessionStore> => {
      const { client, end } = await connect(redis().url)
      onTestFinished(() => void end())
      return redisStore({ client, clock, nearCache: true })
    }
    return { name, open, prefix: name.endsWith('keyPrefix') ? 'app*:coatcheck:' : 'coatcheck:' }
  })
  const byUrl = async (): Promise<RedisSessionStore> => {
    const store = redisStore({ url: redis().url, clock, nearCache: true })
    onTestFinished(() => store.close())
    // It connects at its first use, and keeps nothing before.
    await store.read('none')
    return store
  }

  it.each([...opened, { name: 'a URL', open: byUrl, prefix: 'coatcheck:' }])('with $name', async ({ open, prefix }) => {
    const store = await open()
    const writer = redisStore({ client: otherClient, clock, prefix })
    await writer.create('key', record(ann))
    expect(await asked(store, 'key')).toEqual(['get'])
    expect(await asked(store, 'key')).toEqual([])
    expect(store.read('key')).toEqual(record(ann))
    const next = record({ ...ann, version: 2, data: '{"next":1}' })
    await writer.update('key', next, 1)
    await expect.poll(() => store.read('key')).toEqual(next)
    await writer.delete('key')
    await expect.poll(() => store.read('key')).toBeUndefined()
  })
})

describe('what another process does is heard of', () => {
  const later = start + 2 * hour
  const changes: Record<string, [change: () => Promise<unknown>, then: unknown]> = {
    update: [() => other.update('key', record({ version: 2 }), 1), record({ version: 2 })],
    touch: [() => other.touch('key', later), record({ ...ann, expiresAt: later })],
    delete: [() => other.delete('key'), undefined],
    replace: [() => other.replace('key', 'new', record()), undefined],
    deleteByUser: [() => other.deleteByUser('ann'), undefined],
    handBack: [() => other.handBack(), expect.any(Error)],
    'an end by the server itself': [() => otherClient.pExpire('coatcheck:key', 1), undefined],
    'a flush of the whole server': [() => otherClient.flushAll(), undefined],
  }

  it.each(Object.entries(changes))('%s', async (_name, [change, then]) => {
    const { store } = await nearStore()
    await other.create('key', record(ann))
    await store.read('key')
    expect(store.read('key')).toEqual(record(ann))
    await change()
    const now = async (): Promise<unknown> => store.read('key')
    await expect.poll(() => now().catch((error: unknown) => error)).toEqual(then)
  })
})

describe('what this store does is seen by its next read', () => {
  const next = record({ ...ann, version: 2 })
  const changes: Record<string, [change: (store: RedisSessionStore) => Promise<unknown>, then: unknown]> = {
    update: [(store) => store.update('key', next, 1), next],
    touch: [(store) => store.touch('key', start + 5), record({ ...ann, expiresAt: start + 5 })],
    delete: [(store) => store.delete('key'), undefined],
    'replace of the old': [(store) => store.replace('key', 'new', record()), undefined],
    'replace of the new': [(store) => store.replace('old', 'key', next), record(ann)],
    deleteByUser: [(store) => store.deleteByUser('ann'), undefined],
  }

  it.each(Object.entries(changes))('%s', async (_name, [change, then]) => {
    const { store } = await nearStore()
    await other.create('key', record(ann))
    await store.read('key')
    const changing = change(store)
    // Asked while the change is under way, and answered in whichever order.
    const during = Promise.resolve(store.read('key'))
    await changing
    expect(await store.read('key')).toEqual(then)
    await during
    expect(await store.read('key')).toEqual(then)
  })
})

describe('is never answered from here', () => {
  it('a read that asks for what is fresh', async () => {
    const { store } = await nearStore()
    await other.create('key', record())
    await store.read('key')
    expect(await asked(store, 'key', { fresh: true })).toEqual(['get'])
  })

  it('a session that is not there', async () => {
    const { store } = await nearStore()
    expect(await store.read('key')).toBeUndefined()
    expect(await asked(store, 'key')).toEqual(['get'])
    await other.create('key', record())
    expect(await store.read('key')).toEqual(record())
  })

  it('a session that is over by the clock of the store', async () => {
    const { store } = await nearStore({ maxAge: '10s' })
    await other.create('key', record({ expiresAt: start + 1_000 }))
    await store.read('key')
    clock.advance(999)
    expect(await asked(store, 'key')).toEqual([])
    clock.advance(1)
    expect(await asked(store, 'key')).toEqual(['get'])
  })

  it('what the server was asked for longer ago than maxAge', async () => {
    const { store } = await nearStore()
    await other.create('key', record())
    await store.read('key')
    clock.advance(1_999)
    expect(await asked(store, 'key')).toEqual([])
    clock.advance(1)
    expect(await asked(store, 'key')).toEqual(['get'])
    expect(await asked(store, 'key')).toEqual([])
    clock.set(start + 1_999)
    expect(await asked(store, 'key')).toEqual(['get'])
  })

  it('what the server was asked for longer ago, though its answer came late', async () => {
    const { proxy, store } = await proxied()
    await other.create('key', record())
    proxy.hold()
    const reading = store.read('key')
    await proxy.untilHeld('views')
    clock.advance(2_000)
    proxy.release()
    await reading
    expect(await asked(store, 'key')).toEqual(['get'])
  })

  it('what a caller made of the answer', async () => {
    const { store } = await nearStore()
    await other.create('key', record())
    for (let round = 0; round < 3; round += 1) Object.assign((await store.read('key'))!, { data: 'spoilt' })
    expect(store.read('key')).toEqual(record())
  })

  it('what was not used for the longest time, once there is more than maxEntries', async () => {
    const { store } = await nearStore({ maxEntries: 3 })
    for (const key of ['a', 'b', 'c', 'd']) await other.create(key, record())
    for (const key of ['a', 'b', 'c', 'a', 'd']) await store.read(key)
    for (const key of ['c', 'a', 'd']) expect(await asked(store, key)).toEqual([])
    expect(await asked(store, 'b')).toEqual(['get'])
  })
})

describe('an answer that arrives together with the news that it is out of date', () => {
  it('is not kept', async () => {
    const { proxy, store } = await proxied()
    await other.create('key', record())
    proxy.hold()
    const reading = store.read('key')
    await proxy.untilHeld('views')
    await other.update('key', record({ version: 2 }), 1)
    await proxy.untilHeld('invalidate')
    proxy.release()
    expect(await reading).toEqual(record())
    expect(await store.read('key')).toEqual(record({ version: 2 }))
  })

  it('is not kept when the session was ended, and none when all were', async () => {
    const { proxy, store } = await proxied()
    for (const end of [() => other.delete('key'), () => otherClient.flushAll()]) {
      await other.create('key', record())
      proxy.hold()
      const reading = store.read('key')
      await proxy.untilHeld('views')
      await end()
      await proxy.untilHeld('invalidate')
      proxy.release()
      expect(await reading).toEqual(record())
      expect(await store.read('key')).toBeUndefined()
    }
  })

  it('is not kept when this store itself has begun a change since', async () => {
    const { proxy, store } = await proxied()
    await other.create('key', record())
    proxy.hold()
    const reading = store.read('key')
    const deleting = store.delete('key')
    await proxy.untilHeld('views')
    proxy.release()
    expect(await reading).toEqual(record())
    expect(await deleting).toBe(true)
    expect(await store.read('key')).toBeUndefined()
  })
})

describe('when the connection breaks', () => {
  it('all that was kept is dropped', async () => {
    const { proxy, store, until } = await proxied()
    await other.create('key', record())
    await store.read('key')
    const ready = until('ready')
    proxy.cut()
    await other.update('key', record({ version: 2 }), 1)
    await ready
    expect(await store.read('key')).toEqual(record({ version: 2 }))
    expect(await asked(store, 'key')).toEqual([])
  })

  it('nothing is answered from here until it is there again', async () => {
    const engine = await startRedis()
    const { store, client, until } = await nearStore(true, engine.url)
    await store.create('key', record())
    await store.read('key')
    const broken = until('error')
    await engine.stop()
    await broken
    const reading = store.read('key')
    expect(reading).toBeInstanceOf(Promise)
    client.destroy()
    await expect(reading).rejects.toBeInstanceOf(Error)
  })
})

it('a server that hangs is asked after maxAge', async () => {
  const engine = await startRedis()
  onTestFinished(() => engine.stop())
  const { store } = await nearStore(true, engine.url)
  await store.create('key', record())
  await store.read('key')
  engine.signal('SIGSTOP')
  clock.advance(1_999)
  expect(store.read('key')).toEqual(record())
  clock.advance(1)
  const reading = store.read('key')
  expect(reading).toBeInstanceOf(Promise)
  engine.signal('SIGCONT')
  expect(await reading).toEqual(record())
})

it('close lets go of the client, and of what was kept', async () => {
  const { store, client } = await nearStore()
  await other.create('key', record())
  await store.read('key')
  expect(client.listenerCount('invalidate')).toBe(1)
  await store.close()
  expect(client.listenerCount('invalidate')).toBe(0)
  await expect(store.read('key')).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
})
