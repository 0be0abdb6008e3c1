/**
 * The SQL, and the way between rows and records.
 */

import type { KeptRecord, SessionRecord } from '../../core/record.js'
import type { Connection, SqlRow, SqlValue, Statement } from './engine.js'

export interface Statements {
  readonly begin: Statement
  readonly commit: Statement
  readonly rollback: Statement
  readonly insert: Statement
  readonly read: Statement
  readonly update: Statement
  readonly touch: Statement
  readonly delete: Statement
  readonly listByUser: Statement
  readonly deleteByUser: Statement
  readonly scan: Statement
  readonly count: Statement
  readonly sweep: Statement
}

const columns = 'data, attributes, version, created_at AS createdAt, expires_at AS expiresAt, user_id AS userId'

export function prepareStatements(connection: Connection): Statements {
  const prepare = (sql: string): Statement => connection.prepare(sql)
  return {
    begin: prepare('BEGIN IMMEDIATE'),
    commit: prepare('COMMIT'),
    rollback: prepare('ROLLBACK'),
    insert: prepare(`
      INSERT INTO coatcheck_sessions (data, attributes, version, created_at, expires_at, user_id, key)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`),
    read: prepare(`SELECT ${columns} FROM coatcheck_sessions WHERE key = ?`),
    update: prepare(`
      UPDATE coatcheck_sessions
      SET data = ?, attributes = ?, version = ?, created_at = ?, expires_at = ?, user_id = ?
      WHERE key = ? AND version = ?`),
    touch: prepare('UPDATE coatcheck_sessions SET expires_at = ? WHERE key = ?'),
    delete: prepare('DELETE FROM coatcheck_sessions WHERE key = ?'),
    listByUser: prepare(`
      SELECT key, ${columns} FROM coatcheck_sessions WHERE user_id = ? ORDER BY created_at DESC`),
    deleteByUser: prepare('DELETE FROM coatcheck_sessions WHERE user_id = ? AND key IS NOT ? RETURNING key'),
    scan: prepare(`SELECT id, key, ${columns} FROM coatcheck_sessions WHERE id > ? ORDER BY id LIMIT ?`),
    count: prepare('SELECT count(*) AS count FROM coatcheck_sessions'),
    sweep: prepare(`
      DELETE FROM coatcheck_sessions
      WHERE id IN (SELECT id FROM coatcheck_sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`),
  }
}

/** The values of a record, in the order in which `insert` and `update` name them. */
export function valuesOf(record: SessionRecord): SqlValue[] {
  return [
    toSql(record.data),
    record.attributes === undefined ? null : toSql(record.attributes),
    record.version,
    record.createdAt,
    record.expiresAt,
    record.userId === undefined ? null : toSql(record.userId),
  ]
}

export function recordOf(row: SqlRow): SessionRecord {
  return {
    data: fromSql(row['data'])!,
    attributes: fromSql(row['attributes']),
    version: row['version'] as number,
    createdAt: row['createdAt'] as number,
    expiresAt: row['expiresAt'] as number,
    userId: fromSql(row['userId']),
  }
}

export function keptOf(row: SqlRow): KeptRecord {
  return { key: fromSql(row['key'])!, record: recordOf(row) }
}

/**
 * Text as text where UTF-8 keeps it: SQLite, or the library over it, cuts at U+0000 and bends lone surrogates, so that two
 * keys could become one. Such a text is a blob of UTF-16, which no text is equal to.
 */
export function toSql(text: string): SqlValue {
  const plain = (text as string & { isWellFormed(): boolean }).isWellFormed() && !text.includes('\0')
  return plain ? text : Buffer.from(text, 'utf16le')
}

export function fromSql(value: SqlRow[string] | undefined): string | undefined {
  if (typeof value === 'string') return value
  if (value === null || value === undefined || typeof value === 'number') return undefined
  const bytes =
    value instanceof ArrayBuffer ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.length)
  return bytes.toString('utf16le')
}
