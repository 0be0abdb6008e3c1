/**
 * The open file and its statements. Where another process holds the file at the first moment, as when several open a new one at once, it is opened
 * later: each use tries again and meets the lock as it would meet any other, so whoever waits for locks waits for this one too.
 */
import { isBusy, type Connection, type Engine } from './engine.js'
import { openConnection } from './open.js'
import type { SqliteSettings } from './options.js'
import { prepareStatements, type Statements } from './statements.js'

export class Database {
  readonly #engine: Engine
  readonly #settings: SqliteSettings
  #connection: Connection | undefined
  #statements: Statements | undefined

  /** Throws what keeps the file from being opened, except for a lock. */
  constructor(engine: Engine, settings: SqliteSettings) {
    this.#engine = engine
    this.#settings = settings
    try {
      this.#open()
    } catch (error) {
      if (!isBusy(error)) throw error
    }
  }

  /** Throws SQLite's own error while the file cannot be opened. */
  get statements(): Statements {
    return this.#statements ?? this.#open()
  }

  /** SQLite writes the log back by itself from now on, in the middle of a write. */
  checkpointByItself(): void {
    this.#connection?.exec('PRAGMA wal_autocheckpoint = 1000')
  }

  close(): void {
    this.#connection?.close()
    this.#connection = undefined
    this.#statements = undefined
  }

  #open(): Statements {
    const connection = openConnection(this.#engine, this.#settings)
    try {
      this.#statements = prepareStatements(connection)
    } catch (error) {
      connection.close()
      throw error
    }
    this.#connection = connection
    return this.#statements
  }
}
