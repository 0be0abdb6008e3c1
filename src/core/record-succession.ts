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
import { withDeadline } from './deadline.js'
import type { Deadlines } from './deadlines.js'
import type { MaybePromise, SessionRecord, SessionStore } from './record.js'
import { idTaken, isRecord, unreadable, type RecordBookmark } from './record-bookmark.js'
import type { RetiredIds, RetiredIdsSettings } from './retired-ids.js'
import { Successor, type SuccessorDraft } from './successor.js'
import { isTombstone, sealForward, tombstone, type Forward } from './tombstones.js'

/** A session and the ID it is to go on under. */
export interface Succession extends SuccessorDraft {
  readonly oldId: string
  readonly newId: string
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
    const successor = new Successor(this.#keyOf(newId), succession, this.#deadlines, this.#settings)
    const isRenewal = kind === 'renewal' && read !== undefined
    // Before the new record is there, or who lists sessions would see one of a renewal that is about to give way to another.
    const mark = isRenewal ? await this.#retired.raise(read.key, this.#markOf(succession, successor)) : undefined
    if (isRenewal && mark === undefined) return 'elsewhere'
    let created = true
    try {
      created = await successor.create()
      if (!created) throw idTaken()
      if (read === undefined) return { bookmark: successor.bookmark }
      if (mark !== undefined) return await this.#renew(read, successor, mark)
      const wasThere = await this.#endChain(succession.oldId, read, successor)
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

  async #renew(read: RecordBookmark, successor: Successor, mark: SessionRecord): Promise<SuccessionResult> {
    successor.isNeeded = true
    if ((await this.#end(read, successor, mark)) === 'ended') {
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
  async #endChain(oldId: string, read: RecordBookmark, successor: Successor): Promise<boolean> {
    let id = oldId
    let old: Old = read
    for (;;) {
      const { forward, settled, before } = await this.#retired.silence(id, old.key)
      const next = forward === undefined ? undefined : this.#keyOf(forward)
      if (old !== read && isSession(old.record)) await successor.bringAlong(old.record)
      const end = await this.#endOld(old, successor)
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

  async #endOld({ key, record }: Old, successor: Successor): Promise<End> {
    if (record === undefined) return 'missing'
    if (isTombstone(record)) return 'renewed'
    return this.#end({ key, record }, successor, this.#tombstone())
  }

  /** Ends the record in whatever state others leave it, and takes their changes along. */
  async #end(
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
      if (!(await successor.bringAlong(old)) && successor.kind === 'renewal') return 'missing'
    }
    throw unreadable()
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
