/**
 * Sessions that connect-pg-simple left in its own table: found where ours are missing, and taken over when they are first written, so that nobody is
 * signed out by the change of stores. And the way back.
 */
import type { SessionRecord } from '../../core/record.js'
import type { Connection } from './connection.js'
import { valuesOf } from './statements.js'
import { toColumn } from './text.js'

/** No record of ours has it: an update that expects it is the first one, and takes the session over. */
export const legacyVersion = 0

/** A session as connect-pg-simple keeps it, and the version of the record that it was made of. */
export interface HandedSession {
  readonly key: string
  readonly version: number
  readonly text: string
}

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

  /** Makes connect-pg-simple's table, as its own package would, where it is gone. */
  async prepare(): Promise<void> {
    await this.#connection.script(`
      CREATE TABLE IF NOT EXISTS ${this.#legacyTable} (
        sid varchar NOT NULL COLLATE "default" PRIMARY KEY,
        sess json NOT NULL,
        expire timestamp(6) NOT NULL
      );
      CREATE INDEX IF NOT EXISTS "IDX_session_expire" ON ${this.#legacyTable} (expire);
    `)
  }

  /** Moves sessions there, in one step, unless they were changed since they were read. Answers how many it moved. */
  async handBack(sessions: readonly HandedSession[]): Promise<number> {
    const { rowCount } = await this.#connection.query(
      `WITH handed AS (
        DELETE FROM ${this.#table} AS kept
        USING unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) AS given (key, version, sid, sess)
        WHERE kept.key = given.key AND kept.version = given.version
        RETURNING given.sid, given.sess, kept.expires_at
      )
      INSERT INTO ${this.#legacyTable} (sid, sess, expire)
        SELECT sid, sess::json, to_timestamp(expires_at / 1000.0) FROM handed
        ON CONFLICT (sid) DO UPDATE SET sess = EXCLUDED.sess, expire = EXCLUDED.expire`,
      [
        sessions.map(({ key }) => toColumn(key)),
        sessions.map(({ version }) => version),
        sessions.map(({ key }) => key),
        sessions.map(({ text }) => text),
      ],
    )
    return rowCount ?? 0
  }

  async delete(key: string): Promise<boolean> {
    const { rowCount } = await this.#connection.query(`DELETE FROM ${this.#legacyTable} WHERE sid = $1`, [key])
    return rowCount === 1
  }
}
