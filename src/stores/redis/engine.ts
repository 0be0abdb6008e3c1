/**
 * One shape over the Redis clients, and the recognition of the one that was handed in.
 */

import { SessionOptionError } from '../../core/errors.js'
import { ioredisClusterEngine, ioredisEngine, type IoredisClient, type IoredisCluster } from './engine-ioredis.js'
import {
  nodeRedisClusterEngine,
  nodeRedisEngine,
  nodeRedisSentinelEngine,
  type NodeRedisClient,
  type NodeRedisCluster,
  type NodeRedisSentinel,
} from './engine-node-redis.js'

/** A client of node-redis (4 and newer), ioredis (5 and newer) or iovalkey: a single one, a pool, Sentinel or Cluster. */
export type RedisClient = NodeRedisClient | NodeRedisCluster | NodeRedisSentinel | IoredisClient | IoredisCluster

/** One server that keeps a part of the keys, or all of them. */
export interface RedisNode {
  /** Stays the same for as long as the server stays where it is. */
  readonly name: string
  /** Sends a command without a key. */
  send(args: readonly string[]): Promise<unknown>
}

/** A connection over which the server says what became of the keys that were read there. */
export interface Tracking {
  /** A number that is another one after each break, and `undefined` while the connection is down. */
  connection(): number | undefined
  /**
   * `listener` hears of each key that has changed, expired or gone since it was read, before any answer that was given later; of
   * all keys at once it hears `undefined`. Answers how to stop.
   */
  listen(listener: (id: string | undefined) => void): () => void
}

export interface Engine {
  /** Keys are spread over several servers, and a command reaches those of one slot only. */
  readonly clustered: boolean
  /** What the app told the client to put before each key. */
  readonly keyPrefix: string
  /** The client does so by itself in what is sent here. In what a scan answers, no client takes it away. */
  readonly addsKeyPrefix: boolean
  /** Plain reads may go to replicas, which lag behind; what a script reads is read from the primary. */
  readonly readsFromReplicas: boolean
  /** Sends a command whose first key is `key`. Never throws: it rejects. */
  send(key: string, args: readonly string[]): Promise<unknown>
  /** `undefined`, or missing, where the client cannot do it or was not made for it. */
  tracking?(): Tracking | undefined
  /** Hears what is published on a channel, over a connection of its own, until the function that is answered is called. Missing where the client cannot. */
  subscribe?(channel: string, listener: (message: string) => void): Promise<() => Promise<void>>
  /** The servers that a scan must visit. */
  nodes(): Promise<readonly RedisNode[]>
  /**
   * Takes back what was added to a client that was handed in; ends one that was opened here, by force once `deadline`
   * resolves.
   */
  close(deadline: Promise<void>): Promise<void>
}

/** Throws `SessionOptionError` for anything that is no such client. */
export function engineOf(client: RedisClient): Engine {
  if (isIoredisCluster(client)) return ioredisClusterEngine(client)
  if (isIoredis(client)) return ioredisEngine(client)
  if (isNodeRedisCluster(client)) return nodeRedisClusterEngine(client)
  if (isNodeRedisSentinel(client)) return nodeRedisSentinelEngine(client)
  if (isNodeRedis(client)) return nodeRedisEngine(client)
  throw new SessionOptionError(
    'redisStore: client must be a client of redis (node-redis 4 or newer), ioredis or iovalkey: what createClient, ' +
      'createCluster, createSentinel or createClientPool answer, or new Redis() or new Cluster().',
  )
}

function has(client: unknown, method: string): boolean {
  return typeof client === 'object' && client !== null && typeof (client as never)[method] === 'function'
}

function isIoredisCluster(client: RedisClient): client is IoredisCluster {
  return has(client, 'call') && has(client, 'nodes')
}

function isIoredis(client: RedisClient): client is IoredisClient {
  return has(client, 'call') && 'status' in client
}

function isNodeRedisCluster(client: RedisClient): client is NodeRedisCluster {
  return has(client, 'sendCommand') && has(client, 'nodeClient')
}

function isNodeRedisSentinel(client: RedisClient): client is NodeRedisSentinel {
  return has(client, 'sendCommand') && has(client, 'getMasterNode')
}

function isNodeRedis(client: RedisClient): client is NodeRedisClient {
  return has(client, 'sendCommand') && 'isOpen' in client
}
