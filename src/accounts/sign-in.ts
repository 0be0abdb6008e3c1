/**
 * Signing in, proving it again, and signing out.
 */
import { milliseconds, type Duration } from '../core/duration.js'
import { SessionError, SessionOptionError } from '../core/errors.js'
import type { SessionMarks } from '../core/marks.js'
import type { RequestSession, RequestSessions, SessionGround } from '../core/request-sessions.js'
import { userIdOf } from '../core/user-ids.js'
import { refusal } from './refusal.js'
import type { SessionPlaces } from './session-limit.js'
import { everyone, isRevokedSince, ledgerLifetime, type UserLedger, type UserState } from './user-ledger.js'

export interface SignInOptions {
  /**
   * What of `req.session` goes along: all of it (default), nothing, or the members named. A session from before the sign-in may have been
   * filled by somebody else: name what you trust.
   */
  readonly keep?: boolean | readonly string[] | undefined
  /**
   * Keeps this session, and its cookie in the browser, for so long, whether or not the user comes by: `true` is 30 days. Default: as the
   * options say. On a shared computer it is the wrong choice, so let users make it. Under the option `assurance` the limits of its level hold all the
   * same: `true` is as long as it allows, and a longer time is refused with ERR_SESSION_OPTION.
   */
  readonly remember?: boolean | Duration | undefined
  /** How the user proved who they are, in the app's own words: `'password'`, `'passkey'`. For lists and guards. */
  readonly method?: string | undefined
  /**
   * When the app began to check the proof, in epoch milliseconds. Sessions that are all ended from then on end this one, too: a password
   * that is changed while the old one is being checked signs nobody in. It is known for an hour when sessions were ended, so what began longer ago is
   * refused with ERR_SESSION_REVOKED. Default: the moment of the call.
   */
  readonly since?: number | undefined
}

export interface SignOutOptions {
  /** What of `req.session` a new session, of nobody, begins with, such as a language. Default: nothing, and no new session. */
  readonly keep?: readonly string[] | undefined
  /** Sends Clear-Site-Data (W3C) with these types; `true` is `cache`, `cookies` and `storage`. Default: not sent. Browsers heed it over HTTPS only. */
  readonly clearSiteData?:
    | boolean
    | readonly ('cache' | 'cookies' | 'storage' | 'executionContexts' | '*')[]
    | undefined
}

const month = 30 * 86_400_000

type Admit = (key: string) => Promise<void>

export class SigningIn {
  readonly #ground: SessionGround
  readonly #ledger: UserLedger
  readonly #places: SessionPlaces | undefined
  /** The longest that the option `assurance` lets a session be remembered. */
  readonly #longest: number

  constructor(ground: SessionGround, ledger: UserLedger, places: SessionPlaces | undefined, longest: number) {
    this.#ground = ground
    this.#ledger = ledger
    this.#places = places
    this.#longest = longest
  }

  async signIn(req: object, user: string | number | bigint, options: SignInOptions = {}): Promise<void> {
    const { requests, clock } = this.#ground
    const userId = checkedUser(user)
    const { keep = true, method, since } = options
    checkKeep(keep)
    checkMoment(since)
    const remembered = this.#remembered(options.remember)
    // Proofs are as old as the call, also where the request's session has to be waited for.
    const now = clock.now()
    await requests.inTurn(req, async () => {
      const before = requests.current(req)
      const marks = { userId, authenticatedAt: now, method, device: requests.device(req), absolute: remembered }
      const transition = { kind: 'sign-in', marks, keep, cookieMaxAge: remembered, createdAt: now } as const
      const after = await this.#guarded(req, before, userId, since, (admit) => requests.transit(req, transition, admit))
      this.#tell(req, before, after, false)
    })
  }

