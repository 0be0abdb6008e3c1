/**
 * What `redisStore` can be told, and the check of it.
 */

import { systemClock, type Clock } from '../../core/clock.js'
import { SessionOptionError } from '../../core/errors.js'
import type { RedisClient } from './engine.js'

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
  readonly clock: Clock
}

const optionNames: readonly string[] = [
  'client',
  'url',
  'prefix',
  'legacy',
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
    clock,
  }
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
