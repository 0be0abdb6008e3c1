/**
 * The store in a SQLite file. Reads answer at once; writes answer with a promise, once the file has them.
 */

import { SessionError, SessionOptionError } from '../../core/errors.js'
import type {
  KeptRecord,
  MaybePromise,
  ScanPage,
  SessionRecord,
  SessionStore,
  UpdateResult,
} from '../../core/record.js'
import { Checkpoints } from './checkpoints.js'
import { Database } from './database.js'
import { isBusy, loadEngine, type SqliteEngineName } from './engine.js'
import type { SqliteSettings } from './options.js'
import { fromSql, keptOf, recordOf, toSql, valuesOf, type Statements } from './statements.js'
import { WriteQueue } from './write-queue.js'

/** A thousand hold up the event loop for tens of milliseconds. */
const sweepBatch = 100

export class SqliteSessionStore implements SessionStore {
  /** Which library is in use. */
  readonly engine: SqliteEngineName
  readonly #database: Database
  readonly #checkpoints: Checkpoints
  readonly #queue: WriteQueue
  #closed = false
  #closing: Promise<void> | undefined

  constructor(settings: SqliteSettings) {
    const engine = loadEngine(settings.engine)
    this.engine = engine.name
    const database = new Database(engine, settings)
    const { path, synchronous } = settings
    const checkpoints = new Checkpoints({
      path,
      synchronous,
      module: engine.module,
      withoutThread: () => database.checkpointByItself(),
    })
    // A database in memory has no log.
    const onCommit = (rows: number): void => (path === ':memory:' ? undefined : checkpoints.wrote(rows))
    this.#database = database
    this.#checkpoints = checkpoints
    this.#queue = new WriteQueue(database, { ...settings, onCommit })
  }

  create(key: string, record: SessionRecord): Promise<boolean> {
    const values = [...valuesOf(record), toSql(key)]
    return this.#write([key], () => this.#statements.insert.run(values) === 1)
  }

  read(key: string): MaybePromise<SessionRecord | undefined> {
    return this.#read(this.#queue.holds(key), () => this.#readNow(key))
  }

  update(key: string, record: SessionRecord, expectedVersion: number): Promise<UpdateResult> {
    const values = [...valuesOf(record), toSql(key), expectedVersion]
    return this.#write([key], () => {
      if (this.#statements.update.run(values) === 1) return 'updated'
      const conflict = this.#readNow(key)
      return conflict === undefined ? 'missing' : { conflict }
    })
  }

  touch(key: string, expiresAt: number): Promise<boolean> {
    return this.#write([key], () => this.#statements.touch.run([expiresAt, toSql(key)]) === 1)
  }

  delete(key: string): Promise<boolean> {
    return this.#write([key], () => this.#statements.delete.run([toSql(key)]) === 1)
  }

  replace(oldKey: string, newKey: string, record: SessionRecord): Promise<boolean> {
    const values = [...valuesOf(record), toSql(newKey)]
    return this.#write(
      [oldKey, newKey],
      () => {
        this.#statements.delete.run([toSql(oldKey)])
        return this.#statements.insert.run(values) === 1
      },
      'several',
    )
  }

  listByUser(userId: string): MaybePromise<readonly KeptRecord[]> {
    return this.#readAll(() => this.#statements.listByUser.all([toSql(userId)]).map(keptOf))
  }

  deleteByUser(userId: string, exceptKey?: string): Promise<readonly string[]> {
    const values = [toSql(userId), exceptKey === undefined ? null : toSql(exceptKey)]
    return this.#write('all', () => this.#statements.deleteByUser.all(values).map((row) => fromSql(row['key'])!))
  }

  scan(cursor: string | undefined, limit: number): MaybePromise<ScanPage> {
    const after = idOf(cursor)
    return this.#readAll(() => {
      const rows = this.#statements.scan.all([after, limit])
      const records = rows.map(keptOf)
      const last = rows.at(-1)
      return last === undefined || rows.length < limit ? { records } : { records, cursor: `${Number(last['id'])}` }
    })
  }

  count(): MaybePromise<number> {
    return this.#readAll(() => this.#statements.count.get([])!['count'] as number)
  }

  /** Deletes at most 100 records a call. */
  sweep(now: number): Promise<number> {
    return this.#write('all', () => this.#statements.sweep.run([now, sweepBatch]), 'one', sweepBatch)
  }

  /** Writes what is queued, then closes the file. */
  close(): MaybePromise<void> {
    if (this.#closed) return this.#closing
    this.#closed = true
    const ended = this.#queue.isEmpty
      ? this.#checkpoints.close()
      : this.#queue.drain().then(() => this.#checkpoints.close())
    if (ended === undefined) return this.#database.close()
    this.#closing = ended.then(() => this.#database.close())
    return this.#closing
  }

  get #statements(): Statements {
    return this.#database.statements
  }

  #readNow(key: string): SessionRecord | undefined {
    const row = this.#statements.read.get([toSql(key)])
    return row === undefined ? undefined : recordOf(row)
  }

  /** At once, but behind the queued writes where `queued` says that they matter, and behind another process's lock. */
  #read<T>(queued: boolean, run: () => T): MaybePromise<T> {
    if (this.#closed) throw closedError()
    const read = { run, keys: [], rows: 0, statements: 'one' } as const
    if (queued) return this.#queue.add(read)
    try {
      return run()
    } catch (error) {
      if (isBusy(error)) return this.#queue.add(read)
      throw error
    }
  }

  #readAll<T>(run: () => T): MaybePromise<T> {
    return this.#read(!this.#queue.isEmpty, run)
  }

  #write<T>(
    keys: readonly string[] | 'all',
    run: () => T,
    statements: 'one' | 'several' = 'one',
    rows = 1,
  ): Promise<T> {
    if (this.#closed) return Promise.reject(closedError())
    return this.#queue.add({ run, keys, rows, statements })
  }
}

function closedError(): SessionError {
  return new SessionError('ERR_SESSION_CLOSED', 'This sqliteStore is closed. Close it only once no request needs it.')
}

function idOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor)
  throw new SessionOptionError('sqliteStore: a cursor for scan must be one that scan answered.')
}
