/**
 * The latest of something: a list with a fixed number of places, in which the newest takes the place of the oldest.
 */

export class Latest<Item> {
  readonly #places: Item[] = []
  readonly #size: number
  #next = 0

  constructor(size: number) {
    this.#size = size
  }

  add(item: Item): void {
    this.#places[this.#next] = item
    this.#next = (this.#next + 1) % this.#size
  }

  /** The newest first. */
  *[Symbol.iterator](): Generator<Item> {
    const { length } = this.#places
    for (let step = 1; step <= length; step += 1) {
      yield this.#places[(this.#next - step + this.#size) % this.#size]!
    }
  }

  get length(): number {
    return this.#places.length
  }
}
