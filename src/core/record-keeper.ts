/**
 * The keeper for stores of records: expiry by one clock, versions on every write, deadlines moved sparingly, and keys that follow
 * the secrets.
 */
import { parseData } from './codec.js'
import type { Clock } from './clock.js'
import { withDeadline } from './deadline.js'
import { SessionError } from './errors.js'
import type { StoreKeyOf } from './keys.js'
import type { Bookmark, Keeper, LoadResult, SaveResult, SessionToKeep, TouchResult } from './keeper.js'
import { andThen, isPending } from './maybe-promise.js'
import type { MaybePromise, SessionRecord, SessionStore, UpdateResult } from './record.js'

/** How long sessions live. All in milliseconds. */
export interface Lifetimes {
  /** Without a request, for sessions that have no lifetime of their own. */
  readonly idle: number
  /** From creation on, whatever happens. `undefined`: no such limit. */
  readonly absolute: number | undefined
  /** How far a deadline may drift before it is written again. `undefined`: a tenth of the lifetime, a minute at most. */
  readonly touchWindow: number | undefined
}

export interface RecordKeeperSettings {
  readonly store: SessionStore
  readonly storeKeyOf: StoreKeyOf
  readonly lifetimes: Lifetimes
  readonly clock: Clock
  readonly storeTimeout: number
  /** The public name for a store key. */
  readonly handleOf: (key: string) => string
}

/** A record where it was found, with the key it is kept under. */
interface RecordBookmark extends Bookmark {
  readonly key: string
  readonly record: SessionRecord
}

/** What coatcheck keeps beside the data. */
interface RecordAttributes {
  readonly cookie?: unknown
}

/** When a session began, was last seen, and ends. Epoch milliseconds. */
export interface SessionTimes {
  readonly userId: string | undefined
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly expiresAt: number
}

const longestWindow = 60_000

// Writers of one session meet rarely and briefly; whoever loses this often in a row faces a store that does not keep its word.
const conflictRetries = 16

export class RecordKeeper implements Keeper {
  readonly #store: SessionStore
  readonly #storeKeyOf: StoreKeyOf
  readonly #lifetimes: Lifetimes
  readonly #clock: Clock
  readonly #storeTimeout: number
  readonly #handleOf: (key: string) => string

  constructor(settings: RecordKeeperSettings) {
    this.#store = settings.store
    this.#storeKeyOf = settings.storeKeyOf
    this.#lifetimes = settings.lifetimes
    this.#clock = settings.clock
    this.#storeTimeout = settings.storeTimeout
    this.#handleOf = settings.handleOf
  }

