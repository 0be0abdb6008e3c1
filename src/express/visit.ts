/**
 * A visit: one request, its session, and what is known of both. How the visit ends is in departure.ts.
 */
import type { Bookmark, LoadedSession, SaveResult } from '../core/keeper.js'
import { noMarks, type SessionMarks } from '../core/marks.js'
import type { MaybePromise } from '../core/record.js'
import type { TicketSigner } from '../core/secrets.js'
import { isSecureRequest } from '../core/secure-request.js'
import { TraceRecorder } from '../core/trace.js'
import { Baseline } from './baseline.js'
import { attributesKey, reviveCookie, type Cookie } from './cookie.js'
import { GivenUpIds } from './given-up-ids.js'
import type { CookieOptions, Layer } from './layer.js'
import { cookieOptions, generateSession, newCookie } from './new-session.js'
import { Session } from './session.js'
import type { SessionHost, SessionRequest } from './session-host.js'
import { sessionIn } from './session-in-request.js'
import { SessionSnapshot } from './session-snapshot.js'
import { Store } from './store.js'
import { tellBlocked, tellSaved } from './tell.js'
import type { PresentedTicket } from './ticket-reader.js'
import { seeDevice } from './whose-session.js'

/** A session as it was stored under its new ID. */
interface StoredSession {
  readonly bookmark: Bookmark | undefined
  readonly text: string
  readonly marks: SessionMarks
}

/** The cookie to take back, and what else the browser is to forget. */
export interface Farewell {
  readonly cookie: Cookie
  readonly clearSiteData: string | undefined
}

export class Visit {
  readonly layer: Layer
  readonly req: SessionRequest
  readonly signer: TicketSigner
  readonly trace: TraceRecorder | undefined
  /** The ticket whose session this is; `undefined` for a visitor who brought none that leads anywhere. */
  ticket: PresentedTicket | undefined
  bookmark: Bookmark | undefined
  createdAt: number | undefined
  /** What coatcheck knows of the session beside its data. */
  marks: SessionMarks = noMarks
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
  /** Somebody only looked how long the session has left: this request is none of the visitor's, and moves no deadline. */
  onlyPeeked = false
  /** The response's headers are written: no cookie can be sent any more. */
  headersDone = false
  /** What the response does about the cookie is decided: the visitor cannot be told of a new ID any more. */
  closed = false
  /** The app has put another session in this one's place, or ended it, and the response is to say so even if it was ended before that was through. */
  wentOn = false
  /** The ID under which the session goes on from this response on. */
  renewedId: string | undefined
  /** What the response does to the browser of a visitor who signed out. */
  farewell: Farewell | undefined

  #cookieOptions: CookieOptions
  readonly baseline = new Baseline()
  /** The IDs that are dead for the rest of the request. */
  readonly givenUp: GivenUpIds
  /** The session that events have named last. */
  namedId: unknown
  /** The user whose session it was when it was loaded or stored last. */
  storedUser: string | undefined
  /** When the request came, where somebody will ask. Epoch milliseconds. */
  readonly since: number
  #standInId: unknown
  #outdated = false
  #lastCookie: Cookie | undefined
  #snapshot: SessionSnapshot | undefined

  constructor(layer: Layer, req: SessionRequest, signer: TicketSigner, options: CookieOptions) {
    this.layer = layer
    this.req = req
    this.signer = signer
    this.#cookieOptions = options
    this.givenUp = new GivenUpIds(this)
    this.trace = layer.events.wants('request') ? new TraceRecorder(layer.clock.now()) : undefined
    this.since = layer.userOf === undefined ? 0 : layer.clock.now()
  }

  // --- Coming by a session

  /** A visitor with no session yet: a new one under a new ID. */
  begin(): void {
    this.#generate()
    this.attached = true
    this.baseline.begin(this.req.sessionID)
    this.namedId = this.req.sessionID
  }

  /** An empty session that is neither kept nor given a cookie: for a request whose session is elsewhere, or cannot be had. */
  beginWithStandIn(): void {
    this.begin()
    this.#standInId = this.req.sessionID
  }

  /** The session that the visitor's ticket led to. */
  attach(ticket: PresentedTicket, loaded: LoadedSession): void {
    const { recordKeeper, modern, resave } = this.layer
    const { renewedId, outdated } = loaded
    // The ticket that led to a session, which is not always the first one presented; or the one that it would be by now.
    const id = renewedId ?? ticket.id
    this.ticket = renewedId === undefined ? ticket : { id, secretIndex: 0, value: '' }
    this.attached = true
    this.req.sessionID = id
    const { cookie } = this.inflate(loaded)
    const attributes = recordKeeper === undefined ? undefined : attributesKey(cookie)
    this.baseline.begin(id, loaded.text, attributes)
    this.namedId = id
    this.#outdated = renewedId !== undefined || (modern && (ticket.secretIndex > 0 || outdated === true))
    if (!resave) this.baseline.noteStored(id, loaded.text, attributes, this.marks)
    seeDevice(this)
  }

