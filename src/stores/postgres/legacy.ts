/**
 * Sessions that connect-pg-simple left in its own table: found where ours are missing, and taken over when they are first written, so that nobody is
 * signed out by the change of stores.
 */
import type { SessionRecord } from '../../core/record.js'
import type { Connection } from './connection.js'
import { valuesOf } from './statements.js'

/** No record of ours has it: an update that expects it is the first one, and takes the session over. */
export const legacyVersion = 0

export class LegacyTable {
  readonly #connection: Connection
  readonly #table: string
  readonly #legacyTable: string
  readonly #now: () => number

  constructor(connection: Connection, table: string, legacyTable: string, now: () => number) {
    this.#connection = connection
    this.#table = table
    this.#legacyTable = legacyTable
    this.#now = now
  }

  async read(key: string): Promise<SessionRecord | undefined> {
    // `expire` has no time zone; like connect-pg-simple, this takes it for one of the database session's own.
    const { rows } = await this.#connection.query(
      `SELECT sess::text AS sess, extract(epoch FROM expire::timestamptz) * 1000 AS expires_at
        FROM ${this.#legacyTable} WHERE sid = $1`,
      [key],
    )
    const row = rows[0]
    if (row === undefined) return undefined
    const { cookie, ...values } = JSON.parse(row['sess'] as string) as Record<string, unknown>
    return {
      data: JSON.stringify(values),
      attributes: cookie === undefined ? undefined : JSON.stringify({ cookie }),
      version: legacyVersion,
      createdAt: this.#now(),
      expiresAt: Math.round(Number(row['expires_at'])),
      userId: undefined,
    }
  }

  /** Moves the session into the store's own table, in one step. `false` when it is not, or no longer, in the legacy table. */
  async takeOver(key: string, record: SessionRecord): Promise<boolean> {
    const { rowCount } = await this.#connection.query(
      `WITH ended AS (DELETE FROM ${this.#legacyTable} WHERE sid = $7 RETURNING sid)
        INSERT INTO ${this.#table} (data, attributes, version, created_at, expires_at, user_id, key)
        SELECT $1, $2, $3::bigint, $4::bigint, $5::bigint, $6, sid FROM ended ON CONFLICT (key) DO NOTHING`,
      [...valuesOf(record), key],
    )
    return rowCount === 1
  }

  async delete(key: string): Promise<boolean> {
    const { rowCount } = await this.#connection.query(`DELETE FROM ${this.#legacyTable} WHERE sid = $1`, [key])
    return rowCount === 1
  }
}
