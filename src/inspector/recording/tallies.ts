/**
 * Counts by the second, for the last half hour, in memory that never grows.
 */
import type { Clock } from '../../core/clock.js'

/** How far back one can look, in seconds: half an hour, and the column that began before it. */
const horizon = 1800 + 60

export class Tallies<Name extends string> {
  readonly #clock: Clock
  /** One place for each second, used again when its second is too long ago. */
  readonly #rings: Readonly<Record<Name, Uint32Array>>
  readonly #totals: Record<Name, number>
  /** The second that was counted in last. */
  #second: number

  constructor(names: readonly Name[], clock: Clock) {
    this.#clock = clock
    this.#rings = Object.fromEntries(names.map((name) => [name, new Uint32Array(horizon)])) as Record<Name, Uint32Array>
    this.#totals = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
    this.#second = this.#now()
  }

  add(name: Name): void {
    this.#advance()
    this.#rings[name][this.#second % horizon]! += 1
    this.#totals[name] += 1
  }

  /** Since counting began. */
  total(name: Name): number {
    return this.#totals[name]
  }

  /** Within the last so many seconds, this one included. */
  recent(name: Name, seconds: number): number {
    this.#advance()
    return this.#sum(name, this.#second - seconds + 1, this.#second)
  }

  /** So many columns of so many seconds, the oldest first. They begin at round times, so that they stay what they are. */
  columns(name: Name, columns: number, seconds: number): readonly number[] {
    this.#advance()
    const last = Math.floor(this.#second / seconds)
    return Array.from({ length: columns }, (_, index) => {
      const first = (last - columns + 1 + index) * seconds
      return this.#sum(name, first, Math.min(first + seconds - 1, this.#second))
    })
  }

  #sum(name: Name, from: number, to: number): number {
    let sum = 0
    for (let second = from; second <= to; second += 1) sum += this.#rings[name][second % horizon]!
    return sum
  }

  /** Empties the places of the seconds that have passed since. */
  #advance(): void {
    const now = this.#now()
    if (now <= this.#second) return
    const passed = Math.min(now - this.#second, horizon)
    for (const ring of Object.values<Uint32Array>(this.#rings)) {
      for (let step = 0; step < passed; step += 1) ring[(now - step) % horizon] = 0
    }
    this.#second = now
  }

  #now(): number {
    return Math.floor(this.#clock.now() / 1000)
  }
}
