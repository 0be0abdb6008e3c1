/**
 * Every client that the Redis store takes, made as an app makes it.
 */
import { Redis as Ioredis, Cluster as IoredisCluster } from 'ioredis'
import { Redis as Ioredis5, Cluster as Ioredis5Cluster } from 'ioredis-5'
import { Redis as Iovalkey, Cluster as IovalkeyCluster } from 'iovalkey'
import { createClient, createClientPool, createCluster } from 'redis'
import { createClient as createClient4, createCluster as createCluster4 } from 'redis-4'
import { createClient as createClient5, createCluster as createCluster5 } from 'redis-5'

import type { RedisClient } from '../../../src/stores/redis/index.js'

export interface OpenClient {
  readonly client: RedisClient
  /** Ends it at once, whatever it waits for. */
  end(): unknown
}

/** For one server. */
export const singleClients: Readonly<Record<string, (url: string) => Promise<OpenClient>>> = {
  'node-redis 6': async (url) => {
    const client = createClient({ url })
    await client.connect()
    return { client, end: () => client.destroy() }
  },
  'node-redis 6, RESP2 and bytes': async (url) => {
    const client = createClient({ url, RESP: 2, commandOptions: { typeMapping: { 36: Buffer } } })
    await client.connect()
    return { client, end: () => client.destroy() }
  },
  'node-redis 6, a pool': async (url) => {
    const client = createClientPool({ url }, { minimum: 2, maximum: 4 })
    await client.connect()
    return { client, end: () => client.destroy() }
  },
  'node-redis 6 with a keyPrefix': async (url) => {
    const client = createClient({ url, keyPrefix: 'app*:' })
    await client.connect()
    return { client, end: () => client.destroy() }
  },
  'node-redis 5': async (url) => {
    const client = createClient5({ url, RESP: 3 })
    await client.connect()
    return { client, end: () => client.destroy() }
  },
  'node-redis 4': async (url) => {
    const client = createClient4({ url })
    await client.connect()
    return { client, end: () => client.disconnect() }
  },
  'node-redis 4 in legacy mode': async (url) => {
    const client = createClient4({ url, legacyMode: true })
    await client.connect()
    return { client, end: () => client.disconnect() }
  },
  'ioredis 6': async (url) => ended(new Ioredis(url)),
  'ioredis 6, RESP2, numbers as texts, autopipelining': async (url) =>
    ended(new Ioredis(url, { protocol: 2, stringNumbers: true, enableAutoPipelining: true })),
  'ioredis 6 with a keyPrefix': async (url) => ended(new Ioredis(url, { keyPrefix: 'app*:' })),
  'ioredis 5': async (url) => ended(new Ioredis5(url)),
  iovalkey: async (url) => ended(new Iovalkey(url)),
}

const hears = { RESP: 3, emitInvalidate: true } as const

/** For one server, and for a near-cache. */
export const hearingClients: Readonly<Record<string, (url: string) => Promise<OpenClient>>> = {
  'node-redis 6': async (url) => {
    const client = await createClient({ url, ...hears }).connect()
    return { client, end: () => client.destroy() }
  },
  'node-redis 6 that gives out bytes': async (url) => {
    const client = await createClient({ url, ...hears, commandOptions: { typeMapping: { 36: Buffer } } }).connect()
    return { client, end: () => client.destroy() }
  },
  'node-redis 6 with a keyPrefix': async (url) => {
    const client = await createClient({ url, ...hears, keyPrefix: 'app*:' }).connect()
    return { client, end: () => client.destroy() }
  },
  'node-redis 5': async (url) => {
    const client = await createClient5({ url, ...hears }).connect()
    return { client, end: () => client.destroy() }
  },
}

/** For a Cluster, found by one of its nodes. */
export const clusterClients: Readonly<Record<string, (host: string, port: number) => Promise<OpenClient>>> = {
  'node-redis 6': async (host, port) => {
    const client = createCluster({ rootNodes: [{ socket: { host, port } }] })
    await client.connect()
    return { client, end: () => client.destroy() }
  },
  'node-redis 5': async (host, port) => {
    const client = createCluster5({ rootNodes: [{ socket: { host, port } }] })
    await client.connect()
    return { client, end: () => client.destroy() }
  },
  'node-redis 4': async (host, port) => {
    const client = createCluster4({ rootNodes: [{ socket: { host, port } }] })
    await client.connect()
    return { client, end: () => client.disconnect() }
  },
  'ioredis 6': async (host, port) => ended(new IoredisCluster([{ host, port }])),
  'ioredis 6 that reads from replicas, with a keyPrefix': async (host, port) =>
    ended(new IoredisCluster([{ host, port }], { scaleReads: 'all', keyPrefix: 'app:' })),
  'ioredis 5': async (host, port) => ended(new Ioredis5Cluster([{ host, port }])),
  iovalkey: async (host, port) => ended(new IovalkeyCluster([{ host, port }])),
}

function ended(client: RedisClient & { disconnect(): unknown }): OpenClient {
  return { client, end: () => client.disconnect() }
}
