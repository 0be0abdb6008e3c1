/**
 * One small record for each user who signs in or is signed out: what sign-ins that run at the same time, in any process, must know of each
 * other. It stands in the app's store beside the sessions and is written by version, so the store needs nothing for it that it has not got.
 */
import { createHash } from 'node:crypto'
import { parseData } from '../core/codec.js'
import { withDeadline } from '../core/deadline.js'
import { SessionError } from '../core/errors.js'
import { ownKey } from '../core/own-records.js'
import type { SessionGround } from '../core/request-sessions.js'
import type { MaybePromise, SessionRecord } from '../core/record.js'

/** What the ledger says of a user. */
export interface UserState {
  /** How often the user's sessions were all ended. Who signs in and finds another number afterwards was signing in meanwhile. */
  readonly revocations: number
  /** When that was last. Epoch milliseconds; 0 for never. */
  readonly revokedAt: number
  /** Sign-ins under way: the key of the session to be, and until when its place is kept. */
  readonly reserved: Readonly<Record<string, number>>
}

const untouched: UserState = { revocations: 0, revokedAt: 0, reserved: {} }

/** Longer than any sign-in is under way. */
const lifetime = 3_600_000
// Sign-ins of one user at the same moment; whoever loses this often in a row faces a store that does not keep its word.
const attempts = 200
const longestPause = 20

/** The ledger's page of all users together. */
export const everyone = Symbol('everyone')
export type Page = string | typeof everyone

type LedgerGround = Pick<SessionGround, 'store' | 'clock' | 'storeTimeout'>

export class UserLedger {
  readonly #ground: LedgerGround

  constructor(ground: LedgerGround) {
    this.#ground = ground
  }

  async read(page: Page): Promise<UserState> {
    return stateOf(await this.#record(keyOf(page)))
  }

  /** Reads, lets `change` decide, and writes in one step; `change` runs again when another process was faster. */
  async change<Result>(
    page: Page,
    change: (state: UserState) => MaybePromise<{ readonly state: UserState; readonly result: Result }>,
  ): Promise<Result> {
    const { store, clock } = this.#ground
    const key = keyOf(page)
    for (let left = attempts; left > 0; left -= 1) {
      const before = await this.#record(key)
      const { state, result } = await change(stateOf(before))
      const now = clock.now()
      const record: SessionRecord = {
        data: JSON.stringify(state),
        version: (before?.version ?? 0) + 1,
        createdAt: before?.createdAt ?? now,
        expiresAt: now + lifetime,
        userId: undefined,
      }
      const answer =
        before === undefined
          ? await this.#ask(store.create(key, record))
          : await this.#ask(store.update(key, record, before.version))
      if (answer === true || answer === 'updated') return result
      // A pause of random length, so that many at once do not keep in step.
      if (left < attempts - 5) await this.#pause()
    }
    throw new SessionError(
      'ERR_SESSION_STORE_ANSWER',
      `the session store answered ${attempts} times in a row that another request had changed the user's record`,
    )
  }

  async #record(key: string): Promise<SessionRecord | undefined> {
    const { store } = this.#ground
    return this.#ask(store.read(key, { fresh: true }))
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#ground.clock.after(Math.random() * longestPause, resolve)
    })
  }

  async #ask<T>(answer: MaybePromise<T>): Promise<T> {
    return withDeadline(answer, 'user', this.#ground.storeTimeout, this.#ground.clock)
  }
}

/** A hash, because a user ID may be as long as the app likes, and is nobody's business in a list of keys. */
function keyOf(page: Page): string {
  return ownKey('user', page === everyone ? 'everyone' : createHash('sha256').update(page).digest('base64url'))
}

function stateOf(record: SessionRecord | undefined): UserState {
  const values = record === undefined ? undefined : parseData(record.data)
  return values === undefined ? untouched : { ...untouched, ...values }
}
