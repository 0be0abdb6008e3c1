/**
 * What this process ended a moment ago, so that a response which is on its way already does not send the cookie of a session that is no more.
 */
import type { Clock } from './clock.js'

/** Longer than a response should be on its way. */
const memory = 60_000

export class RecentlyEnded {
  readonly #clock: Clock
  readonly #endedAt = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note(key: string): void {
    const now = this.#clock.now()
    // In the order of their times, so that those to forget are the first.
    for (const [other, endedAt] of this.#endedAt) {
      if (endedAt > now - memory) break
      this.#endedAt.delete(other)
    }
    this.#endedAt.delete(key)
    this.#endedAt.set(key, now)
  }

  has(key: string): boolean {
    const endedAt = this.#endedAt.get(key)
    return endedAt !== undefined && endedAt > this.#clock.now() - memory
  }

  /** A new session stands under this key. */
  forget(key: string): void {
    this.#endedAt.delete(key)
  }
}
