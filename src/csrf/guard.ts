/**
 * `csrf()`: refuses what a page of somebody else made a visitor's browser send.
 */
import { SessionOptionError } from '../core/errors.js'
import { allowed, decideBySource, type CsrfDecision } from './decision.js'
import { checkedOptions, type CsrfOptions } from './options.js'
import { CsrfError } from './refusal.js'
import { kindOf, sourceOf, type CsrfRequest } from './request-signs.js'
import { SessionTokens } from './session-tokens.js'

/** The guard: middleware, and what it is made of for requests that do not come through middleware. */
export interface CsrfGuard {
  /** Lets a request go on, or calls `next` with a `CsrfError`, whose status is 403. */
  (req: CsrfRequest, res: object, next: (error?: CsrfError) => void): void
  /** What the middleware would do with a request, and why: for the `upgrade` of a WebSocket, or to watch before anything is refused. */
  check(req: CsrfRequest): CsrfDecision
  /**
   * A new token of the request's session for a form or a script. It is good as long as the session, but not beyond a sign-in or any other
   * new ID that the app asks for. A session that was not stored yet is stored and gets its cookie: call it before the first byte is sent.
   *
   * @throws `ERR_SESSION_OPTION` without the option `tokens`, `ERR_SESSION_NO_SESSION` when the request has no session.
   */
  token(req: CsrfRequest): string
}

/**
 * Middleware that refuses requests which a page of another origin made the browser send: forms, uploads, anonymous sign-ins and
 * WebSockets. Requests whose method changes nothing pass (GET, HEAD, OPTIONS, TRACE), and so do programs that are no browser.
 *
 * It goes by `Sec-Fetch-Site`, and by `Origin` where a browser does not send that. A GET that changes something is out of its sight.
 *
 * @throws `ERR_SESSION_OPTION` for an option that cannot work, `ERR_SESSION_SECRET_MISSING` for tokens of sessions without a secret. At
 * construction, never at the first request.
 */
export function csrf(options: CsrfOptions = {}): CsrfGuard {
  const settings = checkedOptions(options)
  const tokens = settings.tokens && new SessionTokens(settings.tokens)

  const check = (req: CsrfRequest): CsrfDecision => {
    const kind = kindOf(req)
    if (kind === 'safe') return allowed('safe-method')
    const decision = decideBySource(sourceOf(req, settings.proxy), settings)
    // A script that opens a WebSocket can send neither a body nor a header of its own, but always sends Origin.
    return decision.allowed && tokens !== undefined && kind === 'change' ? tokens.decide(req) : decision
  }

  const middleware = (req: CsrfRequest, _res: object, next: (error?: CsrfError) => void): void => {
    const decision = check(req)
    if (decision.allowed) next()
    else next(new CsrfError(decision.reason))
  }

  const token = (req: CsrfRequest): string => {
    if (tokens !== undefined) return tokens.token(req)
    throw new SessionOptionError('this guard has no tokens; make it with csrf({ tokens: { sessions } })')
  }

  return Object.assign(middleware, { check, token })
}
