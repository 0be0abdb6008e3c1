/**
 * A Redis server with a replica, and a Sentinel that makes the replica the primary when the first one is gone.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { createClient } from 'redis'

import { startRedis, type Engine } from './engines.js'

export interface RedisSentinel {
  /** The name that the Sentinel knows the primary by. */
  readonly name: string
  readonly host: string
  readonly port: number
  readonly primary: Engine
  /** Resolves when the replica has all that was written until now. Redis answers before that, and a primary that dies takes it along. */
  replicated(): Promise<void>
  stop(): Promise<void>
}

export async function startRedisSentinel(): Promise<RedisSentinel> {
  const primary = await startRedis({ settings: ['--repl-diskless-sync-delay', '0'] })
  const replica = await startRedis({ settings: ['--replicaof', '127.0.0.1', `${primary.port}`] })
  // A Sentinel asks at once who the replicas are, and then every ten seconds.
  await told(primary.port, ['INFO', 'replication'], /state=online/)
  const sentinel = await startSentinel(primary)
  const stop = async (): Promise<void> => {
    await Promise.all([sentinel, replica, primary].map((engine) => engine.stop()))
  }
  try {
    await told(sentinel.port, ['SENTINEL', 'REPLICAS', 'first'], /master-link-status[":,]*ok/)
  } catch (error) {
    await stop()
    throw error
  }
  const replicated = (): Promise<void> => allReplicated(primary.port)
  return { name: 'first', host: '127.0.0.1', port: sentinel.port, primary, replicated, stop }
}

interface Process {
  readonly port: number
  stop(): Promise<void>
}

/** A Sentinel keeps what it learns in its own settings, so these must be a file. */
async function startSentinel(primary: Engine): Promise<Process> {
  const { startEngine } = (await import(lib('engine-process.mjs'))) as {
    startEngine(spec: object): Promise<Process>
  }
  const { findRedis } = (await import(lib('find-engines.mjs'))) as { findRedis(): string }
  return startEngine({
    name: 'sentinel',
    command: (folder: string, port: number) => {
      const file = join(folder, 'sentinel.conf')
      const settings = [
        `port ${port}`,
        'bind 127.0.0.1',
        `dir ${folder}`,
        `sentinel monitor first 127.0.0.1 ${primary.port} 1`,
        'sentinel down-after-milliseconds first 300',
        'sentinel failover-timeout first 3000',
      ]
      writeFileSync(file, settings.join('\n'))
      return [findRedis(), file, '--sentinel']
    },
    probe: async (port: number) => {
      const client = createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: false } })
      client.on('error', () => {})
      await client.connect()
      client.destroy()
    },
    stopSignal: 'SIGKILL',
  })
}

/** Asks until the answer is as wanted. */
async function told(port: number, command: string[], wanted: RegExp): Promise<void> {
  const client = createClient({ url: `redis://127.0.0.1:${port}` })
  await client.connect()
  while (!wanted.test(JSON.stringify(await client.sendCommand(command)))) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  client.destroy()
}

async function allReplicated(port: number): Promise<void> {
  const client = createClient({ url: `redis://127.0.0.1:${port}` })
  await client.connect()
  // WAIT is for the writes of its own connection, and what others wrote comes before them.
  await client.sendCommand(['SET', 'replicated', ''])
  await client.sendCommand(['WAIT', '1', '0'])
  client.destroy()
}

function lib(file: string): string {
  return new URL(`../../scripts/lib/${file}`, import.meta.url).href
}
