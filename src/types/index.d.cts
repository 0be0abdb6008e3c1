/**
 * The types of the package, in the form that every module setting of TypeScript understands.
 *
 * Everything that an app may augment (`SessionData`, `Session`, …) is declared here and nowhere else. `index.d.ts` is the same
 * namespace for ECMAScript importers, so `declare module` reaches the same interfaces through either door and under any alias.
 * The rest of the API comes out of the engine's own generated declarations.
 *
 * An app that compiled against @types/express-session must compile against this: names, optionality and `any` in callbacks are
 * as they are there, and what is added stands in overloads that a store written for the old types may leave out.
 */
/* oxlint-disable typescript/no-explicit-any -- callbacks of existing apps read `err.message`, which `unknown` forbids */
/* oxlint-disable typescript/no-unnecessary-type-parameters -- see NoCallback */
/* oxlint-disable typescript/no-generated-empty-object-type -- what apps add to SessionData is not here to be seen */
import type { CipherKey } from 'crypto'
import type { EventEmitter } from 'events'
import type { IncomingMessage, ServerResponse } from 'http'
import type { Http2ServerRequest } from 'http2'
// Before TypeScript 5.8 a CommonJS declaration may not name an ES module, though its types are found all the same. The comment
// reaches one line. Each room by itself and never `../index.js`: TypeScript before 5.6 cannot read its export named 'module.exports'.
// @ts-ignore
import type { Clock } from '../core/clock.js'
// @ts-ignore
import type { Duration } from '../core/duration.js'
// @ts-ignore
import { SessionError, SessionOptionError, type SessionErrorCode } from '../core/errors.js'
// @ts-ignore
import type { RejectedEvent, SessionEvent, SessionEventName, SessionEvents } from '../core/events.js'
// @ts-ignore
import type { SessionListener, StoreCallEvent, StoreErrorEvent } from '../core/events.js'
// @ts-ignore
import type { KeptRecord, MaybePromise, ScanPage, SessionRecord, UpdateResult } from '../core/record.js'
// @ts-ignore
import type { SessionStore as RecordStore } from '../core/record.js'
// @ts-ignore
import type { EncryptionOptions, PlainPolicy } from '../core/sealing.js'
// @ts-ignore
import type { RequestTrace, TraceStep, TraceStepName } from '../core/trace.js'
// @ts-ignore
import type { ExpressStoreOptions } from '../express/as-express-store.js'
// @ts-ignore
import type { SharedOptions as EngineOptions } from '../express/options.js'
// @ts-ignore
import type { Sessions as EngineSessions } from '../express/sessions.js'
// @ts-ignore
import type { SessionPage, TimeLeft } from '../express/sessions.js'
// @ts-ignore
import type { AgentName, CurrentSessionInfo, DeviceInfo, FoundSession, SessionInfo } from '../core/summaries.js'
// @ts-ignore
import type { SessionSummary } from '../core/summaries.js'
// @ts-ignore
import type { Assurance } from '../core/assurance.js'
// @ts-ignore
import type { DeviceMark } from '../core/marks.js'
// @ts-ignore
import type { DeviceOption } from '../express/device.js'
// @ts-ignore
import type { AccountMembers } from '../accounts/members.js'
// @ts-ignore
import type { Guard, Otherwise } from '../accounts/guards.js'
// @ts-ignore
import type { SignInOptions, SignOutOptions } from '../accounts/sign-in.js'
// Express is not a dependency. Where its types are not installed, requests are those of node:http.
// @ts-ignore
import express = require('express')

declare global {
  namespace Express {
    /** What `req.sessionStore` is: the store of the middleware, able to give a request a new session. */
    type SessionStore = session.Store & { generate: (req: Request) => void }

    interface Request {
      /**
       * The visitor's session: the app's values as own properties, beside `id`, `cookie` and the methods of `Session`.
       * Missing at run time where no session middleware ran, and after `destroy()`.
       */
      session: session.Session & Partial<session.SessionData>

      /** The session's ID. Secret: who knows it is the visitor, so keep it out of logs and pages. */
      sessionID: string

      /** The very store that the middleware was given. */
      sessionStore: SessionStore
    }
  }
}

