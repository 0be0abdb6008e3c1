/**
 * How a session goes on under a new ID: at a sign-in, where the old ID is dead at once and tells nobody of the new one, and by the clock,
 * where a late request with the old ID is led on.
 *
 * Nothing that another request writes to the old record meanwhile is lost, and a session that another request ends meanwhile stays ended.
 * With plain steps on any store: the tombstone and the new record are there before the old record stops being one, by version, and only
 * when the tombstone says so is the old record deleted. Whoever comes in between finds either the session or the way to it, and where it
 * was ended meanwhile neither.
 */
import type { AbandonedRecords } from './abandoned-records.js'
import { settle } from './conflicts.js'
import { withDeadline } from './deadline.js'
import type { Deadlines } from './deadlines.js'
import { mergeAttributes, writeAttributes, type SessionMarks } from './marks.js'
import { withPredecessor } from './predecessors.js'
import type { MaybePromise, SessionRecord, SessionStore } from './record.js'
import { bookmarkOf, idTaken, isRecord, unreadable, type RecordBookmark } from './record-bookmark.js'
import type { RetiredIds, RetiredIdsSettings } from './retired-ids.js'
import { isTombstone, sealForward, tombstone, type Forward } from './tombstones.js'

/** A session and the ID it is to go on under. */
export interface Succession {
  readonly oldId: string
  readonly newId: string
  /** The old session as it was read; `undefined` for one that was never stored. */
  readonly read: RecordBookmark | undefined
  /** The data as the request has it now. */
  readonly data: string
  /** What of the data, with what others have written since, goes along. */
  readonly keep: (data: string) => string
  readonly marks: SessionMarks
  readonly cookieText: string | undefined
  readonly lifetime: number | undefined
  readonly createdAt: number
  /**
   * A renewal leads late requests on, and gives way to a sign-out; a sign-in does neither. A proof is a sign-in of who is signed in already,
   * and gives way like a renewal.
   */
  readonly kind: 'sign-in' | 'proof' | 'renewal'
}

/** `elsewhere`: another request is renewing the session at this moment. `gone`: it was ended. Either way nothing was changed. */
export type SuccessionResult = { readonly bookmark: RecordBookmark } | 'elsewhere' | 'gone'

// As with the writer's: whoever loses this often in a row faces a store that does not keep its word.
const attempts = 50

export class RecordSuccession {
  readonly #settings: RetiredIdsSettings
  readonly #store: SessionStore
  readonly #deadlines: Deadlines
  readonly #retired: RetiredIds
  readonly #abandoned: AbandonedRecords

  constructor(settings: RetiredIdsSettings, deadlines: Deadlines, retired: RetiredIds, abandoned: AbandonedRecords) {
    this.#settings = settings
    this.#store = settings.store
    this.#deadlines = deadlines
    this.#retired = retired
    this.#abandoned = abandoned
  }

