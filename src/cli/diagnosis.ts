/**
 * What `coatcheck doctor` says of an app's settings: a pure function, rule by rule.
 */
import type { LayerSettings } from '../core/layer-settings.js'

export interface Finding {
  /** `bad`: an open door. `warn`: think about it. `ok`: as it should be. */
  readonly level: 'bad' | 'warn' | 'ok'
  readonly what: string
  /** What to change. */
  readonly change?: string | undefined
}

type Rule = (settings: LayerSettings) => Finding

const day = 86_400_000
const enoughSecret = 32

const ok = (what: string): Finding => ({ level: 'ok', what })
const warn = (what: string, change: string): Finding => ({ level: 'warn', what, change })
const bad = (what: string, change: string): Finding => ({ level: 'bad', what, change })

const rules: readonly Rule[] = [
  ({ secretBytes }) => {
    if (secretBytes.length === 0)
      return warn('the secret comes from req.secret', 'pass secret, so that it is checked at the start')
    const shortest = Math.min(...secretBytes)
    return shortest >= enoughSecret
      ? ok(`the secret has ${shortest} bytes${secretBytes.length > 1 ? `, the shortest of ${secretBytes.length}` : ''}`)
      : bad(
          `a secret has ${shortest} bytes: who guesses it can sign any cookie`,
          'make one with `npx coatcheck secret` and put it in front',
        )
  },
  ({ cookie }) => {
    if (cookie === undefined)
      return warn('a function decides the cookie for each request', 'see that it sets httpOnly, secure and sameSite')
    return cookie.httpOnly === false
      ? bad('scripts in the page can read the cookie', 'leave cookie.httpOnly out')
      : ok('the cookie is HttpOnly')
  },
  ({ cookie }) => {
    if (cookie === undefined) return ok('Secure is decided for each request')
    if (cookie.secure === 'auto') return ok('the cookie is Secure where the request came over TLS')
    return cookie.secure === true
      ? ok('the cookie is Secure')
      : bad(
          'the cookie travels over plain http, where anybody on the way can read it',
          "set cookie.secure to true or 'auto', and trust proxy behind a proxy",
        )
  },
  ({ cookie }) => {
    const sameSite = cookie === undefined ? 'lax' : cookie.sameSite
    if (sameSite === undefined || sameSite === false)
      return warn('the cookie has no SameSite, which not every browser takes for Lax', "set cookie.sameSite to 'lax'")
    return String(sameSite).toLowerCase() === 'none'
      ? warn(
          'the cookie is sent with requests that other sites start',
          "use sameSite: 'lax' unless other sites embed yours, and mount csrf() of coatcheck/csrf",
        )
      : ok(`the cookie is SameSite=${sameSite === true ? 'Strict' : String(sameSite)}`)
  },
  ({ cookie, cookieName }) => {
    if (cookie?.domain !== undefined)
      return warn(`every host of ${cookie.domain} gets the cookie, and can set one`, 'leave cookie.domain out')
    return cookieName.startsWith('__Host-')
      ? ok('no other host can set the cookie (__Host-)')
      : warn(
          `another host of the domain can plant a cookie called ${cookieName}`,
          "name it '__Host-session', with cookie.secure: true",
        )
  },
  ({ store }) => {
    if (store === 'memory')
      return bad(
        'sessions are kept in this process: they end with it, and no other process knows them',
        'pass a store of coatcheck/stores',
      )
    return store === 'callbacks'
      ? warn(
          'the store knows no versions, so between processes an update can be lost and a sign-out undone',
          'use a store of coatcheck/stores; docs/stores says how to move',
        )
      : ok('the store keeps versions: no update is lost, no sign-out undone')
  },
  ({ hashIds, store }) =>
    hashIds
      ? ok('the store holds hashes of IDs: who reads it can be nobody')
      : warn(
          'the store holds the IDs themselves: who reads it, or a backup of it, can be anybody',
          store === 'callbacks'
            ? 'use coatcheck(), or a store of coatcheck/stores with hashIds: true'
            : 'set hashIds: true (everybody signs in anew), or use coatcheck()',
        ),
  ({ idle }) =>
    idle === undefined
      ? warn(
          'nobody here knows when an unused session ends: the store decides',
          'set idleTimeout, with a store of coatcheck/stores',
        )
      : idle > 30 * day
        ? warn(
            `an unused session lives for ${Math.round(idle / day)} days`,
            'set idleTimeout shorter, and give remember to those who ask for it',
          )
        : ok('unused sessions end'),
  ({ absolute }) =>
    absolute === undefined
      ? warn('a session in use lives for ever, and so does a stolen one', "set absoluteTimeout, '30d' say")
      : ok(`no session outlives ${Math.max(1, Math.round(absolute / day))} days`),
  ({ renewEvery }) =>
    renewEvery === undefined
      ? warn(
          'a session keeps its ID for as long as it lives',
          "set renewEvery: '1h', so that a stolen ID is worth little for long",
        )
      : ok('IDs are renewed'),
  ({ saveUninitialized }) =>
    saveUninitialized
      ? warn('each visitor without a cookie, a robot too, costs a record', 'set saveUninitialized: false')
      : ok('visitors who write nothing cost nothing'),
  ({ resave }) =>
    resave
      ? warn('each request writes the session, changed or not', 'set resave: false')
      : ok('unchanged sessions are not written'),
  ({ maxDataBytes }) =>
    Number.isFinite(maxDataBytes)
      ? ok('the size of a session is bounded')
      : warn('a session may grow without bound', 'set maxDataBytes: 65_536'),
  ({ ownGenid }) =>
    ownGenid
      ? warn(
          'the app makes its own session IDs',
          'leave genid out: IDs must have 128 bits that nobody can guess, and be new each time',
        )
      : ok('IDs are random'),
  ({ onStoreError }) =>
    onStoreError === 'continue'
      ? warn(
          'while the store fails, everybody is a stranger',
          'see that pages for users say so, and do not show a sign-in form',
        )
      : ok('while the store fails, requests fail'),
  ({ encrypted }) =>
    encrypted
      ? ok('data is encrypted in the store')
      : warn(
          'data stands in the store as it is',
          'set encryption: { keys } if sessions hold what nobody else may read',
        ),
  ({ limitsSessions }) =>
    limitsSessions
      ? ok('the sessions of one user are limited')
      : warn('a user may have any number of sessions', 'set maxSessionsPerUser, if your rules ask for it'),
]

/** The findings, worst first. */
export function diagnose(settings: LayerSettings): readonly Finding[] {
  const order = { bad: 0, warn: 1, ok: 2 } as const
  return rules.map((rule) => rule(settings)).sort((one, other) => order[one.level] - order[other.level])
}
