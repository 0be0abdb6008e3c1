/**
 * The keeper for stores of records: expiry by one clock, versions on every write, deadlines moved sparingly, and keys that follow
 * the secrets.
 */
import { parseData } from './codec.js'
import type { Clock } from './clock.js'
import { withDeadline } from './deadline.js'
import { Deadlines, type Lifetimes, type SessionTimes } from './deadlines.js'
import type { ConflictPolicy } from './conflicts.js'
import type { StoreKeyOf } from './keys.js'
import type { Keeper, LoadResult, ModifiedSession, SaveResult, SessionToKeep, TouchResult } from './keeper.js'
import { andThen, isPending } from './maybe-promise.js'
import type { SessionValues } from './codec.js'
import type { MaybePromise, SessionRecord, SessionStore } from './record.js'
import { bookmarkOf, idTaken, isRecord, unreadable, type RecordBookmark } from './record-bookmark.js'
import { RecentlyEnded } from './recently-ended.js'
import { RecordWriter } from './record-writer.js'

export interface RecordKeeperSettings {
  readonly store: SessionStore
  readonly storeKeyOf: StoreKeyOf
  readonly lifetimes: Lifetimes
  readonly conflict: ConflictPolicy
  /** Milliseconds for which an ID that was given up is remembered. */
  readonly tombstone: number
  readonly clock: Clock
  readonly storeTimeout: number
  /** The public name for a store key. */
  readonly handleOf: (key: string) => string
}

/** What coatcheck keeps beside the data. */
interface RecordAttributes {
  readonly cookie?: unknown
}

export class RecordKeeper implements Keeper {
  readonly #settings: RecordKeeperSettings
  readonly #store: SessionStore
  readonly #storeKeyOf: StoreKeyOf
  readonly #deadlines: Deadlines
  readonly #writer: RecordWriter
  readonly #ended: RecentlyEnded

  constructor(settings: RecordKeeperSettings) {
    this.#settings = settings
    this.#store = settings.store
    this.#storeKeyOf = settings.storeKeyOf
    this.#deadlines = new Deadlines(settings.lifetimes, settings.clock)
    this.#writer = new RecordWriter(settings)
    this.#ended = new RecentlyEnded(settings.clock)
  }

  load(id: string, secretIndex: number): MaybePromise<LoadResult> {
    return this.#find(id, secretIndex, secretIndex > 0)
  }

