/**
 * coatcheck: HTTP sessions for Express and whatever speaks `(req, res, next)`.
 *
 * `session` is the contract of express-session; `coatcheck` is the same engine with safe defaults. `require('coatcheck')` answers `session`
 * with everything else as its properties, which is what apps of express-session expect.
 */
import { accountMembers, type AccountMembers } from './accounts/members.js'
import { accountSettings } from './accounts/settings.js'
import { nameAgent } from './accounts/user-agent.js'
import { SessionError, SessionOptionError } from './core/errors.js'
import { setGround } from './core/ground-of.js'
import { setSettings } from './core/layer-settings.js'
import { asExpressStore } from './express/as-express-store.js'
import { Cookie } from './express/cookie.js'
import { coatcheckDoor, type CoatcheckOptions } from './express/coatcheck-door.js'
import { MemoryStore } from './express/memory-store.js'
import { Session } from './express/session.js'
import type { BuiltLayer } from './express/build-layer.js'
import { groundOf } from './express/ground.js'
import { sessionDoor, type SessionOptions } from './express/session-door.js'
import { mount, type Sessions as EngineSessions } from './express/sessions.js'
import { Store } from './express/store.js'
import { memoryStore } from './stores/memory/index.js'

/**
 * Session middleware with safe defaults: the cookie is HttpOnly, SameSite=Lax and, in production, Secure and `__Host-session`; an untouched
 * session is neither stored nor given a cookie; sessions end after a day without a request and after 30 days at the latest.
 * Throws ERR_SESSION_OPTION for what cannot be accepted, ERR_SESSION_SECRET_MISSING without a secret.
 */
export function coatcheck(options: CoatcheckOptions): Sessions {
  return mounted(coatcheckDoor(options, memoryStore))
}

/** The object an app mounts: middleware, what goes beyond a request's own session, and what belongs to users. */
export type Sessions = EngineSessions & AccountMembers

/** Middleware under the contract of express-session. */
function sessionMiddleware(options?: SessionOptions): Sessions {
  return mounted(sessionDoor(options ?? {}))
}

function mounted(built: BuiltLayer): Sessions {
  const settings = accountSettings(built.options)
  const { requests, ground, summaries } = groundOf(built, nameAgent)
  const sessions = Object.assign(mount(built, summaries), accountMembers(requests, ground, summaries, settings))
  setGround(sessions, ground && summaries && { ground, summaries })
  setSettings(sessions, built.settings)
  return sessions
}

Object.defineProperty(sessionMiddleware, 'name', { value: 'session' })

const session = Object.assign(sessionMiddleware, {
  session: sessionMiddleware,
  coatcheck,
  asExpressStore,
  Store,
  Cookie,
  Session,
  MemoryStore,
  SessionError,
  SessionOptionError,
})

export { session as default, session as 'module.exports' }
export { session, asExpressStore, Store, Cookie, Session, MemoryStore, SessionError, SessionOptionError }
export type { SessionErrorCode } from './core/errors.js'
export type { Clock } from './core/clock.js'
export type { Duration } from './core/duration.js'
export type { KeptRecord, MaybePromise, ScanPage, SessionRecord, SessionStore, UpdateResult } from './core/record.js'
export type { EncryptionOptions, PlainPolicy } from './core/sealing.js'
export type {
  RejectedEvent,
  SessionEvent,
  SessionEventName,
  SessionEvents,
  SessionListener,
  StoreCallEvent,
  StoreErrorEvent,
} from './core/events.js'
export type { RequestTrace, TraceStep, TraceStepName } from './core/trace.js'
export type { CoatcheckOptions } from './express/coatcheck-door.js'
export type { CookieOptions } from './express/layer.js'
export type { SessionOptions } from './express/session-door.js'
export type { SignInOptions, SignOutOptions } from './accounts/sign-in.js'
export type { Guard, Otherwise } from './accounts/guards.js'
export type { Assurance } from './core/assurance.js'
export type { DeviceMark } from './core/marks.js'
export type {
  AgentName,
  CurrentSessionInfo,
  DeviceInfo,
  FoundSession,
  SessionInfo,
  SessionSummary,
} from './core/summaries.js'
export type { DeviceOption } from './express/device.js'
export type { SessionPage, TimeLeft } from './express/sessions.js'
