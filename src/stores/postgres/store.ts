/**
 * The store in PostgreSQL. Each call is one statement and one round trip, and a transaction of its own; reads, updates and touches of the same turn
 * of the event loop share one.
 */
import { SessionError, SessionOptionError } from '../../core/errors.js'
import { handBackOf, type HandBackOptions } from '../../core/hand-back.js'
import type { KeptRecord, ScanPage, SessionRecord, SessionStore, UpdateResult } from '../../core/record.js'
import { BusyRows } from './busy-rows.js'
import { Connection, type PostgresResult, type PostgresValue } from './connection.js'
import { EndedFeed } from './ended-feed.js'
import { LegacyTable, legacyVersion } from './legacy.js'
import type { PostgresSettings } from './options.js'
import { prepareTable } from './schema.js'
import { keptOf, statementsFor, valuesOf, type Statements } from './statements.js'
import { fromColumn, toColumn } from './text.js'

/** One unbounded DELETE held up a touch for 227 ms, batches of this size for 20 ms at most. */
const sweepBatch = 2_000

/** Sessions that are handed back at once. */
const handBackBatch = 500

/** The SQLSTATE of a table that is not there. */
const undefinedTable = '42P01'

export class PostgresSessionStore implements SessionStore {
  readonly #settings: PostgresSettings
  readonly #connection: Connection
  readonly #statements: Statements
  readonly #legacy: LegacyTable | undefined
  readonly #feed: EndedFeed | undefined
  /** Hears of records that were deleted, by whichever process. There with the option `tellEnds`. */
  readonly onEnded: ((listener: (key: string) => void) => Promise<() => Promise<void>>) | undefined
  readonly #rows = new BusyRows((name, values) => this.#run(name, values))
  readonly #underWay = new Set<Promise<unknown>>()
  #prepared: Promise<void> | undefined
  #isReady = false
  #closed = false

  constructor(settings: PostgresSettings) {
    this.#settings = settings
    this.#connection = new Connection(settings)
    this.#statements = statementsFor(settings.table)
    const { clock, legacyTable, table } = settings
    this.#legacy =
      legacyTable === undefined ? undefined : new LegacyTable(this.#connection, table, legacyTable, clock.now)
    const feed = settings.tellEnds ? new EndedFeed(this.#connection, table, clock) : undefined
    this.#feed = feed
    this.onEnded = feed && ((listener) => feed.listen(listener))
  }

  create(key: string, record: SessionRecord): Promise<boolean> {
    return this.#call(async () => {
      return (await this.#run('create', [...valuesOf(record), toColumn(key)])).rowCount === 1
    })
  }

  read(key: string): Promise<SessionRecord | undefined> {
    return this.#call(() => this.#find(key))
  }

  update(key: string, record: SessionRecord, expectedVersion: number): Promise<UpdateResult> {
    return this.#call(async () => {
      if (expectedVersion === legacyVersion && this.#legacy !== undefined) {
        if (await this.#legacy.takeOver(key, record)) return 'updated'
      } else if (await this.#rows.update(key, record, expectedVersion)) return 'updated'
      const conflict = await this.#find(key)
      return conflict === undefined ? 'missing' : { conflict }
    })
  }

  touch(key: string, expiresAt: number): Promise<boolean> {
    return this.#call(async () => {
      if (await this.#rows.touch(key, expiresAt)) return true
      const legacy = await this.#legacy?.read(key)
      return legacy !== undefined && this.#legacy!.takeOver(key, { ...legacy, version: 1, expiresAt })
    })
  }

