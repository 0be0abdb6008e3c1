/**
 * New sessions: a new ID, no data, a cookie as the options say.
 */
import { SessionOptionError } from '../core/errors.js'
import { isSecureRequest } from '../core/secure-request.js'
import { Cookie } from './cookie.js'
import type { CookieOptions, Layer } from './layer.js'
import { Session } from './session.js'
import type { SessionHost, SessionRequest } from './session-host.js'

/** Gives the request a new session. `genid` still finds the old one, if there is one, at `req.session`. */
export function generateSession(layer: Layer, req: SessionRequest, options?: CookieOptions): Session {
  req.sessionID = layer.genid(req)
  const session = new Session(req as SessionHost, undefined, newCookie(layer, req, options))
  req.session = session
  return session
}

/** The cookie of a new session. `options` are those already asked of a cookie function for this request. */
export function newCookie(
  layer: Layer,
  req: SessionRequest,
  options: CookieOptions = cookieOptions(layer, req),
): Cookie {
  const cookie = new Cookie(options)
  if (options.secure === 'auto') cookie.secure = isSecureRequest(req, layer.proxy)
  if (options.sameSite === 'auto') cookie.sameSite = isSecureRequest(req, layer.proxy) ? 'none' : 'lax'
  return cookie
}

export function cookieOptions(layer: Layer, req: SessionRequest): CookieOptions {
  if (typeof layer.cookie !== 'function') return layer.cookie
  const options: unknown = layer.cookie(req)
  if (typeof options === 'object' && options !== null) return options
  throw new SessionOptionError(
    'the cookie function must return an object of cookie options, at once and for every request',
  )
}
