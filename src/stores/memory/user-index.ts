/**
 * Which records belong to a user: a table that finds the user's first record, and a chain from there.
 */

import { grownInts, NONE } from './columns.js'
import { hashOf } from './hash.js'
import type { Identifier } from './identifier.js'
import { SlotTable } from './slot-table.js'

/** Its columns take twelve bytes a slot, and none at all before the first record with a user. */
export class UserIndex {
  readonly #heads = new SlotTable()
  #next: Int32Array = new Int32Array(0)
  #previous: Int32Array = new Int32Array(0)
  #capacity = 0

  grow(capacity: number): void {
    this.#capacity = capacity
    if (this.#next.length > 0) this.#growColumns()
  }

  /** The first record of `user`, or `NONE`. `matches` tells whether a slot's record is that user's. */
  first(user: Identifier, matches: (slot: number) => boolean): number {
    return this.#next.length === 0 ? NONE : this.#heads.find(hashOf(user), matches)
  }

  next(slot: number): number {
    return this.#next[slot]!
  }

  add(slot: number, user: Identifier, matches: (slot: number) => boolean): void {
    if (this.#next.length === 0) this.#growColumns()
    const hash = hashOf(user)
    const head = this.#heads.find(hash, matches)
    if (head === NONE) {
      this.#heads.insert(slot, hash)
      this.#previous[slot] = NONE
      this.#link(slot, NONE)
    } else {
      this.#link(slot, this.#next[head]!)
      this.#link(head, slot)
    }
  }

  remove(slot: number): void {
    const next = this.#next[slot]!
    const previous = this.#previous[slot]!
    if (previous !== NONE) this.#link(previous, next)
    else if (next === NONE) this.#heads.remove(slot)
    else {
      this.#heads.succeed(slot, next)
      this.#previous[next] = NONE
    }
  }

  #link(slot: number, next: number): void {
    this.#next[slot] = next
    if (next !== NONE) this.#previous[next] = slot
  }

  #growColumns(): void {
    this.#heads.grow(this.#capacity)
    this.#next = grownInts(this.#next, this.#capacity)
    this.#previous = grownInts(this.#previous, this.#capacity)
  }
}
