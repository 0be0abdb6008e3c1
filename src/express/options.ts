/**
 * The options of both doors: what they mean, and the checks that both share. All of it happens at construction, so that a bad setting is
 * an error at start and never a puzzle at the first request.
 */
import { assuranceLimits, type Assurance } from '../core/assurance.js'
import type { Clock } from '../core/clock.js'
import type { ConflictPolicy } from '../core/conflicts.js'
import type { Lifetimes } from '../core/deadlines.js'
import { milliseconds, timerMilliseconds, type Duration } from '../core/duration.js'
import { SessionOptionError } from '../core/errors.js'
import type { SessionStore } from '../core/record.js'
import type { EncryptionOptions } from '../core/sealing.js'
import type { Secret } from '../core/secrets.js'
import { setCookieLine } from '../core/set-cookie.js'
import type { DeviceOption } from './device.js'
import type { CookieOptions, CookieSource } from './layer.js'
import type { PassportUserOption } from './passport-user.js'
import type { SessionRequest } from './session-host.js'
import type { Store } from './store.js'

/** Options that both doors know. */
export interface SharedOptions {
  /** Signs the cookie. In an array the first signs and all verify, so that secrets can be changed with nobody signed out. */
  secret?: Secret | readonly Secret[] | undefined
  /** Where sessions are kept: one of coatcheck/stores, or any store for express-session. */
  store?: SessionStore | Store | undefined
  name?: string | undefined
  cookie?: CookieSource | undefined
  genid?: ((req: never) => unknown) | undefined
  resave?: boolean | undefined
  saveUninitialized?: boolean | undefined
  rolling?: boolean | undefined
  unset?: 'keep' | 'destroy' | undefined
  proxy?: boolean | undefined
  /** How long a session lives without a request. Enforced on the server. */
  idleTimeout?: Duration | undefined
  /** How long a session lives at most, counted from its creation. `false`: without such a limit. */
  absoluteTimeout?: Duration | false | undefined
  /**
   * Limits by NIST SP 800-63B-4 instead: `AAL1` 30 days, `AAL2` 24 hours and an hour without a request, `AAL3` 12 hours and 15 minutes. Timeouts of
   * the app's own beside it may be shorter and not longer, and no session outlives them, whatever its cookie says. Because a deadline is written once
   * in a while (`touchWindow`), a session may end up to a minute before the idle limit, and never after it.
   */
  assurance?: Assurance | undefined
  /** Gives a session a new ID when the one it has is this old; late requests with the old one are led on for as long as `tombstone` says. */
  renewEvery?: Duration | undefined
  /**
   * The most sessions that one user has at a time. A sign-in beyond it ends the oldest (`'evict-oldest'`, and what a number alone means), or fails
   * with ERR_SESSION_LIMIT (`'reject'`).
   */
  maxSessionsPerUser?:
    | number
    | { readonly max: number; readonly whenReached?: 'reject' | 'evict-oldest' | undefined }
    | undefined
  /** What a user's session keeps of its device. Default `true`: browser and address. Personal data: `false` keeps none. */
  device?: DeviceOption | undefined
  /** Lists sessions that passport, or the app itself, signs in by writing to the session. Default `false`. */
  passportUser?: PassportUserOption | undefined
  /** How far a deadline may drift before it is written again. 0 writes it with each request. */
  touchWindow?: Duration | undefined
  /** What happens when two requests change one session at the same time: both changes are merged, the later one wins, or it fails. */
  conflict?: ConflictPolicy | undefined
  /** How long an ID that was given up for a new one is remembered, so that a late request with it is not taken for a new visitor's. */
  tombstone?: Duration | undefined
  /** What a request gets while the store fails: an error, or an empty session that is not kept. */
  onStoreError?: 'fail' | 'continue' | undefined
  /** How long the store has for each answer. Default 5 s. */
  storeTimeout?: Duration | undefined
  /** How often expired records are swept from stores that need it. Default one minute. */
  sweepInterval?: Duration | undefined
  /** The largest session, in bytes of JSON. */
  maxDataBytes?: number | undefined
  /** Keep records under a keyed hash of the ID, so that who reads the store holds nobody's session. */
  hashIds?: boolean | undefined
  /**
   * Encrypt what the store keeps of each session, with keys that are not the secret. Needs a store of coatcheck/stores under `session()`. Default: data
   * is kept as plain JSON.
   */
  encryption?: EncryptionOptions | undefined
  /** Where the time comes from. For tests. */
  clock?: Clock | undefined
}

/** `store` as one of the two kinds, told apart by their methods. */
export function storeKind(store: unknown): 'records' | 'express' {
  if (typeof store === 'object' && store !== null) {
    const methods = store as Partial<Record<string, unknown>>
    if (typeof methods.read === 'function' && typeof methods.replace === 'function') return 'records'
    if (typeof methods.on === 'function') return 'express'
  }
  throw new SessionOptionError(
    'the store option must be a store of coatcheck/stores or a store for express-session (store.on is not a function); ' +
      'a store class has to be constructed first, as in new RedisStore({ client })',
    'ERR_SESSION_STORE_SHAPE',
  )
}

