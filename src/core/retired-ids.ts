/**
 * The tombstones in the store: raised when an ID is given up, silenced when whoever holds it must not be led on any more.
 */
import type { Clock } from './clock.js'
import { withDeadline } from './deadline.js'
import { SessionError } from './errors.js'
import type { StoreKeyOf } from './keys.js'
import { andThen } from './maybe-promise.js'
import type { MaybePromise, SessionRecord, SessionStore } from './record.js'
import { isRecord, unreadable } from './record-bookmark.js'
import { openForward, successorKey, tombstone, tombstoneKey } from './tombstones.js'

export interface RetiredIdsSettings {
  readonly store: SessionStore
  readonly storeKeyOf: StoreKeyOf
  readonly clock: Clock
  readonly storeTimeout: number
  /** Milliseconds for which an ID that was given up is remembered. */
  readonly tombstone: number
}

/** What became of an ID that is being given up for good. */
export interface Silenced {
  /** The ID to which its tombstone had led until now. */
  readonly forward: string | undefined
  /** It had been given up for good before. */
  readonly before: boolean
}

// Two who raise and silence one tombstone take turns a few times at most.
const attempts = 20

export class RetiredIds {
  readonly #settings: RetiredIdsSettings
  readonly #store: SessionStore

  constructor(settings: RetiredIdsSettings) {
    this.#settings = settings
    this.#store = settings.store
  }

  /** The tombstone of the record that stood under this key, if it is still to be heeded. */
  read(key: string): MaybePromise<SessionRecord | undefined> {
    return andThen(this.#read(key), (mark) => (mark !== undefined && this.holds(mark) ? mark : undefined))
  }

  holds(mark: SessionRecord): boolean {
    return this.#settings.clock.now() < mark.expiresAt
  }

  /** The ID under which the session goes on that was found gone under `key`, or `undefined` where it was not renewed. */
  forward(id: string, key: string): MaybePromise<string | undefined> {
    return andThen(this.read(key), (mark) => (mark === undefined ? undefined : openForward(id, mark)))
  }

  /** The key under which it does, for who does not know the ID. */
  successor(key: string): MaybePromise<string | undefined> {
    return andThen(this.read(key), (mark) => mark && successorKey(key, mark, (id) => this.#settings.storeKeyOf(id, 0)))
  }

  /**
   * Raises a tombstone where none stands. `false` where one does: somebody else is giving the ID up. What is left of one that is over is
   * written over.
   */
  async raise(key: string, mark: SessionRecord): Promise<boolean> {
    const place = tombstoneKey(key)
    if (await this.#ask('save', this.#store.create(place, mark))) return true
    const other = await this.#read(key)
    if (other === undefined) return this.#ask('save', this.#store.create(place, mark))
    if (this.holds(other)) return false
    const next = { ...mark, version: other.version + 1 }
    return (await this.#ask('save', this.#store.update(place, next, other.version))) === 'updated'
  }

  /** Leaves a tombstone that leads nowhere, where there can be no other. */
  retire(key: string): MaybePromise<unknown> {
    const { clock, tombstone: lifetime } = this.#settings
    return this.#ask('save', this.#store.create(tombstoneKey(key), tombstone(clock.now(), lifetime)))
  }

  /** Takes a tombstone back that is still the one that was raised. */
  async lower(key: string, mark: SessionRecord): Promise<void> {
    const left = await this.#read(key)
    if (left?.attributes === mark.attributes) await this.#ask('destroy', this.#store.delete(tombstoneKey(key)))
  }

  /** Leaves a tombstone that leads nowhere, whatever stood there before. */
  async silence(id: string, key: string): Promise<Silenced> {
    const { clock, tombstone: lifetime } = this.#settings
    if (lifetime === 0) return { forward: undefined, before: false }
    const mark = tombstone(clock.now(), lifetime)
    const place = tombstoneKey(key)
    for (let left = attempts; left > 0; left -= 1) {
      const other = await this.#read(key)
      const forward = other && openForward(id, other)
      if (other === undefined) {
        if (await this.#ask('save', this.#store.create(place, mark))) return { forward, before: false }
      } else if (forward === undefined && this.holds(other)) {
        return { forward, before: true }
      } else {
        // By version and not by deleting it first: a renewal must find no moment at which it can raise its own.
        const next = { ...mark, version: other.version + 1 }
        if ((await this.#ask('save', this.#store.update(place, next, other.version))) === 'updated')
          return { forward, before: false }
      }
    }
    throw new SessionError(
      'ERR_SESSION_STORE_ANSWER',
      `the session store answered ${attempts} times in a row that another request had changed the mark of an ID that is given up`,
    )
  }

  forget(key: string): MaybePromise<unknown> {
    return this.#ask('destroy', this.#store.delete(tombstoneKey(key)))
  }

  #read(key: string): MaybePromise<SessionRecord | undefined> {
    return andThen(this.#ask('read', this.#store.read(tombstoneKey(key), { fresh: true })), (mark) => {
      if (mark !== undefined && !isRecord(mark)) throw unreadable()
      return mark
    })
  }

  #ask<T>(operation: string, answer: MaybePromise<T>): MaybePromise<T> {
    return withDeadline(answer, operation, this.#settings.storeTimeout, this.#settings.clock)
  }
}
