/**
 * Signing in, proving it again, and signing out.
 */
import { milliseconds, type Duration } from '../core/duration.js'
import { SessionError, SessionOptionError } from '../core/errors.js'
import type { SessionMarks } from '../core/marks.js'
import type { RequestSession, RequestSessions, SessionGround } from '../core/request-sessions.js'
import type { SessionPlaces } from './session-limit.js'
import { everyone, type UserLedger, type UserState } from './user-ledger.js'

export interface SignInOptions {
  /**
   * What of `req.session` goes along: all of it (default), nothing, or the members named. A session from before the sign-in may have been
   * filled by somebody else: name what you trust.
   */
  readonly keep?: boolean | readonly string[] | undefined
  /**
   * Keeps this session, and its cookie in the browser, for so long, whether or not the user comes by: `true` is 30 days. Default: as the
   * options say. On a shared computer it is the wrong choice, so let users make it.
   */
  readonly remember?: boolean | Duration | undefined
  /** How the user proved who they are, in the app's own words: `'password'`, `'passkey'`. For lists and guards. */
  readonly method?: string | undefined
  /**
   * When the app began to check the proof, in epoch milliseconds. Sessions that are all ended from then on end this one, too: a password
   * that is changed while the old one is being checked signs nobody in. Default: the moment of the call.
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

  async signIn(req: object, user: string | number, options: SignInOptions = {}): Promise<void> {
    const { requests, clock } = this.#ground
    const userId = checkedUser(user)
    const { keep = true, method, since } = options
    const remembered = this.#remembered(options.remember)
    const before = requests.current(req)
    const now = clock.now()
    const marks: SessionMarks = {
      userId,
      authenticatedAt: now,
      method,
      device: requests.device(req),
      absolute: remembered,
    }
    const after = await this.#guarded(userId, since, before.key, req, (admit) =>
      requests.transit(req, { marks, keep, cookieMaxAge: remembered, createdAt: now }, admit),
    )
    this.#tell(req, before, after, false)
  }

  async reauthenticate(req: object, { method }: Pick<SignInOptions, 'method'> = {}): Promise<void> {
    const { requests, clock } = this.#ground
    const before = requests.current(req)
    const { marks: known, createdAt = clock.now() } = before
    if (known.userId === undefined) throw nobody()
    const now = clock.now()
    const marks: SessionMarks = {
      ...known,
      authenticatedAt: now,
      renewedAt: now,
      // What was bound to the session from before the proof ends with it, as at a sign-in.
      ancestor: undefined,
      method: method ?? known.method,
    }
    const transition = { marks, keep: true, cookieMaxAge: known.absolute, createdAt }
    const after = await this.#guarded(known.userId, undefined, before.key, req, (admit) =>
      requests.transit(req, transition, admit),
    )
    this.#tell(req, before, after, true)
  }

  /** Signs in between two looks at the user's ledger, so that the end of all sessions beats a sign-in that is under way. */
  async #guarded(
    userId: string,
    since: number | undefined,
    replaced: string,
    req: object,
    work: (admit: (key: string) => Promise<void>) => Promise<RequestSession>,
  ): Promise<RequestSession> {
    const before = await this.#states(userId)
    if (since !== undefined && before.some(({ revokedAt }) => revokedAt > 0 && revokedAt >= since))
      throw revokedMeanwhile()
    const places = this.#places
    const after = await work(async (key) => places?.take(userId, key, replaced))
    const now = await this.#states(userId)
    const revoked = now.some(({ revocations }, index) => revocations !== before[index]!.revocations)
    if (revoked || places?.isLost(now[0], after.key) === true) {
      await this.#ground.requests.end(req, { keep: [], clearSiteData: undefined })
      throw revokedMeanwhile()
    }
    // A place that is not given back is given up by itself a little later: no reason to fail a sign-in.
    await places?.giveBack(userId, after.key).catch(() => {})
    return after
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
  await requests.end(req, { keep, clearSiteData: clearSiteDataValue(clearSiteData, keep.length > 0) })
}

export function checkedUser(user: unknown): string {
  const id = typeof user === 'number' || typeof user === 'bigint' ? String(user) : user
  if (typeof id === 'string' && id !== '' && !/\0|\p{Surrogate}/u.test(id)) return id
  throw new SessionError(
    'ERR_SESSION_NO_USER',
    'the ID of a user must be a number, or a string that is not empty, well-formed and without U+0000; pass user.id',
  )
}

function clearSiteDataValue(option: SignOutOptions['clearSiteData'], startsAnew: boolean): string | undefined {
  if (option === undefined || option === false) return undefined
  // The cookie of the session that begins now must not go with those of before.
  const everything = startsAnew ? ['cache', 'storage'] : ['cache', 'cookies', 'storage']
  const types = option === true ? everything : option
  if (startsAnew && (types.includes('cookies') || types.includes('*'))) {
    throw new SessionOptionError(
      "clearSiteData with 'cookies' deletes the cookie of the session that keep begins; leave one of the two out",
    )
  }
  return types.map((type) => `"${type}"`).join(', ')
}

function nobody(): SessionError {
  return new SessionError(
    'ERR_SESSION_NO_USER',
    'nobody is signed in to this session, so there is nothing to prove again; use signIn',
  )
}

function revokedMeanwhile(): SessionError {
  return new SessionError(
    'ERR_SESSION_REVOKED',
    'all sessions of this user were ended, or a younger sign-in took the place, while this one was under way; it was ended with them. Let the user sign in again',
  )
}