/** `value` when it is one of `allowed`; throws, and names them, when it is not. */
export function oneOf<Value extends string>(option: string, value: unknown, allowed: readonly Value[]): Value {
  if ((allowed as readonly unknown[]).includes(value)) return value as Value
  throw new SessionOptionError(`${option} must be one of ${allowed.map((name) => `'${name}'`).join(', ')}`)
}

export function optionalDuration<Default>(
  option: string,
  value: unknown,
  fallback: Default,
  from: 0 | 1 = 1,
): number | Default {
  return value === undefined ? fallback : milliseconds(option, value, from)
}

export function optionalTimer(option: string, value: unknown, fallback: number): number {
  return value === undefined ? fallback : timerMilliseconds(option, value)
}

/** The option `maxDataBytes`. */
export function optionalSize(value: unknown, fallback: number): number {
  if (value === undefined) return fallback
  if (typeof value === 'number' && value >= 1) return value
  throw new SessionOptionError('maxDataBytes must be a number of bytes, such as 65_536; Infinity is no limit')
}

/** How long sessions live, from options that may name it in three ways. `defaults` are for what none of them says. */
export function lifetimesOf(
  { idleTimeout, absoluteTimeout, touchWindow, assurance }: SharedOptions,
  defaults: { readonly idle: number; readonly absolute: number | undefined },
): Lifetimes {
  const limits =
    assurance === undefined ? undefined : assuranceLimits[oneOf('assurance', assurance, ['AAL1', 'AAL2', 'AAL3'])]
  const idle = optionalDuration('idleTimeout', idleTimeout, limits?.idle ?? defaults.idle)
  const absolute =
    absoluteTimeout === false
      ? undefined
      : optionalDuration('absoluteTimeout', absoluteTimeout, limits?.absolute ?? defaults.absolute)
  if (limits !== undefined && (idle > limits.idle || absolute === undefined || absolute > limits.absolute)) {
    throw new SessionOptionError(
      `assurance '${assurance}' allows ${limits.idle / 60_000} minutes without a request and ${limits.absolute / 60_000} minutes in all; ` +
        'leave idleTimeout and absoluteTimeout out, or make them shorter',
    )
  }
  return { idle, absolute, touchWindow: optionalDuration('touchWindow', touchWindow, undefined, 0), longest: limits }
}

export function checkGenid(genid: unknown): void {
  if (typeof genid !== 'function') {
    throw new SessionOptionError(
      'genid option must be a function: it is called with the request and returns the ID of a new session',
    )
  }
}

export function checkUnset(unset: unknown): void {
  if (unset && unset !== 'destroy' && unset !== 'keep') {
    throw new SessionOptionError('unset option must be "destroy" or "keep"')
  }
}

/** Cookie options that could never be sent are told now. Whether an `expires` is a valid date is left to the
 * moment it is sent, as the contract has it. */
export function checkCookieOptions(name: string, cookie: unknown): void {
  if (typeof cookie === 'function') return
  if (typeof cookie !== 'object' || cookie === null) {
    throw new SessionOptionError(
      `the cookie option must be an object or a function that returns one, and not ${JSON.stringify(cookie)}`,
    )
  }
  const { maxAge, ...options } = cookie as CookieOptions
  // A Date is taken as well: express-session does.
  if (maxAge && typeof maxAge !== 'number' && !((maxAge as unknown) instanceof Date)) {
    throw new SessionOptionError('cookie.maxAge must be a number of milliseconds, as in maxAge: 3_600_000 for an hour')
  }
  if (Number.isNaN(maxAge) || maxAge === Infinity) {
    throw new SessionOptionError(
      'cookie.maxAge must be a finite number of milliseconds; leave it out for a cookie that ends with the browser',
    )
  }
  if (options.expires && !((options.expires as unknown) instanceof Date)) {
    throw new SessionOptionError(
      'cookie.expires must be a Date; for a lifetime counted from each request use cookie.maxAge',
    )
  }
  const sameSite = options.sameSite === 'auto' ? undefined : options.sameSite
  try {
    setCookieLine(name, 'x', { path: '/', ...options, sameSite, expires: undefined })
  } catch (cause) {
    throw new SessionOptionError(
      `${(cause as Error).message}: ${advice((cause as Error).message)}`,
      'ERR_SESSION_OPTION',
      { cause },
    )
  }
}

function advice(message: string): string {
  if (message.includes('sameSite')) return "write cookie.sameSite as true, false, 'strict', 'lax', 'none' or 'auto'"
  if (message.includes('priority')) return "write cookie.priority as 'low', 'medium' or 'high'"
  if (message.includes('domain')) return "write cookie.domain as a host name such as 'example.com'"
  if (message.includes('path')) return "write cookie.path as text without ';' or control characters"
  return "write the name with letters, digits and any of !#$%&'*+-.^_`|~"
}

/** The request, as user functions such as `genid` and `cookie` are typed to get it. */
export type UserFunction<Result> = (req: SessionRequest) => Result
