/**
 * The keeper for stores of records: expiry by one clock, versions on every write, deadlines moved sparingly, and keys that follow
 * the secrets.
 */
import type { SessionValues } from './codec.js'
import { AbandonedRecords } from './abandoned-records.js'
import type { Clock } from './clock.js'
import type { ConflictPolicy } from './conflicts.js'
import { withDeadline } from './deadline.js'
import { Deadlines, type Lifetimes, type SessionTimes } from './deadlines.js'
import type { Bookmark, Keeper, LoadResult, ModifiedSession, SaveResult, SessionToKeep, TouchResult } from './keeper.js'
import type { StoreKeyOf } from './keys.js'
import { noMarks, readAttributes, writeAttributes, type Attributes, type SessionMarks } from './marks.js'
import { andThen } from './maybe-promise.js'
import { isOwnKey } from './own-records.js'
import { withoutSuccessors } from './predecessors.js'
import type { KeptRecord, MaybePromise, ReadOptions, SessionRecord, SessionStore } from './record.js'
import { bookmarkOf, idTaken, type RecordBookmark } from './record-bookmark.js'
import { RecentlyEnded } from './recently-ended.js'
import { RecordFinder } from './record-finder.js'
import { RecordSuccession, type Succession, type SuccessionResult } from './record-succession.js'
import { RecordTrail } from './record-trail.js'
import { RecordWriter, type RecordDraft } from './record-writer.js'
import { RetiredIds } from './retired-ids.js'
import { isTombstone } from './tombstones.js'

export interface RecordKeeperSettings {
  readonly store: SessionStore
  readonly storeKeyOf: StoreKeyOf
  readonly lifetimes: Lifetimes
  readonly conflict: ConflictPolicy
  /** Milliseconds for which an ID that was given up is remembered. */
  readonly tombstone: number
  /** Sessions get new IDs by the clock, so one that is gone may go on elsewhere. */
  readonly renews: boolean
  readonly clock: Clock
  readonly storeTimeout: number
  /** The public name for a store key. */
  readonly handleOf: (key: string) => string
}

export class RecordKeeper implements Keeper {
  readonly #settings: RecordKeeperSettings
  readonly #store: SessionStore
  readonly #storeKeyOf: StoreKeyOf
  readonly #deadlines: Deadlines
  readonly #retired: RetiredIds
  readonly #abandoned: AbandonedRecords
  readonly #finder: RecordFinder
  readonly #writer: RecordWriter
  readonly #succession: RecordSuccession
  readonly #trail: RecordTrail
  readonly #ended: RecentlyEnded

  constructor(settings: RecordKeeperSettings) {
    this.#settings = settings
    this.#store = settings.store
    this.#storeKeyOf = settings.storeKeyOf
    this.#deadlines = new Deadlines(settings.lifetimes, settings.clock)
    this.#retired = new RetiredIds(settings)
    this.#abandoned = new AbandonedRecords(settings)
    this.#finder = new RecordFinder(settings, this.#deadlines, this.#retired)
    this.#writer = new RecordWriter(settings)
    this.#succession = new RecordSuccession(settings, this.#deadlines, this.#retired, this.#abandoned)
    this.#trail = new RecordTrail(settings, this.#finder, this.#retired, (record) => this.#lives(record))
    this.#ended = new RecentlyEnded(settings.clock)
  }

  load(id: string, secretIndex: number, { fresh = false }: ReadOptions = {}): MaybePromise<LoadResult> {
    return this.#finder.find(id, secretIndex, fresh)
  }

