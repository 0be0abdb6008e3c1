/**
 * The tables, and how a file of an older coatcheck is brought up to date.
 *
 * Everything is named `coatcheck_…` and the version stands in a table of its own, so that sessions can live in a file that the
 * app keeps its own tables in.
 */

import { SessionError } from '../../core/errors.js'
import type { Connection } from './engine.js'

/**
 * Step n leads from version n to version n + 1. A step that was released is never changed.
 *
 * `key`, `user_id`, `attributes` and `data` have no declared type, so that text stays text and a blob stays a blob. `data` is
 * last: what stands before it is read without its overflow pages. `id` is what a scan goes by: it survives a VACUUM and tells
 * nobody a key.
 */
const steps: readonly string[] = [
  `
  CREATE TABLE coatcheck_sessions (
    id INTEGER PRIMARY KEY,
    key NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    user_id,
    attributes,
    data NOT NULL
  );
  CREATE INDEX coatcheck_sessions_by_expiry ON coatcheck_sessions (expires_at);
  CREATE INDEX coatcheck_sessions_by_user ON coatcheck_sessions (user_id, created_at) WHERE user_id IS NOT NULL;
  `,
]

/**
 * Brings the database to the last of `migrations`, in one transaction; several processes may try at once. Throws
 * `ERR_SESSION_STORE_SHAPE` for a file that a newer coatcheck wrote.
 */
export function migrate(connection: Connection, migrations: readonly string[] = steps): void {
  const schemaVersion = migrations.length
  if (versionOf(connection) === schemaVersion) return
  connection.exec('BEGIN IMMEDIATE')
  try {
    // Asked again: another process may have been faster.
    const from = versionOf(connection)
    if (from > schemaVersion) {
      throw new SessionError(
        'ERR_SESSION_STORE_SHAPE',
        `The session database has version ${from}; this coatcheck knows versions up to ${schemaVersion}. ` +
          'A newer coatcheck wrote it: update this one, or give it another file.',
      )
    }
    for (const step of migrations.slice(from)) connection.exec(step)
    connection.exec(`
      CREATE TABLE IF NOT EXISTS coatcheck_schema (version INTEGER NOT NULL);
      DELETE FROM coatcheck_schema;
      INSERT INTO coatcheck_schema (version) VALUES (${schemaVersion});
    `)
    connection.exec('COMMIT')
  } catch (error) {
    rollBack(connection)
    throw error
  }
}

function versionOf(connection: Connection): number {
  const known = connection
    .prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'coatcheck_schema'`)
    .get([])
  if (known === undefined) return 0
  return Number(connection.prepare('SELECT version FROM coatcheck_schema').get([])?.['version'] ?? 0)
}

function rollBack(connection: Connection): void {
  try {
    connection.exec('ROLLBACK')
  } catch {
    // SQLite has already rolled back by itself; the error that made it do so is the one to hear of.
  }
}
