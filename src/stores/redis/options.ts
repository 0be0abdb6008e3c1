/**
 * What `redisStore` can be told, and the check of it.
 */

import { systemClock, type Clock } from '../../core/clock.js'
import { milliseconds, type Duration } from '../../core/duration.js'
import { SessionOptionError } from '../../core/errors.js'
import type { RedisClient } from './engine.js'
import type { NearCacheSettings } from './near-cache.js'

/** How long, and how many, records are kept in this process. */
export interface NearCacheOptions {
  /**
   * How long a record is kept at most, counted from when the server was asked. Milliseconds or a duration, 10 seconds at most.
   * Default: `'2s'`. It is only ever needed when the server hangs or the connection is broken without a sign: for so long a
   * session that another process changed or ended may then still be answered as it was.
   */
  readonly maxAge?: Duration | undefined
  /** How many records are kept at most; what was not used for the longest time goes first. Default: 10,000. */
  readonly maxEntries?: number | undefined
}

interface SharedOptions {
  /**
   * What the key of each session begins with. Default: `'coatcheck:'`, or `'sess:'` with `legacy`. The keys of the users'
   * indexes begin with the same and `-users:`, as in `coatcheck-users:ann`. On Cluster a prefix with a hash tag, such as
   * `'{sessions}:'`, keeps all sessions on one server, where each operation is one step; without one they spread, and sign-in
   * and a new ID take two.
   */
  readonly prefix?: string | undefined
  /**
   * `'connect-redis'`: sessions that connect-redis kept under the same prefix are read where they are, and taken over when they
   * are first written. It needs session IDs as keys, as `session()` has them. Default: none.
   */
  readonly legacy?: 'connect-redis' | undefined
  /**
   * Keeps records in this process for seconds, so that most requests ask the server nothing. What another process writes or ends is
   * heard of within milliseconds, so for that long a request may see the session as it was: a sign-out on another machine too.
   * Whatever asks for what is fresh gets it, no update is lost, and nothing that ended comes back. Default: `false`.
   *
   * With a client of the app's it must be a single one of redis 5.9 or newer, made with `{ RESP: 3, emitInvalidate: true }`; with
   * `url` that package must be installed. Others throw `SessionOptionError` at construction.
   */
  readonly nearCache?: boolean | NearCacheOptions | undefined
  /**
   * Tells other processes of each session that ends, so that their live connections (`coatcheck/live`) close at once: one PUBLISH more for each
   * end, and one connection more where somebody listens. Every process that ends sessions needs it. Default: `false`.
   */
  readonly tellEnds?: boolean | undefined
  /** What deadlines are counted from. Default: the system's clock. */
  readonly clock?: Clock | undefined
}

/** With a client of the app's. It stays the app's: it is neither connected nor closed here. */
export interface RedisStoreClientOptions extends SharedOptions {
  /** A client of redis (node-redis) 4 or newer, ioredis 5 or newer, or iovalkey: single, pool, Sentinel or Cluster. */
  readonly client: RedisClient
  readonly url?: undefined
}

/** With a client of the store's own: connected at the first use, closed by `close`. */
export interface RedisStoreUrlOptions extends SharedOptions {
  /** `redis://user:password@host:6379/0`, `rediss://` with TLS. Uses the first installed of redis, ioredis and iovalkey. */
  readonly url: string | URL
  readonly client?: undefined
}

export type RedisStoreOptions = RedisStoreClientOptions | RedisStoreUrlOptions

export interface RedisSettings {
  readonly client: RedisClient | undefined
  /** With the scheme that every client understands. */
  readonly url: string | undefined
  readonly prefix: string
  readonly userPrefix: string
  readonly legacy: boolean
  readonly nearCache: NearCacheSettings | undefined
  readonly tellEnds: boolean
  readonly clock: Clock
}

const optionNames: readonly string[] = [
  'client',
  'url',
  'prefix',
  'legacy',
  'nearCache',
  'tellEnds',
  'clock',
] satisfies (keyof RedisStoreOptions)[]

export function readOptions(options: RedisStoreOptions): RedisSettings {
  if (typeof options !== 'object' || options === null) {
    throw new SessionOptionError('redisStore: needs { client } or { url }.')
  }
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name))
  if (unknown !== undefined) throw new SessionOptionError(`redisStore: there is no option ${unknown}.`)
  const { client, url, legacy, clock = systemClock } = options
  const { prefix = legacy === undefined ? 'coatcheck:' : 'sess:' } = options
  if ((client === undefined) === (url === undefined)) {
    throw new SessionOptionError(
      'redisStore: needs either client, a client of redis, ioredis or iovalkey, or url, such as redis://localhost:6379.',
    )
  }
  if (legacy !== undefined && legacy !== 'connect-redis') {
    throw new SessionOptionError(`redisStore: legacy must be 'connect-redis', not ${String(legacy)}.`)
  }
  if (typeof prefix !== 'string' || prefix === '') {
    throw new SessionOptionError(
      'redisStore: prefix must be a text that sets the sessions apart from whatever else the server keeps, not an empty one.',
    )
  }
  const userPrefix = userPrefixOf(prefix)
  if (userPrefix.startsWith(prefix)) throw new SessionOptionError('redisStore: prefix must end in a colon.')
  return {
    client,
    url: url === undefined ? undefined : urlOf(url),
    prefix,
    userPrefix,
    legacy: legacy !== undefined,
    nearCache: nearCacheOf(options.nearCache),
    tellEnds: options.tellEnds === true,
    clock,
  }
}

const longestAge = 10_000

function nearCacheOf(given: boolean | NearCacheOptions | undefined): NearCacheSettings | undefined {
  if (given === undefined || given === false) return undefined
  const options = given === true ? {} : given
  if (typeof options !== 'object' || options === null) {
    throw new SessionOptionError('redisStore: nearCache must be true, false, or { maxAge, maxEntries }.')
  }
  const unknown = Object.keys(options).find((name) => name !== 'maxAge' && name !== 'maxEntries')
  if (unknown !== undefined) throw new SessionOptionError(`redisStore: nearCache has no option ${unknown}.`)
  const maxAge = milliseconds('redisStore: nearCache.maxAge', options.maxAge ?? '2s')
  if (maxAge > longestAge) {
    throw new SessionOptionError(
      'redisStore: nearCache.maxAge must be 10 seconds at most: a server that hangs tells nobody of the sessions that were ended.',
    )
  }
  const { maxEntries = 10_000 } = options
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
    throw new SessionOptionError('redisStore: nearCache.maxEntries must be a whole number from 1 on.')
  }
  return { maxAge, maxEntries }
}

/** Never under `prefix` itself, where every key is a session's; with its hash tag, where it has one. */
function userPrefixOf(prefix: string): string {
  return prefix.endsWith(':') ? `${prefix.slice(0, -1)}-users:` : `users-of:${prefix}:`
}

function urlOf(given: string | URL): string {
  const url = String(given).replace(/^valkey(s?):/i, 'redis$1:')
  // Not shown: it may hold the password.
  if (!/^rediss?:\/\//i.test(url))
    throw new SessionOptionError('redisStore: url must begin with redis:// or rediss://.')
  return url
}
