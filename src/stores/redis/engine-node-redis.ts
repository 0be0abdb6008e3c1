/**
 * node-redis, versions 4 to 6: a single client or a pool, Sentinel, and Cluster.
 *
 * Commands are sent raw. The client writes all those of one turn of the event loop together, by itself.
 */

import type { Engine, RedisNode } from './engine.js'
import { listenForErrors, type Emitter } from './emitter.js'
import { textReply } from './replies.js'
import { trackingOf } from './tracking.js'

interface Prefixing {
  /** The `keyPrefix` option of version 6, which raw commands go without. */
  readonly _keyPrefix?: string | Uint8Array | undefined
}

interface Subscribing {
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  unsubscribe(channel: string, listener: (message: string) => void): Promise<unknown>
}

/** A client of the same settings, for a connection of its own. */
interface Duplicate extends Emitter, Subscribing {
  connect(): Promise<unknown>
  /** Version 5 and newer. */
  destroy?(): void
  /** Version 4. */
  disconnect?(): Promise<void>
}

/** What `createClient` and `createClientPool` answer. */
export interface NodeRedisClient extends Emitter, Prefixing {
  readonly isOpen: boolean
  readonly isReady?: boolean
  sendCommand(args: string[], options?: object): Promise<unknown>
}

interface NodeRedisMaster {
  readonly address?: string
  readonly client?: object | undefined
}

/** What `createCluster` answers. */
export interface NodeRedisCluster extends Emitter, Prefixing {
  readonly masters: readonly NodeRedisMaster[]
  nodeClient(master: never): unknown
  sendCommand(
    firstKey: string | undefined,
    isReadonly: boolean | undefined,
    args: string[],
    options?: object,
  ): Promise<unknown>
}

/** What `createSentinel` answers. */
export interface NodeRedisSentinel extends Emitter, Prefixing {
  readonly isReady: boolean
  getMasterNode(): unknown
  sendCommand(isReadonly: boolean | undefined, args: string[], options?: object): Promise<unknown>
}

/**
 * Version 6 gives each command a timer by default, for the case that it cannot be sent, and that costs more than all the rest
 * of the command. While the connection is up a command is sent in this very turn and needs none.
 */
const untimed = { timeout: 0 }

export function nodeRedisEngine(given: NodeRedisClient): Engine {
  const client = withPromises(given)
  const send = (args: readonly string[]): Promise<unknown> =>
    client.sendCommand(args as string[], given.isReady === true ? untimed : undefined)
  return {
    ...common(given),
    clustered: false,
    tracking: () => trackingOf(behind(given)),
    ...subscribeApart(given),
    send: (_key, args) => send(args),
    nodes: () => Promise.resolve([{ name: '', send }]),
  }
}

export function nodeRedisSentinelEngine(sentinel: NodeRedisSentinel): Engine {
  const send = (args: readonly string[]): Promise<unknown> =>
    sentinel.sendCommand(false, args as string[], sentinel.isReady ? untimed : undefined)
  return {
    ...common(sentinel),
    clustered: false,
    ...subscribeWithin(sentinel),
    send: (_key, args) => send(args),
    nodes: () => Promise.resolve([{ name: '', send }]),
  }
}

export function nodeRedisClusterEngine(cluster: NodeRedisCluster): Engine {
  const nodeOf = async (master: NodeRedisMaster, index: number): Promise<RedisNode> => {
    const client = (await cluster.nodeClient(master as never)) as NodeRedisClient
    return { name: master.address ?? `${index}`, send: (args) => client.sendCommand(args as string[]) }
  }
  return {
    ...common(cluster),
    clustered: true,
    ...subscribeWithin(cluster),
    // Not declared read-only, reads included: a replica may not know of a sign-out yet.
    send: (key, args) => cluster.sendCommand(key, false, args as string[], isReady(cluster) ? untimed : undefined),
    nodes: () => Promise.all(cluster.masters.map(nodeOf)),
  }
}

/** A pool has no such connection to give, and in the legacy mode of version 4 a duplicate would answer by callbacks. */
function subscribeApart(client: object): Pick<Engine, 'subscribe'> {
  const { duplicate, options } = client as { duplicate?: () => Duplicate; options?: { legacyMode?: boolean } }
  if (typeof duplicate !== 'function' || options?.legacyMode === true) return {}
  return {
    async subscribe(channel, listener) {
      const apart = duplicate.call(client)
      apart.on('error', () => {})
      await apart.connect()
      await apart.subscribe(channel, listener)
      return async () => {
        if (apart.destroy !== undefined) apart.destroy()
        else await apart.disconnect!()
      }
    },
  }
}

/** These keep a connection for it themselves. */
function subscribeWithin(client: object): Pick<Engine, 'subscribe'> {
  const subscribing = client as Partial<Subscribing>
  if (typeof subscribing.subscribe !== 'function') return {}
  return {
    async subscribe(channel, listener) {
      await subscribing.subscribe!(channel, listener)
      return async () => {
        await subscribing.unsubscribe!(channel, listener)
      }
    },
  }
}

function isReady(cluster: NodeRedisCluster): boolean {
  return cluster.masters.every(({ client }) => client !== undefined && 'isReady' in client && client.isReady === true)
}

function common(
  client: Emitter & Prefixing,
): Pick<Engine, 'keyPrefix' | 'addsKeyPrefix' | 'readsFromReplicas' | 'close'> {
  const stopListening = listenForErrors(behind(client))
  return {
    keyPrefix: textReply(client._keyPrefix) ?? '',
    addsKeyPrefix: false,
    readsFromReplicas: false,
    close: () => Promise.resolve(stopListening()),
  }
}

/**
 * From version 5 on what an app holds is a face before the client, and the client raises its events itself. Were a listener taken
 * off the face, the two could part, and the app's own listeners on the face would hear nothing any more.
 */
function behind<Client extends Emitter>(client: Client): Client {
  return (client as { readonly _self?: Client })._self ?? client
}

/** In the legacy mode of version 4 the client's own methods take callbacks. */
function withPromises(client: NodeRedisClient): NodeRedisClient {
  const legacy = client as NodeRedisClient & { options?: { legacyMode?: boolean }; readonly v4: NodeRedisClient }
  return legacy.options?.legacyMode === true ? legacy.v4 : client
}
