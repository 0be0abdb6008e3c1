/**
 * What a visit comes to, asked of the tables in core/decisions.ts: is the cookie due, and what is asked of the store? And what the app's author
 * is told where neither can be done.
 */
import { decideCommit, decideCookie, type CommitDecision, type CookieDecision } from '../core/decisions.js'
import type { Layer } from './layer.js'
import { isRenewalDue } from './renewal.js'
import type { Session } from './session.js'
import type { Visit } from './visit.js'

/** Is the cookie of the session due that the response goes out with? */
export function cookieDecision(visit: Visit, session: Session | undefined): CookieDecision {
  if (session === undefined) return 'none'
  const { layer } = visit
  const { expires, secure } = session.cookie
  const known = visit.isKnown(session)
  const expiring = expires !== null && expires !== undefined
  const decision = decideCookie({
    present: true,
    known,
    modified: visit.baseline.isModified(visit.snapshot(session)),
    savedByApp: visit.savedByApp,
    expiring,
    barred: Boolean(secure) && !visit.isSecure(),
    saveUninitialized: layer.saveUninitialized,
    rolling: layer.rolling && !visit.onlyPeeked,
    outdated: known && (visit.isCookieOutdated(session, expiring) || isRenewalDue(visit, session)),
  })
  if (decision === 'barred') hintBarred(layer)
  return decision
}

/** What is the store asked at the end? `sentId`: the ID that the cookie names which went out, if one did. */
export function commitDecision(
  visit: Visit,
  session: Session | undefined,
  cookie: CookieDecision,
  sentId: string | undefined,
): CommitDecision {
  const { layer, req, trace } = visit
  if (session === undefined) {
    trace?.step('prepare', 'ended')
    return decideCommit({
      ...absentSession,
      identified: Boolean(req.sessionID),
      destroyedByApp: visit.givenUp.has(req.sessionID),
      destroyUnset: layer.destroyUnset && visit.attached && (req.session === null || req.session === undefined),
    })
  }
  const known = visit.isKnown(session)
  const modified = visit.baseline.isModified(visit.snapshot(session))
  trace?.step('prepare', modified ? 'changed' : 'unchanged')
  // A cookie that is about to be sent again must not be that of a session which ended meanwhile: it could push out a newer one.
  const confirms = known && cookie === 'send' && layer.recordKeeper !== undefined
  return decideCommit({
    present: true,
    identified: typeof req.sessionID === 'string',
    destroyedByApp: false,
    destroyUnset: false,
    known,
    modified,
    // Of an ID that was given up by the clock a touch does not hear, and it would move the deadline; a write does, and need not.
    saved: visit.isSaved(session) && !(confirms && (layer.renewEvery !== undefined || visit.onlyPeeked)),
    savedByApp: visit.savedByApp,
    unreachable: !known && !visit.savedByApp && isUnreachable(visit, session, { cookie, sentId, modified }),
    saveUninitialized: layer.saveUninitialized,
    touchDue: known && (visit.isTouchDue(session) || confirms),
    renewalDue: confirms && !visit.headersDone && isRenewalDue(visit, session),
  })
}

const absentSession = {
  present: false,
  known: false,
  modified: false,
  saved: false,
  savedByApp: false,
  unreachable: false,
  saveUninitialized: false,
  touchDue: false,
  renewalDue: false,
} as const

interface Outcome {
  readonly cookie: CookieDecision
  readonly sentId: string | undefined
  readonly modified: boolean
}

/** A new session whose visitor was not, and will not be, given its ID. */
function isUnreachable(visit: Visit, session: Session, { cookie, sentId, modified }: Outcome): boolean {
  const { expires } = session.cookie
  if (cookie === 'barred' || (expires instanceof Date && Number.isNaN(expires.getTime()))) return true
  if (!visit.headersDone || sentId === session.id) return false
  if (modified) hintChangedAfterHeaders(visit.layer)
  return true
}

function hintBarred({ hints }: Layer): void {
  hints.once(
    'COATCHECK_SECURE_COOKIE_OVER_HTTP',
    'a session cookie with Secure was not sent, because the request came over plain http, so the visitor stays unknown. ' +
      "Behind a proxy that speaks TLS set app.set('trust proxy', 1) (or the option proxy: true) and let it send " +
      "X-Forwarded-Proto; for development over http set cookie: { secure: false } or 'auto'",
  )
}

function hintChangedAfterHeaders({ hints }: Layer): void {
  hints.once(
    'COATCHECK_CHANGED_AFTER_HEADERS',
    'a new session was changed after the response headers had gone out. Its visitor could not be given a cookie any more, so ' +
      'it was not saved; change the session before the first write',
  )
}
