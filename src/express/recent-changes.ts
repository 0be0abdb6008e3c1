/**
 * What this process did to the sessions of a callback store a moment ago. Such stores know no versions, so this is what keeps two requests of one
 * process from undoing each other: a late write is merged with the one before it, and a session that was ended stays ended.
 */
import type { Clock } from '../core/clock.js'
import { RecentlyEnded } from '../core/recently-ended.js'
import { isPending } from '../core/maybe-promise.js'
import type { MaybePromise } from '../core/record.js'
import { Turns } from '../core/turns.js'
import type { Store } from './store.js'

/** Longer than any request should run. What runs longer writes as if nobody else had. */
const horizon = 60_000

/** The most that is remembered of what was written, in characters. Beyond it the oldest is forgotten first. */
const memory = 8_000_000

/** Data that was written. `order` counts the changes of the store, so that before and after can be told within a millisecond. */
interface Write {
  readonly at: number
  readonly order: number
  readonly text: string
}

export class RecentChanges {
  /** Writes of one session go to the store one after the other: a pool of connections would otherwise decide their order. */
  readonly writes: Turns = new Turns()
  /** So do changes in one step, which read before they write. */
  readonly updates: Turns
  readonly #clock: Clock
  readonly #ended: RecentlyEnded
  readonly #written = new Map<string, Write>()
  #remembered = 0
  readonly #retiredUntil = new Map<string, number>()
  /** For each ID that is being written: the moment before. */
  readonly #underWay = new Map<string, number>()
  #order = 0

  constructor(clock: Clock, patience: number) {
    this.#clock = clock
    this.#ended = new RecentlyEnded(clock)
    this.updates = new Turns({ clock, milliseconds: patience })
  }

  /** This moment. */
  get order(): number {
    return this.#order
  }

  /**
   * The moment of what the store answers for this ID if it is asked now. A write that is on its way may not be in that answer: then it is the moment
   * before it.
   */
  readingOrder(id: string): number {
    return this.#underWay.get(id) ?? this.#order
  }

  /** The data that was written after `order`, if any was. */
  writtenSince(id: string, order: number): string | undefined {
    const write = this.#written.get(id)
    return write !== undefined && write.order > order ? write.text : undefined
  }

  hasEnded(id: string): boolean {
    return this.#ended.has(id)
  }

  /** Notes the data that `write` is about to store, and when it has arrived. */
  writing<Result>(id: string, text: string, write: () => MaybePromise<Result>): MaybePromise<Result> {
    this.#underWay.set(id, this.#order)
    this.#note(id, text)
    this.#ended.forget(id)
    const landed = (): void => {
      this.#underWay.delete(id)
    }
    let answer: MaybePromise<Result>
    try {
      answer = write()
    } catch (error) {
      landed()
      throw error
    }
    if (isPending(answer)) answer.then(landed, landed)
    else landed()
    return answer
  }

  noteEnded(id: string): void {
    this.#order += 1
    this.#forget(id)
    this.#ended.note(id)
  }

  /** The ID was given up for a new one: for some milliseconds whoever brings it is late, not new. */
  noteRetired(id: string, milliseconds: number): void {
    this.noteEnded(id)
    const now = this.#clock.now()
    for (const [other, until] of this.#retiredUntil) {
      if (until > now) break
      this.#retiredUntil.delete(other)
    }
    this.#retiredUntil.set(id, now + milliseconds)
  }

  forgetRetired(id: string): void {
    this.#retiredUntil.delete(id)
  }

  isRetired(id: string): boolean {
    const until = this.#retiredUntil.get(id)
    return until !== undefined && until > this.#clock.now()
  }

  #note(id: string, text: string): void {
    const at = this.#clock.now()
    this.#order += 1
    this.#forget(id)
    // In the order of their times, so that those to forget are the first.
    for (const [other, write] of this.#written) {
      if (write.at > at - horizon && this.#remembered + text.length <= memory) break
      this.#forget(other)
    }
    this.#written.set(id, { at, order: this.#order, text })
    this.#remembered += text.length
  }

  #forget(id: string): void {
    const write = this.#written.get(id)
    if (write === undefined) return
    this.#written.delete(id)
    this.#remembered -= write.text.length
  }
}

// One for each store, however many session layers share it.
const known = new WeakMap<Store, RecentChanges>()

export function recentChangesOf(store: Store, clock: Clock, patience: number): RecentChanges {
  let changes = known.get(store)
  if (changes === undefined) {
    changes = new RecentChanges(clock, patience)
    known.set(store, changes)
  }
  return changes
}
