/**
 * The client of the store's own, for those who hand in a URL: made with whichever package the app has installed.
 *
 * The package is looked for when the store is made, loaded and connected when it is first used.
 */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { SessionError } from '../../core/errors.js'
import type { Engine } from './engine.js'
import { ioredisEngine, type IoredisClient } from './engine-ioredis.js'
import { nodeRedisEngine, type NodeRedisClient } from './engine-node-redis.js'

/** In the order of preference. */
const packageNames = ['redis', 'ioredis', 'iovalkey'] as const
export type RedisPackageName = (typeof packageNames)[number]

/** Answers a `require` that finds the package, or throws. */
export type FindPackage = (name: RedisPackageName) => NodeJS.Require

/** While the server is away commands wait in the client. So many of them, where the client can be told, and no more. */
const mostWaiting = 10_000
/** And so long, in milliseconds, or for so many attempts to connect, which take about as long. */
const longestWait = 5_000
const mostAttempts = 8

/**
 * `hearing`: with a client that hears what becomes of what it has read. Throws `ERR_SESSION_ENGINE_MISSING` when none of the packages
 * is installed.
 */
export function urlEngine(url: string, find: FindPackage = findInstalled, hearing = false): Engine {
  const { name, require } = firstFound(find)
  let opened: Engine | undefined
  const open = (): Engine => {
    opened ??= name === 'redis' ? openNodeRedis(url, hearing, require(name)) : openIoredis(url, require(name))
    return opened
  }
  return {
    clustered: false,
    keyPrefix: '',
    addsKeyPrefix: false,
    readsFromReplicas: false,
    tracking: () => open().tracking?.(),
    subscribe: (channel, listener) => open().subscribe!(channel, listener),
    send: (key, args) => open().send(key, args),
    nodes: () => open().nodes(),
    close: (deadline) => (opened === undefined ? Promise.resolve() : opened.close(deadline)),
  }
}

function firstFound(find: FindPackage): { name: RedisPackageName; require: NodeJS.Require } {
  const refusals: unknown[] = []
  for (const name of packageNames) {
    try {
      return { name, require: find(name) }
    } catch (error) {
      refusals.push(error)
    }
  }
  throw new SessionError(
    'ERR_SESSION_ENGINE_MISSING',
    'redisStore needs a Redis client to connect to url, and found none of redis, ioredis and iovalkey. Install one: ' +
      'npm install redis (or ioredis, or iovalkey), or hand in a client of your own as client.',
    { cause: new AggregateError(refusals) },
  )
}

/** From where this package is installed, else from where the app runs: strict package managers show it only to the app. */
function findInstalled(name: RedisPackageName): NodeJS.Require {
  const own = createRequire(import.meta.url)
  try {
    own.resolve(name)
    return own
  } catch {
    const app = createRequire(join(process.cwd(), 'package.json'))
    app.resolve(name)
    return app
  }
}

interface OwnNodeRedis extends NodeRedisClient {
  connect(): Promise<unknown>
  /** Version 5 and newer; before, `quit` and `disconnect`. */
  close?(): Promise<unknown>
  destroy?(): void
  quit(): Promise<unknown>
  disconnect(): Promise<unknown>
}

function openNodeRedis(url: string, hearing: boolean, module: unknown): Engine {
  const { createClient } = module as { createClient(options: object): OwnNodeRedis }
  const client = createClient({
    url,
    commandsQueueMaxLength: mostWaiting,
    commandOptions: { timeout: longestWait },
    socket: { reconnectStrategy: pauseBefore },
    ...(hearing && { RESP: 3, emitInvalidate: true }),
  })
  const engine = nodeRedisEngine(client)
  const connect = (): void => {
    // It goes on trying by itself, and what is sent meanwhile waits. Where it gives up, the next command begins anew.
    if (!client.isOpen) client.connect().catch(ignored)
  }
  return {
    ...engine,
    send(key, args) {
      connect()
      return engine.send(key, args)
    },
    async nodes() {
      connect()
      return engine.nodes()
    },
    async close(deadline) {
      if (client.isOpen) {
        const ended = client.close === undefined ? client.quit() : client.close()
        await Promise.race([ended.catch(ignored), deadline])
        try {
          if (client.destroy === undefined) await client.disconnect()
          else client.destroy()
        } catch {
          // It has ended by itself.
        }
      }
      // What the client is still to say about the connection must be heard, so nothing is taken back.
    },
  }
}

interface OwnIoredis extends IoredisClient {
  quit(): Promise<unknown>
  disconnect(): void
}

function openIoredis(url: string, module: unknown): Engine {
  // The class is the module itself, and named in it where a bundler stood between.
  const { Redis = module } = module as { Redis?: unknown }
  const client = new (Redis as new (url: string, options: object) => OwnIoredis)(url, {
    lazyConnect: true,
    maxRetriesPerRequest: mostAttempts,
    retryStrategy: pauseBefore,
  })
  const engine = ioredisEngine(client)
  return {
    ...engine,
    async close(deadline) {
      if (client.status !== 'wait' && client.status !== 'end') {
        await Promise.race([client.quit().catch(ignored), deadline])
      }
      client.disconnect()
    },
  }
}

/** Milliseconds before the next attempt to connect: a second at most, and not the same for every process. */
function pauseBefore(attempt: number): number {
  return Math.min(attempt * 100, 1_000) * (0.75 + Math.random() / 4)
}

function ignored(): void {}