  async reauthenticate(req: object, { method }: Pick<SignInOptions, 'method'> = {}): Promise<void> {
    const { requests, clock } = this.#ground
    await requests.inTurn(req, async () => {
      const before = requests.current(req)
      const now = clock.now()
      const { marks: known, createdAt = now } = before
      const { userId } = known
      if (userId === undefined) throw nobody()
      const marks: SessionMarks = {
        ...known,
        authenticatedAt: now,
        renewedAt: now,
        // What was bound to the session from before the proof ends with it, as at a sign-in.
        ancestor: undefined,
        method: method ?? known.method,
      }
      const transition = { kind: 'proof', marks, keep: true, createdAt } as const
      const after = await this.#guarded(req, before, userId, undefined, (admit) =>
        requests.transit(req, transition, admit),
      )
      this.#tell(req, before, after, true)
    })
  }

  /** Signs in between two looks at the user's ledger, so that the end of all sessions beats a sign-in that is under way. */
  async #guarded(
    req: object,
    before: RequestSession,
    userId: string,
    since: number | undefined,
    transit: (admit: Admit) => Promise<RequestSession | undefined>,
  ): Promise<RequestSession> {
    const { requests, clock } = this.#ground
    const states = await this.#states(userId)
    if (
      since !== undefined &&
      (since <= clock.now() - ledgerLifetime || states.some((s) => isRevokedSince(s, since)))
    ) {
      throw revokedMeanwhile()
    }
    const places = this.#places
    let place: string | undefined
    const giveBack = (): void => {
      // One that is not given back is given up by itself a little later.
      if (place !== undefined) places?.giveBack(userId, place).catch(() => {})
    }
    try {
      const after = await transit(async (key) => {
        await places?.take(userId, key, before.key)
        place = key
      })
      if (after === undefined) throw revokedMeanwhile()
      const now = await this.#states(userId)
      const revoked = now.some(({ revocations }, index) => revocations !== states[index]!.revocations)
      if (revoked || places?.isLost(now[0], after.key) === true) throw revokedMeanwhile()
      await places?.giveBack(userId, after.key).catch(() => {})
      return after
    } catch (error) {
      giveBack()
      // The session that is signed in already must not be: nobody knows whether it may.
      const { key } = requests.find(req) ?? before
      if (key !== before.key) await requests.undo(req)
      throw error
    }
  }

  #states(userId: string): Promise<[UserState, UserState]> {
    return Promise.all([this.#ledger.read(userId), this.#ledger.read(everyone)])
  }

  #remembered(remember: SignInOptions['remember']): number | undefined {
    if (remember === undefined || remember === false) return undefined
    const asked = remember === true ? Math.min(month, this.#longest) : milliseconds('remember', remember)
    if (asked <= this.#longest) return asked
    throw new SessionOptionError(
      'remember is longer than the option assurance allows; make it shorter, or leave it out',
    )
  }

  #tell(req: object, before: RequestSession, after: RequestSession, again: boolean): void {
    const { events } = this.#ground
    if (!events.wants('signedIn')) return
    const { userId, method } = after.marks
    events.emit('signedIn', {
      handle: after.handle,
      previousHandle: before.handle,
      userId: userId!,
      method,
      again,
      req,
    })
  }
}

/** Needs no store that lists sessions, so it is not a member of the class. */
export async function signOut(
  requests: RequestSessions,
  req: object,
  { keep = [], clearSiteData }: SignOutOptions = {},
): Promise<void> {
  checkKeep(keep)
  const ending = { keep, clearSiteData: clearSiteDataValue(clearSiteData, keep.length > 0) }
  await requests.inTurn(req, () => requests.end(req, ending))
}

export function checkedUser(user: unknown): string {
  const id = userIdOf(user)
  if (id !== undefined) return id
  throw new SessionError(
    'ERR_SESSION_NO_USER',
    'the ID of a user must be a whole number up to 2^53, a bigint, or a string that is not empty, well-formed and without U+0000; pass user.id',
  )
}

function checkKeep(keep: unknown): void {
  if (typeof keep === 'boolean' || (Array.isArray(keep) && keep.every((name) => typeof name === 'string'))) return
  throw new SessionOptionError("keep must be true, false, or a list of the members that go along, such as ['cart']")
}

function checkMoment(since: unknown): void {
  if (since === undefined || Number.isFinite(since)) return
  throw new SessionOptionError('since must be epoch milliseconds, such as Date.now() gave before the proof was checked')
}

const siteData: ReadonlySet<unknown> = new Set(['cache', 'cookies', 'storage', 'executionContexts', '*'])

function clearSiteDataValue(option: SignOutOptions['clearSiteData'], startsAnew: boolean): string | undefined {
  if (option === undefined || option === false) return undefined
  // The cookie of the session that begins now must not go with those of before.
  const everything = startsAnew ? ['cache', 'storage'] : ['cache', 'cookies', 'storage']
  const types = option === true ? everything : option
  if (!Array.isArray(types) || types.length === 0 || !types.every((type) => siteData.has(type))) {
    throw new SessionOptionError(`clearSiteData must be true, or a list of ${[...siteData].join(', ')}`)
  }
  if (startsAnew && (types.includes('cookies') || types.includes('*'))) {
    throw new SessionOptionError(
      "clearSiteData with 'cookies' deletes the cookie of the session that keep begins; leave one of the two out",
    )
  }
  return types.map((type) => `"${type}"`).join(', ')
}

function nobody(): SessionError {
  return refusal(
    'ERR_SESSION_NO_USER',
    401,
    'nobody is signed in to this session, so there is nothing to prove again; use signIn',
  )
}

function revokedMeanwhile(): SessionError {
  return refusal(
    'ERR_SESSION_REVOKED',
    401,
    'the sessions of this user were ended while this sign-in was under way, and it was ended with them. Let the user sign in again',
  )
}
