import { createClient } from 'redis'
import { afterAll, beforeAll, describe } from 'vitest'

import { redisStore } from '../../src/stores/redis/index.js'
import { useRedisCluster } from '../support/redis-cluster.js'
import { clusterClients, type OpenClient } from './redis/clients.js'
import { itConforms } from './support.js'

describe('the Redis store keeps the contract on a Cluster of three', () => {
  const cluster = useRedisCluster()
  let direct: { sendCommand(args: string[]): Promise<unknown>; destroy(): void }[]

  beforeAll(async () => {
    direct = await Promise.all(cluster().nodes.map(({ url }) => createClient({ url }).connect()))
  })
  afterAll(() => direct.forEach((client) => client.destroy()))

  for (const [name, connect] of Object.entries(clusterClients)) {
    for (const prefix of name === 'node-redis 6' ? ['coatcheck:', '{sessions}:'] : ['coatcheck:']) {
      describe(`with ${name} under ${prefix}`, () => {
        let opened: OpenClient
        beforeAll(async () => {
          const { host, port } = cluster().nodes[0]!
          opened = await connect(host, port)
        })
        afterAll(() => void opened.end())

        itConforms({
          expiry: 'engine',
          open: async (clock) => {
            await Promise.all(direct.map((client) => client.sendCommand(['FLUSHALL'])))
            const open = () => redisStore({ client: opened.client, clock, prefix })
            return { stores: [open(), open(), open()] }
          },
        })
      })
    }
  }
})
