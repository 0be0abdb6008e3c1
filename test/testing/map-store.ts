/**
 * The simplest store that keeps the contract: the conformance suite is tried on it, right and wrong.
 */

import { SessionError } from '../../src/core/errors.js'
import type { KeptRecord, ScanPage, SessionRecord, SessionStore, UpdateResult } from '../../src/core/record.js'

const batch = 50
let insertions = 0

export class MapStore implements SessionStore {
  protected readonly records: Map<string, SessionRecord>
  /** The number of each insertion, for scans that go on under writes. */
  protected readonly order: Map<string, number>
  #closed = false

  /** Handles on the same records are made from the first one. */
  constructor(first?: MapStore) {
    this.records = first?.records ?? new Map<string, SessionRecord>()
    this.order = first?.order ?? new Map<string, number>()
  }

  async create(key: string, record: SessionRecord): Promise<boolean> {
    this.open()
    if (this.records.has(key)) return false
    this.put(key, record)
    return true
  }

  async read(key: string): Promise<SessionRecord | undefined> {
    this.open()
    return this.records.get(key)
  }

  async update(key: string, record: SessionRecord, expectedVersion: number): Promise<UpdateResult> {
    this.open()
    const conflict = this.records.get(key)
    if (conflict === undefined) return 'missing'
    if (conflict.version !== expectedVersion) return { conflict }
    this.put(key, record)
    return 'updated'
  }

  async touch(key: string, expiresAt: number): Promise<boolean> {
    this.open()
    const record = this.records.get(key)
    if (record === undefined) return false
    this.put(key, { ...record, expiresAt })
    return true
  }

  async delete(key: string): Promise<boolean> {
    this.open()
    return this.records.delete(key)
  }

  async replace(oldKey: string, newKey: string, record: SessionRecord): Promise<boolean> {
    this.open()
    this.records.delete(oldKey)
    if (this.records.has(newKey)) return false
    this.put(newKey, record)
    return true
  }

  async listByUser(userId: string): Promise<readonly KeptRecord[]> {
    this.open()
    return this.ofUser(userId).sort((a, b) => b.record.createdAt - a.record.createdAt)
  }

  async deleteByUser(userId: string, exceptKey?: string): Promise<readonly string[]> {
    this.open()
    const keys = this.ofUser(userId)
      .map(({ key }) => key)
      .filter((key) => key !== exceptKey)
    for (const key of keys) this.records.delete(key)
    return keys
  }

  async scan(cursor: string | undefined, limit: number): Promise<ScanPage> {
    this.open()
    const from = cursor === undefined ? -1 : Number(cursor)
    const left = [...this.records]
      .map(([key, record]) => ({ key, record, number: this.order.get(key)! }))
      .filter(({ number }) => number > from)
      .sort((a, b) => a.number - b.number)
    const page = left.slice(0, limit)
    return left.length <= limit ? { records: page } : { records: page, cursor: String(page.at(-1)!.number) }
  }

  async count(): Promise<number> {
    this.open()
    return this.records.size
  }

  async sweep(now: number): Promise<number> {
    this.open()
    const over = [...this.records].filter(([, { expiresAt }]) => expiresAt <= now).slice(0, batch)
    for (const [key] of over) this.records.delete(key)
    return over.length
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  protected open(): void {
    if (this.#closed) throw new SessionError('ERR_SESSION_CLOSED', 'closed')
  }

  protected ofUser(userId: string): KeptRecord[] {
    return [...this.records].filter(([, record]) => record.userId === userId).map(([key, record]) => ({ key, record }))
  }

  protected put(key: string, record: SessionRecord): void {
    if (!this.records.has(key)) this.order.set(key, (insertions += 1))
    this.records.set(key, record)
  }
}

export { batch as mapStoreBatch }
