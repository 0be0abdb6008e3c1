/**
 * A visit: one request, its session, and what is known of both. How the visit ends is in departure.ts.
 */
import { SessionError } from '../core/errors.js'
import type { Bookmark, LoadedSession, LoadResult, SaveResult } from '../core/keeper.js'
import { andThen, isPending } from '../core/maybe-promise.js'
import type { MaybePromise } from '../core/record.js'
import type { TicketSigner } from '../core/secrets.js'
import { TraceRecorder } from '../core/trace.js'
import { answerOf, outsidePromise } from './ask-store.js'
import type { Callback } from './callback-or-promise.js'
import { attributesKey, Cookie, renewCookie, reviveCookie } from './cookie.js'
import type { CookieOptions, Layer } from './layer.js'
import { cookieOptions, generateSession, newCookie } from './new-session.js'
import { isSecureRequest } from './secure-request.js'
import { failedToLoad, Session } from './session.js'
import type { SessionHost, SessionRequest } from './session-host.js'
import { SessionSnapshot } from './session-snapshot.js'
import { Store } from './store.js'
import type { PresentedTicket } from './ticket-reader.js'

export class Visit {
  readonly layer: Layer
  readonly req: SessionRequest
  readonly signer: TicketSigner
  readonly trace: TraceRecorder | undefined
  /** The ticket whose session this is; `undefined` for a visitor who brought none that leads anywhere. */
  ticket: PresentedTicket | undefined
  bookmark: Bookmark | undefined
  createdAt: number | undefined
  /** The app called `save()`, so there is a record that the visitor must be able to reach. */
  savedByApp = false
  /** What the app has asked of the store and not waited for. Never rejects. */
  underWay: Promise<void> | undefined
  /** The session was ended elsewhere while this request ran. */
  gone = false

  #cookieOptions: CookieOptions
  /** What a change is measured against. */
  #originalId: unknown
  #originalText = '{}'
  #originalAttributes: string | undefined
  /** What the store holds, as far as this request knows. */
  #savedId: unknown
  #savedText: string | undefined
  #savedAttributes: string | undefined
  #ended: Set<unknown> | undefined
  #outdated = false
  #lastCookie: Cookie | undefined
  #snapshot: SessionSnapshot | undefined

  constructor(layer: Layer, req: SessionRequest, signer: TicketSigner, options: CookieOptions) {
    this.layer = layer
    this.req = req
    this.signer = signer
    this.#cookieOptions = options
    this.trace = layer.events.wants('request') ? new TraceRecorder(layer.clock.now()) : undefined
  }

  // --- Coming by a session

  /** A visitor with no session yet: a new one under a new ID. */
  begin(): void {
    this.#generate()
    this.#originalId = this.req.sessionID
  }

  /** The session that the visitor's ticket led to. */
  attach(ticket: PresentedTicket, loaded: LoadedSession): void {
    const { keepsRecords, modern, resave } = this.layer
    this.ticket = ticket
    // The ticket that led to a session, which is not always the first one presented.
    this.req.sessionID = ticket.id
    const { cookie } = this.#inflate(loaded)
    this.#originalId = ticket.id
    this.#originalText = loaded.text
    if (keepsRecords) this.#originalAttributes = attributesKey(cookie)
    this.#outdated = modern && (ticket.secretIndex > 0 || loaded.outdated === true)
    if (!resave) this.#noteStored(ticket.id, loaded.text, this.#originalAttributes)
  }

  /** Replaces the request's session by a new, empty one under a new ID. */
  generate(): void {
    // A cookie function is asked again: what it looks at may have changed since the request came.
    this.#cookieOptions = cookieOptions(this.layer, this.req)
    this.#generate()
  }

  #generate(): void {
    const session = generateSession(this.layer, this.req, this.#cookieOptions)
    this.bookmark = undefined
    this.#lastCookie = session.cookie
  }