/**
 * Express's request where its types are installed, and Node's with the properties that middleware adds where they are not.
 * A type that could not be found has every key, symbols included, and compares as nothing else does.
 */
type SessionRequest = symbol extends keyof express.Request ? IncomingMessage & Express.Request : express.Request

/** The same for responses. */
type SessionResponse = symbol extends keyof express.Response ? ServerResponse : express.Response

/** A request with nothing on it yet: a WebSocket upgrade, or any server that speaks `(req, res, next)`. */
type BareRequest = IncomingMessage | Http2ServerRequest

/** The options of the engine that have no word in express-session's contract; the others are declared with each door. */
type SharedOptions = Omit<
  EngineOptions,
  | 'secret'
  | 'genid'
  | 'name'
  | 'store'
  | 'cookie'
  | 'rolling'
  | 'resave'
  | 'proxy'
  | 'saveUninitialized'
  | 'unset'
  | 'passportUser'
> & {
  /**
   * Lists sessions that passport, or the app itself, signs in by writing to the session: `true` reads `session.passport.user`, a function
   * whatever the app keeps. Default: `false`, and only `signIn` says whose a session is.
   */
  passportUser?: boolean | ((session: session.Session & Partial<session.SessionData>) => string | undefined) | undefined
}

/**
 * Where a callback would be, in the overload that answers a promise. That overload is generic in its answer and takes a rest of
 * `never`, because TypeScript then compares it loosely: a store or a stand-in of a session that was written with callbacks alone,
 * for the types of express-session, is accepted where one of these is asked for, and may override these methods.
 */
type NoCallback = never[]

/**
 * Session middleware with the contract of express-session: its options, defaults, cookies and stores.
 * The answer is the object that `coatcheck()` answers too: Express middleware with `on`, `read`, `find`, `close` and more.
 *
 * @throws `ERR_SESSION_OPTION` for an option that cannot work, at construction and never at the first request.
 */
declare function session(
  options?: Omit<session.SessionOptions, 'store'> & { store?: RecordStore | session.StoreLike | undefined },
): session.Sessions
declare function session(options?: session.SessionOptions): session.Sessions

declare namespace session {
  export { session, session as default }
  export { SessionError, SessionErrorCode, SessionOptionError }
  export { Clock, Duration, ExpressStoreOptions, MaybePromise }
  export { EncryptionOptions, PlainPolicy }
  export { KeptRecord, ScanPage, SessionRecord, UpdateResult }
  export { AgentName, CurrentSessionInfo, DeviceInfo, FoundSession, SessionInfo, SessionPage, SessionSummary, TimeLeft }
  export { Assurance, DeviceMark, DeviceOption, Guard, Otherwise, SignInOptions, SignOutOptions }
  export { RejectedEvent, SessionEvent, SessionEventName, SessionEvents, StoreCallEvent, StoreErrorEvent }
  export { RequestTrace, SessionListener, TraceStep, TraceStepName }

  /**
   * Session middleware with safe defaults: the cookie is HttpOnly, SameSite=Lax and, in production, Secure and `__Host-session`;
   * an untouched session is neither stored nor given a cookie; sessions end after a day without a request and after 30 days at
   * the latest; a store never holds an ID that opens a session.
   *
   * @throws `ERR_SESSION_OPTION` for an option that cannot work or that browsers would refuse, `ERR_SESSION_SECRET_MISSING`
   * without a secret. At construction, never at the first request.
   */
  export function coatcheck(options: CoatcheckOptions): Sessions

  /**
   * The contract of a store of records, such as those of `coatcheck/stores`; `coatcheck/testing` has the tests that it must pass.
   *
   * An interface of its own, and named nowhere else: apps of express-session have been found to declare one by this name.
   */
  export interface SessionStore extends RecordStore {}

  /**
   * A store of `coatcheck/stores` for express-session itself, or for whatever else wants callbacks. `session()` and `coatcheck()`
   * take such a store as it is.
   */
  export function asExpressStore(store: RecordStore, options?: ExpressStoreOptions): Store

