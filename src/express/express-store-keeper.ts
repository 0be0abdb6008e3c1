/**
 * The keeper for express-session's callback stores under the contract of express-session: the store gets the live session, and its own
 * `createSession` brings it back.
 */
import { parseData, serializeData, type SessionValues } from '../core/codec.js'
import { settle, type ConflictPolicy } from '../core/conflicts.js'
import type {
  Bookmark,
  Keeper,
  LoadResult,
  ModifiedSession,
  SaveResult,
  SessionToKeep,
  TouchResult,
} from '../core/keeper.js'
import { andThen } from '../core/maybe-promise.js'
import type { MaybePromise } from '../core/record.js'
import { answerOf, type Patience } from './ask-store.js'
import type { Callback } from './callback-or-promise.js'
import { cookieExpiry, deleteEntry, MemoryStore, readEntry, writeEntry, type MemoryEntry } from './memory-store.js'
import { recentChangesOf, type RecentChanges } from './recent-changes.js'
import { putValues, valuesOf } from './session-values.js'
import type { Session } from './session.js'
import type { SessionHost } from './session-host.js'
import { Store } from './store.js'

export interface ExpressStoreKeeperSettings extends Patience {
  readonly conflict: ConflictPolicy
  /** Milliseconds for which an ID that was given up is remembered. */
  readonly tombstone: number
  readonly handleOf: (id: string) => string
}

/** What the live session and the store had in common last, and when that was. */
interface ExpressBookmark extends Bookmark {
  readonly base: string
  readonly order: number
}

export class ExpressStoreKeeper implements Keeper {
  readonly #store: Store
  readonly #settings: ExpressStoreKeeperSettings
  readonly #changes: RecentChanges
  // Sampled once: the contract has it so, and a store does not grow a method later.
  readonly #hasTouch: boolean

  constructor(store: Store, settings: ExpressStoreKeeperSettings) {
    this.#store = store
    this.#settings = settings
    this.#changes = recentChangesOf(store, settings.clock, settings.storeTimeout)
    this.#hasTouch = typeof store.touch === 'function'
  }

