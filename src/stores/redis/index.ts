/**
 * `coatcheck/stores/redis`: sessions in Redis 6.2 or newer, or Valkey, for any number of machines.
 */

import type { RedisClient } from './engine.js'
import {
  readOptions,
  type NearCacheOptions,
  type RedisStoreClientOptions,
  type RedisStoreOptions,
  type RedisStoreUrlOptions,
} from './options.js'
import { RedisSessionStore } from './store.js'

export type { NearCacheOptions, RedisClient, RedisSessionStore }
export type { RedisStoreClientOptions, RedisStoreOptions, RedisStoreUrlOptions }

/**
 * A store behind the app's own client of redis, ioredis or iovalkey, or at a URL. A read is one round trip, and so is a write.
 * The server forgets sessions by itself when they are over; it must not forget them sooner, so give it the
 * `maxmemory-policy` `noeviction`.
 *
 * Throws `SessionOptionError` for an option that cannot be used, and `SessionError` with `ERR_SESSION_ENGINE_MISSING` when `url`
 * is given and no client is installed. Calls reject with the client's own error when the server fails, and with
 * `ERR_SESSION_STORE_ANSWER` when what it keeps is no session.
 */
export function redisStore(options: RedisStoreOptions): RedisSessionStore {
  return new RedisSessionStore(readOptions(options))
}
