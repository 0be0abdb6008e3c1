/**
 * The most sessions that one user has at a time, also when many sign-ins arrive at once.
 */
import { inspect } from 'node:util'
import { SessionError, SessionOptionError } from '../core/errors.js'
import type { SessionGround } from '../core/request-sessions.js'
import type { KeptRecord } from '../core/record.js'
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
    const { max, whenReached } = this.#limit
    const evicted = await this.#ledger.change(userId, async (state) => {
      const now = this.#ground.clock.now()
      const living = (await this.living(userId)).filter((session) => session.key !== replaced)
      const under = new Set(living.map((session) => session.key))
      const waiting = Object.entries(state.reserved).filter(([other, until]) => until > now && !under.has(other))
      const surplus = living.length + waiting.length + 1 - max
      if (surplus > 0 && whenReached === 'reject') throw limitReached(max)
      // The oldest go first. A sign-in that is still under way is younger than any session, and finds its place gone only when all those are.
      const ending = living.slice(Math.max(0, living.length - Math.max(0, surplus)))
      const staying = waiting.slice(Math.max(0, surplus - living.length))
      const reserved = Object.fromEntries([...staying, [key, now + reservation]])
      return { state: { ...state, reserved }, result: ending }
    })
    for (const session of evicted) await this.#revocations.end(session, 'limit')
  }

  /** Was the place given to a younger sign-in in the meantime? */
  isLost(state: UserState, key: string): boolean {
    return !Object.hasOwn(state.reserved, key)
  }

  async giveBack(userId: string, key: string): Promise<void> {
    await this.#ledger.change(userId, (state) => {
      const { [key]: _, ...reserved } = state.reserved
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
    const { store, keeper } = this.#ground
    const kept = (await store.listByUser(userId)).filter(({ key, record }) => keeper.isLiving(key, record))
    return kept.sort((one, other) => other.record.createdAt - one.record.createdAt || (one.key < other.key ? -1 : 1))
  }
}

function limitReached(max: number): SessionError {
  return new SessionError(
    'ERR_SESSION_LIMIT',
    `the user has ${max} sessions already, and maxSessionsPerUser allows no more; let the user end one first, or set whenReached: 'evict-oldest'`,
  )
}