  async succeed(succession: Succession): Promise<SuccessionResult> {
    const { read, kind, newId } = succession
    const successor = new Successor(this.#keyOf(newId), this.#firstRecord(succession))
    const isRenewal = kind === 'renewal' && read !== undefined
    // Before the new record is there, or who lists sessions would see one of a renewal that is about to give way to another.
    const mark = isRenewal ? await this.#retired.raise(read.key, this.#markOf(succession, successor)) : undefined
    if (isRenewal && mark === undefined) return 'elsewhere'
    let created = true
    try {
      created = await this.#ask('save', this.#store.create(successor.key, successor.record))
      if (!created) throw idTaken()
      if (read === undefined) return { bookmark: successor.bookmark }
      if (mark !== undefined) return await this.#renew(succession, read, successor, mark)
      const wasThere = await this.#endChain(succession, read, successor)
      if (wasThere || kind === 'sign-in') return { bookmark: successor.bookmark }
      await this.#delete(successor.key)
      return 'gone'
    } catch (error) {
      if (created) {
        // A renewal that failed half-way may have become the session: whoever holds the old ID is led on to it then.
        const onlyIf = successor.isNeeded && mark ? () => this.#cameToNothing(read!.key, mark) : undefined
        this.#abandoned.delete(successor.key, { record: successor.record, onlyIf })
      }
      if (mark !== undefined && !successor.isNeeded) await this.#retired.lower(read!.key, mark).catch(() => {})
      throw error
    }
  }

  async #renew(
    succession: Succession,
    read: RecordBookmark,
    successor: Successor,
    mark: SessionRecord,
  ): Promise<SuccessionResult> {
    successor.isNeeded = true
    if ((await this.#end(succession, read, read, successor, mark)) === 'ended') {
      // Where the tombstone cannot say that the session has got there, the old record stays and says it, for as long.
      if (await this.#retired.settle(read.key, mark).catch(() => false)) await this.#clearUp(read.key)
      return { bookmark: successor.bookmark }
    }
    await this.#delete(successor.key)
    await this.#retired.lower(read.key, mark)
    return 'gone'
  }

  /** Has nobody been led on by this renewal, and will nobody be? */
  async #cameToNothing(oldKey: string, mark: SessionRecord): Promise<boolean> {
    const old = await this.#read(oldKey)
    if (old !== undefined) return !isTombstone(old)
    const left = await this.#retired.read(oldKey)
    return left?.attributes === mark.attributes
  }

  #markOf({ oldId, newId }: Succession, successor: Successor): SessionRecord {
    const to = sealForward(oldId, newId)
    return this.#tombstone(successor.key === newId ? { to } : { to, key: successor.key })
  }

  /**
   * Ends the old session, and the one that it goes on as where another request is renewing it at this very moment. `false` when it was ended
   * by somebody else, and not for a new ID.
   */
  async #endChain(succession: Succession, read: RecordBookmark, successor: Successor): Promise<boolean> {
    let { oldId: id } = succession
    let old: Old = read
    for (;;) {
      const { forward, settled, before } = await this.#retired.silence(id, old.key)
      const next = forward === undefined ? undefined : this.#keyOf(forward)
      if (old !== read && isSession(old.record)) await this.#bringAlong(succession, read, old.record, successor)
      const end = await this.#endOld(succession, read, old, successor)
      if (end === 'ended') {
        await this.#clearUp(old.key)
        // The renewal finds the old one gone, and gives up; of a process that died nobody else would clear up.
        if (next !== undefined) this.#abandoned.delete(next)
        return true
      }
      if (next === undefined) return before
      if (end === 'renewed') {
        // Kept for its renewal, which does not get to delete it where its tombstone was silenced.
        if (!settled) await this.#clearUp(old.key)
      } else if (!settled) {
        // It was ended before its renewal got there, so that comes to nothing.
        this.#abandoned.delete(next)
        return false
      }
      id = forward!
      old = { key: next, record: await this.#read(next) }
    }
  }

