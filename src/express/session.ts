/**
 * `Session`: what `req.session` is. The app's values and the cookie are its own enumerable properties, and everything else is on
 * the prototype, so that no key of an app ever meets one of ours.
 */
import { destroySession, regenerateSession, reloadSession, saveSession } from './app-requests.js'
import { askStore, systemPatience } from './ask-store.js'
import { callbackOrPromise, type Callback } from './callback-or-promise.js'
import { renewCookie, type Cookie } from './cookie.js'
import type { SessionHost } from './session-host.js'
import { failedToLoad } from './request-errors.js'
import { visitOf } from './visit-of.js'

export interface Session {
  /** The request this session belongs to. */
  readonly req: SessionHost
  /** The session ID. Secret: who knows it is the visitor. */
  readonly id: string
  cookie: Cookie
  /** Renews the cookie's deadline. The store learns of it when the response ends. */
  touch(): this
  resetMaxAge(): this
  save(callback: Callback): this
  save(): Promise<void>
  reload(callback: Callback): this
  reload(): Promise<void>
  destroy(callback: Callback): this
  destroy(): Promise<void>
  regenerate(callback: Callback): this
  regenerate(): Promise<void>
  [key: string]: unknown
}

export interface SessionConstructor {
  new (req: SessionHost, values?: object | null, cookie?: Cookie): Session
  (this: Session, req: SessionHost, values?: object | null, cookie?: Cookie): void
  readonly prototype: Session
}

// A descriptor reused: it is read at once, never kept.
const hidden = { value: undefined as unknown, enumerable: false, configurable: false, writable: false }

export const Session = function (this: Session, req: SessionHost, values?: object | null, cookie?: Cookie): void {
  hidden.value = req
  Object.defineProperty(this, 'req', hidden)
  hidden.value = req.sessionID
  Object.defineProperty(this, 'id', hidden)
  hidden.value = undefined
  if (cookie !== undefined) this.cookie = cookie
  if (typeof values === 'object' && values !== null) copyValues(this, values)
} as unknown as SessionConstructor

/** Copies what is not a name of ours. `__proto__` and `constructor` are names of every object, so stored ones stay inert. */
function copyValues(session: Session, values: object): void {
  const target = session as unknown as Record<string, unknown>
  // Own values alone: what a hostile `__proto__` in an object's text brought in by inheritance stays outside.
  for (const key of Object.keys(values)) {
    if (!(key in target)) target[key] = (values as Record<string, unknown>)[key]
  }
}

// A key that came in with a request must not give the session another prototype, and with it values and methods that it never had.
Object.defineProperty(Session.prototype, '__proto__', {
  configurable: true,
  get(this: Session): unknown {
    return Object.getPrototypeOf(this)
  },
  set() {},
})

type Method = (this: Session, callback?: Callback) => unknown

function method(name: string, value: Method): void {
  Object.defineProperty(Session.prototype, name, { value, configurable: true, enumerable: false, writable: true })
}

method('touch', function touch() {
  return this.resetMaxAge()
})

method('resetMaxAge', function resetMaxAge() {
  if (this.cookie) renewCookie(this.cookie)
  return this
})

method('save', function save(callback) {
  return callbackOrPromise(this, callback, (done) => {
    const visit = visitOf(this.req)
    if (visit !== undefined) saveSession(visit, this, done)
    else askStore('save', systemPatience, (answer) => this.req.sessionStore.set(this.id, this, answer), done)
  })
})

method('reload', function reload(callback) {
  return callbackOrPromise(this, callback, (done) => {
    const { req } = this
    const visit = visitOf(req)
    if (visit !== undefined) {
      reloadSession(visit, this, done)
      return
    }
    req.sessionStore.get(this.id, (error, stored) => {
      if (error) done(error)
      else if (!stored) done(failedToLoad())
      else {
        req.sessionStore.createSession(req, stored)
        done()
      }
    })
  })
})

method('destroy', function destroy(callback) {
  return callbackOrPromise(this, callback, (done) => {
    const { req } = this
    const visit = visitOf(req)
    if (visit !== undefined) {
      destroySession(visit, this, done)
      return
    }
    delete (req as { session?: unknown }).session
    askStore('destroy', systemPatience, (answer) => req.sessionStore.destroy(this.id, answer), done)
  })
})

method('regenerate', function regenerate(callback) {
  return callbackOrPromise(this, callback, (done) => {
    const { req } = this
    const visit = visitOf(req)
    if (visit === undefined) {
      void req.sessionStore.regenerate(req, done)
      return
    }
    regenerateSession(visit, done)
  })
})
