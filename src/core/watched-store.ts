/**
 * A store with a clock beside it: how long each answer took, for whoever listens to `storeCall`. With nobody listening a call costs one
 * comparison more.
 */
import type { SessionEventHub } from './events.js'
import { isPending } from './maybe-promise.js'
import type { KeptRecord, MaybePromise, ScanPage, SessionRecord, SessionStore, UpdateResult } from './record.js'

export class WatchedStore implements SessionStore {
  readonly #store: SessionStore
  readonly #events: SessionEventHub

  constructor(store: SessionStore, events: SessionEventHub) {
    this.#store = store
    this.#events = events
  }

  create(key: string, record: SessionRecord): MaybePromise<boolean> {
    return this.#time('create', () => this.#store.create(key, record))
  }

  read(...args: Parameters<SessionStore['read']>): MaybePromise<SessionRecord | undefined> {
    return this.#time('read', () => this.#store.read(...args))
  }

  update(key: string, record: SessionRecord, expectedVersion: number): MaybePromise<UpdateResult> {
    return this.#time('update', () => this.#store.update(key, record, expectedVersion))
  }

  touch(key: string, expiresAt: number): MaybePromise<boolean> {
    return this.#time('touch', () => this.#store.touch(key, expiresAt))
  }

  delete(key: string): MaybePromise<boolean> {
    return this.#time('delete', () => this.#store.delete(key))
  }

  replace(oldKey: string, newKey: string, record: SessionRecord): MaybePromise<boolean> {
    return this.#time('replace', () => this.#store.replace(oldKey, newKey, record))
  }

  listByUser(userId: string): MaybePromise<readonly KeptRecord[]> {
    return this.#time('listByUser', () => this.#store.listByUser(userId))
  }

  deleteByUser(userId: string, exceptKey?: string): MaybePromise<readonly string[]> {
    return this.#time('deleteByUser', () => this.#store.deleteByUser(userId, exceptKey))
  }

  scan(cursor: string | undefined, limit: number): MaybePromise<ScanPage> {
    return this.#time('scan', () => this.#store.scan(cursor, limit))
  }

  count(): MaybePromise<number> {
    return this.#time('count', () => this.#store.count())
  }

  sweep(now: number): MaybePromise<number> {
    return this.#time('sweep', () => this.#store.sweep(now))
  }

  close(): MaybePromise<void> {
    return this.#store.close()
  }

  #time<T>(operation: string, call: () => MaybePromise<T>): MaybePromise<T> {
    if (!this.#events.wants('storeCall')) return call()
    const startedAt = performance.now()
    const tell = (failed: boolean): void => {
      this.#events.emit('storeCall', { operation, milliseconds: performance.now() - startedAt, failed })
    }
    try {
      const answer = call()
      if (isPending(answer)) {
        answer.then(
          () => tell(false),
          () => tell(true),
        )
      } else tell(false)
      return answer
    } catch (error) {
      tell(true)
      throw error
    }
  }
}