  /** The object that an app mounts: middleware, and what goes beyond the session of one request. */
  export interface Sessions
    extends
      Omit<EngineSessions, 'on' | 'off' | 'read' | 'update' | 'info' | 'peek'>,
      Omit<AccountMembers, 'requireUser' | 'requireFresh'> {
    /** Middleware for Express and for whatever speaks `(req, res, next)`. A bare object will do for the response of an upgrade. */
    (req: BareRequest, res: object, next: (err?: any) => void): void

    /** Calls `listener` at each such event; docs/events.md has them all. Events name sessions by handle, never by ID. */
    on<Name extends SessionEventName>(event: Name, listener: SessionListener<Name>): this
    off<Name extends SessionEventName>(event: Name, listener: SessionListener<Name>): this

    /**
     * The session of a request that did not come through the middleware, such as a WebSocket upgrade, or undefined for a visitor
     * without one. It is on `req.session` as well, and is stored when `save()` is called, not by itself.
     */
    read(req: BareRequest): Promise<(Session & Partial<SessionData>) | undefined>

    /**
     * Changes the session's data in one step that no other request gets in between: `change` gets the newest data and runs again
     * when another request was faster, so it must do nothing else. Answers what `change` answers; `req.session` has the new data.
     *
     * @throws `ERR_SESSION_NO_SESSION` when the request has no session, `ERR_SESSION_NOT_FOUND` when it was ended meanwhile.
     */
    update<Result>(
      req: BareRequest,
      change: (data: Partial<Omit<SessionData, 'cookie'>>) => MaybePromise<Result>,
    ): Promise<Result>

    /** What is known of the request's session besides its data, or undefined when it has none. */
    info(req: BareRequest): CurrentSessionInfo | undefined

    /**
     * How long the request's session has left, without making it longer: for "you will be signed out in two minutes". The request counts
     * as none of the visitor's. Undefined when it has no session that is stored.
     */
    peek(req: BareRequest): Promise<TimeLeft | undefined>

    /**
     * Middleware that lets only users pass. Others get an error with `ERR_SESSION_NO_USER` and `status` 401, or what `otherwise` does
     * with them: send them to the sign-in page, say.
     */
    requireUser(otherwise?: Otherwise<SessionRequest, SessionResponse>): Guard<BareRequest, object>

    /**
     * Middleware that lets only users pass who signed in, or proved it again, less than `maxAge` ago, and whose session the store still
     * has at this moment. Others get an error with `ERR_SESSION_NOT_FRESH` or `ERR_SESSION_NO_USER` and `status` 401, or what `otherwise`
     * does with them.
     */
    requireFresh(maxAge: Duration, otherwise?: Otherwise<SessionRequest, SessionResponse>): Guard<BareRequest, object>
  }

  /** The options of `coatcheck()`. All but the secret have defaults that are safe to leave. */
  export interface CoatcheckOptions extends SharedOptions {
    /**
     * Signs the ID in the cookie. Of several the first signs and all are accepted, so a new one is put in front of the old.
     * Who knows it can sign any ID: at least 32 random bytes, and fewer are refused in production.
     */
    secret: CipherKey | readonly CipherKey[]

    /** Where sessions are kept: a store of `coatcheck/stores`, or any for express-session. Default: `memoryStore()`. */
    store?: RecordStore | StoreLike | undefined

    /** The name of the cookie. Default: `'session'`, and `'__Host-session'` in production where the cookie allows it. */
    name?: string | undefined

    /**
     * Attributes of the cookie that are to differ from the safe ones (HttpOnly, SameSite=Lax, Path=/, Secure in production), or a
     * function that chooses them for a request. What browsers would refuse is refused at construction.
     */
    cookie?: CookieOptions | ((req: SessionRequest) => CookieOptions) | undefined

    /** Makes the ID of a new session. Default: 32 bytes of the system's randomness. An ID that can be guessed is an open door. */
    genid?(req: SessionRequest): string

    /** Writes unchanged sessions back, too. Default: `false`. */
    resave?: boolean | undefined

    /** Stores sessions that nothing was put into, and sends their cookie. Default: `false`. */
    saveUninitialized?: boolean | undefined

    /** Sends the cookie with every response. Default: `false`. */
    rolling?: boolean | undefined

