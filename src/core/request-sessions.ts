/**
 * What rooms above may do with the session of a request, without knowing what a request is.
 */
import type { Clock } from './clock.js'
import type { SessionEventHub } from './events.js'
import type { Handles } from './handles.js'
import type { DeviceMark, SessionMarks } from './marks.js'
import type { SessionStore } from './record.js'
import type { RecordKeeper } from './record-keeper.js'

/** The session that a request has. */
export interface RequestSession {
  /** What its record is kept under. */
  readonly key: string
  readonly handle: string
  readonly marks: SessionMarks
  /** When it began; `undefined` for one that is not stored yet. */
  readonly createdAt: number | undefined
}

/** How a request's session is to go on under a new ID. */
export interface Transition {
  /** A `proof` is that of who is signed in already: the session stays what it was, its cookie's attributes included. */
  readonly kind: 'sign-in' | 'proof'
  readonly marks: SessionMarks
  /** Which of the data goes along: all of it, or the members named. */
  readonly keep: boolean | readonly string[]
  /** Milliseconds that the browser keeps the cookie, where that differs from the options. */
  readonly cookieMaxAge?: number | undefined
  /** When the session counts as begun. */
  readonly createdAt: number
}

/** What goes with the end of a session. */
export interface Ending {
  /** The members of the data that a new session, of nobody, begins with; none: no new session. */
  readonly keep: readonly string[]
  /** The value of a Clear-Site-Data header (W3C), if the browser is to forget more than the cookie. */
  readonly clearSiteData: string | undefined
}

/** A session that the app's own data makes a user's. */
export interface BoundSession {
  readonly userId: string
  readonly key: string
  /** When its request began. Epoch milliseconds. */
  readonly since: number
}

export interface RequestSessions {
  /**
   * Runs `work` when what the request has asked of its session before is through. The response waits for it, whether or not the app does.
   * Throws ERR_SESSION_NO_SESSION when the request has no session.
   */
  inTurn<Result>(req: object, work: () => Promise<Result>): Promise<Result>
  /** Throws ERR_SESSION_NO_SESSION when the request has none. */
  current(req: object): RequestSession
  /** The same, or `undefined`. */
  find(req: object): RequestSession | undefined
  /** The device the request comes from, as far as the app lets it be kept. */
  device(req: object): DeviceMark | undefined
  /**
   * A new ID for `req.session`, which is stored when the promise resolves; the old ID is dead then. `admit` is asked with the new key before
   * anything is stored. `undefined`, and nothing changed, for a proof in a session that was ended meanwhile. Throws ERR_SESSION_HEADERS_SENT
   * when the visitor cannot be told the new ID any more.
   */
  transit(
    req: object,
    transition: Transition,
    admit?: (key: string) => Promise<void>,
  ): Promise<RequestSession | undefined>
  /** Ends the session and takes its cookie back. */
  end(req: object, ending: Ending): Promise<void>
  /** The same for one that must not be, also while the store fails: then it is deleted as soon as the store can. */
  undo(req: object): Promise<void>
  /** What the store itself, at this moment, says of the session; `undefined` when it is over. */
  stored(req: object): Promise<SessionMarks | undefined>
  /**
   * Makes the request none of its visitor's: from here on its session is neither kept nor touched by it, and gets no cookie. What the app has
   * changed already is kept. Nothing happens to a request without a session.
   */
  setAside(req: object): void
}

/** The session cookie, to show it. */
export interface CookieSettings {
  readonly name: string
  /** Its attributes as the options have them; `undefined` where a function chooses them for each request. */
  readonly usual: Readonly<Record<string, unknown>> | undefined
}

/** What the rooms above stand on: a session layer over records. */
export interface SessionGround {
  readonly requests: RequestSessions
  readonly store: SessionStore
  /** The very store that the app handed in, with whatever it offers beyond the contract. */
  readonly ownStore: SessionStore
  readonly keeper: RecordKeeper
  readonly handles: Handles
  readonly events: SessionEventHub
  readonly clock: Clock
  /** Milliseconds for each question to the store. */
  readonly storeTimeout: number
  readonly cookie: CookieSettings
  /** Calls `listener` when a session was stored as a user's because the app's own data says so. */
  onUserBound(listener: (session: BoundSession) => Promise<void>): void
}
