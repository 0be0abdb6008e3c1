/**
 * What `postgresStore` can be told, and the check of it.
 */
import { systemClock, type Clock } from '../../core/clock.js'
import { SessionOptionError } from '../../core/errors.js'
import type { PostgresPool } from './connection.js'

export interface PostgresStoreOptions {
  /** The app's own pool of `pg` 8. It stays open when the store is closed. */
  readonly pool?: PostgresPool | undefined
  /** Where the database is, as in `postgres://user:password@host/database`. The store makes a pool of its own, and closes it. Needs `pg`. */
  readonly url?: string | undefined
  /** The table, with its schema if you like: `'web.sessions'`. Default: `'coatcheck_sessions'`. */
  readonly table?: string | undefined
  /**
   * Whether the store may create and change its table. With `false` the table has to be there: `postgresSchema(table)` is the SQL. Default: true.
   */
  readonly migrate?: boolean | undefined
  /**
   * Whether statements are prepared by name, which saves the server the planning. Not behind a pooler that hands each transaction to another
   * connection, unless it keeps the names itself: PgBouncer before 1.21 does not, and calls then fail with "prepared statement … does not
   * exist" (26000) or "already exists" (42P05). Default: false.
   */
  readonly prepare?: boolean | undefined
  /**
   * `'connect-pg-simple'`: sessions that connect-pg-simple left are found, and taken over when they are first written. Only under keys that are
   * the plain session IDs, as `session()` keeps them.
   */
  readonly legacy?: 'connect-pg-simple' | undefined
  /**
   * Tells other processes of each session that ends, so that their live connections (`coatcheck/live`) close at once: one NOTIFY more for each
   * end, and a connection of the pool where somebody listens. Every process that ends sessions needs it. Not through a PgBouncer in
   * transaction mode, which hears no notifications: connections end at the next look there. Default: false.
   */
  readonly tellEnds?: boolean | undefined
  /** The table of connect-pg-simple. Default: `'session'`. */
  readonly legacyTable?: string | undefined
  readonly clock?: Clock | undefined
}

export interface PostgresSettings {
  readonly pool: PostgresPool | undefined
  readonly url: string | undefined
  /** Quoted, ready for SQL. */
  readonly table: string
  readonly migrate: boolean
  readonly prepare: boolean
  readonly tellEnds: boolean
  /** Quoted, ready for SQL; `undefined` without legacy sessions. */
  readonly legacyTable: string | undefined
  readonly clock: Clock
}

const optionNames = new Set<string>([
  'pool',
  'url',
  'table',
  'migrate',
  'prepare',
  'tellEnds',
  'legacy',
  'legacyTable',
  'clock',
] satisfies (keyof PostgresStoreOptions)[])

export function readOptions(options: PostgresStoreOptions): PostgresSettings {
  if (typeof options !== 'object' || options === null) {
    throw new SessionOptionError('postgresStore needs { pool } or { url }.')
  }
  const unknown = Object.keys(options).find((name) => !optionNames.has(name))
  if (unknown !== undefined) throw new SessionOptionError(`postgresStore: there is no option ${unknown}.`)
  const { pool, url, table = 'coatcheck_sessions', legacy, legacyTable = 'session' } = options
  if ((pool === undefined) === (url === undefined)) {
    throw new SessionOptionError('postgresStore needs either a pool of pg or a url, and not both.')
  }
  if (pool !== undefined && typeof pool.query !== 'function') {
    throw new SessionOptionError('postgresStore: pool must be a Pool of pg, as in new Pool({ connectionString }).')
  }
  if (url !== undefined && (typeof url !== 'string' || !/^postgres(?:ql)?:\/\//.test(url))) {
    throw new SessionOptionError("postgresStore: url must look like 'postgres://user:password@host/database'.")
  }
  if (legacy !== undefined && legacy !== 'connect-pg-simple') {
    throw new SessionOptionError("postgresStore: legacy must be 'connect-pg-simple'.")
  }
  return {
    pool,
    url,
    table: quotedName('table', table),
    migrate: options.migrate ?? true,
    prepare: options.prepare ?? false,
    tellEnds: options.tellEnds === true,
    legacyTable: legacy === undefined ? undefined : quotedName('legacyTable', legacyTable),
    clock: options.clock ?? systemClock,
  }
}

const plainName = /^[A-Za-z_][A-Za-z0-9_$]*(?:\.[A-Za-z_][A-Za-z0-9_$]*)?$/

/** A name goes into SQL as it is, so nothing that could be more than a name gets through. */
export function quotedName(option: string, name: unknown): string {
  if (typeof name !== 'string' || !plainName.test(name)) {
    throw new SessionOptionError(
      `postgresStore: ${option} must be a table's name of letters, digits, _ and $, with its schema and a dot in front if need be.`,
    )
  }
  return name
    .split('.')
    .map((part) => `"${part}"`)
    .join('.')
}
