/**
 * One shape over three SQLite libraries, and the choice among them.
 */

import { SessionError } from '../../core/errors.js'
import { loadBetterSqlite3, loadLibsql } from './engine-packages.js'
import { loadNodeSqlite } from './engine-node.js'

/** In the order of preference: what Node brings itself comes first. */
export const engineNames = ['node:sqlite', 'better-sqlite3', 'libsql'] as const
export type SqliteEngineName = (typeof engineNames)[number]

export type SqlValue = string | number | Uint8Array | null
/** A blob comes back as an `ArrayBuffer` from libsql. */
export type SqlRow = Readonly<Record<string, SqlValue | ArrayBuffer>>

/** A prepared statement. Its values are bound in order. */
export interface Statement {
  /** Runs it and answers how many rows changed. */
  run(values: readonly SqlValue[]): number
  get(values: readonly SqlValue[]): SqlRow | undefined
  all(values: readonly SqlValue[]): readonly SqlRow[]
}

/** One open database. */
export interface Connection {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

export interface Engine {
  readonly name: SqliteEngineName
  /** What `require` loads it by in a thread: two libraries in one process would undo each other's locks on a file. */
  readonly module: string
  open(path: string): Connection
}

const loaders: Readonly<Record<SqliteEngineName, () => Engine>> = {
  'node:sqlite': loadNodeSqlite,
  'better-sqlite3': loadBetterSqlite3,
  libsql: loadLibsql,
}

/**
 * The first engine that works here, or the one that is asked for. Nothing is loaded before this is called. Throws
 * `ERR_SESSION_ENGINE_MISSING`, with what each of them said, when there is none.
 */
export function loadEngine(wanted?: SqliteEngineName): Engine {
  const names = wanted === undefined ? engineNames : [wanted]
  const refusals: unknown[] = []
  for (const name of names) {
    try {
      return loaders[name]()
    } catch (error) {
      refusals.push(error)
    }
  }
  const reasons = names.map((name, index) => `  ${name}: ${firstLine(refusals[index])}`).join('\n')
  throw new SessionError(
    'ERR_SESSION_ENGINE_MISSING',
    `sqliteStore needs ${wanted ?? 'a SQLite engine'}, and ${wanted === undefined ? 'found none' : 'cannot use it'} ` +
      `(Node ${process.version}):\n${reasons}\n` +
      'Use Node 22.13 or newer, which has node:sqlite, or install an engine: npm install libsql (or better-sqlite3).',
    { cause: wanted === undefined ? new AggregateError(refusals) : refusals[0] },
  )
}

/** Whether another connection held the lock: the one failure that passes by itself. */
export function isBusy(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  // better-sqlite3 and libsql name the code, extended ones included; node:sqlite numbers it.
  if ('code' in error && typeof error.code === 'string' && /^SQLITE_(BUSY|LOCKED)/.test(error.code)) return true
  if (!('errcode' in error) || typeof error.errcode !== 'number') return false
  const primary = error.errcode & 0xff
  return primary === 5 || primary === 6
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!
}
