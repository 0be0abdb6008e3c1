/**
 * A Redis Cluster of three masters that can be hurt one at a time: each writes every change to its log before it answers, and is
 * reached through a wire that can be cut.
 */
import { join } from 'node:path'

import { createClient } from 'redis'
import { onTestFinished } from 'vitest'

import { temporaryFolder } from '../../stores/support.js'
import { startRedis, type Engine } from '../../support/engines.js'
import { clusterSettings, startRedisCluster } from '../../support/redis-cluster.js'
import { startProxy, type Proxy } from './proxy.js'

export interface DurableMaster {
  readonly engine: Engine
  readonly wire: Proxy
  /** How many sessions it keeps. */
  sessions(): Promise<number>
  /** Starts it again where it was, with all it had. */
  restart(): Promise<void>
}

export async function startDurableCluster(): Promise<readonly DurableMaster[]> {
  const folders = Array.from({ length: 3 }, temporaryFolder)
  const start = async (index: number, port?: number): Promise<Engine> => {
    const log = ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', folders[index]!]
    const settings = [...clusterSettings, ...log, '--cluster-config-file', join(folders[index]!, 'nodes.conf')]
    const engine = await startRedis(port === undefined ? { settings } : { settings, port })
    onTestFinished(() => engine.stop())
    return engine
  }
  const { nodes } = await startRedisCluster(3, start)
  const wires = await Promise.all(nodes.map(({ port }) => startProxy(port)))
  await announce(
    nodes,
    wires.map(({ port }) => port),
  )
  return nodes.map((engine, index) => ({
    engine,
    wire: wires[index]!,
    sessions: async () => Number(await ask(engine, 'DBSIZE')),
    restart: async () => {
      await start(index, engine.port)
      await ask(engine, 'CONFIG', 'SET', 'cluster-announce-port', `${wires[index]!.port}`)
    },
  }))
}

/** Clients are sent to the wires, by every node. */
async function announce(nodes: readonly Engine[], ports: readonly number[]): Promise<void> {
  await Promise.all(nodes.map((node, index) => ask(node, 'CONFIG', 'SET', 'cluster-announce-port', `${ports[index]!}`)))
  const isTold = async (node: Engine): Promise<boolean> => {
    const known = String(await ask(node, 'CLUSTER', 'NODES'))
    return ports.every((port) => known.includes(`:${port}@`))
  }
  for (const node of nodes) {
    while (!(await isTold(node))) await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function ask({ url }: Engine, ...command: string[]): Promise<unknown> {
  const client = await createClient({ url }).connect()
  try {
    return await client.sendCommand(command)
  } finally {
    client.destroy()
  }
}
