/**
 * The keeper for express-session's callback stores under the contract of express-session: the store gets the live session, and its own
 * `createSession` brings it back.
 */
import { serializeData, type SessionValues } from '../core/codec.js'
import type { Callback } from './callback-or-promise.js'
import type { Keeper, LoadResult, SaveResult, SessionToKeep, TouchResult } from '../core/keeper.js'
import { andThen } from '../core/maybe-promise.js'
import type { MaybePromise } from '../core/record.js'
import { answerOf, type Patience } from './ask-store.js'
import type { Session } from './session.js'
import { cookieExpiry, deleteEntry, MemoryStore, readEntry, writeEntry } from './memory-store.js'
import { Store } from './store.js'

export class ExpressStoreKeeper implements Keeper {
  readonly #store: Store
  readonly #patience: Patience
  readonly #handleOf: (id: string) => string
  // Sampled once: the contract has it so, and a store does not grow a method later.
  readonly #hasTouch: boolean

  constructor(store: Store, patience: Patience, handleOf: (id: string) => string) {
    this.#store = store
    this.#patience = patience
    this.#handleOf = handleOf
    this.#hasTouch = typeof store.touch === 'function'
  }

  load(id: string): MaybePromise<LoadResult> {
    const store = this.#store
    if (isOwn(store, 'get') && store.createSession === Store.prototype.createSession) {
      const entry = readEntry(store as MemoryStore, id)
      if (entry === undefined) return undefined
      if (entry.cookie !== undefined) {
        const values = JSON.parse(entry.data) as SessionValues
        return { status: 'found', values, cookie: JSON.parse(entry.cookie), text: entry.data, bookmark: undefined }
      }
    }
    const answer = answerOf<object | null>('read', this.#patience, (done) => store.get(id, notFoundIsNoError(done)))
    return andThen(answer, (raw) => {
      if (!raw) return undefined
      const { cookie, ...values } = raw as { cookie?: unknown }
      return { status: 'found', values, cookie, text: serializeData(values, Infinity), raw, bookmark: undefined }
    })
  }

  save(session: SessionToKeep): MaybePromise<SaveResult> {
    const store = this.#store
    if (isOwn(store, 'set')) {
      const { cookie } = session.live as Session
      writeEntry(store as MemoryStore, session.id, {
        cookie: session.cookieText(),
        data: session.dataText(),
        expiresAt: cookieExpiry(cookie),
      })
      return 'saved'
    }
    const answer = answerOf('save', this.#patience, (done) => store.set(session.id, session.live, done))
    return andThen(answer, (): SaveResult => 'saved')
  }

  touchDue(): boolean {
    return this.#hasTouch
  }

  touch(session: SessionToKeep): MaybePromise<TouchResult> {
    const store = this.#store
    if (isOwn(store, 'touch')) {
      const entry = readEntry(store as MemoryStore, session.id)
      if (entry === undefined) return 'gone'
      entry.cookie = session.cookieText()
      entry.expiresAt = cookieExpiry((session.live as Session).cookie)
      return 'touched'
    }
    const answer = answerOf('touch', this.#patience, (done) => store.touch!(session.id, session.live, done))
    return andThen(answer, (): TouchResult => 'touched')
  }

  destroy(id: string): MaybePromise<unknown> {
    const store = this.#store
    if (isOwn(store, 'destroy')) {
      deleteEntry(store as MemoryStore, id)
      return undefined
    }
    return answerOf('destroy', this.#patience, (done) => store.destroy(id, done))
  }

  handle(id: string): string {
    return this.#handleOf(id)
  }
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
