/**
 * `req.session` is the app's to assign, so what is there may be a session, or what the app takes for one.
 */
import { attributesKey, Cookie } from './cookie.js'
import { Session } from './session.js'
import type { SessionHost, SessionRequest } from './session-host.js'

/** `req.session` as a session. A plain object becomes the data of one, and gets `usualCookie`, as does a session that has lost its own. */
export function sessionIn(req: SessionRequest, usualCookie: () => Cookie): Session | undefined {
  const value = req.session
  if (value instanceof Session) {
    if (!(value.cookie instanceof Cookie)) value.cookie = repaired(value.cookie) ?? usualCookie()
    return value
  }
  if (typeof value !== 'object' || value === null) return undefined
  const session = new Session(req as SessionHost, value, usualCookie())
  req.session = session
  return session
}

function repaired(value: unknown): Cookie | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  try {
    const cookie = new Cookie(value)
    attributesKey(cookie)
    return cookie
  } catch {
    // What came in with a request's body, and is no cookie, must not end the response.
    return undefined
  }
}
