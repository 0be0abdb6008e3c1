/**
 * Records that were read a moment ago, kept in this process for the requests that come next.
 *
 * The server says over the same connection, in its place among the answers, that a key which was read there has changed. So a record
 * is right for as long as its connection stands and nothing was said of its key. What is kept nevertheless goes after seconds: a
 * server that hangs says nothing, and a connection that is broken somewhere on its way looks like a quiet one.
 */

import type { Clock } from '../../core/clock.js'
import type { MaybePromise, SessionRecord } from '../../core/record.js'
import type { Tracking } from './engine.js'

export interface NearCacheSettings {
  /** In milliseconds. */
  readonly maxAge: number
  readonly maxEntries: number
}

interface Entry {
  readonly record: SessionRecord
  /** When the server was asked for it. It was read then or later. */
  readonly askedAt: number
}

export class NearCache {
  readonly #tracking: Tracking
  readonly #settings: NearCacheSettings
  readonly #clock: Clock
  readonly #stopListening: () => void
  /** The one that was used last comes last. */
  readonly #entries = new Map<string, Entry>()
  /** The newest read of each key that is under way, for as long as nothing speaks against keeping its answer. */
  readonly #reads = new Map<string, object>()
  /** How many writes of each key are under way. */
  readonly #writes = new Map<string, number>()
  #connection: number | undefined

  constructor(tracking: Tracking, settings: NearCacheSettings, clock: Clock) {
    this.#tracking = tracking
    this.#settings = settings
    this.#clock = clock
    this.#stopListening = tracking.listen((id) => {
      if (id === undefined) this.#dropAll()
      else this.#drop(id)
    })
  }

  /** What is kept of it, or what `ask` answers, which is kept if it may be. */
  read(id: string, ask: () => Promise<SessionRecord | undefined>): MaybePromise<SessionRecord | undefined> {
    this.#lookAtConnection()
    const now = this.#clock.now()
    const entry = this.#entries.get(id)
    if (entry === undefined) return this.#readAndKeep(id, now, ask)
    this.#entries.delete(id)
    if (!this.#isGood(entry, now)) return this.#readAndKeep(id, now, ask)
    this.#entries.set(id, entry)
    return { ...entry.record }
  }

  /**
   * While `work` changes these, nothing of them is kept. A read that was asked for after the change is not always answered after it:
   * a script that the server does not know is sent a second time.
   */
  async changing<T>(ids: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const id of ids) {
      this.#drop(id)
      this.#writes.set(id, (this.#writes.get(id) ?? 0) + 1)
    }
    try {
      return await work()
    } finally {
      for (const id of ids) {
        const left = this.#writes.get(id)! - 1
        if (left === 0) this.#writes.delete(id)
        else this.#writes.set(id, left)
      }
    }
  }

  close(): void {
    this.#stopListening()
    this.#dropAll()
  }

  async #readAndKeep(
    id: string,
    askedAt: number,
    ask: () => Promise<SessionRecord | undefined>,
  ): Promise<SessionRecord | undefined> {
    if (this.#writes.has(id)) return ask()
    const read = {}
    this.#reads.set(id, read)
    let record: SessionRecord | undefined
    try {
      record = await ask()
      return record
    } finally {
      if (this.#reads.get(id) === read) {
        this.#reads.delete(id)
        if (record !== undefined) this.#keep(id, { record: { ...record }, askedAt })
      }
    }
  }

  #keep(id: string, entry: Entry): void {
    this.#entries.delete(id)
    this.#entries.set(id, entry)
    const now = this.#clock.now()
    for (const [oldest, { askedAt }] of this.#entries) {
      if (this.#entries.size <= this.#settings.maxEntries && this.#isYoung(askedAt, now)) break
      this.#entries.delete(oldest)
    }
  }

  #isGood({ record, askedAt }: Entry, now: number): boolean {
    return this.#isYoung(askedAt, now) && now < record.expiresAt
  }

  /** A clock that was set back makes nothing younger than it is. */
  #isYoung(askedAt: number, now: number): boolean {
    return askedAt <= now && now < askedAt + this.#settings.maxAge
  }

  /**
   * What was read over another connection is worth nothing: nobody says any more what becomes of it. An answer that comes over a new
   * one to what was asked before goes with the rest, at the next look.
   */
  #lookAtConnection(): void {
    const connection = this.#tracking.connection()
    if (connection === this.#connection) return
    this.#dropAll()
    this.#connection = connection
  }

  #drop(id: string): void {
    this.#entries.delete(id)
    this.#reads.delete(id)
  }

  #dropAll(): void {
    this.#entries.clear()
    this.#reads.clear()
  }
}
