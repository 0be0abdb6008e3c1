/**
 * Finding the record that a ticket leads to: under the keys of older secrets, past its limits, under another ID by now, or not at all.
 */
import { parseData } from './codec.js'
import { withDeadline } from './deadline.js'
import type { Deadlines } from './deadlines.js'
import type { Clock } from './clock.js'
import type { LoadResult } from './keeper.js'
import type { StoreKeyOf } from './keys.js'
import { readAttributes } from './marks.js'
import { andThen, isPending } from './maybe-promise.js'
import type { MaybePromise, SessionRecord, SessionStore } from './record.js'
import { bookmarkOf, isRecord, unreadable } from './record-bookmark.js'
import type { RetiredIds } from './retired-ids.js'
import { isSettled, isTombstone, openForward } from './tombstones.js'

export interface RecordFinderSettings {
  readonly store: SessionStore
  readonly storeKeyOf: StoreKeyOf
  readonly clock: Clock
  readonly storeTimeout: number
}

export class RecordFinder {
  readonly #settings: RecordFinderSettings
  readonly #store: SessionStore
  readonly #storeKeyOf: StoreKeyOf
  readonly #deadlines: Deadlines
  readonly #retired: RetiredIds

  constructor(settings: RecordFinderSettings, deadlines: Deadlines, retired: RetiredIds) {
    this.#settings = settings
    this.#store = settings.store
    this.#storeKeyOf = settings.storeKeyOf
    this.#deadlines = deadlines
    this.#retired = retired
  }

  /**
   * Looks under the key of the secret that signed the ticket, then under those of newer ones: a record moves when its visitor comes by, and only
   * ever to a newer key, whether or not the cookie that was issued then arrived. Not `fresh`, it may be a record of a moment ago, where that is
   * neither to be moved nor to be ended: either would undo what became of it since.
   */
  find(id: string, secretIndex: number, fresh: boolean, outdated: boolean = secretIndex > 0): MaybePromise<LoadResult> {
    const key = this.#storeKeyOf(id, secretIndex)
    const asksStore = fresh || secretIndex > 0
    return andThen(this.#read(key, asksStore), (record): MaybePromise<LoadResult> => {
      const newestKey = secretIndex === 0 ? key : this.#storeKeyOf(id, 0)
      if (record !== undefined) {
        // What stands beside it decides: a sign-in may have silenced that, and has yet to come to this one.
        if (isTombstone(record)) return andThen(this.#retired.read(key), (mark) => this.#goOn(id, mark ?? record))
        if (key !== newestKey) return this.#moveToNewest(id, key, newestKey, record)
        const opened = this.#open(key, record, outdated)
        if (opened?.status !== 'expired') return opened
        return asksStore ? this.#end(key, opened) : this.find(id, secretIndex, true, outdated)
      }
      if (key !== newestKey) return this.find(id, secretIndex - 1, fresh, outdated)
      // Asked only for IDs that lead nowhere, so that what visitors do all day stays at one read.
      return andThen(this.#retired.read(key), (mark) =>
        mark === undefined || this.#wasEndedOnItsWay(id, mark) ? undefined : this.#goOn(id, mark),
      )
    })
  }

  /** The record that the store has under this key now, or `undefined`. Throws for an answer that is none. */
  read(key: string): MaybePromise<SessionRecord | undefined> {
    return this.#read(key, true)
  }

  #read(key: string, fresh: boolean): MaybePromise<SessionRecord | undefined> {
    return andThen(this.#ask('read', this.#store.read(key, { fresh })), (record) => {
      if (record !== undefined && !isRecord(record)) throw unreadable()
      return record
    })
  }

  // The old record would still be there, as a session or as the tombstone that it became.
  #wasEndedOnItsWay(id: string, mark: SessionRecord): boolean {
    return !isSettled(mark) && openForward(id, mark) !== undefined
  }

  // An ID that was given up for another: by the clock, and its session goes on there; or at a sign-in, and it leads nowhere.
  #goOn(id: string, mark: SessionRecord): MaybePromise<LoadResult> {
    if (!this.#retired.holds(mark)) return undefined
    const renewedId = openForward(id, mark)
    if (renewedId === undefined) return { status: 'retired' }
    return andThen(this.find(renewedId, 0, true, true), (result) =>
      result?.status === 'found' ? { renewedId, ...result } : result,
    )
  }

  // The key is derived from a secret, so a record that stands under an older secret's key moves when its visitor comes by.
  #moveToNewest(id: string, key: string, newestKey: string, record: SessionRecord): MaybePromise<LoadResult> {
    const opened = this.#open(key, record, true)
    if (opened?.status === 'expired') return this.#end(key, opened)
    if (opened?.status !== 'found') return opened
    const moved = { ...opened, bookmark: bookmarkOf(newestKey, record) }
    return andThen(this.#ask('read', this.#store.replace(key, newestKey, record)), (isMoved) =>
      // Another request of the same visitor was faster: what it moved is the session, changes included.
      isMoved ? moved : this.find(id, 0, true, true),
    )
  }

  #open(key: string, record: SessionRecord, outdated: boolean): LoadResult {
    const bookmark = bookmarkOf(key, record)
    const attributes = readAttributes(record.attributes, record.userId)
    if (attributes === undefined) throw unreadable()
    const timeout = this.#deadlines.passed(record, attributes.marks)
    if (timeout !== undefined) return { status: 'expired', timeout, bookmark }
    const values = parseData(record.data)
    if (values === undefined) throw unreadable()
    return { status: 'found', values, ...attributes, text: record.data, bookmark, outdated }
  }

  // Nobody waits for this: the record is over whether or not it is deleted now, and the sweeper comes by.
  #end(key: string, expired: LoadResult): LoadResult {
    try {
      const deleted = this.#store.delete(key)
      if (isPending(deleted)) deleted.catch(() => {})
    } catch {
      // As above.
    }
    return expired
  }

  #ask<T>(operation: string, answer: MaybePromise<T>): MaybePromise<T> {
    return withDeadline(answer, operation, this.#settings.storeTimeout, this.#settings.clock)
  }
}