  #inflate(loaded: LoadedSession): Session {
    const { req } = this
    this.bookmark = loaded.bookmark
    this.createdAt = loaded.bookmark?.createdAt
    let session: Session
    if (loaded.raw === undefined) {
      const cookie = loaded.cookie === undefined ? this.#newCookie() : reviveCookie(loaded.cookie)
      session = new Session(req as SessionHost, loaded.values, cookie)
      req.session = session
    } else {
      const { store } = this.layer
      const createSession = store.createSession ?? Store.prototype.createSession
      session = createSession.call(store, req as SessionHost, loaded.raw)
    }
    this.#lastCookie = session.cookie
    return session
  }

  #newCookie(): Cookie {
    return newCookie(this.layer, this.req, this.#cookieOptions)
  }

  /** The session as it is now, for its keeper; the same one until `lookAgain`. */
  snapshot(session: Session): SessionSnapshot {
    if (this.#snapshot?.live !== session) {
      const usualCookie = this.layer.modern ? this.#newCookie() : undefined
      const { maxDataBytes } = this.layer
      this.#snapshot = new SessionSnapshot(session, this.bookmark, this.createdAt, maxDataBytes, usualCookie)
    }
    return this.#snapshot
  }

  /** Forgets the snapshot: the app has had the session in its hands since it was taken. */
  lookAgain(): void {
    this.#snapshot = undefined
  }

  // --- What the app asks of its session

  saveByApp(session: Session, done: Callback): void {
    if (this.wasEnded(session.id)) {
      done(alreadyEnded())
      return
    }
    if (session !== this.req.session) {
      // An object that is no longer this request's session is kept as its store keeps any object.
      this.layer.store.set(session.id, session, done)
      return
    }
    try {
      this.lookAgain()
      this.session()
      const snapshot = this.snapshot(session)
      // What is stored now must not expire before the visitor's next request: nothing may move the deadline after this.
      renewCookie(session.cookie)
      this.savedByApp = true
      this.#noteStored(session.id, snapshot.dataText(), snapshot.attributes())
      const answer = andThen(this.layer.keeper.save(snapshot), (result) => this.noteSaved(result, snapshot))
      this.#waitFor(answer, done, () => this.#forgetStored())
    } catch (error) {
      this.#forgetStored()
      done(error)
    }
  }

  destroy(session: Session, done: Callback): void {
    const { layer, req } = this
    delete req.session
    this.noteEnded(session.id)
    try {
      const answer = answerOf('destroy', layer, (answered) => layer.store.destroy(session.id, answered))
      this.tell('destroyed', session.id)
      this.#waitFor(answer, done)
    } catch (error) {
      done(error)
    }
  }

  /** Tells the app when the answer is here, and lets the response wait for it even when the app does not. */
  #waitFor(answer: MaybePromise<unknown>, done: Callback, onFailure?: () => void): void {
    if (!isPending(answer)) {
      done()
      return
    }
    const told = answer.then(
      () => outsidePromise(done),
      (error: unknown) => {
        onFailure?.()
        outsidePromise(done, error)
      },
    )
    const { underWay } = this
    this.underWay = underWay === undefined ? told : underWay.then(() => told)
  }

  reload(session: Session, done: Callback): void {
    const found = (loaded: LoadResult): void => {
      try {
        if (loaded?.status !== 'found') throw failedToLoad()
        this.req.sessionID = session.id
        this.#inflate(loaded)
        // Under `resave` nothing counts as stored until this request has stored it.
        if (this.#savedText !== undefined) {
          const { cookie } = this.req.session as Session
          this.#noteStored(session.id, loaded.text, attributesKey(cookie))
        }
      } catch (error) {
        done(error)
        return
      }
      done()
    }
    try {
      const answer = this.layer.keeper.load(session.id, 0)
      if (isPending(answer)) answer.then(found, (error: unknown) => outsidePromise(done, error))
      else found(answer)
    } catch (error) {
      done(error)
    }
  }

  /** This ID is dead for the rest of the request: nothing may be saved under it any more. */
  noteEnded(id: string): void {
    this.#ended ??= new Set()
    this.#ended.add(id)
  }

  wasEnded(id: unknown): boolean {
    return this.#ended?.has(id) === true
  }

  // --- What is known of the session

  /** `req.session` while it may still be stored and sent. */
  livingSession(): Session | undefined {
    const session = this.session()
    return session === undefined || this.wasEnded(session.id) ? undefined : session
  }

  /** `req.session` as a session. A plain object that the app put there becomes the session's data. */
  session(): Session | undefined {
    const { req } = this
    const value = req.session
    if (value instanceof Session) {
      if (!(value.cookie instanceof Cookie)) value.cookie = this.#repairedCookie(value.cookie)
      return value
    }
    if (typeof value !== 'object' || value === null) return undefined
    const session = new Session(req as SessionHost, value, this.#lastCookie ?? this.#newCookie())
    req.session = session
    return session
  }

  #repairedCookie(value: unknown): Cookie {
    if (typeof value === 'object' && value !== null) return new Cookie(value)
    return this.#lastCookie ?? this.#newCookie()
  }

  isSecure(): boolean {
    return isSecureRequest(this.req, this.layer.proxy)
  }

  /** The visitor's cookie named this very session. */
  isKnown(session: Session): boolean {
    return this.ticket !== undefined && this.ticket.id === session.id
  }

  isModified(session: Session): boolean {
    return session.id !== this.#originalId || this.snapshot(session).dataText() !== this.#originalText
  }

  isSaved(session: Session): boolean {
    if (this.#savedId !== session.id || this.#savedText !== this.snapshot(session).dataText()) return false
    // A touch of a record moves its deadline alone, so a changed cookie has to be saved; a callback store is handed the cookie either way.
    return !this.layer.keepsRecords || this.#savedAttributes === this.snapshot(session).attributes()
  }

  /** Is there a deadline that the store has not heard of? `save()` told it, unless the cookie was changed afterwards. */
  isTouchDue(session: Session): boolean {
    if (this.savedByApp && this.#savedAttributes === this.snapshot(session).attributes()) return false
    return this.layer.keeper.touchDue(this.snapshot(session))
  }

  // A browser that forgets its cookie ends the session too, so the browser's deadline moves along with the store's.
  isCookieOutdated(session: Session, expiring: boolean): boolean {
    if (!this.layer.modern) return false
    const changed = this.snapshot(session).attributes() !== this.#originalAttributes
    return this.#outdated || changed || (expiring && this.layer.keeper.touchDue(this.snapshot(session)))
  }

  // --- What became of it

  noteSaved(result: SaveResult, snapshot: SessionSnapshot): void {
    if (result === 'gone') {
      this.gone = true
      return
    }
    const { id } = snapshot
    this.#noteStored(id, snapshot.dataText(), snapshot.attributes())
    this.noteKept(snapshot)
    const { events, keeper } = this.layer
    if (this.#originalId !== id && events.wants('regenerated')) {
      const previousHandle = keeper.handle(String(this.#originalId))
      events.emit('regenerated', { handle: keeper.handle(id), previousHandle, req: this.req })
    }
    this.tell(result, id)
  }

  /** Takes over what the keeper wrote into the snapshot, if that session is still this request's. */
  noteKept(snapshot: SessionSnapshot): void {
    if ((this.req.session as Session | undefined | null)?.id === snapshot.id) this.bookmark = snapshot.bookmark
  }

  #noteStored(id: string, text: string, attributes: string | undefined): void {
    this.#savedId = id
    this.#savedText = text
    this.#savedAttributes = attributes
  }

  #forgetStored(): void {
    this.#savedText = undefined
  }

  tell(event: 'created' | 'saved' | 'touched' | 'destroyed', id: string): void {
    const { events, keeper } = this.layer
    if (!events.wants(event)) return
    events.emit(event, { handle: keeper.handle(id), userId: this.bookmark?.userId, req: this.req })
  }

  storeFailed(operation: string, error: unknown): void {
    const { events, hints } = this.layer
    if (events.wants('storeError')) events.emit('storeError', { operation, error, req: this.req })
    hints.once('COATCHECK_STORE_FAILED', () => {
      const message = error instanceof Error ? error.message : String(error)
      return `the session store failed (${operation}: ${message}); this is said once, listen to storeError to hear of each failure`
    })
  }
}

function alreadyEnded(): SessionError {
  return new SessionError(
    'ERR_SESSION_NO_SESSION',
    'this session was ended in this request and stays ended; save req.session, or call regenerate for a new one',
  )
}
