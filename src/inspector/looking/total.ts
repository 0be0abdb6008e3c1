/**
 * How many records the store has: asked for rarely where the answer takes long, because some engines have to walk through everything for it.
 */
import type { Sight } from './sight.js'

/** Each count is followed by this many times its own length of rest. */
const rest = 20
const leastRest = 1000

export class Total {
  readonly #sight: Sight
  readonly #measure: () => number
  #last: number | undefined
  #restUntil = -Infinity
  #underWay: Promise<number | undefined> | undefined

  /** `measure`: a stopwatch in milliseconds. */
  constructor(sight: Sight, measure: () => number) {
    this.#sight = sight
    this.#measure = measure
  }

  /** The last answer; `undefined` before the first. */
  get last(): number | undefined {
    return this.#last
  }

  /** A new answer, unless it has to rest. */
  async refresh(): Promise<number | undefined> {
    if (this.#sight.now < this.#restUntil) return this.#last
    this.#underWay ??= this.#count().finally(() => {
      this.#underWay = undefined
    })
    return this.#underWay
  }

  /** The next answer is a new one: much has changed. */
  forget(): void {
    this.#restUntil = -Infinity
  }

  async #count(): Promise<number | undefined> {
    const started = this.#measure()
    try {
      this.#last = await this.#sight.count()
      return this.#last
    } finally {
      this.#restUntil = this.#sight.now + Math.max(leastRest, (this.#measure() - started) * rest)
    }
  }
}
