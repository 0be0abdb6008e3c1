/**
 * A store that remembers what it has read, as the contract allows it, and with each of the ways to get that wrong.
 */

import type { ReadOptions, SessionRecord, UpdateResult } from '../../src/core/record.js'
import { MapStore } from './map-store.js'

/** What the author of the store did not think of. */
export type Forgotten = 'own writes' | 'absence' | 'fresh' | 'what it answered'

export class RememberingStore extends MapStore {
  readonly #remembered = new Map<string, SessionRecord | undefined>()
  readonly #forgotten: Forgotten | undefined

  constructor(first: MapStore, forgotten?: Forgotten) {
    super(first)
    this.#forgotten = forgotten
  }

  override async read(key: string, { fresh = false }: ReadOptions = {}): Promise<SessionRecord | undefined> {
    this.open()
    if (this.#remembered.has(key) && (!fresh || this.#forgotten === 'fresh')) return this.#remembered.get(key)
    const record = await super.read(key)
    if (record !== undefined || this.#forgotten === 'absence') {
      if (!fresh || this.#forgotten !== 'what it answered') this.#remembered.set(key, record)
    } else {
      this.#remembered.delete(key)
    }
    return record
  }

  override async update(key: string, record: SessionRecord, expectedVersion: number): Promise<UpdateResult> {
    this.#forget(key)
    return super.update(key, record, expectedVersion)
  }

  override async touch(key: string, expiresAt: number): Promise<boolean> {
    this.#forget(key)
    return super.touch(key, expiresAt)
  }

  override async delete(key: string): Promise<boolean> {
    this.#forget(key)
    return super.delete(key)
  }

  override async replace(oldKey: string, newKey: string, record: SessionRecord): Promise<boolean> {
    this.#forget(oldKey)
    this.#forget(newKey)
    return super.replace(oldKey, newKey, record)
  }

  override async deleteByUser(userId: string, exceptKey?: string): Promise<readonly string[]> {
    const keys = await super.deleteByUser(userId, exceptKey)
    for (const key of keys) this.#forget(key)
    return keys
  }

  override async sweep(now: number): Promise<number> {
    this.#remembered.clear()
    return super.sweep(now)
  }

  #forget(key: string): void {
    if (this.#forgotten !== 'own writes') this.#remembered.delete(key)
  }
}