    /** Whether `X-Forwarded-Proto` is believed when the cookie is `secure`. Default: Express's `trust proxy` setting. */
    proxy?: boolean | undefined

    /** What becomes of the record when `req.session` is deleted or set to null. Default: `'keep'`. */
    unset?: 'destroy' | 'keep' | undefined
  }

  /** The options of `session()`: those of express-session with their defaults, and the engine's own. `coatcheck()` has safer defaults. */
  export interface SessionOptions extends SharedOptions {
    /**
     * Signs the ID in the cookie. Of several the first signs and all are accepted, so a new one is put in front of the old.
     * Who knows it can sign any ID: at least 32 random bytes, from the environment and not from the code.
     */
    secret: CipherKey | CipherKey[]

    /**
     * Makes the ID of a new session. Default: 24 bytes of the system's randomness as 32 base64url characters.
     * IDs that can be guessed or that repeat hand one visitor's session to another.
     */
    genid?(req: SessionRequest): string

    /** The name of the cookie. Default: `'connect.sid'`. Two apps on one host need two names. */
    name?: string | undefined

    /**
     * Where sessions are kept. Default: a new `MemoryStore`, which forgets everything at a restart and is for development only.
     */
    store?: Store | undefined

    /**
     * The cookie's attributes, or a function that chooses them for a request. They are given to new sessions; a session that was
     * stored keeps those it was born with. Default: `{ path: '/', httpOnly: true, secure: false, maxAge: null }`.
     */
    cookie?: CookieOptions | ((req: SessionRequest) => CookieOptions) | undefined

    /**
     * Sends the cookie with every response, so that its `maxAge` starts again. Default: `false`. A new session that is not saved
     * (`saveUninitialized: false`) gets no cookie either way.
     */
    rolling?: boolean | undefined

    /**
     * Writes the session back after each request, changed or not. Default: `true`, with a deprecation warning when it is left
     * out. `false` is right for every store that has `touch`: an unchanged session written back undoes what a parallel request saved.
     */
    resave?: boolean | undefined

    /**
     * Whether `X-Forwarded-Proto` is believed when the cookie is `secure`. Default: Express's `trust proxy` setting. `true` only
     * behind a proxy that sets the header itself, since anyone can send it.
     */
    proxy?: boolean | undefined

    /**
     * Stores a new session that nothing was put into. Default: `true`, with a deprecation warning when it is left out. `false`
     * leaves no record and no cookie for visitors who only look.
     */
    saveUninitialized?: boolean | undefined

    /** What becomes of the record when `req.session` is deleted or set to null. Default: `'keep'`. */
    unset?: 'destroy' | 'keep' | undefined
  }

  /**
   * What the app keeps in a session. An app adds its own values:
   *
   * ```ts
   * declare module 'coatcheck' { // or 'express-session', where the package is installed under that name
   *   interface SessionData {
   *     userId: string
   *   }
   * }
   * ```
   */
  export interface SessionData {
    cookie: Cookie
  }

  /**
   * The methods and the identity of a session. An app's values belong into `SessionData`; what is added here is taken to be
   * there in every session.
   *
   * Each of the asynchronous methods takes a callback or, without one, returns a promise.
   */
  export class Session {
    /** Made by the middleware and by `Store`'s `createSession`; an app has no need to call it. */
    constructor(req: object, data?: object | null)

    /** The session ID. Secret: who knows it is the visitor. It stays the old one on the old object after `regenerate`. */
    readonly id: string

    /** The attributes of this session's cookie. Assigning `maxAge` or `expires` changes this visitor's cookie alone. */
    cookie: Cookie

    /**
     * Ends this session and puts a new, empty one with a new ID on `req.session`. Due at every sign-in, or an ID that was
     * planted before it is signed in too.
     */
    regenerate<R extends Promise<void> = Promise<void>>(...none: NoCallback): R
    regenerate(callback: (err: any) => void): this

    /** Deletes the record and takes `req.session` away. The visitor's cookie stays, and opens nothing any more. */
    destroy<R extends Promise<void> = Promise<void>>(...none: NoCallback): R
    destroy(callback: (err: any) => void): this

