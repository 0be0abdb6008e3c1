/**
 * What the clients throw ends up in logs: it holds neither a session nor the key that it is under, which may be a visitor's ID.
 */
import { inspect } from 'node:util'

import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { redisStore, type RedisSessionStore } from '../../../src/stores/redis/index.js'
import { startRedis, useEngine } from '../../support/engines.js'
import { hour, record } from '../support.js'
import { singleClients, type OpenClient } from './clients.js'

const redis = useEngine(startRedis)
let direct: ReturnType<typeof createClient>

beforeAll(async () => {
  direct = createClient({ url: redis().url })
  await direct.connect()
})
afterAll(() => direct.destroy())

const id = 'an-ID-that-is-nobodys-business'
const secrets = record({ data: '{"card":"4111 1111"}', userId: 'ann', expiresAt: Date.now() + hour })

const calls: [string, (store: RedisSessionStore) => Promise<unknown>][] = [
  ['read', async (store) => store.read(id)],
  ['create', (store) => store.create('another-ID-of-somebody', secrets)],
  ['update', (store) => store.update(id, secrets, 1)],
  ['touch', (store) => store.touch(id, secrets.expiresAt)],
  ['delete', (store) => store.delete(id)],
]

describe.each(Object.keys(singleClients))('with %s', (name) => {
  let opened: OpenClient
  let store: RedisSessionStore

  beforeAll(async () => {
    await direct.flushAll()
    opened = await singleClients[name]!(redis().url)
    store = redisStore({ client: opened.client })
    await store.count()
    // Something of another kind stands where the session would, and there is no room for another.
    for (const prefix of ['', 'app*:']) await direct.lPush(`${prefix}coatcheck:${id}`, 'x')
    await direct.configSet('maxmemory', '1')
  })
  afterAll(async () => {
    await direct.configSet('maxmemory', '0')
    opened.end()
  })

  it.each(calls)('an error of %s tells what went wrong, and nothing of whom', async (_call, run) => {
    const error = await run(store).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(Error)
    expect((error as Error).message).toMatch(/WRONGTYPE|OOM/)
    const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)
    for (const word of [id, 'another-ID', '4111', 'card', 'ann']) expect(shown).not.toContain(word)
  })
})
