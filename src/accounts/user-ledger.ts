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
import { Turns } from '../core/turns.js'

/** What the ledger says of a user. */
export interface UserState {
  /** How often the user's sessions were all ended. Who signs in and finds another number afterwards was signing in meanwhile. */
  readonly revocations: number
  /** When that was last. Epoch milliseconds; 0 for never. */
  readonly revokedAt: number
  /** Sign-ins under way: a hash of the key of the session to be, and until when its place is kept. Negative: its session had to go already. */
  readonly reserved: Readonly<Record<string, number>>
}

const untouched: UserState = { revocations: 0, revokedAt: 0, reserved: {} }

/** Longer than any sign-in is under way. For so long, at the least, it is known when a user's sessions were ended. */
export const ledgerLifetime = 3_600_000
// Sign-ins of one user at the same moment; whoever loses this often in a row faces a store that does not keep its word.
const attempts = 200
const longestPause = 20

/** The ledger's page of all users together. */
export const everyone = Symbol('everyone')
export type Page = string | typeof everyone

/** What is to become of a page, and what whoever changes it is told. */
type Change<Result> = (
  state: UserState,
) => MaybePromise<{ readonly state: UserState | undefined; readonly result: Result }>

type LedgerGround = Pick<SessionGround, 'store' | 'clock' | 'storeTimeout'>

export class UserLedger {
  readonly #ground: LedgerGround
  /** Within a process those who change a page wait for each other, so that a hundred at once do not all collide. */
  readonly #turns = new Turns()

  constructor(ground: LedgerGround) {
    this.#ground = ground
  }

  async read(page: Page): Promise<UserState> {
    return stateOf(await this.#record(keyOf(page)))
  }

  /**
   * Reads, lets `change` decide, and writes in one step; `change` runs again when another process was faster. Without a `state` there is nothing
   * to write.
   */
  async change<Result>(page: Page, change: Change<Result>): Promise<Result> {
    const key = keyOf(page)
    return this.#turns.take(key, () => this.#change(key, change))
  }

  async #change<Result>(key: string, change: Change<Result>): Promise<Result> {
    const { store, clock } = this.#ground
    for (let left = attempts; left > 0; left -= 1) {
      const before = await this.#record(key)
      const { state, result } = await change(stateOf(before))
      if (state === undefined) return result
      const now = clock.now()
      const record: SessionRecord = {
        data: JSON.stringify(state),
        version: (before?.version ?? 0) + 1,
        createdAt: before?.createdAt ?? now,
        expiresAt: now + ledgerLifetime,
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

/** Were the user's sessions, or everyone's, all ended at this moment or later? */
export async function wasRevoked(ledger: UserLedger, userId: string, since: number): Promise<boolean> {
  const states = await Promise.all([ledger.read(userId), ledger.read(everyone)])
  return states.some((state) => isRevokedSince(state, since))
}

export function isRevokedSince({ revokedAt }: UserState, since: number): boolean {
  return revokedAt > 0 && revokedAt >= since
}

/** A hash, because a user ID may be as long as the app likes, and is nobody's business in a list of keys. */
function keyOf(page: Page): string {
  return ownKey('user', page === everyone ? 'everyone' : createHash('sha256').update(page).digest('base64url'))
}

function stateOf(record: SessionRecord | undefined): UserState {
  const values = record === undefined ? undefined : parseData(record.data)
  return values === undefined ? untouched : { ...untouched, ...values }
}
