/**
 * `coatcheck/stores/postgres`: sessions in PostgreSQL 13 or newer, for any number of machines.
 */
import { quotedName, readOptions, type PostgresStoreOptions } from './options.js'
import { schemaScript } from './schema.js'
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

/**
 * The SQL that makes the store's table, for apps that make their tables themselves (`migrate: false`). It changes nothing where the table is there.
 * Default: `'coatcheck_sessions'`. Throws `SessionOptionError` for a name that is none.
 */
export function postgresSchema(table = 'coatcheck_sessions'): string {
  return schemaScript(quotedName('table', table))
}
