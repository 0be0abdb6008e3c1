/**
 * What a store keeps, and what it must do to keep it.
 *
 * A store is a dumb, exact keeper of records: it knows nothing of cookies, requests or the meaning of the data.
 * Everything that makes a session a session (expiry, merging, IDs, signatures) is decided above it, once, for all engines.
 */

/** An answer now or later. A store in memory answers at once, and a request that uses it costs no turn of the event loop. */
export type MaybePromise<T> = T | Promise<T>

/** One session as a store keeps it. All times are absolute epoch milliseconds. */
export interface SessionRecord {
  /**
   * The app's values as JSON text, as `JSON.stringify` writes it: one object, well-formed Unicode, control characters and lone
   * surrogates escaped. A store never parses it and gives it back to the letter.
   */
  readonly data: string
  /**
   * What coatcheck itself keeps beside the data, as JSON text: the cookie's own attributes where they differ from the options,
   * for example. Absent for most sessions. A store treats it like `data`.
   */
  readonly attributes?: string | undefined
  /**
   * A whole number from 0 on that grows by one with each `update`. The caller counts it, the store keeps and compares it. A
   * commit names the version it read, so no update is lost in silence.
   */
  readonly version: number
  /** When the session began. Never moves. */
  readonly createdAt: number
  /** From this moment on (inclusive) the session is over and the store may forget it. */
  readonly expiresAt: number
  /** Whose session it is, for `listByUser`. Absent before sign-in. */
  readonly userId?: string | undefined
}

/** A record and the key it is kept under. */
export interface KeptRecord {
  readonly key: string
  readonly record: SessionRecord
}

/** One page of a scan. `cursor` is absent on the last page. */
export interface ScanPage {
  readonly records: readonly KeptRecord[]
  readonly cursor?: string | undefined
}

/** How a record is to be read. */
export interface ReadOptions {
  /** Ask the engine, whatever the store itself remembers. */
  readonly fresh?: boolean | undefined
}

/** What became of an `update`. On a conflict the answer carries the record that is there now. */
export type UpdateResult = 'updated' | 'missing' | { readonly conflict: SessionRecord }

/**
 * The contract of a store. Every method answers at once or with a promise; a failure of the system is thrown or rejected,
 * and "not there" is a value, never an error. A key, and a user ID, is any well-formed string without U+0000, compared by its
 * code units: no folding of case, accents or trailing spaces.
 */
export interface SessionStore {
  /**
   * Inserts. `false`, and nothing written, when the key exists. Whether a record that expired and was not swept yet still exists is the
   * store's to say, but `read`, `create` and `update` say the same: where `create` is refused, `read` answers the record, and it can be updated.
   */
  create(key: string, record: SessionRecord): MaybePromise<boolean>
  /**
   * The record, or `undefined`. A store may answer an expired record or none: the caller checks `expiresAt`.
   *
   * A store that remembers what it has read may answer with that, for seconds at most: with a record only and never with its
   * absence, never with what this store itself has changed or ended since, and never with something older than it has answered
   * before. `fresh` forbids it. A store that always asks its engine has nothing to do with all this.
   */
  read(key: string, options?: ReadOptions): MaybePromise<SessionRecord | undefined>
  /** Replaces the record if its version is still `expectedVersion`. Never creates: a record that is gone stays gone. */
  update(key: string, record: SessionRecord, expectedVersion: number): MaybePromise<UpdateResult>
  /** Moves the deadline; leaves data and version alone. `false` when there is no such record: never creates. */
  touch(key: string, expiresAt: number): MaybePromise<boolean>
  /** `true` when a record was deleted. */
  delete(key: string): MaybePromise<boolean>
  /**
   * Ends `oldKey` (if it is there) and inserts `record` under `newKey`: one step where the engine can, else the old one first.
   * `false`, with the old record ended, when `newKey` exists.
   */
  replace(oldKey: string, newKey: string, record: SessionRecord): MaybePromise<boolean>
  /** The user's records, newest `createdAt` first. */
  listByUser(userId: string): MaybePromise<readonly KeptRecord[]>
  /** Deletes the user's records, all but `exceptKey`, and answers the keys that were deleted. */
  deleteByUser(userId: string, exceptKey?: string): MaybePromise<readonly string[]>
  /**
   * A page of at most `limit` records from `cursor` on (from the start without one). Over a whole scan every record that
   * was there from first page to last appears exactly once, whatever else is written meanwhile.
   */
  scan(cursor: string | undefined, limit: number): MaybePromise<ScanPage>
  /** How many records are kept; those that expired and were not swept yet may be counted. */
  count(): MaybePromise<number>
  /** Deletes a bounded batch of records with `expiresAt <= now` and answers how many; 0 means there are none left. */
  sweep(now: number): MaybePromise<number>
  /**
   * Gives back what the store opened itself, once the writes under way are through. A connection that the app handed in stays
   * open. Safe to call twice. Any other call after it throws, or rejects with, a `SessionError` with `ERR_SESSION_CLOSED`.
   */
  close(): MaybePromise<void>
}
