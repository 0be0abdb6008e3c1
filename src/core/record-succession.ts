/**
 * How a session goes on under a new ID: at a sign-in, where the old ID is dead at once and tells nobody of the new one, and by the clock,
 * where a late request with the old ID is led on.
 *
 * Nothing that another request writes to the old record meanwhile is lost, and a session that another request ends meanwhile stays ended.
 * With four plain steps on any store: the new record is there before the tombstone, the tombstone before the old record stops being one, by
 * version, and only then is the old record deleted. Whoever comes in between finds either the session or the way to it.
 */
import type { Clock } from './clock.js'
import { settle } from './conflicts.js'
import { withDeadline } from './deadline.js'
import type { Deadlines } from './deadlines.js'
import type { StoreKeyOf } from './keys.js'
import { writeAttributes, type SessionMarks } from './marks.js'
import type { MaybePromise, SessionRecord, SessionStore } from './record.js'
import { bookmarkOf, idTaken, isRecord, unreadable, type RecordBookmark } from './record-bookmark.js'
import { isTombstone, openForward, sealForward, tombstone, tombstoneKey } from './tombstones.js'

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
  /** A renewal leads late requests on, and gives way to a sign-out; a sign-in does neither. */
  readonly kind: 'sign-in' | 'renewal'
}

/** `elsewhere`: another request is renewing the session at this moment. `gone`: it was ended. Either way nothing was changed. */
export type SuccessionResult = { readonly bookmark: RecordBookmark } | 'elsewhere' | 'gone'

export interface SuccessionSettings {
  readonly store: SessionStore
  readonly storeKeyOf: StoreKeyOf
  readonly clock: Clock
  readonly storeTimeout: number
  readonly tombstone: number
}

// As with the writer's: whoever loses this often in a row faces a store that does not keep its word.
const attempts = 50

export class RecordSuccession {
  readonly #settings: SuccessionSettings
  readonly #store: SessionStore
  readonly #deadlines: Deadlines

  constructor(settings: SuccessionSettings, deadlines: Deadlines) {
    this.#settings = settings
    this.#store = settings.store
    this.#deadlines = deadlines
  }

  async succeed(succession: Succession): Promise<SuccessionResult> {
    const { read, kind, newId, oldId } = succession
    const newKey = this.#keyOf(newId)
    const first = this.#successor(succession, succession.data)
    if (!(await this.#create(newKey, first))) throw idTaken()
    const successor = new Successor(newKey, first)
    if (read === undefined) return { bookmark: successor.bookmark }

    if (kind === 'sign-in') {
      await this.#endChain(succession, read, successor)
      return { bookmark: successor.bookmark }
    }
    const mark = tombstone(this.#now(), this.#settings.tombstone, sealForward(oldId, newId))
    if (!(await this.#create(tombstoneKey(read.key), mark))) {
      await this.#delete(newKey)
      return 'elsewhere'
    }
    if (await this.#end(succession, read, read.key, read.record, successor, mark)) {
      return { bookmark: successor.bookmark }
    }
    await this.#delete(newKey)
    const left = await this.#ask('read', this.#store.read(tombstoneKey(read.key), { fresh: true }))
    // A sign-in that was faster has left its own.
    if (left !== undefined && left.attributes === mark.attributes) await this.#delete(tombstoneKey(read.key))
    return 'gone'
  }

  /** Ends the old session, and the one that it goes on as where another request is renewing it at this very moment. */
  async #endChain(succession: Succession, read: RecordBookmark, successor: Successor): Promise<void> {
    let { oldId: id } = succession
    let { key } = read
    let record: SessionRecord | undefined = read.record
    while (record !== undefined) {
      const forward = await this.#silence(id, key)
      const mark = tombstone(this.#now(), this.#settings.tombstone)
      const ended: boolean = await this.#end(succession, read, key, record, successor, mark)
      if (ended || forward === undefined) return
      id = forward
      key = this.#keyOf(id)
      record = await this.#ask('read', this.#store.read(key, { fresh: true }))
      if (record !== undefined && !(await this.#bringAlong(succession, read, record, successor))) return
    }
  }

  /** A tombstone that tells nobody where the session is. Answers where the one led that stood there. */
  async #silence(id: string, key: string): Promise<string | undefined> {
    const before = await this.#ask('read', this.#store.read(tombstoneKey(key), { fresh: true }))
    if (before !== undefined) await this.#delete(tombstoneKey(key))
    if (this.#settings.tombstone > 0)
      await this.#create(tombstoneKey(key), tombstone(this.#now(), this.#settings.tombstone))
    return before === undefined ? undefined : openForward(id, before)
  }

  /** Ends the record in whatever state others leave it, and takes their changes along. `false` when somebody else has ended it. */
  async #end(
    succession: Succession,
    read: RecordBookmark,
    key: string,
    record: SessionRecord,
    successor: Successor,
    mark: SessionRecord,
  ): Promise<boolean> {
    let old = record
    for (let left = attempts; left > 0; left -= 1) {
      const { createdAt, version } = old
      const ending = { ...mark, createdAt, version: version + 1 }
      const answer = await this.#ask('save', this.#store.update(key, ending, version))
      if (answer === 'missing') return false
      if (answer === 'updated') {
        await this.#delete(key)
        return true
      }
      if (!isRecord((answer as { conflict?: unknown } | undefined)?.conflict)) throw unreadable()
      old = answer.conflict
      if (isTombstone(old) || !(await this.#bringAlong(succession, read, old, successor))) return false
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
    const next = { ...this.#successor(succession, data), version: version + 1 }
    if ((await this.#ask('save', this.#store.update(successor.key, next, version))) !== 'updated') return false
    successor.record = next
    return true
  }

  #successor({ keep, marks, cookieText, lifetime, createdAt }: Succession, data: string): SessionRecord {
    return {
      data: keep(data),
      attributes: writeAttributes(cookieText, marks),
      version: 1,
      createdAt,
      expiresAt: this.#deadlines.next(lifetime),
      userId: marks.userId,
    }
  }

  #keyOf(id: string): string {
    return this.#settings.storeKeyOf(id, 0)
  }

  #now(): number {
    return this.#settings.clock.now()
  }

  async #create(key: string, record: SessionRecord): Promise<boolean> {
    return this.#ask('save', this.#store.create(key, record))
  }

  async #delete(key: string): Promise<unknown> {
    return this.#ask('destroy', this.#store.delete(key))
  }

  #ask<T>(operation: string, answer: MaybePromise<T>): MaybePromise<T> {
    return withDeadline(answer, operation, this.#settings.storeTimeout, this.#settings.clock)
  }
}

/** The new record, as it stands. */
class Successor {
  readonly key: string
  record: SessionRecord

  constructor(key: string, record: SessionRecord) {
    this.key = key
    this.record = record
  }

  get bookmark(): RecordBookmark {
    return bookmarkOf(this.key, this.record)
  }
}
