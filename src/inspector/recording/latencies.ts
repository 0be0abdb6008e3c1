/**
 * How long answers took: counts in steps that grow with the time they stand for, so that a microsecond and a minute are told within a tenth of
 * their value in memory that never grows.
 */
import type { Clock } from '../../core/clock.js'

const stepsPerDoubling = 8
// From a sixteenth of a microsecond to about a minute.
const offset = 4 * stepsPerDoubling
const steps = offset + 26 * stepsPerDoubling

export class Latencies {
  readonly #counts = new Uint32Array(steps)
  #count = 0

  get count(): number {
    return this.#count
  }

  add(milliseconds: number): void {
    const step = Math.round(Math.log2(Math.max(milliseconds, 1e-9) * 1000) * stepsPerDoubling) + offset
    this.#counts[Math.min(Math.max(step, 0), steps - 1)]! += 1
    this.#count += 1
  }

  addAll(other: Latencies): void {
    for (let step = 0; step < steps; step += 1) this.#counts[step]! += other.#counts[step]!
    this.#count += other.#count
  }

  clear(): void {
    this.#counts.fill(0)
    this.#count = 0
  }

  /** Milliseconds that this share of the answers did not exceed; `undefined` where there were none. */
  quantile(share: number): number | undefined {
    if (this.#count === 0) return undefined
    const rank = Math.max(1, Math.ceil(this.#count * share))
    let seen = 0
    let step = -1
    while (seen < rank) {
      step += 1
      seen += this.#counts[step]!
    }
    return 2 ** ((step - offset) / stepsPerDoubling) / 1000
  }
}

/** The latencies of a while, in columns of which the oldest is given up for the newest. */
export class RecentLatencies {
  readonly #clock: Clock
  readonly #columns: readonly Latencies[]
  readonly #columnMilliseconds: number
  #column: number

  constructor(clock: Clock, columns: number, columnSeconds: number) {
    this.#clock = clock
    this.#columns = Array.from({ length: columns }, () => new Latencies())
    this.#columnMilliseconds = columnSeconds * 1000
    this.#column = this.#now()
  }

  add(milliseconds: number): void {
    this.#advance()
    this.#columns[this.#column % this.#columns.length]!.add(milliseconds)
  }

  /** The newest so many columns as one. */
  recent(columns: number): Latencies {
    const together = new Latencies()
    for (const column of this.columns().slice(-columns)) together.addAll(column)
    return together
  }

  /** The oldest first. */
  columns(): readonly Latencies[] {
    this.#advance()
    const { length } = this.#columns
    return Array.from({ length }, (_, index) => this.#columns[(this.#column + 1 + index) % length]!)
  }

  #advance(): void {
    const now = this.#now()
    const passed = Math.min(now - this.#column, this.#columns.length)
    for (let step = 0; step < passed; step += 1) this.#columns[(now - step) % this.#columns.length]!.clear()
    if (passed > 0) this.#column = now
  }

  #now(): number {
    return Math.floor(this.#clock.now() / this.#columnMilliseconds)
  }
}
