/**
 * `Store`: the base that every express-session store inherits from.
 *
 * Nothing here needs a constructor to have run: stores call it in the way of ES5, and one of the most used never calls it at all.
 */
import { EventEmitter } from 'node:events'
import { inherits } from 'node:util'
import { SessionError } from '../core/errors.js'
import { callbackOrPromise, type Callback } from './callback-or-promise.js'
import { askStore, patienceOf } from './ask-store.js'
import { Cookie, reviveCookie } from './cookie.js'
import { Session } from './session.js'
import type { SessionHost } from './session-host.js'

export interface Store extends EventEmitter {
  get(id: string, callback: Callback<object | null>): unknown
  set(id: string, session: object, callback?: Callback): unknown
  destroy(id: string, callback?: Callback): unknown
  touch?(id: string, session: object, callback?: Callback): unknown
  all?(callback: Callback): unknown
  length?(callback: Callback<number>): unknown
  clear?(callback?: Callback): unknown
  /** Set by the middleware: gives the request a new session under a new ID. */
  generate?(req: SessionHost): void
  regenerate(req: SessionHost, callback?: Callback): unknown
  load(id: string, callback?: Callback<Session>): unknown
  createSession(req: SessionHost, stored: object): Session
}

export interface StoreConstructor {
  new (options?: unknown): Store
  (this: Store, options?: unknown): void
  readonly prototype: Store
}

export const Store = function (this: Store): void {
  EventEmitter.call(this)
} as unknown as StoreConstructor

inherits(Store, EventEmitter)

/** Ends the session of `req` and gives it a new one. The new one is there even when the old could not be ended, and the error is told. */
Store.prototype.regenerate = function regenerate(this: Store, req, callback) {
  return callbackOrPromise(undefined, callback, (done) => {
    askStore(
      'destroy',
      patienceOf(req),
      (answer) => this.destroy(req.sessionID, answer),
      (error) => {
        try {
          this.generate?.(req)
        } catch (failure) {
          // A genid of the app's that fails: an error of this call, whenever the store answers.
          done(failure)
          return
        }
        done(error)
      },
    )
  })
}

/** The session with this ID outside any request, or nothing. */
Store.prototype.load = function load(this: Store, id, callback) {
  return callbackOrPromise(undefined, callback, (done) => {
    this.get(id, (error, stored) => {
      if (error) done(error)
      else if (!stored) done()
      else done(null, this.createSession({ sessionID: id, sessionStore: this }, stored))
    })
  })
}

/** Makes `stored` the session of `req`. Its cookie becomes a live one, on the given object too. */
Store.prototype.createSession = function createSession(this: Store, req, stored) {
  const holder = stored as { cookie: unknown }
  if (typeof holder.cookie !== 'object' || holder.cookie === null) {
    throw new SessionError(
      'ERR_SESSION_STORE_ANSWER',
      'the stored session has no cookie, so it is none of express-session or coatcheck; clear it from the store',
    )
  }
  holder.cookie = reviveCookie(holder.cookie instanceof Cookie ? holder.cookie.data : holder.cookie)
  const session = new Session(req, stored)
  req.session = session
  return session
}
