/**
 * `coatcheck/stores/sqlite`: sessions in a SQLite file, for one machine and any number of processes on it.
 */

import type { SqliteEngineName } from './engine.js'
import { readOptions, type SqliteStoreOptions } from './options.js'
import { SqliteSessionStore } from './store.js'

export type { SqliteEngineName, SqliteSessionStore, SqliteStoreOptions }

/**
 * A store in the file at `path`. It uses `node:sqlite` (Node 22.13 and newer), else an installed `better-sqlite3` or `libsql`. What a
 * write answered is in the file, whatever becomes of the process; several processes may use one file. Locks of other processes, when the file is
 * opened too, are waited for by the clock, and a thread writes SQLite's log back: the event loop is not held up for either.
 *
 * Throws `SessionOptionError` for an option that cannot be used; `SessionError` with `ERR_SESSION_ENGINE_MISSING` when there is no engine,
 * with `ERR_SESSION_STORE_SHAPE` when a newer coatcheck wrote the file. Calls reject with `ERR_SESSION_STORE_TIMEOUT` while the file stays
 * locked.
 */
export function sqliteStore(path: string | URL | SqliteStoreOptions): SqliteSessionStore {
  return new SqliteSessionStore(readOptions(path))
}
