/**
 * The SQL, and the way between rows and records.
 */
import type { KeptRecord, SessionRecord } from '../../core/record.js'
import type { PlainValue } from './connection.js'
import { fromColumn, toColumn } from './text.js'

type Row = Readonly<Record<string, unknown>>

// One prunes at a time, whichever process it is in.
const pruningLock = 7_264_311_503

// Decided when the statement's own transaction commits, and for that one alone, so it holds behind any pooler. What a crash of the server may take
// is the last moments' deadlines.
const lazily = `lazily AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))`

const columns = 'data, attributes, version, created_at, expires_at, user_id'

export interface Statements {
  readonly create: string
  readonly read: string
  readonly readTogether: string
  readonly update: string
  readonly updateTogether: string
  readonly touch: string
  readonly touchTogether: string
  readonly delete: string
  readonly replace: string
  readonly listByUser: string
  readonly deleteByUser: string
  readonly scan: string
  readonly count: string
  readonly sweep: string
}

export function statementsFor(table: string): Statements {
  // A statement for many waits for nobody: whoever holds one of the rows would hold up all others, and two such statements might wait for each
  // other. Rows that are held are left to statements of their own.
  const free = (keys: string): string =>
    `free AS MATERIALIZED (SELECT key FROM ${table} WHERE key = ANY(${keys}::text[]) FOR UPDATE SKIP LOCKED)`
  const insert = `INSERT INTO ${table} (data, attributes, version, created_at, expires_at, user_id, key)`
  return {
    create: `${insert} VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO NOTHING`,
    read: `SELECT ${columns} FROM ${table} WHERE key = $1`,
    readTogether: `SELECT key, ${columns} FROM ${table} WHERE key = ANY($1::text[])`,
    update: `UPDATE ${table} SET data = $1, attributes = $2, version = $3, created_at = $4, expires_at = $5, user_id = $6
      WHERE key = $7 AND version = $8`,
    updateTogether: `WITH ${free('$7')} UPDATE ${table} AS kept
      SET data = next.data, attributes = next.attributes, version = next.version, created_at = next.created_at,
        expires_at = next.expires_at, user_id = next.user_id
      FROM free JOIN unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::bigint[])
        AS next (data, attributes, version, created_at, expires_at, user_id, key, expected) ON next.key = free.key
      WHERE kept.key = free.key AND kept.version = next.expected RETURNING kept.key`,
    touch: `WITH ${lazily} UPDATE ${table} SET expires_at = $2 FROM lazily WHERE key = $1`,
    touchTogether: `WITH ${lazily}, ${free('$1')} UPDATE ${table} AS kept SET expires_at = next.expires_at
      FROM lazily, free JOIN unnest($1::text[], $2::bigint[]) AS next (key, expires_at) ON next.key = free.key
      WHERE kept.key = free.key RETURNING kept.key`,
    delete: `DELETE FROM ${table} WHERE key = $1`,
    replace: `WITH ended AS (DELETE FROM ${table} WHERE key = $8)
      ${insert} VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO NOTHING`,
    listByUser: `SELECT key, ${columns} FROM ${table} WHERE user_id = $1 ORDER BY created_at DESC`,
    deleteByUser: `DELETE FROM ${table} WHERE user_id = $1 AND key IS DISTINCT FROM $2 RETURNING key`,
    scan: `SELECT id, key, ${columns} FROM ${table} WHERE id > $1 ORDER BY id LIMIT $2`,
    count: `SELECT count(*) AS count FROM ${table}`,
    sweep: `WITH elected AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(${pruningLock}) AS yes),
      expired AS MATERIALIZED (
        SELECT kept.key FROM ${table} AS kept, elected WHERE elected.yes AND kept.expires_at <= $1
        LIMIT $2 FOR UPDATE OF kept SKIP LOCKED
      )
      DELETE FROM ${table} WHERE key IN (SELECT key FROM expired)`,
  }
}

/** The values of a record in the order of `create`, `update` and `replace`. */
export function valuesOf(record: SessionRecord): PlainValue[] {
  return [
    toColumn(record.data),
    record.attributes === undefined ? null : toColumn(record.attributes),
    record.version,
    record.createdAt,
    record.expiresAt,
    record.userId === undefined ? null : toColumn(record.userId),
  ]
}

export function recordOf(row: Row): SessionRecord {
  return {
    data: fromColumn(row['data'] as string),
    attributes: optional(row['attributes']),
    // The driver hands out 64-bit integers as text.
    version: Number(row['version']),
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
    userId: optional(row['user_id']),
  }
}

export function keptOf(row: Row): KeptRecord {
  return { key: fromColumn(row['key'] as string), record: recordOf(row) }
}

function optional(value: unknown): string | undefined {
  return typeof value === 'string' ? fromColumn(value) : undefined
}
