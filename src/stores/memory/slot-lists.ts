/**
 * The order of the slots: which are free, and which records were written or touched longest ago.
 */

import { grownInts, NONE } from './columns.js'

/** The lists. Each slot is in one of them at most. */
export const FREE = 0
export const ANONYMOUS = 1
export const SIGNED_IN = 2
const lists = 3

/** Doubly linked rings in two columns. The first nodes are the lists themselves, so a slot leaves without naming its list. */
export class SlotLists {
  #next: Int32Array = Int32Array.from({ length: lists }, (_, list) => list)
  #previous: Int32Array = Int32Array.from({ length: lists }, (_, list) => list)

  grow(capacity: number): void {
    this.#next = grownInts(this.#next, capacity + lists)
    this.#previous = grownInts(this.#previous, capacity + lists)
  }

  /** The slot that has been in `list` the longest, or `NONE`. */
  first(list: number): number {
    const node = this.#next[list]!
    return node === list ? NONE : node - lists
  }

  append(list: number, slot: number): void {
    const node = slot + lists
    const last = this.#previous[list]!
    this.#next[last] = node
    this.#previous[node] = last
    this.#next[node] = list
    this.#previous[list] = node
  }

  remove(slot: number): void {
    const node = slot + lists
    const next = this.#next[node]!
    const previous = this.#previous[node]!
    this.#next[previous] = next
    this.#previous[next] = previous
  }
}
