/**
 * ioredis, versions 5 and 6, and iovalkey: a single client (Sentinel included) and Cluster.
 */

import type { Engine, RedisNode } from './engine.js'
import { listenForErrors, type Emitter } from './emitter.js'
import { textReply } from './replies.js'

interface SharedOptions {
  readonly keyPrefix?: string | Uint8Array | null | undefined
}

/** What `new Redis()` makes. */
export interface IoredisClient extends Emitter {
  readonly status: string
  readonly options: SharedOptions & { readonly host?: string | undefined; readonly port?: number | undefined }
  call(command: string, ...args: string[]): Promise<unknown>
}

/** What `new Cluster()` makes. */
export interface IoredisCluster extends Emitter {
  readonly status: string
  readonly options: SharedOptions & { readonly scaleReads?: unknown }
  call(command: string, ...args: string[]): Promise<unknown>
  nodes(role: 'master'): readonly IoredisClient[]
}

/** A client of the same settings, for a connection of its own. */
interface Duplicate extends Emitter {
  on(event: 'error', listener: (error: unknown) => void): unknown
  on(event: 'message', listener: (channel: string, message: string) => void): unknown
  subscribe(channel: string): Promise<unknown>
  disconnect(): void
}

/** The part of a socket that holds writes back and lets them go together. */
interface Corkable {
  cork(): void
  uncork(): void
}

export function ioredisEngine(client: IoredisClient): Engine {
  const together = writeTogether(() => [client])
  const send = (args: readonly string[]): Promise<unknown> => {
    together()
    return call(client, args)
  }
  return {
    ...common(client),
    ...subscribeApart(client),
    clustered: false,
    readsFromReplicas: false,
    send: (_key, args) => send(args),
    nodes: () => Promise.resolve([{ name: '', send }]),
  }
}

export function ioredisClusterEngine(cluster: IoredisCluster): Engine {
  const together = writeTogether(() => cluster.nodes('master'))
  const { scaleReads = 'master' } = cluster.options
  return {
    ...common(cluster),
    ...subscribeApart(cluster),
    clustered: true,
    readsFromReplicas: scaleReads !== 'master',
    send(_key, args) {
      together()
      return call(cluster, args)
    },
    nodes: () => Promise.resolve(cluster.nodes('master').map(nodeOf)),
  }
}

function subscribeApart(client: object): Pick<Engine, 'subscribe'> {
  const { duplicate } = client as { duplicate?: () => Duplicate }
  if (typeof duplicate !== 'function') return {}
  return {
    async subscribe(channel, listener) {
      const apart = duplicate.call(client)
      apart.on('error', () => {})
      apart.on('message', (from, message) => {
        if (from === channel) listener(message)
      })
      await apart.subscribe(channel)
      return () => Promise.resolve(apart.disconnect())
    },
  }
}

function nodeOf(client: IoredisClient): RedisNode {
  const { host, port } = client.options
  return { name: `${host}:${port}`, send: (args) => call(client, args) }
}

/** Whatever it throws at once comes out as a rejection. */
async function call(client: IoredisClient | IoredisCluster, args: readonly string[]): Promise<unknown> {
  const [command, ...rest] = args
  try {
    return await client.call(command!, ...rest)
  } catch (error) {
    forgetArguments(error)
    throw error
  }
}

/**
 * The client's errors bring the whole command along: the session, and the key it is under, which may be the visitor's ID. An error is what apps log,
 * so the name of the command is all that stays.
 */
function forgetArguments(error: unknown): void {
  const { command } = (error ?? {}) as { command?: { name?: unknown } }
  if (command !== undefined) Object.assign(error as object, { command: { name: command.name } })
}

/**
 * By itself the client makes a system call of each command. With its sockets corked until the end of this turn of the event
 * loop, the commands of the turn go out in one, for half the processor time when it is busy.
 */
function writeTogether(clients: () => readonly IoredisClient[]): () => void {
  let corked = false
  return () => {
    if (corked) return
    const streams = clients()
      .map(streamOf)
      .filter((stream) => stream !== undefined)
    if (streams.length === 0) return
    corked = true
    for (const stream of streams) stream.cork()
    setImmediate(() => {
      corked = false
      for (const stream of streams) stream.uncork()
    })
  }
}

/** `undefined` while the client is not connected. */
function streamOf(client: IoredisClient): Corkable | undefined {
  const { stream } = client as { stream?: Partial<Corkable> | null }
  return typeof stream?.cork === 'function' && typeof stream.uncork === 'function' ? (stream as Corkable) : undefined
}

function common(client: Emitter & { options: SharedOptions }): Pick<Engine, 'keyPrefix' | 'addsKeyPrefix' | 'close'> {
  const stopListening = listenForErrors(client)
  return {
    keyPrefix: textReply(client.options.keyPrefix) ?? '',
    addsKeyPrefix: true,
    close: () => Promise.resolve(stopListening()),
  }
}