    /**
     * Puts the session on `req.session` as it is stored now; what this request changed is dropped.
     * Fails with `ERR_SESSION_NOT_FOUND` when it is gone from the store.
     */
    reload<R extends Promise<void> = Promise<void>>(...none: NoCallback): R
    reload(callback: (err: any) => void): this

    /** Moves the cookie's deadline a whole `originalMaxAge` ahead. Happens by itself at the end of each request. */
    resetMaxAge(): this

    /** Stores the session now. It happens by itself at the end of the request; needed before work that goes on outside of it. */
    save<R extends Promise<void> = Promise<void>>(...none: NoCallback): R
    save(callback?: (err: any) => void): this

    /** The same as `resetMaxAge`. The store learns of it when the response ends. */
    touch(): this
  }

  /** The attributes of the cookie, as options. */
  export interface CookieOptions {
    /**
     * Milliseconds that the cookie and the session live after each request that renews them. Default: none, and the browser
     * drops the cookie when it ends. Between this and `expires` the one listed last wins.
     */
    maxAge?: number | undefined

    /** Keeps the cookie apart for each site that embeds yours (CHIPS). Default: `false`. */
    partitioned?: boolean | undefined

    /** Which cookies the browser drops first when there are too many. Default: none. */
    priority?: 'low' | 'medium' | 'high' | undefined

    /** Without effect: the cookie is always signed. */
    signed?: boolean | undefined

    /** The moment at which the cookie and the session end, for a fixed one. `maxAge` is nearly always what is meant. */
    expires?: Date | null | undefined

    /** Hides the cookie from scripts in the page. Default: `true`. `false` lets any injected script take the session away. */
    httpOnly?: boolean | undefined

    /** The path under which the cookie is sent, and the middleware at work. Default: `'/'`. */
    path?: string | undefined

    /** The domain the cookie is for, its subdomains included. Default: none, and the cookie is for this very host. */
    domain?: string | undefined

    /**
     * Sends the cookie over HTTPS only. Default: `false`. `'auto'` decides with each new session by the request that begins it.
     * Without it, anyone on the way can read the ID. Behind a proxy it needs Express's `trust proxy` or the option `proxy`.
     */
    secure?: boolean | 'auto' | undefined

    /** Without effect: the value is always percent-encoded. */
    encode?: ((val: string) => string) | undefined

    /**
     * Whether requests that another site starts carry the cookie. Default: none, which browsers take for `'lax'`. `true` is
     * `'strict'`; `'none'` needs `secure`; `'auto'` is `'none'` for a session that begins over HTTPS and `'lax'` otherwise.
     */
    sameSite?: boolean | 'lax' | 'strict' | 'none' | 'auto' | undefined
  }

  /** A session's cookie: its attributes, and when it ends. */
  export interface Cookie {
    /** The `maxAge` that the session was given, in milliseconds, or null for a cookie that ends with the browser. */
    originalMaxAge: number | null

    /** Milliseconds left. Assigning it sets `expires` and `originalMaxAge`. */
    maxAge?: number | undefined
    partitioned?: boolean | undefined
    priority?: 'low' | 'medium' | 'high' | undefined
    signed?: boolean | undefined
    expires?: Date | null | undefined
    httpOnly?: boolean | undefined
    path?: string | undefined
    domain?: string | undefined
    secure?: boolean | 'auto' | undefined
    sameSite?: boolean | 'lax' | 'strict' | 'none' | undefined
  }

  /** A cookie as `new Cookie()` makes it. `req.session.cookie` is one at run time: `instanceof session.Cookie` shows it. */
  export interface LiveCookie extends Cookie {
    /** The attributes that are stored, in the form that every store of express-session keeps. */
    readonly data: StoredCookie

    /** The text of a `Set-Cookie` header with these attributes. The value is not signed. */
    serialize(name: string, value: string): string
    toJSON(): StoredCookie
  }

  /** The attributes of a cookie inside a stored session. */
  export interface StoredCookie extends Pick<Cookie, Exclude<keyof Cookie, 'maxAge' | 'signed'>> {}

  export interface CookieConstructor {
    new (options?: CookieOptions | null): LiveCookie
    /** For constructors of the old kind that inherit with `Cookie.call(this, options)`. */
    (this: Cookie, options?: CookieOptions | null): void
    readonly prototype: LiveCookie
  }

