/**
 * How a session layer is set, as far as it can be looked at from outside: for `coatcheck doctor` and the like. No secret is among it.
 */

/** The attributes that new cookies get, where they do not depend on the request. */
export interface CookieSettings {
  readonly path?: string | undefined
  readonly domain?: string | undefined
  readonly httpOnly?: boolean | undefined
  readonly secure?: boolean | 'auto' | undefined
  readonly sameSite?: boolean | string | undefined
  readonly maxAge?: number | null | undefined
}

export interface LayerSettings {
  readonly door: 'coatcheck' | 'session'
  readonly cookieName: string
  /** `undefined` where a function of the request decides. */
  readonly cookie: CookieSettings | undefined
  /** Bytes of each secret, the newest first; none where the secret comes from `req.secret`. */
  readonly secretBytes: readonly number[]
  /** `memory` for sessions that end with the process, `callbacks` for a store made for express-session. */
  readonly store: 'memory' | 'callbacks' | 'records'
  readonly hashIds: boolean
  readonly encrypted: boolean
  readonly resave: boolean
  readonly saveUninitialized: boolean
  readonly ownGenid: boolean
  /** Milliseconds; `undefined` where nothing sets such a limit. */
  readonly idle: number | undefined
  readonly absolute: number | undefined
  readonly renewEvery: number | undefined
  /** Bytes. */
  readonly maxDataBytes: number
  readonly onStoreError: 'fail' | 'continue'
  readonly limitsSessions: boolean
}

const key = Symbol.for('coatcheck.settings')

/** Not enumerable: whoever logs the mounted object has no use for it. */
export function setSettings(sessions: object, settings: LayerSettings): void {
  Object.defineProperty(sessions, key, { value: settings, enumerable: false })
}

/** `undefined` for what is no mounted object. */
export function settingsOf(sessions: unknown): LayerSettings | undefined {
  if (typeof sessions !== 'function') return undefined
  return (sessions as { readonly [key]?: LayerSettings })[key]
}
