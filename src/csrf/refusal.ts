/**
 * What an app hears of a request that was refused.
 */
import { SessionError } from '../core/errors.js'
import type { RefusedReason } from './decision.js'

// For the developer who reads the log. Nothing of the request stands in it, and nothing of the server.
const advice: Readonly<Record<RefusedReason, string>> = {
  'cross-site':
    'a page of another site sent it (Sec-Fetch-Site: cross-site). If that page is yours, name its origin: csrf({ origins: [...] })',
  'same-site':
    'a page of another origin of this site sent it (Sec-Fetch-Site: same-site), and not every subdomain is to be trusted. If that page ' +
    'is yours, name its origin: csrf({ origins: [...] })',
  'other-origin':
    'its Origin is not the origin that it was sent to. If that page is yours, or a proxy changes the Host header on the way, name the ' +
    'origin that browsers see: csrf({ origins: [...] })',
  'other-scheme':
    "its Origin has this host under another scheme. Where TLS ends at a proxy, set app.set('trust proxy', 1), or csrf({ proxy: true }) " +
    'for requests that are not those of Express',
  'opaque-origin':
    'its Origin is null, as that of a sandboxed frame is. Pages of your own with Referrer-Policy: no-referrer send this too, in older ' +
    'browsers: same-origin does as well and says where they are',
  'unknown-source':
    'no header says where it comes from. A program that is no browser can send Origin, or be served in front of csrf()',
  'no-session':
    'it has no session that a token could belong to. Mount the sessions in front of csrf(), under a path that this request is in',
  'no-token':
    'it brought no token. Put guard.token(req) into a hidden field of the form, with a body parser in front of csrf(), or into the header',
  'wrong-token':
    'its token is not one of this session: it is from before a sign-in, from another session, or made up. Show the form again',
}

/** Handed to `next` for a refused request. Express and others answer it with its status, 403. */
export class CsrfError extends SessionError {
  override readonly name: string = 'CsrfError'
  /** What spoke against the request. */
  readonly reason: RefusedReason
  readonly status = 403
  readonly statusCode = 403
  /** The word of http-errors for: the message is not for visitors. */
  readonly expose = false

  constructor(reason: RefusedReason) {
    super(codeOf(reason), `the request was refused: ${advice[reason]}`)
    this.reason = reason
  }

  /** Recognises those of another installed copy of coatcheck, too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof SessionError && value.code.startsWith('ERR_SESSION_CSRF_')
  }
}

function codeOf(reason: RefusedReason): 'ERR_SESSION_CSRF_ORIGIN' | 'ERR_SESSION_CSRF_TOKEN' {
  return reason === 'no-session' || reason === 'no-token' || reason === 'wrong-token'
    ? 'ERR_SESSION_CSRF_TOKEN'
    : 'ERR_SESSION_CSRF_ORIGIN'
}
