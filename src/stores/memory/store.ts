/**
 * The store in this process's memory: every method answers at once, and what it keeps is bounded.
 */

import { SessionError, SessionOptionError } from '../../core/errors.js'
import type { KeptRecord, ScanPage, SessionRecord, SessionStore, UpdateResult } from '../../core/record.js'
import { NONE } from './columns.js'
import { readOptions, type MemoryLimits, type MemoryStoreOptions } from './options.js'
import { RecordTable } from './record-table.js'

/** Half a millisecond of work or so. */
const sweepBatch = 1_000
/** More than one, so that a store that nobody sweeps still shrinks back to what lives. */
const expiredPerInsert = 2

/** What `memoryStore` answers: a `SessionStore` none of whose methods answers with a promise. */
export class MemorySessionStore implements SessionStore {
  /** What is kept here ends with the process. */
  readonly inMemory = true
  readonly #limits: MemoryLimits
  readonly #listeners = new Set<(evicted: KeptRecord) => void>()
  /** `undefined` once closed. */
  #table: RecordTable | undefined
  #warned = false

  /** `packFrom` is for tests: see `RecordTable`. */
  constructor(options: MemoryStoreOptions = {}, packFrom?: number) {
    this.#limits = readOptions(options)
    this.#table = new RecordTable(this.#limits.maxSessions, packFrom)
    if (options.onEvict !== undefined) this.onEvict(options.onEvict)
  }

  create(key: string, record: SessionRecord): boolean {
    const table = this.#open()
    if (table.find(key) !== NONE) return false
    const cost = this.#prepare(table, record)
    this.#dropExpired(table, this.#limits.clock.now(), expiredPerInsert)
    const evicted = this.#makeRoom(table, 1, cost)
    table.insert(record.expiresAt)
    this.#tell(evicted)
    return true
  }

  read(key: string): SessionRecord | undefined {
    const table = this.#open()
    const slot = table.find(key)
    return slot === NONE ? undefined : table.record(slot)
  }

  update(key: string, record: SessionRecord, expectedVersion: number): UpdateResult {
    const table = this.#open()
    const slot = table.find(key)
    if (slot === NONE) return 'missing'
    if (table.version(slot) !== expectedVersion) return { conflict: table.record(slot) }
    const cost = this.#prepare(table, record)
    table.hold(slot)
    const evicted = this.#makeRoom(table, 0, cost - table.cost(slot))
    table.rewrite(slot, record.expiresAt)
    this.#tell(evicted)
    return 'updated'
  }

  touch(key: string, expiresAt: number): boolean {
    const table = this.#open()
    const slot = table.find(key)
    if (slot === NONE) return false
    table.touch(slot, expiresAt)
    return true
  }

  delete(key: string): boolean {
    const table = this.#open()
    const slot = table.find(key)
    if (slot === NONE) return false
    table.remove(slot)
    return true
  }

  replace(oldKey: string, newKey: string, record: SessionRecord): boolean {
    this.delete(oldKey)
    return this.create(newKey, record)
  }

  listByUser(userId: string): readonly KeptRecord[] {
    const table = this.#open()
    return table
      .ofUser(userId)
      .map((slot) => table.kept(slot))
      .sort((a, b) => b.record.createdAt - a.record.createdAt)
  }

  deleteByUser(userId: string, exceptKey?: string): readonly string[] {
    const table = this.#open()
    const deleted: string[] = []
    for (const slot of table.ofUser(userId)) {
      const key = table.key(slot)
      if (key === exceptKey) continue
      table.remove(slot)
      deleted.push(key)
    }
    return deleted
  }

  scan(cursor: string | undefined, limit: number): ScanPage {
    const table = this.#open()
    const records: KeptRecord[] = []
    let slot = table.following(startOf(cursor))
    for (; slot !== NONE && records.length < limit; slot = table.following(slot + 1)) records.push(table.kept(slot))
    return slot === NONE ? { records } : { records, cursor: String(slot) }
  }

  count(): number {
    return this.#open().count
  }

  /** What the records take, as `maxBytes` counts it. */
  get bytes(): number {
    return this.#open().bytes
  }

  /** Deletes at most 1,000 records a call. */
  sweep(now: number): number {
    return this.#dropExpired(this.#open(), now, sweepBatch)
  }

  /** Forgets everything and gives its memory back. */
  close(): void {
    this.#table = undefined
    this.#listeners.clear()
  }

  /**
   * Calls `listener` with each live session that is pushed out to keep within `maxSessions` or `maxBytes`: sessions without a
   * user first, those last written or touched longest ago before the others. It runs once the write that needed the room is
   * done; what it throws is reported as an uncaught exception and does not reach that write. Answers a function that ends it.
   *
   * With nobody listening, the first such loss is a process warning.
   */
  onEvict(listener: (evicted: KeptRecord) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #open(): RecordTable {
    if (this.#table !== undefined) return this.#table
    throw new SessionError('ERR_SESSION_CLOSED', 'This memoryStore is closed. Close it only once no request needs it.')
  }

  #prepare(table: RecordTable, record: SessionRecord): number {
    const cost = table.prepare(record)
    if (cost <= this.#limits.maxBytes) return cost
    throw new SessionError(
      'ERR_SESSION_DATA_TOO_LARGE',
      `A session of ${cost} bytes does not fit into the memoryStore, which holds ${this.#limits.maxBytes} in all. ` +
        'Keep less in the session, or raise maxBytes.',
    )
  }

  #dropExpired(table: RecordTable, now: number, most: number): number {
    let dropped = 0
    for (; dropped < most; dropped += 1) {
      const slot = table.expired(now)
      if (slot === NONE) break
      table.remove(slot)
    }
    return dropped
  }

  /** What is over goes first, and does not count as evicted. */
  #makeRoom(table: RecordTable, sessions: number, bytes: number): readonly KeptRecord[] {
    const { maxSessions, maxBytes, clock } = this.#limits
    const evicted: KeptRecord[] = []
    while (table.count + sessions > maxSessions || table.bytes + bytes > maxBytes) {
      if (this.#dropExpired(table, clock.now(), 1) === 1) continue
      const slot = table.cheapest()
      if (this.#listeners.size === 0) this.#warn()
      else evicted.push(table.kept(slot))
      table.remove(slot)
    }
    return evicted
  }

  #tell(evicted: readonly KeptRecord[]): void {
    for (const kept of evicted) {
      for (const listener of this.#listeners) {
        try {
          listener(kept)
        } catch (error) {
          process.nextTick(() => {
            throw error
          })
        }
      }
    }
  }

  #warn(): void {
    if (this.#warned) return
    this.#warned = true
    const { maxSessions, maxBytes } = this.#limits
    process.emitWarning(
      `memoryStore is full (maxSessions ${maxSessions}, maxBytes ${maxBytes}) and has begun to drop live sessions.`,
      {
        code: 'COATCHECK_SESSIONS_EVICTED',
        detail: 'Raise the limits, use another store, or listen with onEvict. This is said once.',
      },
    )
  }
}

function startOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  if (/^\d{1,10}$/.test(cursor)) return Number(cursor)
  throw new SessionOptionError('memoryStore: a cursor for scan must be one that scan answered.')
}
