/**
 * `coatcheck/stores/postgres`: sessions in PostgreSQL 13 or newer, for any number of machines.
 */
import { readOptions, type PostgresStoreOptions } from './options.js'
import { PostgresSessionStore } from './store.js'

export type { PostgresStoreOptions, PostgresSessionStore }
export type { PostgresPool, PostgresResult } from './connection.js'

/**
 * A store in the database of the app's own `pg` pool, or at a URL. It creates its table when it is first used, keeps no state in a connection
 * and so works behind PgBouncer in any mode.
 *
 * Throws `SessionOptionError` for an option that cannot be used. Calls reject with the driver's own error when the database fails, with
 * `ERR_SESSION_ENGINE_MISSING` when `url` is given and `pg` is not installed, with `ERR_SESSION_STORE_SHAPE` when a newer coatcheck
 * made the table.
 */
export function postgresStore(options: PostgresStoreOptions): PostgresSessionStore {
  return new PostgresSessionStore(readOptions(options))
}