  load(id: string, secretIndex: number): MaybePromise<LoadResult> {
    const key = this.#storeKeyOf(id, secretIndex)
    return andThen(this.#read(key), (record) => {
      if (secretIndex === 0) return record === undefined ? undefined : this.#open(key, record, false)
      const newestKey = this.#storeKeyOf(id, 0)
      if (newestKey === key) return record === undefined ? undefined : this.#open(key, record, true)
      if (record !== undefined) return this.#moveToNewest(key, newestKey, record)
      return this.#openAt(newestKey)
    })
  }

  save(session: SessionToKeep): MaybePromise<SaveResult> {
    const bookmark = session.bookmark as RecordBookmark | undefined
    const now = this.#clock.now()
    const data = session.dataText()
    const cookie = session.cookieText()
    const attributes = cookie === undefined ? undefined : `{"cookie":${cookie}}`
    const expiresAt = this.#deadline(session.lifetime(), now)
    if (bookmark === undefined) {
      const key = this.#storeKeyOf(session.id, 0)
      const record: SessionRecord = {
        data,
        attributes,
        version: 1,
        createdAt: session.createdAt ?? now,
        expiresAt,
        userId: undefined,
      }
      return andThen(this.#ask('save', this.#store.create(key, record)), (created) => {
        if (!created) throw idTaken()
        session.bookmark = bookmarkOf(key, record)
        return 'created'
      })
    }
    return this.#update(session, { ...bookmark.record, data, attributes, expiresAt }, bookmark, conflictRetries)
  }

  touchDue(session: SessionToKeep): boolean {
    const bookmark = session.bookmark as RecordBookmark | undefined
    if (bookmark === undefined) return false
    const lifetime = session.lifetime()
    const drift = this.#deadline(lifetime, this.#clock.now()) - bookmark.record.expiresAt
    return Math.abs(drift) >= this.#window(lifetime)
  }

  touch(session: SessionToKeep): MaybePromise<TouchResult> {
    const bookmark = session.bookmark as RecordBookmark
    const expiresAt = this.#deadline(session.lifetime(), this.#clock.now())
    return andThen(this.#ask('touch', this.#store.touch(bookmark.key, expiresAt)), (touched) => {
      if (!touched) return 'gone'
      session.bookmark = bookmarkOf(bookmark.key, { ...bookmark.record, expiresAt })
      return 'touched'
    })
  }

  destroy(id: string): MaybePromise<unknown> {
    return this.#ask('destroy', this.#store.delete(this.#storeKeyOf(id, 0)))
  }

  handle(id: string): string {
    return this.#handleOf(this.#storeKeyOf(id, 0))
  }

  /** Is this record over at this moment? Both limits are inclusive: at its deadline a session is over. */
  expiry(record: SessionRecord, now: number): 'idle' | 'absolute' | undefined {
    const { absolute } = this.#lifetimes
    if (absolute !== undefined && now >= record.createdAt + absolute) return 'absolute'
    return now >= record.expiresAt ? 'idle' : undefined
  }

  /** When a kept session began, was last seen, and will end if no request comes. */
  times(record: SessionRecord): SessionTimes {
    const attributes = record.attributes === undefined ? undefined : (parseData(record.attributes) as RecordAttributes)
    const maxAge = (attributes?.cookie as { originalMaxAge?: unknown } | undefined)?.originalMaxAge
    return this.#timesOf(record, typeof maxAge === 'number' ? maxAge : undefined)
  }

  /** The same for a session in its own request, which may not be kept yet. */
  currentTimes(bookmark: Bookmark | undefined, lifetime: number | undefined, now: number): SessionTimes {
    const kept = bookmark as RecordBookmark | undefined
    if (kept !== undefined) return this.#timesOf(kept.record, lifetime)
    const expiresAt = now + (lifetime ?? this.#lifetimes.idle)
    return { userId: undefined, createdAt: now, lastSeenAt: now, expiresAt: this.#capped(expiresAt, now) }
  }

  #timesOf(record: SessionRecord, lifetime: number | undefined): SessionTimes {
    const { createdAt, expiresAt, userId } = record
    const lastSeenAt = Math.max(createdAt, expiresAt - (lifetime ?? this.#lifetimes.idle) - this.#window(lifetime))
    return { userId, createdAt, lastSeenAt, expiresAt: this.#capped(expiresAt, createdAt) }
  }

  #capped(expiresAt: number, createdAt: number): number {
    const { absolute } = this.#lifetimes
    return absolute === undefined ? expiresAt : Math.min(expiresAt, createdAt + absolute)
  }

  #update(
    session: SessionToKeep,
    draft: SessionRecord,
    read: RecordBookmark,
    retries: number,
  ): MaybePromise<SaveResult> {
    const expected = read.record.version
    const record = { ...draft, version: expected + 1 }
    const answer: MaybePromise<UpdateResult> = this.#ask('save', this.#store.update(read.key, record, expected))
    return andThen(answer, (result): MaybePromise<SaveResult> => {
      if (result === 'missing') return 'gone'
      if (result === 'updated') {
        session.bookmark = bookmarkOf(read.key, record)
        return 'saved'
      }
      if (retries === 0) {
        throw new SessionError(
          'ERR_SESSION_STORE_ANSWER',
          `the session store answered ${conflictRetries + 1} times in a row that another request had changed the session`,
        )
      }
      return this.#update(session, draft, bookmarkOf(read.key, result.conflict), retries - 1)
    })
  }

  #openAt(key: string): MaybePromise<LoadResult> {
    return andThen(this.#read(key), (record) => (record === undefined ? undefined : this.#open(key, record, true)))
  }

  // The key is derived from a secret, so a record that stands under an older secret's key moves when its visitor comes by.
  #moveToNewest(key: string, newestKey: string, record: SessionRecord): MaybePromise<LoadResult> {
    const opened = this.#open(newestKey, record, true)
    if (opened?.status !== 'found') return opened
    return andThen(this.#ask('read', this.#store.replace(key, newestKey, record)), (moved) =>
      // Another request of the same visitor was faster: what it moved is the session, changes included.
      moved ? opened : this.#openAt(newestKey),
    )
  }

  #open(key: string, record: SessionRecord, outdated: boolean): LoadResult {
    const bookmark = bookmarkOf(key, record)
    const timeout = this.expiry(record, this.#clock.now())
    if (timeout !== undefined) {
      // Nobody waits for this: the record is over whether or not it is deleted now, and the sweeper comes by.
      const deleted = this.#store.delete(key)
      if (isPending(deleted)) deleted.catch(() => {})
      return { status: 'expired', timeout, bookmark }
    }
    const values = parseData(record.data)
    const attributes = record.attributes === undefined ? {} : parseData(record.attributes)
    if (values === undefined || attributes === undefined) throw unreadable()
    return {
      status: 'found',
      values,
      cookie: (attributes as RecordAttributes).cookie,
      text: record.data,
      bookmark,
      outdated,
    }
  }

  #read(key: string): MaybePromise<SessionRecord | undefined> {
    return andThen(this.#ask('read', this.#store.read(key)), (record) => {
      if (record !== undefined && !isRecord(record)) throw unreadable()
      return record
    })
  }

  #ask<T>(operation: string, answer: MaybePromise<T>): MaybePromise<T> {
    return withDeadline(answer, operation, this.#storeTimeout, this.#clock)
  }

  // A deadline is written a window later than the lifetime says, because it is only written again once it has drifted that far: a
  // session in use never ends early, and one out of use ends at most a window late.
  #deadline(lifetime: number | undefined, now: number): number {
    return now + (lifetime ?? this.#lifetimes.idle) + this.#window(lifetime)
  }

  #window(lifetime: number | undefined): number {
    return this.#lifetimes.touchWindow ?? Math.min(Math.floor((lifetime ?? this.#lifetimes.idle) / 10), longestWindow)
  }
}

function bookmarkOf(key: string, record: SessionRecord): RecordBookmark {
  return { key, record, createdAt: record.createdAt, expiresAt: record.expiresAt, userId: record.userId }
}

function isRecord(answer: unknown): answer is SessionRecord {
  if (typeof answer !== 'object' || answer === null) return false
  const { data, version, createdAt, expiresAt } = answer as Partial<SessionRecord>
  return (
    typeof data === 'string' && Number.isFinite(version) && Number.isFinite(createdAt) && Number.isFinite(expiresAt)
  )
}

function unreadable(): SessionError {
  return new SessionError(
    'ERR_SESSION_STORE_ANSWER',
    'the session store answered with something that is no session record; it was treated as no session',
  )
}

function idTaken(): SessionError {
  return new SessionError(
    'ERR_SESSION_STORE_ANSWER',
    'a session with the new ID exists already, and was left alone; see that genid returns a new random ID each time',
  )
}