  /**
   * This request is none of the visitor's: it neither keeps nor touches the session and sends no cookie. What the app has changed already is
   * kept all the same.
   */
  setAside(): void {
    this.onlyPeeked = true
    this.lookAgain()
    const session = this.livingSession()
    if (session === undefined || this.savedByApp || this.baseline.isModified(this.snapshot(session))) return
    this.#standInId = session.id
  }

  /** The visitor's session goes on under a new ID, already stored. */
  adopt(session: Session, stored: StoredSession): void {
    const { req } = this
    req.sessionID = session.id
    req.session = session
    this.lookAgain()
    this.bookmark = stored.bookmark
    this.createdAt = stored.bookmark?.createdAt
    this.marks = stored.marks
    this.savedByApp = true
    this.wentOn = true
    this.late = false
    this.#standInId = undefined
    this.#lastCookie = session.cookie
    this.baseline.noteStored(session.id, stored.text, attributesKey(session.cookie), stored.marks)
    void tellSaved(this, 'created', this.snapshot(session))
  }

  /** Replaces the request's session by a new, empty one under a new ID. */
  generate(): void {
    // A cookie function is asked again: what it looks at may have changed since the request came.
    this.#cookieOptions = cookieOptions(this.layer, this.req)
    this.#generate()
  }

  #generate(): void {
    const session = generateSession(this.layer, this.req, this.#cookieOptions)
    this.givenUp.revive(session.id)
    this.bookmark = undefined
    this.marks = noMarks
    this.savedByApp = false
    this.#lastCookie = session.cookie
  }

  /** Makes what was loaded the request's session. */
  inflate(loaded: LoadedSession): Session {
    const { req } = this
    this.bookmark = loaded.bookmark
    this.createdAt = loaded.bookmark?.createdAt
    this.marks = loaded.marks ?? noMarks
    this.storedUser = this.marks.userId
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
      this.#snapshot = new SessionSnapshot(session, this, maxDataBytes, usualCookie)
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

  // --- What is known of the session

  /** `req.session` while it may still be stored and sent. */
  livingSession(): Session | undefined {
    const session = this.session()
    return session === undefined || session.id === this.#standInId || this.givenUp.has(session.id) ? undefined : session
  }

  /** `req.session` as a session. A plain object that the app put there becomes the session's data. */
  session(): Session | undefined {
    return sessionIn(this.req, () => this.#lastCookie ?? this.#newCookie())
  }

  isSecure(): boolean {
    return isSecureRequest(this.req, this.layer.proxy)
  }

  /** The visitor's cookie named this very session. */
  isKnown(session: Session): boolean {
    return this.ticket !== undefined && this.ticket.id === session.id
  }

  isSaved(session: Session): boolean {
    const snapshot = this.snapshot(session)
    if (!this.baseline.isDataStored(snapshot)) return false
    if (this.layer.recordKeeper === undefined) return true
    // A touch of a record moves its deadline alone, so a changed cookie has to be saved; a callback store is handed the cookie either way.
    return this.baseline.areMarksStored(snapshot) && this.baseline.isCookieStored(snapshot)
  }

  /** Is there a deadline that the store has not heard of? `save()` told it, unless the cookie was changed afterwards. */
  isTouchDue(session: Session): boolean {
    if (this.onlyPeeked || (this.savedByApp && this.baseline.isCookieStored(this.snapshot(session)))) return false
    return this.layer.keeper.touchDue(this.snapshot(session))
  }

  // A browser that forgets its cookie ends the session too, so the browser's deadline moves along with the store's.
  isCookieOutdated(session: Session, expiring: boolean): boolean {
    if (this.#outdated || !this.layer.modern) return this.#outdated
    const snapshot = this.snapshot(session)
    return (
      this.baseline.isCookieChanged(snapshot) || (expiring && !this.onlyPeeked && this.layer.keeper.touchDue(snapshot))
    )
  }

  // --- What became of it

  noteSaved(result: SaveResult, snapshot: SessionSnapshot, what: 'write' | 'touch' = 'write'): MaybePromise<void> {
    const { id } = snapshot
    if (result === 'gone') {
      this.noteGone(id, what)
      return undefined
    }
    // The cookie of the new ID is another response's to send.
    if (result === 'moved') this.goneId = id
    this.baseline.noteStored(id, snapshot.dataText(), snapshot.attributes(), snapshot.marks)
    this.noteKept(snapshot)
    return tellSaved(this, result, snapshot)
  }

  /** The session ended while this request ran, so what the request wanted of it is left undone. Told once. */
  noteGone(id: string, what: 'write' | 'touch' | 'cookie'): void {
    if (this.goneId === id) return
    this.goneId = id
    tellBlocked(this, what, id)
  }

  /** Takes over what the keeper wrote into the snapshot, if that session is still this request's. */
  noteKept(snapshot: SessionSnapshot): void {
    if ((this.req.session as Session | undefined | null)?.id === snapshot.id) this.bookmark = snapshot.bookmark
  }
}
