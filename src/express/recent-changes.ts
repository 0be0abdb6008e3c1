/**
 * What this process did to the sessions of a callback store a moment ago. Such stores know no versions, so this is what keeps two requests of one
 * process from undoing each other: a late write is merged with the one before it, and a session that was ended stays ended.
 */
import type { Clock } from '../core/clock.js'
import { isPending } from '../core/maybe-promise.js'
import type { MaybePromise } from '../core/record.js'
import { Turns } from '../core/turns.js'
import type { Store } from './store.js'

/** Longer than any request should run. What runs longer writes as if nobody else had. */
const horizon = 60_000

interface Change {
  readonly at: number
  /** Counts the changes of the store, so that before and after can be told within a millisecond. */
  readonly order: number
  /** The data that was written; `undefined` when the session was ended. */
  readonly text: string | undefined
}

export class RecentChanges {
  /** Writes of one session go to the store one after the other: a pool of connections would otherwise decide their order. */
  readonly writes: Turns = new Turns()
  /** So do changes in one step, which read before they write. */
  readonly updates: Turns
  readonly #clock: Clock
  readonly #changes = new Map<string, Change>()
  readonly #retiredUntil = new Map<string, number>()
  /** For each ID that is being written: the moment before. */
  readonly #underWay = new Map<string, number>()
  #order = 0

  constructor(clock: Clock, patience: number) {
    this.#clock = clock
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
    const change = this.#changes.get(id)
    return change !== undefined && change.order > order ? change.text : undefined
  }

  hasEnded(id: string): boolean {
    const change = this.#changes.get(id)
    return change !== undefined && change.text === undefined && change.at > this.#clock.now() - horizon
  }

  /** Notes the data that `write` is about to store, and when it has arrived. */
  writing<Result>(id: string, text: string, write: () => MaybePromise<Result>): MaybePromise<Result> {
    this.#underWay.set(id, this.#order)
    this.#note(id, text)
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
    this.#note(id, undefined)
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

  #note(id: string, text: string | undefined): void {
    const at = this.#clock.now()
    // In the order of their times, so that those to forget are the first.
    for (const [other, change] of this.#changes) {
      if (change.at > at - horizon) break
      this.#changes.delete(other)
    }
    this.#order += 1
    this.#changes.delete(id)
    this.#changes.set(id, { at, order: this.#order, text })
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
