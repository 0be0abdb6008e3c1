/**
 * The IDs that a request has ended or given up for new ones.
 */
import { isPending } from '../core/maybe-promise.js'
import { storeFailed } from './tell.js'
import type { Visit } from './visit.js'

export class GivenUpIds {
  readonly #visit: Visit
  #ids: Set<unknown> | undefined
  #retiredId: string | undefined

  constructor(visit: Visit) {
    this.#visit = visit
  }

  has(id: unknown): boolean {
    return this.#ids?.has(id) === true
  }

  /** This ID is dead for the rest of the request: nothing may be saved under it any more. */
  noteEnded(id: string): void {
    this.#ids ??= new Set()
    this.#ids.add(id)
  }

  /** This ID is being given up for a new one. */
  noteRetired(id: string): void {
    this.noteEnded(id)
    this.#retiredId = id
    // A keeper of records retires in the same step in which it ends the session; for the others this is a note.
    const { keeper, recordKeeper } = this.#visit.layer
    if (recordKeeper === undefined) void keeper.retire(id)
  }

  /** The session goes on under another ID, and its keeper has ended this one. */
  noteReplaced(id: string): void {
    this.noteEnded(id)
    this.#retiredId = id
  }

  /** A genid may give an ID again, a constant one above all: what it is given to is a new session, and may be kept. */
  revive(id: string): void {
    this.#ids?.delete(id)
    if (this.#retiredId !== id) return
    this.forgetRetired()
    this.#retiredId = undefined
  }

  /** The visitor was never told the new ID, so a request with the old one is not late: it is all that he has. */
  forgetRetired(): void {
    if (this.#retiredId === undefined) return
    const failed = (error: unknown): void => storeFailed(this.#visit, 'destroy', error)
    try {
      const forgotten = this.#visit.layer.keeper.forgetRetired(this.#retiredId)
      if (isPending(forgotten)) forgotten.catch(failed)
    } catch (error) {
      failed(error)
    }
  }
}
