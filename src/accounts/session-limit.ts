/**
 * The most sessions that one user has at a time, also when many sign-ins arrive at once.
 */
import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import { withDeadline } from '../core/deadline.js'
import { SessionOptionError, type SessionError } from '../core/errors.js'
import type { SessionGround } from '../core/request-sessions.js'
import type { KeptRecord } from '../core/record.js'
import { refusal } from './refusal.js'
import type { Revocations } from './revocations.js'
import type { UserLedger, UserState } from './user-ledger.js'

export interface SessionLimit {
  readonly max: number
  readonly whenReached: 'reject' | 'evict-oldest'
}

/** The option `maxSessionsPerUser`. */
export function readLimit(option: unknown): SessionLimit | undefined {
  if (option === undefined) return undefined
  const { max, whenReached = 'evict-oldest' } = (
    typeof option === 'object' && option !== null ? option : { max: option }
  ) as { max?: unknown; whenReached?: unknown }
  if (Number.isInteger(max) && (max as number) >= 1 && (whenReached === 'reject' || whenReached === 'evict-oldest')) {
    return { max: max as number, whenReached }
  }
  throw new SessionOptionError(
    `maxSessionsPerUser must be a whole number from 1 on, or { max, whenReached: 'evict-oldest' | 'reject' }, and not ${inspect(option)}`,
  )
}

/** How long a place is kept for a sign-in that is under way. */
const reservation = 30_000
/** Until who waits for a place looks again. */
const longestPause = 40

/**
 * Places for sessions. Each sign-in takes one in the user's ledger before its session is stored, and gives it back afterwards, when the session itself
 * counts: so there are never more sessions than places, whatever runs at the same time.
 */
export class SessionPlaces {
  readonly #ground: SessionGround
  readonly #ledger: UserLedger
  readonly #limit: SessionLimit
  readonly #revocations: Revocations

  constructor(ground: SessionGround, ledger: UserLedger, limit: SessionLimit, revocations: Revocations) {
    this.#ground = ground
    this.#ledger = ledger
    this.#limit = limit
    this.#revocations = revocations
  }

  /** Takes a place for the session under `key`, which takes that of `replaced`. Throws ERR_SESSION_LIMIT when there is none to be had. */
  async take(userId: string, key: string, replaced: string): Promise<void> {
    const { clock } = this.#ground
    // By then every place that was kept when this one began to wait is free.
    const giveUpAt = clock.now() + reservation
    for (;;) {
      const evicted = await this.#ledger.change(userId, (state) => this.#placed(userId, key, replaced, state))
      if (evicted !== undefined) {
        for (const session of evicted) await this.#revocations.end(session, 'limit')
        return
      }
      if (clock.now() > giveUpAt) throw limitReached(this.#limit.max)
      await new Promise<void>((resolve) => {
        clock.after(Math.random() * longestPause, resolve)
      })
    }
  }

  /** The page with a place for `key`, and the sessions that have to go for it; neither while all places are kept for sign-ins under way. */
  async #placed(
    userId: string,
    key: string,
    replaced: string,
    state: UserState,
  ): Promise<{ state: UserState | undefined; result: readonly KeptRecord[] | undefined }> {
    const { max, whenReached } = this.#limit
    const now = this.#ground.clock.now()
    const all = await this.living(userId)
    const living = all.filter((session) => session.key !== replaced)
    const counted = new Set(living.map((session) => placeOf(session.key)))
    const kept = Object.entries(state.reserved).filter(([, until]) => Math.abs(until) > now)
    // One whose session is there already counts as that.
    const waiting = kept.filter(([place, until]) => until > now && !counted.has(place))
    const surplus = Math.max(0, living.length + waiting.length + 1 - max)
    // Who has a place already does not need another, also where there are too many since the limit was made lower.
    const hasOne = all.length > living.length && waiting.length === 0
    if (surplus > 0 && whenReached === 'reject' && !hasOne) throw limitReached(max)
    // A sign-in that is under way is younger than any session. It is let through first, and then its session is the one that goes.
    if (surplus > living.length) return { state: undefined, result: undefined }
    // The oldest go first.
    const evicted = whenReached === 'reject' ? [] : living.slice(living.length - surplus)
    const reserved = Object.fromEntries([...kept, [placeOf(key), now + reservation]])
    // A sign-in that is not quite through has no place any more when its session goes.
    for (const place of evicted.map((session) => placeOf(session.key))) {
      if (Object.hasOwn(reserved, place)) reserved[place] = -Math.abs(reserved[place]!)
    }
    return { state: { ...state, reserved }, result: evicted }
  }

  /** Has the sign-in taken so long that its place was given to another? */
  isLost(state: UserState, key: string): boolean {
    return !Object.hasOwn(state.reserved, placeOf(key))
  }

  async giveBack(userId: string, key: string): Promise<void> {
    const place = placeOf(key)
    await this.#ledger.change(userId, (state) => {
      if (!Object.hasOwn(state.reserved, place)) return { state: undefined, result: undefined }
      const { [place]: _, ...reserved } = state.reserved
      return { state: { ...state, reserved }, result: undefined }
    })
  }

  /** For sessions that sign in by the app's own data, which nobody announces: the oldest beyond the limit are ended when one has come. */
  async trim(userId: string): Promise<void> {
    const living = await this.living(userId)
    for (const session of living.slice(this.#limit.max)) await this.#revocations.end(session, 'limit')
  }

  /** The user's sessions, youngest first; in one order for everybody, so that two who count at once end the same ones. */
  async living(userId: string): Promise<readonly KeptRecord[]> {
    const { store, keeper, clock, storeTimeout } = this.#ground
    const kept = await withDeadline(store.listByUser(userId), 'list', storeTimeout, clock)
    return [...keeper.living(kept)].sort(
      (one, other) => other.record.createdAt - one.record.createdAt || (one.key < other.key ? -1 : 1),
    )
  }
}

// A hash, because where records stand under the ID the key is the ID.
function placeOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 22)
}

function limitReached(max: number): SessionError {
  return refusal(
    'ERR_SESSION_LIMIT',
    403,
    `the user has ${max} sessions already, and maxSessionsPerUser allows no more; let the user end one first, or set whenReached: 'evict-oldest'`,
  )
}
