/**
 * `Cookie`: the attributes of one session's cookie, in the shape that express-session's stores and apps know.
 *
 * A function rather than a class, because existing code calls it and inherits from it in the way of ES5.
 */
import { SessionOptionError } from '../core/errors.js'
import { setCookieLine } from '../core/set-cookie.js'

/** The JSON form of a cookie: the format that every express-session store keeps on disk. */
export interface CookieJson {
  originalMaxAge: number | null
  partitioned?: boolean | undefined
  priority?: string | undefined
  expires: Date | string | boolean | null
  secure?: boolean | 'auto' | undefined
  httpOnly: boolean
  domain?: string | undefined
  path: string
  sameSite?: boolean | string | undefined
}

export interface Cookie {
  path: string
  httpOnly: boolean
  secure?: boolean | 'auto' | undefined
  sameSite?: boolean | string | undefined
  domain?: string | undefined
  partitioned?: boolean | undefined
  priority?: string | undefined
  /** What `expires` holds. Stores read it (express-mysql-session does), so it is a plain property. */
  _expires: Date | string | boolean | null
  expires: Date | string | boolean | null
  originalMaxAge: number | null
  maxAge: number | boolean | null | undefined
  readonly data: CookieJson
  serialize(name: string, value: string): string
  toJSON(): CookieJson
}

export interface CookieConstructor {
  new (options?: object | null): Cookie
  (this: Cookie, options?: object | null): void
  readonly prototype: Cookie
}

/** What a cookie can do, and what it shows of itself. */
const notOptions: ReadonlySet<string> = new Set(['data', 'serialize', 'toJSON', '__proto__'])

export const Cookie = function (this: Cookie, options?: object | null): void {
  this.path = '/'
  this._expires = null
  this.originalMaxAge = null
  this.httpOnly = true
  if (!options) return
  if (typeof options !== 'object') throw refused('argument options must be a object')
  // In their order: between `expires` and `maxAge` the one listed last wins, because each is assigned through its accessor.
  const target = this as unknown as Record<string, unknown>
  for (const key in options) {
    if (!notOptions.has(key)) target[key] = (options as Record<string, unknown>)[key]
  }
  if (this.originalMaxAge === undefined || this.originalMaxAge === null)
    this.originalMaxAge = (this.maxAge ?? null) as number | null
} as unknown as CookieConstructor

/** A TypeError, as the contract has it, with a code. */
function refused(message: string): SessionOptionError {
  return new SessionOptionError(message, 'ERR_SESSION_COOKIE')
}

function define(name: string, descriptor: PropertyDescriptor): void {
  Object.defineProperty(Cookie.prototype, name, { configurable: true, enumerable: true, ...descriptor })
}

define('expires', {
  get(this: Cookie) {
    return this._expires
  },
  set(this: Cookie, expires: Cookie['expires']) {
    this._expires = expires
    this.originalMaxAge = this.maxAge as number | null
  },
})

define('maxAge', {
  get(this: Cookie) {
    return this._expires instanceof Date ? this._expires.getTime() - Date.now() : this._expires
  },
  set(this: Cookie, maxAge: unknown) {
    if (maxAge && typeof maxAge !== 'number' && !(maxAge instanceof Date)) {
      throw refused('maxAge must be a number or Date')
    }
    if (typeof maxAge === 'number') {
      this._expires = new Date(Date.now() + maxAge)
      // The very number: reading it back from the clock could find it a millisecond short.
      this.originalMaxAge = maxAge
    } else {
      this.expires = maxAge as Date | null
    }
  },
})

define('data', {
  get(this: Cookie): CookieJson {
    return {
      originalMaxAge: this.originalMaxAge,
      partitioned: this.partitioned,
      priority: this.priority,
      expires: this._expires,
      secure: this.secure,
      httpOnly: this.httpOnly,
      domain: this.domain,
      path: this.path,
      sameSite: this.sameSite,
    }
  },
})

define('serialize', {
  writable: true,
  value(this: Cookie, name: string, value: string): string {
    return setCookieLine(name, encodeURIComponent(value), this)
  },
})

define('toJSON', {
  writable: true,
  value(this: Cookie): CookieJson {
    return this.data
  },
})

/** The attributes of a cookie as one text, the moving deadline aside: equal for cookies that a browser would treat alike. */
export function attributesKey(cookie: Cookie): string {
  const { originalMaxAge, path, domain, httpOnly, secure, sameSite, partitioned, priority } = cookie
  return `${originalMaxAge} ${httpOnly} ${secure} ${sameSite} ${partitioned} ${priority} ${domain} ${path}`
}

/** Moves the deadline a whole `originalMaxAge` ahead of now. */
export function renewCookie(cookie: Cookie): void {
  if (cookie.originalMaxAge !== cookie._expires) cookie.maxAge = cookie.originalMaxAge
}

/**
 * A cookie as it came out of a store. A stored `expires` is text in most stores and a Date in some; either way the session keeps the
 * `originalMaxAge` that it was born with, which assigning `expires` would have overwritten.
 */
export function reviveCookie(stored: unknown): Cookie {
  const { expires, originalMaxAge } = stored as Partial<CookieJson>
  const cookie = new Cookie()
  const target = cookie as unknown as Record<string, unknown>
  for (const key in stored as object) {
    if (key !== 'expires' && key !== 'originalMaxAge' && key !== 'maxAge' && !notOptions.has(key)) {
      target[key] = (stored as Record<string, unknown>)[key]
    }
  }
  if (expires !== undefined) cookie.expires = typeof expires === 'string' ? new Date(expires) : expires
  if (originalMaxAge !== undefined) cookie.originalMaxAge = originalMaxAge
  return cookie
}
