/**
 * Finds slots by hash: open addressing with linear probing, four bytes a place, and no tombstones.
 */

import { grownInts, NONE } from './columns.js'

const smallest = 1024

export class SlotTable {
  /** Slots, or `NONE` in an empty place. */
  #places: Int32Array = new Int32Array(smallest).fill(NONE)
  #mask = smallest - 1
  #count = 0
  /** The hash of each slot that is in the table: spares a look at the bytes, and lets the table grow without them. */
  #hashes: Int32Array = new Int32Array(0)

  grow(capacity: number): void {
    this.#hashes = grownInts(this.#hashes, capacity)
  }

  /** The slot under `hash` that `matches`, or `NONE`. */
  find(hash: number, matches: (slot: number) => boolean): number {
    const places = this.#places
    const mask = this.#mask
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const slot = places[place]!
      if (slot === NONE || (this.#hashes[slot] === hash && matches(slot))) return slot
    }
  }

  insert(slot: number, hash: number): void {
    // Three places in four taken at most: beyond that, runs of taken places get long.
    if ((this.#count + 1) * 4 > this.#places.length * 3) this.#double()
    this.#hashes[slot] = hash
    this.#count += 1
    this.#put(slot)
  }

  remove(slot: number): void {
    this.#count -= 1
    const places = this.#places
    const mask = this.#mask
    let hole = this.#placeOf(slot)
    // Pulls back whatever probed past the hole, so that no search ends there too early.
    for (let place = (hole + 1) & mask; places[place] !== NONE; place = (place + 1) & mask) {
      const home = this.#hashes[places[place]!]! & mask
      if (((place - home) & mask) < ((place - hole) & mask)) continue
      places[hole] = places[place]!
      hole = place
    }
    places[hole] = NONE
  }

  /** Lets `successor` stand where `slot` stands. */
  succeed(slot: number, successor: number): void {
    this.#hashes[successor] = this.#hashes[slot]!
    this.#places[this.#placeOf(slot)] = successor
  }

  #placeOf(slot: number): number {
    let place = this.#hashes[slot]! & this.#mask
    while (this.#places[place] !== slot) place = (place + 1) & this.#mask
    return place
  }

  #put(slot: number): void {
    let place = this.#hashes[slot]! & this.#mask
    while (this.#places[place] !== NONE) place = (place + 1) & this.#mask
    this.#places[place] = slot
  }

  #double(): void {
    const before = this.#places
    this.#places = new Int32Array(before.length * 2).fill(NONE)
    this.#mask = this.#places.length - 1
    for (const slot of before) {
      if (slot !== NONE) this.#put(slot)
    }
  }
}
