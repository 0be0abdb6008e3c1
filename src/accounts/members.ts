/**
 * What the mounted object offers for sessions that belong to people.
 */
import { withDeadline } from '../core/deadline.js'
import type { Duration } from '../core/duration.js'
import { SessionError } from '../core/errors.js'
import type { RequestSessions, SessionGround } from '../core/request-sessions.js'
import type { KeptRecord } from '../core/record.js'
import type { FoundSession, SessionSummary, Summaries } from '../core/summaries.js'
import { freshGuard, userGuard, type Guard, type Otherwise } from './guards.js'
import { Revocations } from './revocations.js'
import { SessionPlaces, type SessionLimit } from './session-limit.js'
import { checkedUser, SigningIn, signOut, type SignInOptions, type SignOutOptions } from './sign-in.js'
import { UserLedger, wasRevoked } from './user-ledger.js'

export interface AccountMembers {
  /**
   * Signs the user in: `req.session` goes on under a new ID, which is stored when the promise resolves, and the old one is dead at once. Throws
   * ERR_SESSION_REVOKED when the user's sessions were all ended meanwhile, ERR_SESSION_LIMIT when the user has too many,
   * ERR_SESSION_HEADERS_SENT when the new cookie cannot be sent any more, ERR_SESSION_NO_SESSION without a session, ERR_SESSION_NO_USER for what is
   * no ID of a user. When it throws nobody is signed in; the session from before may be over, if the store failed while it was being ended.
   */
  signIn(req: object, userId: string | number | bigint, options?: SignInOptions): Promise<void>
  /**
   * The user has proved again who they are, before something that matters: a new ID, all data, and `requireFresh` lets them pass. Their absolute
   * timeout begins anew. Throws ERR_SESSION_NO_USER where nobody is signed in, ERR_SESSION_REVOKED when the session was ended meanwhile.
   */
  reauthenticate(req: object, options?: Pick<SignInOptions, 'method'>): Promise<void>
  /** Ends the session and takes its cookie back. `req.session` is gone then, or a new one of nobody where `keep` names what it begins with. */
  signOut(req: object, options?: SignOutOptions): Promise<void>
  /** The user's living sessions, youngest first. */
  list(userId: string | number | bigint): Promise<readonly SessionSummary[]>
  /** Ends the session with this handle. `false` when there is none any more. */
  revoke(handle: string): Promise<boolean>
  /** Ends all sessions of a user, but for the one with the handle `except`, and answers how many. Sign-ins under way are ended, too. */
  revokeUser(userId: string | number | bigint, options?: { readonly except?: string | undefined }): Promise<number>
  /** Ends every session of the store, and answers how many. Sign-ins under way are ended, too. */
  revokeEveryone(): Promise<number>
  /** All that is kept of a user in sessions, data included, for a copy of their personal data (GDPR, article 15). */
  exportUser(userId: string | number | bigint): Promise<readonly FoundSession[]>
  /** Ends and deletes all sessions of a user, and answers how many (GDPR, article 17). */
  eraseUser(userId: string | number | bigint): Promise<number>
  /**
   * Middleware that lets only users pass. Others get an error with ERR_SESSION_NO_USER and `status` 401, or what `otherwise` does with them.
   */
  requireUser<Req extends object = object, Res = unknown>(otherwise?: Otherwise<Req, Res>): Guard<Req, Res>
  /**
   * Middleware that lets only users pass who signed in, or proved it again, less than `maxAge` ago, and whose session the store still has at this
   * moment. Others get an error with ERR_SESSION_NOT_FRESH or ERR_SESSION_NO_USER and `status` 401, or what `otherwise` does with them.
   */
  requireFresh<Req extends object = object, Res = unknown>(
    maxAge: Duration,
    otherwise?: Otherwise<Req, Res>,
  ): Guard<Req, Res>
}

export interface AccountSettings {
  readonly limit: SessionLimit | undefined
  /** The longest that a session may be remembered, in milliseconds. */
  readonly longestRemembered: number
}

/** `ground` is absent where sessions cannot be listed, under a callback store in the contract of express-session. */
export function accountMembers(
  requests: RequestSessions,
  ground: SessionGround | undefined,
  summaries: Summaries | undefined,
  { limit, longestRemembered }: AccountSettings,
): AccountMembers {
  const open = ground === undefined ? undefined : rooms(ground, limit, longestRemembered)
  const opened = (): Rooms => open ?? unlisted()
  const living = async (userId: string | number | bigint): Promise<readonly KeptRecord[]> => {
    const { store, keeper, clock, storeTimeout } = opened().ground
    const kept = await withDeadline(store.listByUser(checkedUser(userId)), 'list', storeTimeout, clock)
    return keeper.living(kept)
  }

  return {
    async signIn(req, userId, options) {
      return opened().signingIn.signIn(req, userId, options)
    },
    async reauthenticate(req, options) {
      return opened().signingIn.reauthenticate(req, options)
    },
    async signOut(req, options) {
      return signOut(requests, req, options)
    },
    async list(userId) {
      return (await living(userId)).map((kept) => summaries!.of(kept))
    },
    async revoke(handle) {
      return opened().revocations.byHandle(handle)
    },
    async revokeUser(userId, { except } = {}) {
      return opened().revocations.ofUser(checkedUser(userId), except)
    },
    async revokeEveryone() {
      return opened().revocations.ofEveryone()
    },
    async exportUser(userId) {
      return (await living(userId)).map((kept) => summaries!.withData(kept))
    },
    async eraseUser(userId) {
      return opened().revocations.ofUser(checkedUser(userId), undefined)
    },
    requireUser: (otherwise) => userGuard(opened().ground, otherwise),
    requireFresh: (maxAge, otherwise) => freshGuard(opened().ground, maxAge, otherwise),
  }
}

interface Rooms {
  readonly ground: SessionGround
  readonly revocations: Revocations
  readonly signingIn: SigningIn
}

function rooms(ground: SessionGround, limit: SessionLimit | undefined, longestRemembered: number): Rooms {
  const ledger = new UserLedger(ground)
  const revocations = new Revocations(ground, ledger)
  const places = limit === undefined ? undefined : new SessionPlaces(ground, ledger, limit, revocations)
  ground.onUserBound(async ({ userId, key, since }) => {
    // A sign-in that the app's own data tells of: it was under way from the moment at which its request came.
    const kept = (await wasRevoked(ledger, userId, since)) ? await ground.keeper.current(key) : undefined
    if (kept !== undefined) await revocations.end(kept, 'user')
    else await places?.trim(userId)
  })
  return { ground, revocations, signingIn: new SigningIn(ground, ledger, places, longestRemembered) }
}

function unlisted(): never {
  throw new SessionError(
    'ERR_SESSION_STORE_SHAPE',
    'sessions of users need a store that can list them: use one of coatcheck/stores, or coatcheck(options), which lists those of most stores for express-session',
  )
}
