/**
 * Writing our cookie: the Set-Cookie grammar of RFC 6265 with Partitioned and Priority, checked so that no option can smuggle an attribute in.
 */
import { SessionError } from './errors.js'

/** The attributes of a cookie as it is sent. `undefined`, `null` and `false` leave an attribute out. */
export interface CookieAttributes {
  readonly domain?: string | null | undefined
  readonly path?: string | null | undefined
  readonly expires?: Date | string | boolean | null | undefined
  readonly httpOnly?: boolean | null | undefined
  readonly secure?: boolean | string | null | undefined
  readonly partitioned?: boolean | null | undefined
  readonly priority?: string | null | undefined
  readonly sameSite?: boolean | string | null | undefined
}

/** RFC 6265bis: browsers drop a cookie whose name and value are longer than this together. */
export const cookieSizeLimit = 4096

const nameToken = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const cookieValue = /^[\u0021\u0023-\u002B\u002D-\u003A\u003C-\u005B\u005D-\u007E]*$/
const attributeText = /^[\u0020-\u003A\u003C-\u007E]*$/
const domainName = /^[.]?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i
const priorities: Readonly<Record<string, string>> = { low: 'Low', medium: 'Medium', high: 'High' }
const sameSites: Readonly<Record<string, string>> = { strict: 'Strict', lax: 'Lax', none: 'None' }

/** One Set-Cookie line. `value` must be encoded already. Throws ERR_SESSION_COOKIE and names the attribute that cannot be sent. */
export function setCookieLine(name: string, value: string, attributes: CookieAttributes): string {
  if (!cookieValue.test(value)) throw invalid('value')
  return checkedName(name) + '=' + value + attributeList(attributes)
}

/** The attributes in the order express-session sends them, each with its leading `; `. */
function attributeList(cookie: CookieAttributes): string {
  let text = ''
  if (cookie.domain) text += '; Domain=' + checkedDomain(cookie.domain)
  if (cookie.path) text += '; Path=' + checkedPath(cookie.path)
  if (cookie.expires) text += '; Expires=' + expiresText(cookie.expires)
  if (cookie.httpOnly) text += '; HttpOnly'
  if (cookie.secure) text += '; Secure'
  if (cookie.partitioned) text += '; Partitioned'
  if (cookie.priority) text += '; Priority=' + keyword(priorities, cookie.priority, 'priority')
  if (cookie.sameSite)
    text += '; SameSite=' + (cookie.sameSite === true ? 'Strict' : keyword(sameSites, cookie.sameSite, 'sameSite'))
  return text
}

/** Throws for a name that is no token (RFC 9110 section 5.6.2). */
export function checkedName(name: string): string {
  if (typeof name !== 'string' || !nameToken.test(name)) throw invalid('name')
  return name
}

function checkedDomain(domain: unknown): string {
  if (typeof domain !== 'string' || !domainName.test(domain)) throw invalid('domain')
  return domain
}

function checkedPath(path: unknown): string {
  if (typeof path !== 'string' || !attributeText.test(path)) throw invalid('path')
  return path
}

function keyword(allowed: Readonly<Record<string, string>>, value: unknown, option: string): string {
  const written = typeof value === 'string' ? value.toLowerCase() : ''
  if (!Object.hasOwn(allowed, written)) throw invalid(option)
  return allowed[written]!
}

let lastExpiresSecond = Number.NaN
let lastExpiresText = ''

// HTTP dates have a second's precision, and in one second most cookies of a server expire in the same one.
function expiresText(expires: unknown): string {
  const time = expires instanceof Date ? expires.getTime() : Number.NaN
  if (!Number.isFinite(time)) throw invalid('expires')
  const second = Math.floor(time / 1000)
  if (second !== lastExpiresSecond) {
    lastExpiresText = (expires as Date).toUTCString()
    lastExpiresSecond = second
  }
  return lastExpiresText
}

function invalid(option: string): SessionError {
  return new SessionError('ERR_SESSION_COOKIE', `option ${option} is invalid`)
}
