/**
 * A visit: one request, its session, and what is known of both. How the visit ends is in departure.ts.
 */
import type { Bookmark, LoadedSession, SaveResult } from '../core/keeper.js'
import { isPending } from '../core/maybe-promise.js'
import type { TicketSigner } from '../core/secrets.js'
import { TraceRecorder } from '../core/trace.js'
import { attributesKey, Cookie, reviveCookie } from './cookie.js'
import type { CookieOptions, Layer } from './layer.js'
import { cookieOptions, generateSession, newCookie } from './new-session.js'
import { isSecureRequest } from './secure-request.js'
import { Session } from './session.js'
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
  /** `sessions.update` is at work in this request. */
  updating = false
  /** The ticket's ID was given up for a new one: this request is late, and its session is elsewhere. */
  late = false
  /** The session was ended elsewhere while this request ran. */
  goneId: string | undefined
  /** The request has had a session, so that its absence says something. */
  attached = false

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
  #retiredId: string | undefined
  #standInId: unknown
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
    this.attached = true
    this.#originalId = this.req.sessionID
  }

  /** An empty session that is neither kept nor given a cookie: for a request whose session is elsewhere, or cannot be had. */
  beginWithStandIn(): void {
    this.begin()
    this.#standInId = this.req.sessionID
  }

  /** The session that the visitor's ticket led to. */
  attach(ticket: PresentedTicket, loaded: LoadedSession): void {
    const { keepsRecords, modern, resave } = this.layer
    this.ticket = ticket
    this.attached = true
    // The ticket that led to a session, which is not always the first one presented.
    this.req.sessionID = ticket.id
    const { cookie } = this.inflate(loaded)
    this.#originalId = ticket.id
    this.#originalText = loaded.text
    if (keepsRecords) this.#originalAttributes = attributesKey(cookie)
    this.#outdated = modern && (ticket.secretIndex > 0 || loaded.outdated === true)
    if (!resave) this.noteStored(ticket.id, loaded.text, this.#originalAttributes)
  }

  /** Replaces the request's session by a new, empty one under a new ID. */
  generate(): void {
    // A cookie function is asked again: what it looks at may have changed since the request came.
    this.#cookieOptions = cookieOptions(this.layer, this.req)
    this.#generate()
  }

  #generate(): void {
    const session = generateSession(this.layer, this.req, this.#cookieOptions)
    this.#revive(session.id)
    this.bookmark = undefined
    this.savedByApp = false
    this.#lastCookie = session.cookie
  }

  /** Makes what was loaded the request's session. */
  inflate(loaded: LoadedSession): Session {
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

  // --- What the app has asked for

  /** Lets the response wait for what the app may not wait for itself. `work` never rejects. */
  waitFor(work: Promise<void>): void {
    const { underWay } = this
    this.underWay = underWay === undefined ? work : underWay.then(() => work)
  }

  /** This ID is dead for the rest of the request: nothing may be saved under it any more. */
  noteEnded(id: string): void {
    this.#ended ??= new Set()
    this.#ended.add(id)
  }

  /** This ID is being given up for a new one. */
  noteRetired(id: string): void {
    this.noteEnded(id)
    this.#retiredId = id
    // A keeper of records retires in the same step in which it ends the session; for the others this is a note.
    if (!this.layer.keepsRecords) void this.layer.keeper.retire(id)
  }

  // A genid may give an ID again, a constant one above all: what it is given to is a new session, and may be kept.
  #revive(id: string): void {
    this.#ended?.delete(id)
    if (this.#retiredId !== id) return
    this.forgetRetired()
    this.#retiredId = undefined
  }

  /** The visitor was never told the new ID, so a request with the old one is not late: it is all that he has. */
  forgetRetired(): void {
    if (this.#retiredId === undefined) return
    const forgotten = this.layer.keeper.forgetRetired(this.#retiredId)
    if (isPending(forgotten)) forgotten.catch((error: unknown) => this.storeFailed('destroy', error))
  }

  wasEnded(id: unknown): boolean {
    return this.#ended?.has(id) === true
  }

  // --- What is known of the session

  /** `req.session` while it may still be stored and sent. */
  livingSession(): Session | undefined {
    const session = this.session()
    return session === undefined || session.id === this.#standInId || this.wasEnded(session.id) ? undefined : session
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
      this.goneId = snapshot.id
      return
    }
    const { id } = snapshot
    this.noteStored(id, snapshot.dataText(), snapshot.attributes())
    this.noteKept(snapshot)
    const { events, keeper } = this.layer
    if (snapshot.conflict !== undefined && events.wants('conflict')) {
      const { userId } = snapshot.bookmark ?? {}
      events.emit('conflict', { handle: keeper.handle(id), userId, paths: snapshot.conflict, req: this.req })
    }
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

  noteStored(id: string, text: string, attributes: string | undefined): void {
    this.#savedId = id
    this.#savedText = text
    this.#savedAttributes = attributes
  }

  hasStored(): boolean {
    return this.#savedText !== undefined
  }

  /** The data as store and request had it in common last. */
  get baseText(): string {
    return this.#savedText ?? this.#originalText
  }

  forgetStored(): void {
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
