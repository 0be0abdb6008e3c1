import { createRequire } from 'node:module'

import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { SessionError, SessionOptionError } from '../../../src/core/errors.js'
import { urlEngine, type RedisPackageName } from '../../../src/stores/redis/engine-packages.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { readOptions } from '../../../src/stores/redis/options.js'
import { RedisSessionStore } from '../../../src/stores/redis/store.js'
import { fakeClock } from '../../../src/testing/index.js'
import { startRedis, useEngine } from '../../support/engines.js'
import { itConforms, record, start } from '../support.js'

const redis = useEngine(startRedis)
const require = createRequire(import.meta.url)
let direct: ReturnType<typeof createClient>

beforeAll(async () => {
  direct = createClient({ url: redis().url })
  await direct.connect()
})
afterAll(() => direct.destroy())

/** As if only these were installed, `redis` being of the version that `as` names. */
function only(names: readonly RedisPackageName[], as: string = names[0]!): (name: RedisPackageName) => NodeJS.Require {
  return (name) => {
    if (!names.includes(name)) throw new Error(`Cannot find module '${name}'`)
    return ((asked: string) => require(asked === name ? as : asked) as unknown) as NodeJS.Require
  }
}

const installations = {
  redis: only(['redis']),
  'redis 5': only(['redis'], 'redis-5'),
  'redis 4': only(['redis'], 'redis-4'),
  ioredis: only(['ioredis']),
  'ioredis 5': only(['ioredis'], 'ioredis-5'),
  iovalkey: only(['iovalkey']),
}

async function connections(): Promise<number> {
  return (await direct.sendCommand<string>(['CLIENT', 'LIST'])).trim().split('\n').length
}

describe.each(Object.entries(installations))('with a URL and %s installed', (_name, find) => {
  const open = (clock = fakeClock(start)) => {
    const options = readOptions({ url: redis().url, clock })
    return new RedisSessionStore(options, urlEngine(options.url!, find))
  }

  it('connects at the first use, however many come at once, and closes what it opened', async () => {
    const before = await connections()
    const store = open()
    expect(await connections()).toBe(before)
    expect(await Promise.all([store.create(`key of ${_name}`, record()), store.read('none')])).toEqual([
      true,
      undefined,
    ])
    expect(await connections()).toBe(before + 1)
    await store.close()
    await expect.poll(connections).toBe(before)
    await expect(store.read('key')).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
  })

  it('closes without having connected', async () => {
    const before = await connections()
    const store = open()
    await store.close()
    await store.close()
    expect(await connections()).toBe(before)
  })

  it('waits for a server that comes later, and survives one that goes', async () => {
    const engine = await startRedis()
    await engine.stop()
    const store = new RedisSessionStore(
      readOptions({ url: engine.url, clock: fakeClock(start) }),
      urlEngine(engine.url, find),
    )
    const created = store.create('key', record())
    const back = await startRedis({ port: engine.port })
    expect(await created).toBe(true)
    back.signal('SIGKILL')
    await back.stop()
    const again = await startRedis({ port: engine.port })
    await expect.poll(() => store.create('new', record()).catch(() => 'failed'), { timeout: 5_000 }).toBe(true)
    await store.close()
    await again.stop()
  })

  it('closes by force what a server that hangs holds back, and hears its late errors', async () => {
    const engine = await startRedis()
    const clock = fakeClock(start)
    const store = new RedisSessionStore(readOptions({ url: engine.url, clock }), urlEngine(engine.url, find))
    await store.create('key', record())
    engine.signal('SIGSTOP')
    const touching = store.touch('key', start).catch((error: unknown) => error)
    const closed = store.close()
    clock.advance(5_000)
    await closed
    expect(await touching).toBeInstanceOf(Error)
    // An error that comes from here on and is not heard ends the run.
    await engine.stop()
  })
})

describe('with a URL and nearCache', () => {
  const options = readOptions({ url: 'redis://localhost', nearCache: true })
  const open = (find: Parameters<typeof urlEngine>[1]) =>
    new RedisSessionStore(options, urlEngine(options.url!, find, true))

  it.each(['redis', 'redis 5'] as const)('%s is taken', async (name) => {
    const store = open(installations[name])
    await expect(store.close()).resolves.toBeUndefined()
  })

  it.each(['redis 4', 'ioredis', 'iovalkey'] as const)('%s is refused, with what to install', (name) => {
    expect(() => open(installations[name])).toThrow(SessionOptionError)
    expect(() => open(installations[name])).toThrow('redis 5.9 or newer')
  })
})

describe('with a URL the Redis store keeps the contract', () => {
  itConforms({
    expiry: 'engine',
    open: async (clock) => {
      await direct.flushAll()
      const open = () => redisStore({ url: new URL(redis().url), clock })
      return { stores: [open(), open()] }
    },
  })
})

const missing = () => urlEngine('redis://localhost', only([], 'none'))

describe('without a client installed', () => {
  it('says at once which one to install', () => {
    expect(missing).toThrow(SessionError)
    expect(missing).toThrow(expect.objectContaining({ code: 'ERR_SESSION_ENGINE_MISSING' }))
    expect(missing).toThrow(/npm install redis \(or ioredis, or iovalkey\)/)
  })
})
