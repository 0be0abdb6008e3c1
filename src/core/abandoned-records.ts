/**
 * Records that a store was given for a session that did not come about: a sign-in that failed half-way. Nobody holds their IDs, but in the
 * list of the user's sessions, and under a cap, they would count until they are over.
 */
import type { Clock } from './clock.js'
import { withDeadline } from './deadline.js'
import type { MaybePromise, SessionRecord, SessionStore } from './record.js'

export interface AbandonedRecordsSettings {
  readonly store: SessionStore
  readonly clock: Clock
  readonly storeTimeout: number
}

export interface Condition {
  /** Only if it is still that one: what another has stored under an ID that was made twice is not ours to delete. */
  readonly record?: SessionRecord | undefined
  /** Only if this says so. */
  readonly onlyIf?: (() => Promise<boolean>) | undefined
}

/** Milliseconds until the next try: what failed a moment ago may fail again, and for a while. */
const pauses = [1_000, 10_000, 60_000, 600_000]

export class AbandonedRecords {
  readonly #settings: AbandonedRecordsSettings

  constructor(settings: AbandonedRecordsSettings) {
    this.#settings = settings
  }

  /** Deletes the record, now or when the store can again. Nobody waits for it, and it does not keep the process alive. */
  delete(key: string, condition: Condition = {}): void {
    // A write that came to nothing in time may still arrive, so what came of it shows a little later.
    if (condition.onlyIf === undefined) void this.#try(key, condition, 0)
    else this.#tryAfter(key, condition, 1)
  }

  #tryAfter(key: string, condition: Condition, tries: number): void {
    const pause = pauses[tries]
    if (pause === undefined) return
    this.#settings.clock.after(pause, () => void this.#try(key, condition, tries + 1), 'background')
  }

  async #try(key: string, condition: Condition, tries: number): Promise<void> {
    const { record, onlyIf } = condition
    try {
      if (onlyIf !== undefined && !(await onlyIf())) return
      const left = await this.#read(key)
      // What another has stored under an ID that was made twice is not ours to delete.
      if (left !== undefined && (record === undefined || isSame(left, record))) {
        const { store, clock, storeTimeout } = this.#settings
        await withDeadline(store.delete(key), 'destroy', storeTimeout, clock)
      }
      // As above: one more look, a little later.
      if (left !== undefined || tries > 0) return
    } catch {
      // Tried again below.
    }
    this.#tryAfter(key, condition, tries)
  }

  #read(key: string): MaybePromise<SessionRecord | undefined> {
    const { store, clock, storeTimeout } = this.#settings
    return withDeadline(store.read(key, { fresh: true }), 'read', storeTimeout, clock)
  }
}

function isSame(one: SessionRecord, other: SessionRecord): boolean {
  return one.createdAt === other.createdAt && one.userId === other.userId && one.attributes === other.attributes
}
