/**
 * Records that a store was given for a session that did not come about: a sign-in that failed half-way. Nobody holds their IDs, but in the
 * list of the user's sessions, and under a cap, they would count until they are over.
 */
import type { Clock } from './clock.js'
import { withDeadline } from './deadline.js'
import type { SessionRecord, SessionStore } from './record.js'

export interface AbandonedRecordsSettings {
  readonly store: SessionStore
  readonly clock: Clock
  readonly storeTimeout: number
}

/** Milliseconds until the next try: what failed a moment ago may fail again, and for a while. */
const pauses = [1_000, 10_000, 60_000, 600_000]

export class AbandonedRecords {
  readonly #settings: AbandonedRecordsSettings

  constructor(settings: AbandonedRecordsSettings) {
    this.#settings = settings
  }

  /**
   * Deletes the record, now or when the store can again; with `record` only if it is still that one. Nobody waits for it, and it does not keep
   * the process alive.
   */
  delete(key: string, record?: SessionRecord): void {
    void this.#try(key, record, 0)
  }

  async #try(key: string, record: SessionRecord | undefined, tries: number): Promise<void> {
    const { store, clock, storeTimeout } = this.#settings
    try {
      const left = await withDeadline(store.read(key, { fresh: true }), 'read', storeTimeout, clock)
      // What another has stored under an ID that was made twice is not ours to delete.
      if (left !== undefined && (record === undefined || isSame(left, record))) {
        await withDeadline(store.delete(key), 'destroy', storeTimeout, clock)
      }
      // A write that came to nothing in time may still arrive: one more look, a little later.
      if (left !== undefined || tries > 0) return
    } catch {
      // Tried again below.
    }
    const pause = pauses[tries]
    if (pause !== undefined) clock.after(pause, () => void this.#try(key, record, tries + 1), 'background')
  }
}

function isSame(one: SessionRecord, other: SessionRecord): boolean {
  return one.createdAt === other.createdAt && one.userId === other.userId && one.attributes === other.attributes
}
