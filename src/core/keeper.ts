/**
 * The keeper: the one place that knows how a session is kept. Two forms share this interface, the record keeper for
 * stores of records, and the express-store keeper for stores that keep whole session objects behind callbacks.
 */
import type { SessionValues } from './codec.js'
import type { SettledPaths } from './conflicts.js'
import type { SessionMarks } from './marks.js'
import type { MaybePromise, ReadOptions } from './record.js'

/** What a keeper remembers between loading a session and saving it. Only the keeper that made it looks inside. */
export interface Bookmark {
  readonly createdAt?: number | undefined
  readonly expiresAt?: number | undefined
  readonly userId?: string | undefined
}

/** A session that was found. */
export interface LoadedSession {
  readonly status: 'found'
  /** The app's values. With a `raw` object this is that object. */
  readonly values: SessionValues
  /** The session's own cookie attributes; absent where they are as the options say. */
  readonly cookie?: unknown
  /** The values as JSON text: what a later change is measured against. */
  readonly text: string
  /** The object as a callback store handed it out, cookie included, for that store's own `createSession`. */
  readonly raw?: object | undefined
  /** What coatcheck knows of the session beside its data. */
  readonly marks?: SessionMarks | undefined
  readonly bookmark: Bookmark | undefined
  /** The ticket was signed by an older secret, or the record stood under one: the cookie should be issued anew. */
  readonly outdated?: boolean
  /** The ID under which the session goes on, where the ticket's was given up for it by the clock. */
  readonly renewedId?: string | undefined
}

/** A session that was found past one of its limits, and ended. */
export interface ExpiredSession {
  readonly status: 'expired'
  readonly timeout: 'idle' | 'absolute'
  readonly bookmark: Bookmark | undefined
}

/** An ID that was given up for a new one a moment ago: whoever still brings it is late, not new. */
export interface RetiredSession {
  readonly status: 'retired'
}

export type LoadResult = LoadedSession | ExpiredSession | RetiredSession | undefined

/** The live session, as a keeper sees it when it is asked to save or touch it. */
export interface SessionToKeep {
  readonly id: string
  /** `req.session` itself, for stores that keep objects. */
  readonly live: object
  /** The app's values as JSON text. May throw a SessionError of the codec. */
  dataText(): string
  /** The most that its data may take, merged with another request's too, in bytes of JSON. */
  readonly maxDataBytes: number
  /** The keeper has changed the live session: its text is to be made anew. */
  lookAgain(): void
  /** The cookie's attributes as one text to compare with, the moving deadline aside. */
  attributes(): string
  /** The cookie's attributes as JSON text where the session keeps its own. */
  cookieText(): string | undefined
  /** How long the session lives from now on without a request, in ms; `undefined` where it has no lifetime of its own. */
  lifetime(): number | undefined
  readonly marks: SessionMarks
  /** The request is none of the visitor's, so what it saves moves no deadline. */
  readonly keepsDeadline?: boolean | undefined
  bookmark: Bookmark | undefined
  /** When the session began, where it did so under an earlier ID: a new ID is no new lease. */
  readonly createdAt?: number | undefined
  /** Set by a save that met another request's change. */
  conflict?: SettledPaths | undefined
  /** Set by a save that stored more than the session held: the merged data, which the live session does not have yet. */
  merged?: string | undefined
}

/** `gone`: the record ended in the meantime, and stays ended. `moved`: stored, where the session goes on under a new ID. */
export type SaveResult = 'created' | 'saved' | 'moved' | 'gone'
export type TouchResult = 'touched' | 'gone'

/** A session after `modify`, as it is stored now. */
export interface ModifiedSession<Result> {
  readonly result: Result
  readonly values: SessionValues
  readonly text: string
  readonly bookmark: Bookmark | undefined
  /** It goes on under a new ID, whose cookie is another response's to send. */
  readonly moved?: boolean
}

export interface Keeper {
  /** The session of a verified ticket. Without `fresh` it may be one of a moment ago; what is saved is measured against the newest. */
  load(id: string, secretIndex: number, options?: ReadOptions): MaybePromise<LoadResult>
  save(session: SessionToKeep): MaybePromise<SaveResult>
  /**
   * Reads the newest data, lets `change` have it, and stores it as one step: when another request gets in between, `change` runs again on
   * what is there then. `undefined` when the session has ended.
   */
  modify<Result>(
    id: string,
    change: (values: SessionValues) => MaybePromise<Result>,
    maxBytes: number,
  ): Promise<ModifiedSession<Result> | undefined>
  /** Has the deadline drifted so far that it should be moved, and can it be moved without writing the data? */
  touchDue(session: SessionToKeep): boolean
  touch(session: SessionToKeep): MaybePromise<TouchResult>
  destroy(id: string): MaybePromise<unknown>
  /** Runs `task` when no write of this session is on its way to the store. */
  inTurn<Result>(id: string, task: () => MaybePromise<Result>): MaybePromise<Result>
  /** Does this process know, without asking the store, that the session was ended a moment ago? */
  hasEnded(id: string, bookmark: Bookmark | undefined): boolean
  /** Remembers for a while that this ID was given up for another. Stores of records end its session in the same step. */
  retire(id: string): MaybePromise<unknown>
  /** The new ID never reached the visitor, so the old one is just an unknown one. */
  forgetRetired(id: string): MaybePromise<unknown>
  /** The public name of the session with this ID. */
  handle(id: string): string
}
