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
import {
  isSettled,
  isTombstone,
  openForward,
  settledTombstone,
  successorKey,
  tombstone,
  tombstoneKey,
} from './tombstones.js'

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
  /** The session had got there. */
  readonly settled: boolean
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

  /** The ID to which the tombstone leads, whether or not the session gets there: for who ends it wherever it is. */
  forward(id: string, key: string): MaybePromise<string | undefined> {
    return andThen(this.read(key), (mark) => (mark === undefined ? undefined : openForward(id, mark)))
  }

  /** The key to which it leads, for who does not know the ID. */
  successor(key: string): MaybePromise<string | undefined> {
    return andThen(this.read(key), (mark) => mark && this.#successorIn(key, mark))
  }

  /**
   * The ID under which the session goes on that was found gone under `key`. `undefined` where it does not, also because it was ended while
   * it was being renewed.
   */
  reached(id: string, key: string): Promise<string | undefined> {
    return this.#reached(key, (mark) => openForward(id, mark))
  }

  /** The key under which it does, for who does not know the ID. */
  reachedKey(key: string): Promise<string | undefined> {
    return this.#reached(key, (mark) => this.#successorIn(key, mark))
  }

  /**
   * Raises a tombstone where none stands, and answers it as it stands there. `undefined` where one did: somebody else is giving the ID up. What
   * is left of one that is over is written over.
   */
  async raise(key: string, mark: SessionRecord): Promise<SessionRecord | undefined> {
    const place = tombstoneKey(key)
    if (await this.#ask('save', this.#store.create(place, mark))) return mark
    const other = await this.#read(key)
    if (other === undefined) return (await this.#ask('save', this.#store.create(place, mark))) ? mark : undefined
    if (this.holds(other)) return undefined
    const next = { ...mark, version: other.version + 1 }
    const answer = await this.#ask('save', this.#store.update(place, next, other.version))
    return answer === 'updated' ? next : undefined
  }

  /** Notes on the tombstone that was raised that the session has got to where it leads. `false` when it is another one by now. */
  async settle(key: string, mark: SessionRecord): Promise<boolean> {
    const answer = this.#store.update(tombstoneKey(key), settledTombstone(mark), mark.version)
    return (await this.#ask('save', answer)) === 'updated'
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
    if (lifetime === 0) return { forward: undefined, settled: false, before: false }
    const mark = tombstone(clock.now(), lifetime)
    const place = tombstoneKey(key)
    for (let left = attempts; left > 0; left -= 1) {
      const other = await this.#read(key)
      const forward = other && openForward(id, other)
      const settled = other !== undefined && isSettled(other)
      if (other === undefined) {
        if (await this.#ask('save', this.#store.create(place, mark))) return { forward, settled, before: false }
      } else if (forward === undefined && this.holds(other)) {
        return { forward, settled, before: true }
      } else {
        // By version and not by deleting it first: a renewal must find no moment at which it can raise its own.
        const next = { ...mark, version: other.version + 1 }
        if ((await this.#ask('save', this.#store.update(place, next, other.version))) === 'updated')
          return { forward, settled, before: false }
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

  async #reached(key: string, open: (mark: SessionRecord) => string | undefined): Promise<string | undefined> {
    const mark = await this.read(key)
    const forward = mark && open(mark)
    if (forward === undefined || isSettled(mark!)) return forward
    const old = await this.#ask('read', this.#store.read(key, { fresh: true }))
    if (old !== undefined) return isTombstone(old) ? forward : undefined
    // Settled, and the old record then deleted, since the first look; or never.
    const newest = await this.read(key)
    return newest !== undefined && isSettled(newest) ? open(newest) : undefined
  }

  #successorIn(key: string, mark: SessionRecord): string | undefined {
    return successorKey(key, mark, (id) => this.#settings.storeKeyOf(id, 0))
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