  export const Cookie: CookieConstructor

  /**
   * The base of every store for `session()`. A store implements `get`, `set` and `destroy`, and `touch` so that unchanged
   * sessions need no writing. It emits `'disconnect'` while it cannot serve and `'connect'` when it can again.
   */
  export abstract class Store extends EventEmitter {
    /** Takes whatever a store hands up, and needs none of it. */
    constructor(options?: unknown)

    /** Ends the session of `req` and gives it a new one with a new ID. */
    regenerate<R extends Promise<void> = Promise<void>>(req: SessionRequest, ...none: NoCallback): R
    regenerate(req: SessionRequest, callback: (err?: any) => any): void

    /** The session with this ID, outside any request, or nothing when there is none. */
    load<R extends Promise<(Session & SessionData) | undefined> = Promise<(Session & SessionData) | undefined>>(
      sid: string,
      ...none: NoCallback
    ): R
    load(sid: string, callback: (err: any, session?: SessionData) => any): void

    /** Makes stored data the session of `req`. */
    createSession(req: SessionRequest, session: SessionData): Session & SessionData

    /** Answers the stored session, or null or undefined when there is none under this ID. An expired one counts as none. */
    abstract get(sid: string, callback: (err: any, session?: SessionData | null) => void): void

    /** Stores the session. It is the live object: a store takes what it needs and leaves it as it is. */
    abstract set(sid: string, session: SessionData, callback?: (err?: any) => void): void

    /** Deletes the session. One that is not there is no error. */
    abstract destroy(sid: string, callback?: (err?: any) => void): void

    /** Every stored session. The middleware never asks. */
    all?(callback: (err: any, obj?: SessionData[] | { [sid: string]: SessionData } | null) => void): void

    /** How many sessions are stored. The middleware never asks. */
    length?(callback: (err: any, length?: number) => void): void

    /** Deletes every session. The middleware never asks. */
    clear?(callback?: (err?: any) => void): void

    /** Moves the deadline of a stored session, and neither creates one nor writes its data. */
    touch?(sid: string, session: SessionData, callback?: () => void): void
  }

  /**
   * As much of a store as the middleware needs. What was declared against the types of another package, or of another installed
   * copy of this one, is no `Store` to TypeScript and works all the same.
   */
  export interface StoreLike {
    on(event: string, listener: (...args: any[]) => void): any
    get(sid: string, callback: (err: any, session?: any) => void): any
    set(sid: string, session: any, callback?: (err?: any) => void): any
    destroy(sid: string, callback?: (err?: any) => void): any
  }

  /**
   * The default store of `session()`: sessions as JSON text in this process. For development and tests: a restart empties it,
   * and every process has its own. `memoryStore()` of `coatcheck/stores/memory` is the one with bounds.
   */
  export class MemoryStore extends Store {
    get<R extends Promise<SessionData | null> = Promise<SessionData | null>>(sid: string, ...none: NoCallback): R
    get(sid: string, callback: (err: any, session?: SessionData | null) => void): void

    set<R extends Promise<void> = Promise<void>>(sid: string, session: SessionData, ...none: NoCallback): R
    set(sid: string, session: SessionData, callback?: (err?: any) => void): void

    destroy<R extends Promise<void> = Promise<void>>(sid: string, ...none: NoCallback): R
    destroy(sid: string, callback?: (err?: any) => void): void

    /** Every live session by its ID. */
    all<R extends Promise<{ [sid: string]: SessionData }> = Promise<{ [sid: string]: SessionData }>>(
      ...none: NoCallback
    ): R
    all(callback: (err: any, obj?: { [sid: string]: SessionData } | null) => void): void

    /** How many live sessions there are. */
    length<R extends Promise<number> = Promise<number>>(...none: NoCallback): R
    length(callback: (err: any, length?: number) => void): void

    clear<R extends Promise<void> = Promise<void>>(...none: NoCallback): R
    clear(callback?: (err?: any) => void): void

    touch<R extends Promise<void> = Promise<void>>(sid: string, session: SessionData, ...none: NoCallback): R
    touch(sid: string, session: SessionData, callback?: () => void): void
  }
}

export = session