  save(session: SessionToKeep): MaybePromise<SaveResult> {
    const bookmark = session.bookmark as RecordBookmark | undefined
    const data = session.dataText()
    const cookie = session.cookieText()
    const attributes = cookie === undefined ? undefined : `{"cookie":${cookie}}`
    const expiresAt = this.#deadlines.next(session.lifetime())
    if (bookmark !== undefined) return this.#writer.update(session, { data, attributes, expiresAt }, bookmark)
    const key = this.#storeKeyOf(session.id, 0)
    const createdAt = session.createdAt ?? this.#settings.clock.now()
    const record: SessionRecord = { data, attributes, version: 1, createdAt, expiresAt, userId: undefined }
    return andThen(this.#ask('save', this.#store.create(key, record)), (created) => {
      if (!created) throw idTaken()
      this.#ended.forget(key)
      session.bookmark = bookmarkOf(key, record)
      return 'created'
    })
  }

  async modify<Result>(
    id: string,
    change: (values: SessionValues) => MaybePromise<Result>,
    maxBytes: number,
  ): Promise<ModifiedSession<Result> | undefined> {
    const isLiving = (record: SessionRecord): boolean => this.#deadlines.passed(record) === undefined
    return this.#writer.modify(this.#storeKeyOf(id, 0), change, maxBytes, isLiving)
  }

  touchDue(session: SessionToKeep): boolean {
    const bookmark = session.bookmark as RecordBookmark | undefined
    return bookmark !== undefined && this.#deadlines.hasDrifted(bookmark.record.expiresAt, session.lifetime())
  }

  touch(session: SessionToKeep): MaybePromise<TouchResult> {
    const { base, key, record } = session.bookmark as RecordBookmark
    const expiresAt = this.#deadlines.next(session.lifetime())
    return andThen(this.#ask('touch', this.#store.touch(key, expiresAt)), (touched) => {
      if (!touched) return 'gone'
      session.bookmark = bookmarkOf(key, { ...record, expiresAt }, base)
      return 'touched'
    })
  }

  destroy(id: string): MaybePromise<unknown> {
    const key = this.#storeKeyOf(id, 0)
    this.#ended.note(key)
    return this.#ask('destroy', this.#store.delete(key))
  }

  hasEnded(id: string): boolean {
    return this.#ended.has(this.#storeKeyOf(id, 0))
  }

  /** Versions settle what the turns settle for stores without. */
  inTurn<Result>(_id: string, task: () => MaybePromise<Result>): MaybePromise<Result> {
    return task()
  }

  retire(id: string): MaybePromise<unknown> {
    const key = this.#storeKeyOf(id, 0)
    const now = this.#settings.clock.now()
    if (this.#settings.tombstone === 0) return this.destroy(id)
    const mark = {
      data: '{}',
      attributes: '{"retired":true}',
      version: 1,
      createdAt: now,
      expiresAt: now + this.#settings.tombstone,
    }
    this.#ended.note(key)
    // The mark first: a late request must find either the session or the mark, on engines too that do this in two steps.
    return andThen(this.#ask('save', this.#store.create(retiredKey(key), mark)), () =>
      this.#ask('destroy', this.#store.delete(key)),
    )
  }

  forgetRetired(id: string): MaybePromise<unknown> {
    return this.#ask('destroy', this.#store.delete(retiredKey(this.#storeKeyOf(id, 0))))
  }

  handle(id: string): string {
    return this.#settings.handleOf(this.#storeKeyOf(id, 0))
  }

  /** Is this the record of a session that lives, and not of one that is over or of an ID that was given up? */
  isLiving(key: string, record: SessionRecord): boolean {
    return !isRetiredKey(key) && this.#deadlines.passed(record) === undefined
  }

  /** When a kept session began, was last seen, and will end if no request comes. */
  times(record: SessionRecord): SessionTimes {
    const attributes = record.attributes === undefined ? undefined : (parseData(record.attributes) as RecordAttributes)
    const maxAge = (attributes?.cookie as { originalMaxAge?: unknown } | undefined)?.originalMaxAge
    return this.#deadlines.timesOf(record, typeof maxAge === 'number' ? maxAge : undefined)
  }

  /** The same for a session in its own request, which may not be kept yet. */
  currentTimes(session: SessionToKeep): SessionTimes {
    const kept = session.bookmark as RecordBookmark | undefined
    const lifetime = session.lifetime()
    return kept === undefined
      ? this.#deadlines.timesOfNew(session.createdAt, lifetime)
      : this.#deadlines.timesOf(kept.record, lifetime)
  }

  /**
   * Looks under the key of the secret that signed the ticket, then under those of newer ones: a record moves when its visitor comes by, and only
   * ever to a newer key, whether or not the cookie that was issued then arrived.
   */
  #find(id: string, secretIndex: number, outdated: boolean): MaybePromise<LoadResult> {
    const key = this.#storeKeyOf(id, secretIndex)
    return andThen(this.#read(key), (record): MaybePromise<LoadResult> => {
      const newestKey = secretIndex === 0 ? key : this.#storeKeyOf(id, 0)
      if (record !== undefined) {
        return key === newestKey ? this.#open(key, record, outdated) : this.#moveToNewest(id, key, newestKey, record)
      }
      return key === newestKey ? this.#whetherRetired(key) : this.#find(id, secretIndex - 1, outdated)
    })
  }

  // Asked only for IDs that lead nowhere, so that what visitors do all day stays at one read.
  #whetherRetired(key: string): MaybePromise<LoadResult> {
    return andThen(this.#read(retiredKey(key)), (mark) =>
      mark === undefined || this.#deadlines.passed(mark) !== undefined ? undefined : { status: 'retired' },
    )
  }

  // The key is derived from a secret, so a record that stands under an older secret's key moves when its visitor comes by.
  #moveToNewest(id: string, key: string, newestKey: string, record: SessionRecord): MaybePromise<LoadResult> {
    const opened = this.#open(key, record, true)
    if (opened?.status !== 'found') return opened
    const moved = { ...opened, bookmark: bookmarkOf(newestKey, record) }
    return andThen(this.#ask('read', this.#store.replace(key, newestKey, record)), (isMoved) =>
      // Another request of the same visitor was faster: what it moved is the session, changes included.
      isMoved ? moved : this.#find(id, 0, true),
    )
  }

  #open(key: string, record: SessionRecord, outdated: boolean): LoadResult {
    const bookmark = bookmarkOf(key, record)
    const timeout = this.#deadlines.passed(record)
    if (timeout !== undefined) {
      this.#forget(key)
      return { status: 'expired', timeout, bookmark }
    }
    const values = parseData(record.data)
    const attributes = record.attributes === undefined ? {} : parseData(record.attributes)
    if (values === undefined || attributes === undefined) throw unreadable()
    const { cookie } = attributes as RecordAttributes
    return { status: 'found', values, cookie, text: record.data, bookmark, outdated }
  }

  // Nobody waits for this: the record is over whether or not it is deleted now, and the sweeper comes by.
  #forget(key: string): void {
    try {
      const deleted = this.#store.delete(key)
      if (isPending(deleted)) deleted.catch(() => {})
    } catch {
      // As above.
    }
  }

  #read(key: string): MaybePromise<SessionRecord | undefined> {
    return andThen(this.#ask('read', this.#store.read(key)), (record) => {
      if (record !== undefined && !isRecord(record)) throw unreadable()
      return record
    })
  }

  #ask<T>(operation: string, answer: MaybePromise<T>): MaybePromise<T> {
    return withDeadline(answer, operation, this.#settings.storeTimeout, this.#settings.clock)
  }
}

const retiredPrefix = 'retired:'

/** Is this the key of the mark that an ID was given up? */
export function isRetiredKey(key: string): boolean {
  return key.startsWith(retiredPrefix)
}

function retiredKey(key: string): string {
  return retiredPrefix + key
}
