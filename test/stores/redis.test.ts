import { createClient } from 'redis'
import { afterAll, beforeAll, describe } from 'vitest'

import type { NodeRedisClient } from '../../src/stores/redis/engine-node-redis.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { findValkey, startRedis, startValkey, useEngine } from '../support/engines.js'
import { hearingClients, singleClients, type OpenClient } from './redis/clients.js'
import { itConforms } from './support.js'

interface Server {
  readonly url: string
  stop(): Promise<void>
}

/** Declares the whole suite for each of the clients, over one server. */
function itConformsWith(start: () => Promise<Server>, names: readonly string[]): void {
  let server: Server
  let direct: { sendCommand(args: string[]): Promise<unknown>; destroy(): void }

  beforeAll(async () => {
    server = await start()
    direct = await createClient({ url: server.url }).connect()
  })
  afterAll(async () => {
    direct.destroy()
    await server.stop()
  })

  for (const name of names) {
    describe(`with ${name}`, () => {
      let opened: OpenClient
      beforeAll(async () => {
        opened = await singleClients[name]!(server.url)
      })
      afterAll(() => void opened.end())

      itConforms({
        expiry: 'engine',
        open: async (clock) => {
          await direct.sendCommand(['FLUSHALL'])
          const open = () => redisStore({ client: opened.client, clock })
          return { stores: [open(), open(), open()] }
        },
      })
    })
  }
}

describe('the Redis store keeps the contract', () => {
  itConformsWith(startRedis, Object.keys(singleClients))
})

describe('the Redis store keeps the contract with a near-cache in each of three processes', () => {
  const redis = useEngine(startRedis)

  for (const [name, connect] of Object.entries(hearingClients)) {
    describe(`with ${name}`, () => {
      let opened: OpenClient[]
      beforeAll(async () => {
        opened = await Promise.all([0, 1, 2].map(() => connect(redis().url)))
      })
      afterAll(() => opened.forEach(({ end }) => void end()))

      itConforms({
        expiry: 'engine',
        open: async (clock) => {
          await (opened[0]!.client as NodeRedisClient).sendCommand(['FLUSHALL'])
          const open = (index: number) => redisStore({ client: opened[index]!.client, clock, nearCache: true })
          return { stores: [open(0), open(1), open(2)] }
        },
      })
    })
  }
})

// Not every system has Valkey among its packages. Where it is left out, `npm test` says so.
describe.each(findValkey() === undefined ? [] : ['Valkey'])('the Redis store keeps the contract on %s', () => {
  itConformsWith(startValkey, ['node-redis 6', 'ioredis 6', 'iovalkey'])
})
