/**
 * When each record is over, and which of them already are, without a timer and without an index to keep in order.
 *
 * For each block of slots a lower bound of its deadlines is kept. A touch leaves it too low, which costs one look at the block
 * when that time comes and sets it right; a block whose bound lies ahead is passed over.
 */

import { NONE } from './columns.js'

const blockSize = 512

export class Deadlines {
  #deadlines = new Float64Array(0)
  #bounds = new Float64Array(0)
  /** A lower bound of all bounds. */
  #earliest = Infinity
  /** The block where the last search ended. */
  #block = 0

  grow(capacity: number): void {
    const deadlines = new Float64Array(capacity).fill(Infinity, this.#deadlines.length)
    deadlines.set(this.#deadlines)
    this.#deadlines = deadlines
    const bounds = new Float64Array(Math.ceil(capacity / blockSize)).fill(Infinity, this.#bounds.length)
    bounds.set(this.#bounds)
    this.#bounds = bounds
  }

  get(slot: number): number {
    return this.#deadlines[slot]!
  }

  set(slot: number, expiresAt: number): void {
    this.#deadlines[slot] = expiresAt
    const block = Math.trunc(slot / blockSize)
    if (expiresAt < this.#bounds[block]!) this.#bounds[block] = expiresAt
    if (expiresAt < this.#earliest) this.#earliest = expiresAt
  }

  clear(slot: number): void {
    this.#deadlines[slot] = Infinity
  }

  /** A slot whose deadline is `now` or earlier, or `NONE` if there is none. */
  expired(now: number): number {
    if (now < this.#earliest) return NONE
    const bounds = this.#bounds
    let earliest = Infinity
    for (let step = 0; step < bounds.length; step += 1) {
      const block = (this.#block + step) % bounds.length
      if (bounds[block]! <= now) {
        const slot = this.#expiredIn(block, now)
        if (slot !== NONE) {
          this.#block = block
          return slot
        }
      }
      if (bounds[block]! < earliest) earliest = bounds[block]!
    }
    this.#earliest = earliest
    return NONE
  }

  #expiredIn(block: number, now: number): number {
    const deadlines = this.#deadlines
    const end = Math.min(deadlines.length, (block + 1) * blockSize)
    let bound = Infinity
    for (let slot = block * blockSize; slot < end; slot += 1) {
      const deadline = deadlines[slot]!
      if (deadline <= now) return slot
      if (deadline < bound) bound = deadline
    }
    this.#bounds[block] = bound
    return NONE
  }
}
