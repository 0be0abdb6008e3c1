/**
 * Putting the session's cookie on a response.
 */
import type { ServerResponse } from 'node:http'
import { cookieSizeLimit, setCookieLine, type CookieAttributes } from '../core/set-cookie.js'
import type { Cookie } from './cookie.js'
import type { Layer } from './layer.js'
import type { Session } from './session.js'
import type { Farewell, Visit } from './visit.js'

/** Adds the Set-Cookie line behind those that are there. Throws ERR_SESSION_COOKIE when an attribute cannot be sent. */
export function sendCookie(visit: Visit, res: ServerResponse, session: Session, id: string): void {
  const { layer, signer } = visit
  const { ticket } = visit
  // What the visitor brought is what he gets again, if the newest secret signed it: no need to sign it a second time.
  const isSame = ticket !== undefined && ticket.value !== '' && ticket.secretIndex === 0 && ticket.id === id
  const value = isSame ? encodeURIComponent(ticket.value) : signer.issue(id)
  const line = setCookieLine(layer.cookieName, value, attributesToSend(layer, session.cookie))
  hintRefusal(layer, session.cookie, layer.cookieName.length + value.length)
  addLine(res, line)
}

/**
 * Within the touch window a request moves no deadline and sends no cookie, so the browser must keep the cookie a window longer than the session lives without
 * a request, as the store keeps the session. (Under the contract of express-session the cookie's deadline is what the options say.)
 */
function attributesToSend(layer: Layer, cookie: Cookie): CookieAttributes {
  const { originalMaxAge, expires } = cookie
  if (!layer.modern || layer.recordKeeper === undefined) return cookie
  if (typeof originalMaxAge !== 'number' || !(expires instanceof Date)) return cookie
  return { ...cookie.data, expires: new Date(expires.getTime() + layer.recordKeeper.slack(originalMaxAge)) }
}

const longAgo = new Date(0)

/** Takes the cookie back, with the attributes that it was given: browsers delete no other. A new one takes its place by itself. */
export function sayFarewell(
  layer: Layer,
  res: ServerResponse,
  { cookie, clearSiteData }: Farewell,
  isReplaced: boolean,
): void {
  if (!isReplaced) addLine(res, setCookieLine(layer.cookieName, '', { ...cookie.data, expires: longAgo }))
  if (clearSiteData !== undefined) res.setHeader('Clear-Site-Data', clearSiteData)
}

function addLine(res: ServerResponse, line: string): void {
  const present = res.getHeader('Set-Cookie')
  const lines = present === undefined ? [] : Array.isArray(present) ? present : [String(present)]
  res.setHeader('Set-Cookie', [...lines, line])
}

/** Browsers drop such cookies without a word, and the visitor is a stranger on each request. */
function hintRefusal(layer: Layer, cookie: Cookie, size: number): void {
  const reason = refusal(layer.cookieName, cookie, size)
  if (reason !== undefined) {
    layer.hints.once('COATCHECK_COOKIE_REFUSED_BY_BROWSERS', `browsers refuse the session cookie: ${reason}`)
  }
}

/** Why browsers refuse this cookie and what to write instead; `undefined` when they take it. */
export function refusal(
  name: string,
  cookie: Pick<Cookie, 'secure' | 'sameSite' | 'partitioned' | 'domain' | 'path'>,
  size: number = 0,
): string | undefined {
  if (!cookie.secure) {
    if (String(cookie.sameSite).toLowerCase() === 'none')
      return "SameSite=None needs Secure; set cookie.secure, or sameSite: 'lax'"
    if (cookie.partitioned) return 'Partitioned needs Secure; set cookie.secure'
    if (/^__(?:secure|host)-/i.test(name)) return `the name ${name} needs Secure; set cookie.secure, or another name`
  }
  if (/^__host-/i.test(name)) {
    if (cookie.domain) return `the name ${name} allows no Domain; leave cookie.domain out, or take another name`
    if (cookie.path !== '/') return `the name ${name} needs Path=/; leave cookie.path out, or take another name`
  }
  if (size > cookieSizeLimit) return `it is ${size} bytes, more than ${cookieSizeLimit}; shorten what genid returns`
  return undefined
}
