/**
 * One configured session layer: what `session(options)` and `coatcheck(options)` make of their options, and every request then uses.
 */
import type { Clock } from '../core/clock.js'
import type { SessionEventHub } from '../core/events.js'
import type { Keeper } from '../core/keeper.js'
import type { DeviceMark } from '../core/marks.js'
import type { RecordKeeper } from '../core/record-keeper.js'
import type { BoundSession } from '../core/request-sessions.js'
import type { Secret, TicketSigner } from '../core/secrets.js'
import type { Hints } from './hints.js'
import type { SessionRequest } from './session-host.js'
import type { Store } from './store.js'

/** Cookie options as an app writes them. */
export interface CookieOptions {
  maxAge?: number | null | undefined
  signed?: boolean | undefined
  expires?: Date | null | undefined
  httpOnly?: boolean | undefined
  path?: string | undefined
  domain?: string | undefined
  secure?: boolean | 'auto' | undefined
  encode?: ((value: string) => string) | undefined
  sameSite?: boolean | 'lax' | 'strict' | 'none' | 'auto' | undefined
  priority?: 'low' | 'medium' | 'high' | undefined
  partitioned?: boolean | undefined
}

export type CookieSource = CookieOptions | ((req: SessionRequest) => CookieOptions)

export interface Layer {
  /** Absent when the secret is to be taken from `req.secret`. */
  readonly signer: TicketSigner | undefined
  readonly signerFor: (secret: Secret) => TicketSigner
  readonly cookieName: string
  readonly cookie: CookieSource
  readonly genid: (req: SessionRequest) => unknown
  /** Could this be an ID of ours? Asked before the store is. */
  readonly isIdShaped: (id: string) => boolean
  readonly resave: boolean
  readonly saveUninitialized: boolean
  readonly rolling: boolean
  readonly destroyUnset: boolean
  /** The option `proxy`: whether X-Forwarded-Proto is believed; `undefined` leaves it to Express's trust proxy setting. */
  readonly proxy: boolean | undefined
  /** What `req.sessionStore` is. */
  readonly store: Store
  readonly keeper: Keeper
  /** The same keeper where sessions are kept as records: cookie and data apart, each with its own writes. */
  readonly recordKeeper: RecordKeeper | undefined
  /** Milliseconds after which a session gets a new ID. */
  readonly renewEvery: number | undefined
  /** Whose session it is, where the app's own data says so. */
  readonly userOf: ((values: object) => string | undefined) | undefined
  /** Who wants to hear that a session was stored as a user's because the app's data says so. */
  readonly userBound: ((session: BoundSession) => Promise<void>)[]
  /** What is kept of the device that a request comes from. */
  readonly deviceOf: ((req: SessionRequest) => DeviceMark) | undefined
  readonly clock: Clock
  /** Milliseconds for each question to the store. */
  readonly storeTimeout: number
  /** The largest text of data that is saved. */
  readonly maxDataBytes: number
  /** A store that fails fails the request, or leaves it with an empty session that is not kept. */
  readonly onStoreError: 'fail' | 'continue'
  readonly events: SessionEventHub
  readonly hints: Hints
  /** What `coatcheck()` adds to the contract of express-session. */
  readonly modern: boolean
}
