/**
 * Opens the file, and creates it where it is not there: its folder, its permissions, its mode, its tables.
 */

import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { SessionError } from '../../core/errors.js'
import type { Connection, Engine } from './engine.js'
import type { SqliteSettings } from './options.js'
import { migrate } from './schema.js'

/**
 * One attempt. Several processes may open a new file at once: the switch to WAL and the creation of the tables then fail for all but one of them,
 * whatever SQLite is told about waiting, so whoever is busy has to try the whole of it again.
 */
export function openConnection(engine: Engine, settings: SqliteSettings): Connection {
  const { path } = settings
  if (path !== ':memory:') createFile(path)
  const connection = engine.open(path)
  try {
    prepare(connection, settings)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

export function lockedError(busyTimeout: number, cause: unknown): SessionError {
  return new SessionError(
    'ERR_SESSION_STORE_TIMEOUT',
    `The session database stayed locked for ${busyTimeout} ms. Find the process that holds it (a backup, a shell with an ` +
      'open transaction), or raise busyTimeout.',
    { cause },
  )
}

/** Made here, not by SQLite, so that it is never readable for others; the files beside it take its permissions. */
function createFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function prepare(connection: Connection, { path, synchronous }: SqliteSettings): void {
  // SQLite waits by holding up the whole process. A call that meets a lock is queued instead, and waits by the clock.
  connection.exec('PRAGMA busy_timeout = 0')
  const mode = connection.prepare('PRAGMA journal_mode = WAL').get([])?.['journal_mode']
  // Where a file system has no WAL, 'normal' would not keep the file sound.
  const level = mode === 'wal' || path === ':memory:' || synchronous === 'off' ? synchronous : 'full'
  connection.exec(`PRAGMA synchronous = ${level}`)
  connection.exec('PRAGMA journal_size_limit = 16777216')
  // Writing the log back waits for the disk. A thread does it (checkpoints.ts), unless it falls so far behind: 256 megabytes.
  connection.exec('PRAGMA wal_autocheckpoint = 65536')
  migrate(connection)
}