  async #endOld(succession: Succession, read: RecordBookmark, { key, record }: Old, successor: Successor): Promise<End> {
    if (record === undefined) return 'missing'
    if (isTombstone(record)) return 'renewed'
    return this.#end(succession, read, { key, record }, successor, this.#tombstone())
  }

  /** Ends the record in whatever state others leave it, and takes their changes along. */
  async #end(
    succession: Succession,
    read: RecordBookmark,
    { key, record }: { readonly key: string; readonly record: SessionRecord },
    successor: Successor,
    mark: SessionRecord,
  ): Promise<End> {
    let old = record
    for (let left = attempts; left > 0; left -= 1) {
      const { createdAt, version, userId } = old
      // Still the user's, so that the store forgets it with its user when it is deleted.
      const ending = { ...mark, createdAt, userId, version: version + 1 }
      const answer = await this.#ask('save', this.#store.update(key, ending, version))
      if (answer === 'missing') return 'missing'
      if (answer === 'updated') return 'ended'
      if (!isRecord((answer as { conflict?: unknown } | undefined)?.conflict)) throw unreadable()
      old = answer.conflict
      if (isTombstone(old)) return 'renewed'
      // Whoever ended the new session has ended the renewal. A sign-in has the old one to end all the same.
      if (!(await this.#bringAlong(succession, read, old, successor)) && succession.kind === 'renewal') return 'missing'
    }
    throw unreadable()
  }

  /** Writes to the new record what another request has written to the old one. `false` when the new one was ended, too. */
  async #bringAlong(
    succession: Succession,
    read: RecordBookmark,
    old: SessionRecord,
    successor: Successor,
  ): Promise<boolean> {
    const { data } = settle('merge', read.base, succession.data, old.data)
    const { version } = successor.record
    const next = { ...this.#nextRecord(succession, read, old), data: succession.keep(data), version: version + 1 }
    if ((await this.#ask('save', this.#store.update(successor.key, next, version))) !== 'updated') return false
    successor.record = next
    return true
  }

  #firstRecord(succession: Succession): SessionRecord {
    const { keep, data, marks, cookieText, lifetime, createdAt, read } = succession
    const attributes = writeAttributes(cookieText, marks)
    return {
      data: keep(data),
      attributes: read === undefined ? attributes : withPredecessor(attributes, read.key),
      version: 1,
      createdAt,
      expiresAt: this.#deadlines.next(lifetime),
      userId: marks.userId,
    }
  }

  /** Who does not sign in changes little but the ID, so what another request knows of the user, the device and the cookie goes along. */
  #nextRecord(succession: Succession, read: RecordBookmark, old: SessionRecord): SessionRecord {
    const first = this.#firstRecord(succession)
    if (succession.kind === 'sign-in') return first
    const { marks, cookieText } = succession
    const base = read.record
    const attributes = mergeAttributes(base.attributes, writeAttributes(cookieText, marks), old.attributes)
    return {
      ...first,
      attributes: withPredecessor(attributes, read.key),
      userId: marks.userId === base.userId ? old.userId : marks.userId,
      expiresAt: Math.max(first.expiresAt, old.expiresAt),
    }
  }

  #tombstone(forward?: Forward): SessionRecord {
    const { clock, tombstone: lifetime } = this.#settings
    return tombstone(clock.now(), lifetime, forward)
  }

  #keyOf(id: string): string {
    return this.#settings.storeKeyOf(id, 0)
  }

  /** Deletes what is no session any more, and is forgotten in time if it cannot be deleted now. */
  async #clearUp(key: string): Promise<void> {
    await this.#delete(key).catch(() => {})
  }

  async #read(key: string): Promise<SessionRecord | undefined> {
    return this.#ask('read', this.#store.read(key, { fresh: true }))
  }

  async #delete(key: string): Promise<unknown> {
    return this.#ask('destroy', this.#store.delete(key))
  }

  async #ask<T>(operation: string, answer: MaybePromise<T>): Promise<T> {
    return withDeadline(answer, operation, this.#settings.storeTimeout, this.#settings.clock)
  }
}

/** `renewed`: somebody else has given it a new ID. `missing`: somebody else has ended it. */
type End = 'ended' | 'renewed' | 'missing'

function isSession(record: SessionRecord | undefined): record is SessionRecord {
  return record !== undefined && !isTombstone(record)
}

/** The old record, as it was found. */
interface Old {
  readonly key: string
  readonly record: SessionRecord | undefined
}

/** The new record, as it stands. */
class Successor {
  readonly key: string
  record: SessionRecord
  /** The old session may have ended for this one, so it must not be given up. */
  isNeeded = false

  constructor(key: string, record: SessionRecord) {
    this.key = key
    this.record = record
  }

  get bookmark(): RecordBookmark {
    return bookmarkOf(this.key, this.record)
  }
}
