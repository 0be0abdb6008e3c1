/**
 * The record of a session under its new ID: what goes into it, and what is brought along that other requests write to the old one meanwhile.
 */
import { settle } from './conflicts.js'
import { withDeadline } from './deadline.js'
import type { Deadlines } from './deadlines.js'
import { mergeAttributes, writeAttributes, type SessionMarks } from './marks.js'
import { withPredecessor } from './predecessors.js'
import type { MaybePromise, SessionRecord } from './record.js'
import { bookmarkOf, type RecordBookmark } from './record-bookmark.js'
import type { RetiredIdsSettings } from './retired-ids.js'

/** What a session takes along to its new ID. */
export interface SuccessorDraft {
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

export class Successor {
  readonly key: string
  /** As it stands in the store, once it was created. */
  record: SessionRecord
  /** The old session may have ended for this one, so it must not be given up. */
  isNeeded = false
  readonly #draft: SuccessorDraft
  readonly #deadlines: Deadlines
  readonly #settings: RetiredIdsSettings

  constructor(key: string, draft: SuccessorDraft, deadlines: Deadlines, settings: RetiredIdsSettings) {
    this.key = key
    this.#draft = draft
    this.#deadlines = deadlines
    this.#settings = settings
    this.record = this.#firstRecord()
  }

  get bookmark(): RecordBookmark {
    return bookmarkOf(this.key, this.record)
  }

  get kind(): SuccessorDraft['kind'] {
    return this.#draft.kind
  }

  /** `false` where a session has the ID already. */
  create(): Promise<boolean> {
    return this.#ask(this.#settings.store.create(this.key, this.record))
  }

  /** Writes to the new record what another request has written to the old one. `false` when the new one was ended, too. */
  async bringAlong(old: SessionRecord): Promise<boolean> {
    const { read, data, keep } = this.#draft
    if (read === undefined) return true
    const { version } = this.record
    const merged = settle('merge', read.base, data, old.data)
    const next = { ...this.#nextRecord(read, old), data: keep(merged.data), version: version + 1 }
    if ((await this.#ask(this.#settings.store.update(this.key, next, version))) !== 'updated') return false
    this.record = next
    return true
  }

  #firstRecord(): SessionRecord {
    const { keep, data, marks, cookieText, lifetime, createdAt, read } = this.#draft
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
  #nextRecord(read: RecordBookmark, old: SessionRecord): SessionRecord {
    const first = this.#firstRecord()
    const { kind, marks, cookieText } = this.#draft
    if (kind === 'sign-in') return first
    const base = read.record
    const attributes = mergeAttributes(base.attributes, writeAttributes(cookieText, marks), old.attributes)
    return {
      ...first,
      attributes: withPredecessor(attributes, read.key),
      userId: marks.userId === base.userId ? old.userId : marks.userId,
      expiresAt: Math.max(first.expiresAt, old.expiresAt),
    }
  }

  async #ask<T>(answer: MaybePromise<T>): Promise<T> {
    return withDeadline(answer, 'save', this.#settings.storeTimeout, this.#settings.clock)
  }
}
