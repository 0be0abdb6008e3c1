/**
 * The race laboratory on a Redis Cluster, where a new ID is on another server than the old one, and its change takes two steps.
 */
import { createClient, createCluster } from 'redis'
import { afterAll, beforeAll } from 'vitest'

import { redisStore } from '../../src/stores/redis/index.js'
import { useRedisCluster } from '../support/redis-cluster.js'
import { itHolds } from './support/it-holds.js'
import { overRecords } from './support/subjects.js'

const runs = Number(process.env.RACE_RUNS ?? 20)
const cluster = useRedisCluster()
const connect = () => {
  const { host, port } = cluster().nodes[0]!
  return createCluster({ rootNodes: [{ socket: { host, port } }] })
}
let client: ReturnType<typeof connect>
let nodes: ReturnType<typeof createClient>[]

beforeAll(async () => {
  client = connect()
  nodes = cluster().nodes.map(({ url }) => createClient({ url }))
  await Promise.all([client, ...nodes].map((each) => each.connect()))
})
afterAll(() => {
  for (const each of [client, ...nodes]) each.destroy()
})

const subject = overRecords('coatcheck() over a Redis Cluster of three', async () => {
  await Promise.all(nodes.map((node) => node.flushAll()))
  return redisStore({ client })
})
itHolds(subject, runs)
