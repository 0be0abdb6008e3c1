/**
 * When sessions end, by one clock: the idle and the absolute limit, and how far a written deadline may drift.
 */
import type { Clock } from './clock.js'
import { noMarks, type SessionMarks } from './marks.js'
import type { SessionRecord } from './record.js'

/** How long sessions live. All in milliseconds. */
export interface Lifetimes {
  /** Without a request, for sessions that have no lifetime of their own. */
  readonly idle: number
  /** From sign-in on, or from creation where nobody signed in, whatever happens. `undefined`: no such limit. */
  readonly absolute: number | undefined
  /** How far a deadline may drift before it is written again. `undefined`: a tenth of the lifetime, a minute at most. */
  readonly touchWindow: number | undefined
  /** What no session may exceed, whatever it says of itself. Default: no such limits. */
  readonly longest?: { readonly idle: number; readonly absolute: number } | undefined
}

/** When a session began, was last seen, and ends. Epoch milliseconds. */
export interface SessionTimes {
  readonly userId: string | undefined
  readonly createdAt: number
  readonly lastSeenAt: number
  /** When it ends if no request comes: the nearer of both limits. */
  readonly expiresAt: number
  /** When it ends whatever comes. */
  readonly absoluteExpiresAt: number | undefined
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
   * again once it has drifted that far: a session in use never ends early, and one out of use ends at most a window late. Where a limit must
   * not be exceeded it is the other way round.
   */
  next(lifetime: number | undefined): number {
    return this.#clock.now() + this.#span(lifetime)
  }

  /** How much later than the lifetime says a session ends at most. What remembers its ID must do so for as long. */
  slack(lifetime: number | undefined): number {
    return this.#span(lifetime) - this.#idle(lifetime)
  }

  /** Has the deadline that is written drifted so far that it should be written again? */
  hasDrifted(written: number, lifetime: number | undefined): boolean {
    return Math.abs(this.next(lifetime) - written) >= this.#window(lifetime)
  }

  /** Which limit a record is past at this moment. Both are inclusive: at its deadline a session is over. */
  passed(record: SessionRecord, marks: SessionMarks): 'idle' | 'absolute' | undefined {
    const now = this.#clock.now()
    const end = this.#end(record.createdAt, marks)
    // Asked so that a clock or a record that holds no number lets nobody in.
    if (end !== undefined && !(now < end)) return 'absolute'
    return now < record.expiresAt ? undefined : 'idle'
  }

  /** The times of a kept session. `lifetime`: its own, where it has one. */
  timesOf(record: SessionRecord, lifetime: number | undefined, marks: SessionMarks): SessionTimes {
    const { createdAt, expiresAt, userId } = record
    const lastSeenAt = Math.max(createdAt, expiresAt - this.#span(lifetime))
    return { userId, createdAt, lastSeenAt, ...this.#ends(expiresAt, createdAt, marks) }
  }

  /** The times of a session that is not kept yet. */
  timesOfNew(createdAt: number | undefined, lifetime: number | undefined): SessionTimes {
    const now = this.#clock.now()
    const beganAt = createdAt ?? now
    const ends = this.#ends(now + this.#idle(lifetime), beganAt, noMarks)
    return { userId: undefined, createdAt: beganAt, lastSeenAt: now, ...ends }
  }

  #ends(
    expiresAt: number,
    createdAt: number,
    marks: SessionMarks,
  ): Pick<SessionTimes, 'expiresAt' | 'absoluteExpiresAt'> {
    const end = this.#end(createdAt, marks)
    return { expiresAt: Math.min(expiresAt, end ?? Infinity), absoluteExpiresAt: end }
  }

  /** The absolute limit. Counted from the last proof of who the user is, so that whoever signs in again begins anew. */
  #end(createdAt: number, { absolute = this.#lifetimes.absolute, authenticatedAt }: SessionMarks): number | undefined {
    if (absolute === undefined) return undefined
    return (authenticatedAt ?? createdAt) + Math.min(absolute, this.#lifetimes.longest?.absolute ?? Infinity)
  }

  #idle(lifetime: number | undefined): number {
    return Math.min(lifetime ?? this.#lifetimes.idle, this.#longestIdle)
  }

  /** From a request to the deadline that it writes. */
  #span(lifetime: number | undefined): number {
    return Math.min(this.#idle(lifetime) + this.#window(lifetime), this.#longestIdle)
  }

  get #longestIdle(): number {
    return this.#lifetimes.longest?.idle ?? Infinity
  }

  #window(lifetime: number | undefined): number {
    return this.#lifetimes.touchWindow ?? Math.min(Math.floor(this.#idle(lifetime) / 10), longestWindow)
  }
}
