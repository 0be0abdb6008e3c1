/**
 * `session(options)`: the contract of express-session, option by option.
 */
import { SessionOptionError } from '../core/errors.js'
import { secretList, type Secret } from '../core/secrets.js'
import { buildLayer, type BuiltLayer } from './build-layer.js'
import { refusal } from './cookie-sender.js'
import { hintMemoryStore, Hints } from './hints.js'
import type { CookieSource } from './layer.js'
import { MemoryStore } from './memory-store.js'
import {
  checkCookieOptions,
  checkGenid,
  checkUnset,
  lifetimesOf,
  optionalSize,
  storeKind,
  type SharedOptions,
} from './options.js'

/** The options of express-session, and those of coatcheck that make sense under its contract. */
export interface SessionOptions extends SharedOptions {
  /** Another word for `name`, which wins where both are given. */
  key?: string | undefined
}

const day = 86_400_000

/** A session layer under the contract of express-session. */
export function sessionDoor(options: SessionOptions): BuiltLayer {
  const hints = new Hints()
  if (options.genid) checkGenid(options.genid)
  hintDefaults(options, hints)
  checkUnset(options.unset)
  const secrets = givenSecrets(options.secret, hints)
  const cookieName = options.name || options.key || 'connect.sid'
  const cookie: CookieSource = options.cookie || {}
  checkCookieOptions(cookieName, cookie)
  hintRefusedCookie(cookieName, cookie, hints)
  const store = options.store || new MemoryStore()
  if (store instanceof MemoryStore) hintMemoryStore(hints)
  checkRecordOptions(options, storeKind(store))

  return buildLayer({
    options,
    modern: false,
    secrets,
    store,
    cookieName,
    cookie,
    idBytes: 24,
    // IDs may be anything that a genid, of this app or of its past, has made.
    isIdShaped: () => true,
    resave: options.resave === undefined ? true : Boolean(options.resave),
    saveUninitialized: options.saveUninitialized === undefined ? true : Boolean(options.saveUninitialized),
    hashIds: options.hashIds ?? false,
    maxDataBytes: optionalSize(options.maxDataBytes, Infinity),
    lifetimes: lifetimesOf(options, { idle: day, absolute: undefined }),
    hints,
  })
}

function givenSecrets(secret: unknown, hints: Hints): readonly Secret[] {
  if (Array.isArray(secret) && secret.length === 0) {
    throw new SessionOptionError('secret option array must contain one or more strings')
  }
  if (secret) return secretList(secret)
  hints.once(
    'COATCHECK_NO_SECRET',
    'no secret option: cookies are signed with req.secret, as cookie-parser sets it, and requests without one fail; pass session({ secret })',
  )
  return []
}

const recordOptions = [
  'idleTimeout',
  'absoluteTimeout',
  'assurance',
  'renewEvery',
  'maxSessionsPerUser',
  'device',
  'passportUser',
  'touchWindow',
  'sweepInterval',
  'hashIds',
  'encryption',
] as const

// Silence would be a promise that nobody keeps.
function checkRecordOptions(options: SessionOptions, kind: 'records' | 'express'): void {
  if (kind === 'records') return
  const option = recordOptions.find((name) => options[name] !== undefined && options[name] !== false)
  if (option !== undefined) {
    throw new SessionOptionError(
      `${option} needs a store of coatcheck/stores: a store for express-session decides that by itself under session(). ` +
        'Hand in such a store, use coatcheck(options), or leave the option out',
    )
  }
}

function hintRefusedCookie(name: string, cookie: CookieSource, hints: Hints): void {
  if (typeof cookie === 'function' || cookie.secure === 'auto') return
  const reason = refusal(name, { path: '/', ...cookie } as Parameters<typeof refusal>[1])
  if (reason !== undefined)
    hints.once('COATCHECK_COOKIE_REFUSED_BY_BROWSERS', `browsers refuse the session cookie: ${reason}`)
}

function hintDefaults(options: SessionOptions, hints: Hints): void {
  if (silenced()) return
  if (options.resave === undefined) {
    hints.once(
      'COATCHECK_DEFAULT_RESAVE',
      'resave is not set and so true, which writes each session on each request; pass resave: false',
    )
  }
  if (options.saveUninitialized === undefined) {
    hints.once(
      'COATCHECK_DEFAULT_SAVE_UNINITIALIZED',
      'saveUninitialized is not set and so true, which stores a session for each visitor that keeps no cookies; pass saveUninitialized: false',
    )
  }
}

// The switch that apps have set for express-session's deprecations.
function silenced(): boolean {
  const names = (process.env.NO_DEPRECATION ?? '').split(/[ ,]+/)
  return process.noDeprecation === true || names.includes('express-session') || names.includes('*')
}
