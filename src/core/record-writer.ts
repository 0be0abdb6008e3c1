/**
 * Writing to records that others write to as well: by version, settling what two requests changed at the same time.
 */
import { parseData, serializeData, type SessionValues } from './codec.js'
import type { Clock } from './clock.js'
import { settle, type ConflictPolicy } from './conflicts.js'
import { withDeadline } from './deadline.js'
import { SessionError } from './errors.js'
import type { ModifiedSession, SaveResult, SessionToKeep } from './keeper.js'
import { mergeAttributes } from './marks.js'
import { andThen } from './maybe-promise.js'
import { bookmarkOf, isRecord, unreadable, type RecordBookmark } from './record-bookmark.js'
import type { MaybePromise, SessionRecord, SessionStore, UpdateResult } from './record.js'
import { isTombstone } from './tombstones.js'
import { Turns } from './turns.js'

export interface RecordWriterSettings {
  readonly store: SessionStore
  readonly conflict: ConflictPolicy
  readonly clock: Clock
  readonly storeTimeout: number
}

/** What a request wants a record to hold. */
export interface RecordDraft {
  readonly data: string
  readonly attributes: string | undefined
  /** `undefined` leaves the deadline where it is. */
  readonly expiresAt: number | undefined
  readonly userId: string | undefined
}

// Within a process writers of one session take turns, so only other processes get in between; whoever loses this often in a row faces a
// store that does not keep its word.
const attempts = 50
const attemptsAtOnce = 10
const longestPause = 20

export class RecordWriter {
  readonly #settings: RecordWriterSettings
  readonly #writes = new Turns()
  readonly #updates: Turns

  constructor(settings: RecordWriterSettings) {
    this.#settings = settings
    const { clock, storeTimeout } = settings
    this.#updates = new Turns({ clock, milliseconds: storeTimeout })
  }

  /** Writes `draft` over the record that `read` was made of, or over a `newer` one, merged with what others have written since. */
  update(
    session: SessionToKeep,
    draft: RecordDraft,
    read: RecordBookmark,
    newer: SessionRecord = read.record,
  ): MaybePromise<SaveResult> {
    return this.#writes.take(read.key, () => this.#attempt(session, draft, read, newer, attempts))
  }

  #attempt(
    session: SessionToKeep,
    draft: RecordDraft,
    read: RecordBookmark,
    current: SessionRecord,
    left: number,
  ): MaybePromise<SaveResult> {
    const { conflict } = this.#settings
    const { data, ...settled } = settle(conflict, read.base, draft.data, current.data, session.maxDataBytes)
    if (current.data !== read.base) session.conflict = settled
    const attributes = mergeAttributes(read.record.attributes, draft.attributes, current.attributes)
    const userId = draft.userId === read.record.userId ? current.userId : draft.userId
    const { expiresAt = current.expiresAt } = draft
    const record = { ...current, data, attributes, userId, expiresAt, version: current.version + 1 }
    return andThen(this.#write(read.key, record, current.version), (result): MaybePromise<SaveResult> => {
      if (result === 'missing') return 'gone'
      if (result === 'updated') {
        session.bookmark = bookmarkOf(read.key, record)
        if (data !== draft.data) session.merged = data
        return 'saved'
      }
      return andThen(this.#newest(left, read.key, result.conflict), (newest) =>
        newest === undefined || isTombstone(newest) ? 'gone' : this.#attempt(session, draft, read, newest, left - 1),
      )
    })
  }

  /**
   * Read, change, write as one step. Updates wait for each other, so that a thousand at once do not all collide; other writes do not wait for
   * them, because `change` is the app's and may take as long as it likes.
   */
  async modify<Result>(
    key: string,
    change: (values: SessionValues) => MaybePromise<Result>,
    maxBytes: number,
    isLiving: (record: SessionRecord) => boolean,
  ): Promise<ModifiedSession<Result> | undefined> {
    return this.#updates.take(key, async () => {
      let current = await this.#ask('read', this.#settings.store.read(key, { fresh: true }))
      for (let left = attempts; ; left -= 1) {
        if (current !== undefined && !isRecord(current)) throw unreadable()
        if (current === undefined || !isLiving(current)) return undefined
        const values = parseData(current.data)
        if (values === undefined) throw unreadable()
        const result = await change(values)
        const data = serializeData(values, maxBytes)
        const record = { ...current, data, version: current.version + 1 }
        const answer = await this.#write(key, record, current.version)
        if (answer === 'missing') return undefined
        if (answer === 'updated') return { result, values, text: data, bookmark: bookmarkOf(key, record) }
        current = await this.#newest(left, key, answer.conflict)
      }
    })
  }

  #write(key: string, record: SessionRecord, expectedVersion: number): MaybePromise<UpdateResult> {
    const answer = this.#ask('save', this.#settings.store.update(key, record, expectedVersion))
    return andThen(answer, (result) => {
      if (result === 'updated' || result === 'missing') return result
      if (!isRecord((result as { conflict?: unknown } | undefined)?.conflict)) throw unreadable()
      return result
    })
  }

  /**
   * The record to try again with. At first the one that was there instead: each round somebody wins, and the answer carries what is needed. Later,
   * after a pause of random length so that writers do not keep in step, what is there then.
   */
  #newest(left: number, key: string, conflict: SessionRecord): MaybePromise<SessionRecord | undefined> {
    if (left <= 1) {
      throw new SessionError(
        'ERR_SESSION_STORE_ANSWER',
        `the session store answered ${attempts} times in a row that another request had changed the session`,
      )
    }
    if (left > attempts - attemptsAtOnce) return conflict
    return new Promise<void>((resolve) => {
      this.#settings.clock.after(Math.random() * longestPause, resolve)
    }).then(() => this.#ask('read', this.#settings.store.read(key, { fresh: true })))
  }

  #ask<T>(operation: string, answer: MaybePromise<T>): MaybePromise<T> {
    return withDeadline(answer, operation, this.#settings.storeTimeout, this.#settings.clock)
  }
}
