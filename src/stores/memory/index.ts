/**
 * `coatcheck/stores/memory`: sessions in this process's memory, gone when it ends.
 */

import type { MemoryStoreOptions } from './options.js'
import { MemorySessionStore } from './store.js'

export type { MemorySessionStore, MemoryStoreOptions }

/**
 * A bounded store in memory: 100,000 sessions and 256 MiB unless told otherwise. When it is full it drops what is over, then
 * sessions without a user, then the rest, those idle longest first, and says so (`onEvict`). It sets no timers: whoever uses it
 * calls `sweep`, and each insert drops a little of what is over. A store of more than 4 MiB keeps data packed, by what its
 * sessions have in common: two to three times smaller, for a microsecond or two a call.
 *
 * Throws `SessionOptionError` (`ERR_SESSION_OPTION`) for limits that are not whole numbers from 1 on.
 */
export function memoryStore(options?: MemoryStoreOptions): MemorySessionStore {
  return new MemorySessionStore(options)
}