  save(session: SessionToKeep): MaybePromise<SaveResult> {
    const bookmark = session.bookmark as RecordBookmark | undefined
    const { marks } = session
    const deadline = this.#deadlines.next(session.lifetime())
    const draft: RecordDraft = {
      data: session.dataText(),
      attributes: writeAttributes(session.cookieText(), marks),
      expiresAt: session.keepsDeadline === true ? undefined : deadline,
      userId: marks.userId,
    }
    if (bookmark !== undefined) {
      return andThen(this.#writer.update(session, draft, bookmark), (result) =>
        result === 'gone' && this.#settings.renews ? this.#saveElsewhere(session, draft, bookmark) : result,
      )
    }
    const key = this.#storeKeyOf(session.id, 0)
    const createdAt = session.createdAt ?? this.#settings.clock.now()
    const record = { ...draft, expiresAt: deadline, version: 1, createdAt }
    return andThen(this.#ask('save', this.#store.create(key, record)), (created) => {
      if (!created) throw idTaken()
      this.#ended.forget(key)
      session.bookmark = bookmarkOf(key, record)
      return 'created'
    })
  }

  /** The session got a new ID by the clock while this request ran: what it changed is stored where the session goes on. */
  async #saveElsewhere(session: SessionToKeep, draft: RecordDraft, read: RecordBookmark): Promise<SaveResult> {
    for await (const { key, record } of this.#trail.renewed(session.id)) {
      const result = await this.#writer.update(session, draft, { ...read, key }, record)
      if (result !== 'gone') return 'moved'
    }
    return 'gone'
  }

  async modify<Result>(
    id: string,
    change: (values: SessionValues) => MaybePromise<Result>,
    maxBytes: number,
  ): Promise<ModifiedSession<Result> | undefined> {
    const modifyAt = (key: string): Promise<ModifiedSession<Result> | undefined> =>
      this.#writer.modify(key, change, maxBytes, (record) => this.#lives(record))
    const modified = await modifyAt(this.#storeKeyOf(id, 0))
    if (modified !== undefined || !this.#settings.renews) return modified
    for await (const { key } of this.#trail.renewed(id)) {
      const elsewhere = await modifyAt(key)
      if (elsewhere !== undefined) return { ...elsewhere, moved: true }
    }
    return undefined
  }

  /** How much longer than its lifetime a session is kept, in milliseconds: its deadline is not written at each request. */
  slack(lifetime: number): number {
    return this.#deadlines.slack(lifetime)
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

  /** A sign of life from outside of any request: the ID under which the session goes on, or how it ended. With `extend` it counts as a request. */
  keepAlive(id: string, extend: boolean): MaybePromise<{ readonly id: string } | 'ended' | 'expired'> {
    return andThen(
      this.#finder.find(id, 0, true),
      (result): MaybePromise<{ readonly id: string } | 'ended' | 'expired'> => {
        if (result?.status !== 'found') return result?.status === 'expired' ? 'expired' : 'ended'
        const alive = { id: result.renewedId ?? id }
        const { key, record } = result.bookmark as RecordBookmark
        const lifetime = lifetimeOf(result.cookie)
        if (!extend || !this.#deadlines.hasDrifted(record.expiresAt, lifetime)) return alive
        const touched = this.#ask('touch', this.#store.touch(key, this.#deadlines.next(lifetime)))
        return andThen(touched, (isThere) => (isThere ? alive : 'ended'))
      },
    )
  }

  /** Ends the session, also where it goes on under a new ID by now. */
  destroy(id: string): MaybePromise<unknown> {
    const key = this.#storeKeyOf(id, 0)
    this.#ended.note(key)
    return andThen(this.#ask('destroy', this.#store.delete(key)), (deleted): MaybePromise<unknown> => {
      if (!this.#settings.renews) return deleted
      return andThen(this.#retired.forward(id, key), (renewedId) =>
        renewedId === undefined ? deleted : this.destroy(renewedId),
      )
    })
  }

  /** Notes that the session under this key was ended from outside of its requests. */
  noteEnded(key: string): void {
    this.#ended.note(key)
  }

  hasEnded(id: string, bookmark: Bookmark | undefined): boolean {
    return this.#ended.has((bookmark as RecordBookmark | undefined)?.key ?? this.#storeKeyOf(id, 0))
  }

  /** Versions settle what the turns settle for stores without. */
  inTurn<Result>(_id: string, task: () => MaybePromise<Result>): MaybePromise<Result> {
    return task()
  }

  /** Lets the session go on under a new ID, losing nothing that other requests write meanwhile. */
  async succeed(succession: Succession): Promise<SuccessionResult> {
    const result = await this.#succession.succeed(succession)
    // Late responses of this process must not send the old cookie again.
    if (typeof result === 'object' && succession.read !== undefined) this.#ended.note(succession.read.key)
    return result
  }

  retire(id: string): MaybePromise<unknown> {
    const key = this.#storeKeyOf(id, 0)
    if (this.#settings.tombstone === 0) return this.destroy(id)
    // The mark first: a late request must find either the session or the mark, on engines too that do this in two steps.
    if (!this.#settings.renews) return andThen(this.#retired.retire(key), () => this.destroy(id))
    return this.#retireRenewed(id, key)
  }

  async #retireRenewed(id: string, key: string): Promise<unknown> {
    const { forward } = await this.#retired.silence(id, key)
    const destroyed = await this.destroy(id)
    return forward === undefined ? destroyed : this.retire(forward)
  }

  forgetRetired(id: string): MaybePromise<unknown> {
    return this.#retired.forget(this.#storeKeyOf(id, 0))
  }

  /** Deletes the session under this ID when the store can: nobody will ever come with it. */
  abandon(id: string): void {
    this.#abandoned.delete(this.#storeKeyOf(id, 0))
  }

  handle(id: string): string {
    return this.#settings.handleOf(this.key(id))
  }

  /** What the record of the session with this ID is kept under. */
  key(id: string): string {
    return this.#storeKeyOf(id, 0)
  }

  /** Is this the record of a session that lives, and not of one that is over or one of our own? */
  isLiving(key: string, record: SessionRecord): boolean {
    return !isOwnKey(key) && this.#lives(record)
  }

  /** The sessions among these records, each once. */
  living(kept: readonly KeptRecord[]): readonly KeptRecord[] {
    return withoutSuccessors(kept.filter(({ key, record }) => this.isLiving(key, record)))
  }

  /** The session that stood under this key, where it stands by now; `undefined` when it is over. */
  current(key: string): Promise<KeptRecord | undefined> {
    return this.#trail.current(key)
  }

  /** The key to which the session is being renewed, or was a moment ago. */
  successor(key: string): MaybePromise<string | undefined> {
    return this.#trail.successor(key)
  }

  /** What the store itself, at this moment, says of the session; `undefined` when it is over. */
  async stored(session: SessionToKeep): Promise<SessionMarks | undefined> {
    const bookmark = session.bookmark as RecordBookmark | undefined
    const kept = bookmark && (await this.current(bookmark.key))
    return kept && this.marks(kept.record)
  }

  marks(record: SessionRecord): SessionMarks {
    return attributesOf(record).marks
  }

  /** When a kept session began, was last seen, and will end if no request comes. */
  times(record: SessionRecord): SessionTimes {
    const { cookie, marks } = attributesOf(record)
    return this.#deadlines.timesOf(record, lifetimeOf(cookie), marks)
  }

  /** The same for a session in its own request, which may not be kept yet. */
  currentTimes(session: SessionToKeep): SessionTimes {
    const kept = session.bookmark as RecordBookmark | undefined
    const lifetime = session.lifetime()
    return kept === undefined
      ? this.#deadlines.timesOfNew(session.createdAt, lifetime)
      : this.#deadlines.timesOf(kept.record, lifetime, session.marks)
  }

  #lives(record: SessionRecord): boolean {
    return !isTombstone(record) && this.#deadlines.passed(record, this.marks(record)) === undefined
  }

  #ask<T>(operation: string, answer: MaybePromise<T>): MaybePromise<T> {
    return withDeadline(answer, operation, this.#settings.storeTimeout, this.#settings.clock)
  }
}

/** The lifetime of a session whose cookie has one of its own. */
function lifetimeOf(cookie: unknown): number | undefined {
  const maxAge = (cookie as { originalMaxAge?: unknown } | undefined)?.originalMaxAge
  return typeof maxAge === 'number' ? maxAge : undefined
}

/** Of a record that was found. What cannot be read there is nothing that anybody relies on. */
function attributesOf({ attributes, userId }: SessionRecord): Attributes {
  return readAttributes(attributes, userId) ?? { marks: noMarks }
}
