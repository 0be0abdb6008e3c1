/**
 * A Redis Cluster of masters without replicas, each on a free port of this machine, with the slots dealt out evenly.
 */
import { createClient } from 'redis'
import { afterAll, beforeAll } from 'vitest'

import { startRedis, type Engine } from './engines.js'

export interface RedisCluster {
  readonly nodes: readonly Engine[]
  stop(): Promise<void>
}

export const clusterSettings = [
  '--cluster-enabled',
  'yes',
  '--cluster-node-timeout',
  '2000',
  '--cluster-require-full-coverage',
  'no',
] as const

const slots = 16_384

/** `startNode` is for nodes with more settings than a Cluster needs. */
export async function startRedisCluster(
  size = 3,
  startNode: (index: number) => Promise<Engine> = () => startRedis({ settings: clusterSettings }),
): Promise<RedisCluster> {
  const nodes = await Promise.all(Array.from({ length: size }, (_, index) => startNode(index)))
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()))
  }
  const clients = nodes.map(({ url }) => createClient({ url }))
  try {
    await Promise.all(clients.map((client) => client.connect()))
    await Promise.all(
      clients.map(async (client, index) => {
        const from = Math.round((index * slots) / size)
        const to = Math.round(((index + 1) * slots) / size)
        await client.sendCommand(['CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`])
        await client.sendCommand([
          'CLUSTER',
          'ADDSLOTS',
          ...Array.from({ length: to - from }, (_, slot) => `${from + slot}`),
        ])
      }),
    )
    for (const { port } of nodes.slice(1)) await clients[0]!.sendCommand(['CLUSTER', 'MEET', '127.0.0.1', `${port}`])
    await Promise.all(clients.map((client) => untilReady(client, size)))
  } catch (error) {
    await stop()
    throw error
  } finally {
    for (const client of clients) client.destroy()
  }
  return { nodes, stop }
}

/** Each node must know all the others and that every slot is served. */
async function untilReady(client: { sendCommand(args: string[]): Promise<unknown> }, size: number): Promise<void> {
  for (;;) {
    const info = String(await client.sendCommand(['CLUSTER', 'INFO']))
    const served = /cluster_slots_ok:16384\b/.test(info) && /cluster_state:ok/.test(info)
    if (served && info.includes(`cluster_known_nodes:${size}\r`)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Runs a cluster for the tests of this file, or of the `describe` it is called in. */
export function useRedisCluster(size?: number): () => RedisCluster {
  let cluster: RedisCluster | undefined
  beforeAll(async () => {
    cluster = await startRedisCluster(size)
  })
  afterAll(() => cluster?.stop())
  return () => {
    if (cluster === undefined) throw new Error('the cluster runs while tests do, not before')
    return cluster
  }
}