  delete(key: string): Promise<boolean> {
    return this.#call(async () => {
      const { rowCount } = await this.#run('delete', [toColumn(key)])
      const wasLegacy = (await this.#legacy?.delete(key)) === true
      const deleted = rowCount === 1 || wasLegacy
      if (deleted) this.#feed?.tell([key])
      return deleted
    })
  }

  replace(oldKey: string, newKey: string, record: SessionRecord): Promise<boolean> {
    return this.#call(async () => {
      await this.#legacy?.delete(oldKey)
      const { rowCount } = await this.#run('replace', [...valuesOf(record), toColumn(newKey), toColumn(oldKey)])
      this.#feed?.tell([oldKey])
      return rowCount === 1
    })
  }

  listByUser(userId: string): Promise<readonly KeptRecord[]> {
    return this.#call(async () => {
      return (await this.#run('listByUser', [toColumn(userId)])).rows.map(keptOf)
    })
  }

  deleteByUser(userId: string, exceptKey?: string): Promise<readonly string[]> {
    return this.#call(async () => {
      const except = exceptKey === undefined ? null : toColumn(exceptKey)
      const { rows } = await this.#run('deleteByUser', [toColumn(userId), except])
      const deleted = rows.map((row) => fromColumn(row['key'] as string))
      this.#feed?.tell(deleted)
      return deleted
    })
  }

  scan(cursor: string | undefined, limit: number): Promise<ScanPage> {
    return this.#call(async () => {
      const { rows } = await this.#run('scan', [idOf(cursor), limit])
      const records = rows.map(keptOf)
      return rows.length < limit ? { records } : { records, cursor: String(rows.at(-1)!['id']) }
    })
  }

  count(): Promise<number> {
    return this.#call(async () => {
      return Number((await this.#run('count', [])).rows[0]!['count'])
    })
  }

  /** Deletes at most 2,000 records a call, in one process of all at a time; the others answer 0. */
  sweep(now: number): Promise<number> {
    return this.#call(async () => {
      return (await this.#run('sweep', [now, sweepBatch])).rowCount ?? 0
    })
  }

  /**
   * The way back: moves each session into connect-pg-simple's table, as that keeps it, and answers how many there were. It needs
   * `legacy: 'connect-pg-simple'`. Let no instance of the app run meanwhile that could take them over again. `maxAge`, in milliseconds, is for sessions
   * whose cookie is as the options say. Whose session it is, and coatcheck's other marks, are lost; the data and the deadlines stay. Encrypted
   * sessions need the `encryption` that the app runs with, and those that it does not open stay as they are; without it the first of them is
   * ERR_SESSION_OPTION.
   */
  async handBack(options: HandBackOptions = {}): Promise<number> {
    const legacy = this.#legacy
    if (legacy === undefined) {
      throw new SessionOptionError(
        "postgresStore: handBack needs the option legacy: 'connect-pg-simple', which says where the sessions go.",
      )
    }
    const handBack = handBackOf(options, 'postgresStore', this.#settings.clock.now)
    await this.#call(() => legacy.prepare())
    let count = 0
    let cursor: string | undefined
    do {
      const page = await this.scan(cursor, handBackBatch)
      const sessions = page.records.flatMap(({ key, record }) => {
        const text = handBack(key, record)
        return text === undefined ? [] : [{ key, version: record.version, text }]
      })
      count += await this.#call(() => legacy.handBack(sessions))
      cursor = page.cursor
    } while (cursor !== undefined)
    return count
  }

  /** Waits for the calls that are under way, then closes the pool if the store made it. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#underWay)
    await this.#feed?.close()
    await this.#connection.close()
  }

  /** Runs one of the contract's calls, which may be several statements, unless the store is closed. */
  #call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(closedError())
    const call = this.#isReady ? work() : this.#ready().then(work)
    this.#underWay.add(call)
    const done = (error?: unknown): void => {
      this.#underWay.delete(call)
      // The server was replaced by one that knows no such table: the next call makes it.
      if ((error as { code?: unknown } | null | undefined)?.code === undefinedTable) this.#forgetReady()
    }
    call.then(() => done(), done)
    return call
  }

  async #find(key: string): Promise<SessionRecord | undefined> {
    const found = await this.#rows.read(key)
    if (found !== undefined || this.#legacy === undefined) return found
    // Looked for once more: between the two questions another request may have taken it over.
    return (await this.#legacy.read(key)) ?? this.#rows.read(key)
  }

  #run(name: keyof Statements, values: PostgresValue[]): Promise<PostgresResult> {
    return this.#connection.query(this.#statements[name], values)
  }

  /** Once for each store; a first try that failed is no reason not to try again. */
  #ready(): Promise<void> {
    this.#prepared ??= prepareTable(this.#connection, this.#settings.table, this.#settings.migrate).then(
      () => {
        this.#isReady = true
      },
      (error: unknown) => {
        this.#forgetReady()
        throw error
      },
    )
    return this.#prepared
  }

  #forgetReady(): void {
    this.#prepared = undefined
    this.#isReady = false
  }
}

function closedError(): SessionError {
  return new SessionError('ERR_SESSION_CLOSED', 'This postgresStore is closed. Close it only once no request needs it.')
}

function idOf(cursor: string | undefined): string {
  if (cursor === undefined) return '0'
  if (/^\d{1,18}$/.test(cursor)) return cursor
  throw new SessionOptionError('postgresStore: a cursor for scan must be one that scan answered.')
}
