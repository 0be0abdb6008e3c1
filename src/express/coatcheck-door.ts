/**
 * `coatcheck(options)`: the same engine with safe defaults, and insecure settings refused at the start.
 */
import { SessionOptionError } from '../core/errors.js'
import { idShape } from '../core/ids.js'
import { secretList, secretSize, type Secret } from '../core/secrets.js'
import type { Clock } from '../core/clock.js'
import type { Lifetimes } from '../core/deadlines.js'
import type { SessionStore } from '../core/record.js'
import { buildLayer, type BuiltLayer } from './build-layer.js'
import { refusal } from './cookie-sender.js'
import { hintMemoryStore, Hints } from './hints.js'
import type { CookieOptions, CookieSource } from './layer.js'
import { checkCookieOptions, checkGenid, checkUnset, lifetimesOf, optionalSize, type SharedOptions } from './options.js'

export interface CoatcheckOptions extends SharedOptions {
  secret: Secret | readonly Secret[]
}

const day = 86_400_000
const idBytes = 32
const smallestSecret = 32
const defaultMaxDataBytes = 64 * 1024

const knownOptions = new Set<string>([
  'secret',
  'store',
  'name',
  'cookie',
  'genid',
  'resave',
  'saveUninitialized',
  'rolling',
  'unset',
  'proxy',
  'idleTimeout',
  'absoluteTimeout',
  'assurance',
  'renewEvery',
  'maxSessionsPerUser',
  'device',
  'passportUser',
  'touchWindow',
  'conflict',
  'tombstone',
  'onStoreError',
  'storeTimeout',
  'sweepInterval',
  'maxDataBytes',
  'hashIds',
  'encryption',
  'clock',
] satisfies (keyof CoatcheckOptions)[])

/** Makes the store of an app that names none. Handed in, because this room knows no store. */
export type DefaultStore = (options: { clock?: Clock }) => SessionStore

export function coatcheckDoor(options: CoatcheckOptions, defaultStore: DefaultStore): BuiltLayer {
  checkNames(options)
  const production = process.env.NODE_ENV === 'production'
  const hints = new Hints()
  const secrets = checkedSecrets(options.secret, production)
  if (options.genid !== undefined) checkGenid(options.genid)
  checkUnset(options.unset)
  const cookie = safeCookie(options.cookie, production)
  const secure = typeof cookie !== 'function' && cookie.secure === true
  const cookieName = options.name ?? (production && secure && !hasDomainOrPath(cookie) ? '__Host-session' : 'session')
  checkCookieOptions(cookieName, cookie)
  refuseCookie(cookieName, cookie)
  if (options.store === undefined) hintMemoryStore(hints)

  return buildLayer({
    options,
    modern: true,
    secrets,
    store: options.store ?? defaultStore(options.clock === undefined ? {} : { clock: options.clock }),
    cookieName,
    cookie,
    idBytes,
    isIdShaped: options.genid === undefined ? idShape(idBytes) : () => true,
    resave: options.resave ?? false,
    saveUninitialized: options.saveUninitialized ?? false,
    hashIds: options.hashIds ?? true,
    maxDataBytes: optionalSize(options.maxDataBytes, defaultMaxDataBytes),
    lifetimes: withinCookie(lifetimesOf(options, { idle: maxAgeOf(cookie) ?? day, absolute: 30 * day }), cookie),
    hints,
  })
}

function checkNames(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new SessionOptionError(
      'coatcheck needs options, at least a secret: coatcheck({ secret: process.env.SESSION_SECRET })',
    )
  }
  const unknown = Object.keys(options).find((name) => !knownOptions.has(name))
  if (unknown !== undefined) {
    throw new SessionOptionError(
      `there is no option ${unknown}; the options are ${[...knownOptions].sort().join(', ')}`,
    )
  }
}

function checkedSecrets(secret: unknown, production: boolean): readonly Secret[] {
  const list = Array.isArray(secret) ? secret : [secret]
  if (list.length === 0 || list.some((entry) => !entry)) {
    throw new SessionOptionError(
      'coatcheck needs a secret that signs the cookie: set SESSION_SECRET and pass secret: process.env.SESSION_SECRET. To make one: ' +
        `node -p "require('crypto').randomBytes(32).toString('base64url')"`,
      'ERR_SESSION_SECRET_MISSING',
    )
  }
  const secrets = secretList(list)
  if (production && secrets.some((entry) => secretSize(entry) < smallestSecret)) {
    throw new SessionOptionError(
      `in production each secret must have at least ${smallestSecret} bytes, because who guesses it can sign any cookie. To make one: ` +
        `node -p "require('crypto').randomBytes(32).toString('base64url')"`,
    )
  }
  return secrets
}

/** The app's cookie options over the safe ones: HttpOnly, SameSite=Lax, Path=/, and Secure in production. */
function safeCookie(given: CookieSource | undefined, production: boolean): CookieSource {
  const defaults: CookieOptions = { httpOnly: true, sameSite: 'lax', path: '/', secure: production }
  if (given === undefined) return defaults
  if (typeof given === 'function') return (req) => ({ ...defaults, ...given(req) })
  return typeof given === 'object' && given !== null ? { ...defaults, ...given } : given
}

/** A session lives no longer without a request than the browser keeps its cookie: a stolen ticket should not outlive the visitor's own. */
function withinCookie(lifetimes: Lifetimes, cookie: CookieSource): Lifetimes {
  return { ...lifetimes, idle: Math.min(lifetimes.idle, maxAgeOf(cookie) ?? Infinity) }
}

function maxAgeOf(cookie: CookieSource): number | undefined {
  const maxAge = typeof cookie === 'function' ? undefined : cookie.maxAge
  return typeof maxAge === 'number' ? maxAge : undefined
}

function hasDomainOrPath(cookie: CookieOptions): boolean {
  return Boolean(cookie.domain) || cookie.path !== '/'
}

function refuseCookie(name: string, cookie: CookieSource): void {
  if (typeof cookie === 'function' || cookie.secure === 'auto') return
  const reason = refusal(name, cookie as Parameters<typeof refusal>[1])
  if (reason !== undefined) throw new SessionOptionError(`browsers refuse such a session cookie: ${reason}`)
}
