/**
 * When sessions end, by one clock: the idle and the absolute limit, and how far a written deadline may drift.
 */
import type { Clock } from './clock.js'
import type { SessionRecord } from './record.js'

/** How long sessions live. All in milliseconds. */
export interface Lifetimes {
  /** Without a request, for sessions that have no lifetime of their own. */
  readonly idle: number
  /** From creation on, whatever happens. `undefined`: no such limit. */
  readonly absolute: number | undefined
  /** How far a deadline may drift before it is written again. `undefined`: a tenth of the lifetime, a minute at most. */
  readonly touchWindow: number | undefined
}

/** When a session began, was last seen, and ends. Epoch milliseconds. */
export interface SessionTimes {
  readonly userId: string | undefined
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly expiresAt: number
}

const longestWindow = 60_000

export class Deadlines {
  readonly #lifetimes: Lifetimes
  readonly #clock: Clock

  constructor(lifetimes: Lifetimes, clock: Clock) {
    this.#lifetimes = lifetimes
    this.#clock = clock
  }

  /**
   * The deadline to write for a session that is seen now. It lies a window later than the lifetime says, because it is only written
   * again once it has drifted that far: a session in use never ends early, and one out of use ends at most a window late.
   */
  next(lifetime: number | undefined): number {
    return this.#clock.now() + this.#idle(lifetime) + this.#window(lifetime)
  }

  /** Has the deadline that is written drifted so far that it should be written again? */
  hasDrifted(written: number, lifetime: number | undefined): boolean {
    return Math.abs(this.next(lifetime) - written) >= this.#window(lifetime)
  }

  /** Which limit a record is past at this moment. Both are inclusive: at its deadline a session is over. */
  passed(record: SessionRecord): 'idle' | 'absolute' | undefined {
    const now = this.#clock.now()
    const { absolute } = this.#lifetimes
    // Asked so that a clock or a record that holds no number lets nobody in.
    if (absolute !== undefined && !(now < record.createdAt + absolute)) return 'absolute'
    return now < record.expiresAt ? undefined : 'idle'
  }

  /** The times of a kept session. `lifetime`: its own, where it has one. */
  timesOf(record: SessionRecord, lifetime: number | undefined): SessionTimes {
    const { createdAt, expiresAt, userId } = record
    const lastSeenAt = Math.max(createdAt, expiresAt - this.#idle(lifetime) - this.#window(lifetime))
    return { userId, createdAt, lastSeenAt, expiresAt: this.#capped(expiresAt, createdAt) }
  }

  /** The times of a session that is not kept yet. */
  timesOfNew(createdAt: number | undefined, lifetime: number | undefined): SessionTimes {
    const now = this.#clock.now()
    const beganAt = createdAt ?? now
    return {
      userId: undefined,
      createdAt: beganAt,
      lastSeenAt: now,
      expiresAt: this.#capped(now + this.#idle(lifetime), beganAt),
    }
  }

  #capped(expiresAt: number, createdAt: number): number {
    const { absolute } = this.#lifetimes
    return absolute === undefined ? expiresAt : Math.min(expiresAt, createdAt + absolute)
  }

  #idle(lifetime: number | undefined): number {
    return lifetime ?? this.#lifetimes.idle
  }

  #window(lifetime: number | undefined): number {
    return this.#lifetimes.touchWindow ?? Math.min(Math.floor(this.#idle(lifetime) / 10), longestWindow)
  }
}