  load(id: string): MaybePromise<LoadResult> {
    if (this.#changes.isRetired(id)) return { status: 'retired' }
    const order = this.#changes.readingOrder(id)
    const store = this.#store
    if (isOwn(store, 'get') && store.createSession === Store.prototype.createSession) {
      const entry = readEntry(store as MemoryStore, id)
      if (entry === undefined) return undefined
      if (entry.cookie !== undefined) {
        const { data } = entry
        const values = JSON.parse(data) as SessionValues
        const cookie = JSON.parse(entry.cookie) as { expires?: unknown }
        if (entry.expiresAt !== undefined) cookie.expires = new Date(entry.expiresAt)
        return { status: 'found', values, cookie, text: data, bookmark: at(data, order) }
      }
    }
    return andThen(this.#get(id), (raw) => {
      // Given up or ended while the store was looking: what it found, or did not find, is of before.
      if (this.#changes.isRetired(id)) return { status: 'retired' }
      if (!raw || this.#changes.hasEnded(id)) return undefined
      const values = valuesOf(raw)
      const text = serializeData(values, Infinity)
      return { status: 'found', values, cookie: (raw as Partial<Session>).cookie, text, raw, bookmark: at(text, order) }
    })
  }

  save(session: SessionToKeep): MaybePromise<SaveResult> {
    return this.#changes.writes.take(session.id, () => {
      // A session without a bookmark is new, whatever had its ID before.
      if (session.bookmark !== undefined && this.#changes.hasEnded(session.id)) return 'gone'
      const text = this.#settled(session)
      const answer = this.#changes.writing(session.id, text, () => this.#set(session, text))
      session.bookmark = at(text, this.#changes.order)
      return andThen(answer, (): SaveResult => 'saved')
    })
  }

  async modify<Result>(
    id: string,
    change: (values: SessionValues) => MaybePromise<Result>,
    maxBytes: number,
  ): Promise<ModifiedSession<Result> | undefined> {
    return this.#changes.updates.take(id, async () => {
      for (;;) {
        const order = this.#changes.readingOrder(id)
        const raw = await this.#get(id)
        if (!raw || this.#changes.hasEnded(id)) return undefined
        const host = { sessionID: id, sessionStore: this.#store } as SessionHost
        const session = (this.#store.createSession ?? Store.prototype.createSession).call(this.#store, host, raw)
        const values = valuesOf(session)
        const result = await change(values)
        const text = serializeData(values, maxBytes)
        putValues(session, parseData(text)!)
        const written = await this.#writeUnlessChanged(session, text, order)
        if (written === 'ended') return undefined
        if (written === 'written')
          return { result, values: parseData(text)!, text, bookmark: at(text, this.#changes.order) }
      }
    })
  }

  #writeUnlessChanged(session: Session, text: string, order: number): MaybePromise<'written' | 'changed' | 'ended'> {
    const { id } = session
    return this.#changes.writes.take(id, async () => {
      if (this.#changes.hasEnded(id)) return 'ended'
      if (this.#changes.writtenSince(id, order) !== undefined) return 'changed'
      await this.#changes.writing(id, text, () =>
        answerOf('save', this.#settings, (done) => this.#store.set(id, session, done)),
      )
      return 'written'
    })
  }

  touchDue(): boolean {
    return this.#hasTouch
  }

  touch(session: SessionToKeep): MaybePromise<TouchResult> {
    return this.inTurn(session.id, () => (this.#changes.hasEnded(session.id) ? 'gone' : this.#touch(session)))
  }

  #touch(session: SessionToKeep): MaybePromise<TouchResult> {
    const store = this.#store
    if (isOwn(store, 'touch')) {
      const entry = readEntry(store as MemoryStore, session.id)
      if (entry === undefined) return 'gone'
      const { attributes, cookie } = cookieEntry(session, entry)
      entry.attributes = attributes
      entry.cookie = cookie
      entry.expiresAt = cookieExpiry((session.live as Session).cookie)
      return 'touched'
    }
    const answer = answerOf('touch', this.#settings, (done) => store.touch!(session.id, session.live, done))
    return andThen(answer, (): TouchResult => 'touched')
  }

  destroy(id: string): MaybePromise<unknown> {
    this.#changes.noteEnded(id)
    const store = this.#store
    if (isOwn(store, 'destroy')) {
      deleteEntry(store as MemoryStore, id)
      return undefined
    }
    // Behind a write that is on its way: overtaken, it would bring the session back.
    return this.inTurn(id, () => answerOf('destroy', this.#settings, (done) => store.destroy(id, done)))
  }

  inTurn<Result>(id: string, task: () => MaybePromise<Result>): MaybePromise<Result> {
    return this.#changes.writes.take(id, task)
  }

  hasEnded(id: string): boolean {
    return this.#changes.hasEnded(id)
  }

  /** The store itself is asked by its own `regenerate`. */
  retire(id: string): void {
    this.#changes.noteRetired(id, this.#settings.tombstone)
  }

  forgetRetired(id: string): void {
    this.#changes.forgetRetired(id)
  }

  handle(id: string): string {
    return this.#settings.handleOf(id)
  }

  /** The data to store: merged, in the live session too, with what another request has stored since this one loaded. */
  #settled(session: SessionToKeep): string {
    const mine = session.dataText()
    const bookmark = session.bookmark as ExpressBookmark | undefined
    if (bookmark === undefined) return mine
    const theirs = this.#changes.writtenSince(session.id, bookmark.order)
    if (theirs === undefined || theirs === bookmark.base) return mine
    const { conflict } = this.#settings
    const { data, ...settled } = settle(conflict, bookmark.base, mine, theirs, session.maxDataBytes)
    session.conflict = settled
    if (data !== mine) this.#bring(session, mine, data)
    return data
  }

  /** Brings the live session to the merged data, without losing what the handler has changed since it called `save()`. */
  #bring(session: SessionToKeep, saved: string, merged: string): void {
    const live = session.live as Session
    const now = serializeData(valuesOf(live), Infinity)
    putValues(live, parseData(settle('merge', saved, now, merged).data)!)
    session.lookAgain()
  }

  #set(session: SessionToKeep, data: string): MaybePromise<unknown> {
    const store = this.#store
    if (!isOwn(store, 'set'))
      return answerOf('save', this.#settings, (done) => store.set(session.id, session.live, done))
    const { cookie } = session.live as Session
    const kept = cookieEntry(session, readEntry(store as MemoryStore, session.id))
    writeEntry(store as MemoryStore, session.id, { ...kept, data, expiresAt: cookieExpiry(cookie) })
    return undefined
  }

  #get(id: string): MaybePromise<object | null | undefined> {
    return answerOf<object | null>('read', this.#settings, (done) => this.#store.get(id, notFoundIsNoError(done)))
  }
}

/** The cookie's text, the one that is there if only its deadline has moved. */
function cookieEntry(
  session: SessionToKeep,
  entry: MemoryEntry | undefined,
): Pick<MemoryEntry, 'attributes' | 'cookie'> {
  const attributes = session.attributes()
  const isSame = entry !== undefined && entry.attributes === attributes && entry.expiresAt !== undefined
  return { attributes, cookie: isSame ? entry.cookie : session.cookieText() }
}

function at(base: string, order: number): ExpressBookmark {
  return { base, order }
}

/** Stores on files say "no such file" for "no such session". */
function notFoundIsNoError(done: Callback<object | null>): Callback<object | null> {
  return (error, stored) => {
    if ((error as { code?: unknown } | null | undefined)?.code === 'ENOENT') done(null, null)
    else done(error, stored)
  }
}

/** Is this method the built-in store's own, not one that the app or a subclass put in its place? Asked at each call. */
function isOwn(store: Store, method: 'get' | 'set' | 'touch' | 'destroy'): boolean {
  return store[method] === MemoryStore.prototype[method]
}
