/**
 * `MemoryStore`: express-session's default store, for development and tests. For anything that runs longer there is `coatcheck/stores/memory`.
 */
import { inherits } from 'node:util'
import { callbackOrPromise, type Callback } from './callback-or-promise.js'
import { Store } from './store.js'

export interface MemoryStore extends Store {
  all(callback?: Callback<Record<string, object>>): unknown
  length(callback?: Callback<number>): unknown
  clear(callback?: Callback): unknown
  touch(id: string, session: object, callback?: Callback): unknown
}

export interface MemoryStoreConstructor {
  new (): MemoryStore
  (this: MemoryStore): void
  readonly prototype: MemoryStore
}

/** One session as text. Text, so that what a handler holds in its hands is never what the store holds. */
export interface MemoryEntry {
  /** The cookie as JSON. Its deadline is `expiresAt`, where there is one: moving that alone spares making the text anew on each request. */
  cookie: string | undefined
  /** What the text was made of, the deadline aside; absent where that is not known. */
  attributes?: string | undefined
  data: string
  expiresAt: number | undefined
}

const entriesKey = Symbol('coatcheck.memoryEntries')

// A first full look at this many sessions, then whenever as many have been set as there are: a constant cost for each set.
const smallestSweep = 1000

interface Shelf {
  readonly entries: Map<string, MemoryEntry>
  untilSweep: number
}

export const MemoryStore = function (this: MemoryStore): void {
  Store.call(this)
} as unknown as MemoryStoreConstructor

inherits(MemoryStore, Store)

function shelfOf(store: MemoryStore): Shelf {
  const holder = store as { [entriesKey]?: Shelf }
  if (holder[entriesKey] === undefined) {
    const value: Shelf = { entries: new Map(), untilSweep: smallestSweep }
    Object.defineProperty(store, entriesKey, { value })
  }
  return holder[entriesKey]!
}

/** The entry, unless it has expired. The way in for the keeper, which needs no copy and no turn of the event loop. */
export function readEntry(store: MemoryStore, id: string): MemoryEntry | undefined {
  const { entries } = shelfOf(store)
  const entry = entries.get(id)
  if (entry === undefined) return undefined
  if (entry.expiresAt !== undefined && entry.expiresAt <= Date.now()) {
    entries.delete(id)
    return undefined
  }
  return entry
}

export function writeEntry(store: MemoryStore, id: string, entry: MemoryEntry): void {
  const shelf = shelfOf(store)
  shelf.entries.set(id, entry)
  shelf.untilSweep -= 1
  if (shelf.untilSweep > 0) return
  dropExpired(shelf)
  shelf.untilSweep = Math.max(smallestSweep, shelf.entries.size)
}

/** A deletion that answers at once. */
export function deleteEntry(store: MemoryStore, id: string): void {
  shelfOf(store).entries.delete(id)
}

function dropExpired({ entries }: Shelf): void {
  const now = Date.now()
  for (const [id, { expiresAt }] of entries) {
    if (expiresAt !== undefined && expiresAt <= now) entries.delete(id)
  }
}

/** When a cookie's session ends; `undefined` for one that ends with the browser. */
export function cookieExpiry(cookie: unknown): number | undefined {
  const expires = (cookie as { expires?: unknown } | null | undefined)?.expires
  if (!expires || typeof expires === 'boolean') return undefined
  const time = new Date(expires as string | Date).getTime()
  return Number.isNaN(time) ? undefined : time
}

function entryOf(session: object): MemoryEntry {
  const { cookie, ...values } = session as { cookie?: unknown }
  const data = JSON.stringify(values)
  return { cookie: JSON.stringify(cookie), data, expiresAt: cookieExpiry(cookie) }
}

function sessionOf(entry: MemoryEntry): object {
  const values = JSON.parse(entry.data) as object
  return entry.cookie === undefined ? values : { cookie: cookieOf(entry.cookie, entry.expiresAt), ...values }
}

/** The cookie as JSON holds it. */
export function cookieOf(text: string, expiresAt: number | undefined): object {
  const cookie = JSON.parse(text) as { expires?: unknown }
  if (expiresAt !== undefined) cookie.expires = new Date(expiresAt).toISOString()
  return cookie
}

/** Answers later, as a store on a network would. */
function answer<T>(callback: Callback<T> | undefined, value: () => T): unknown {
  return callbackOrPromise(undefined, callback, (done) => {
    const result = value()
    setImmediate(done, null, result)
  })
}

MemoryStore.prototype.get = function get(this: MemoryStore, id, callback) {
  return answer(callback, () => {
    const entry = readEntry(this, id)
    return entry === undefined ? null : sessionOf(entry)
  })
}

MemoryStore.prototype.set = function set(this: MemoryStore, id, session, callback) {
  writeEntry(this, id, entryOf(session))
  return answer(callback, () => undefined)
}

MemoryStore.prototype.destroy = function destroy(this: MemoryStore, id, callback) {
  deleteEntry(this, id)
  return answer(callback, () => undefined)
}

MemoryStore.prototype.touch = function touch(this: MemoryStore, id, session, callback) {
  const entry = readEntry(this, id)
  if (entry !== undefined) {
    const { cookie } = session as { cookie?: unknown }
    entry.cookie = JSON.stringify(cookie) as string | undefined
    entry.attributes = undefined
    entry.expiresAt = cookieExpiry(cookie)
  }
  return answer(callback, () => undefined)
}

MemoryStore.prototype.all = function all(this: MemoryStore, callback) {
  return answer(callback, () => {
    const shelf = shelfOf(this)
    dropExpired(shelf)
    const sessions = Object.create(null) as Record<string, object>
    for (const [id, entry] of shelf.entries) sessions[id] = sessionOf(entry)
    return sessions
  })
}

MemoryStore.prototype.length = function length(this: MemoryStore, callback) {
  return answer(callback, () => {
    const shelf = shelfOf(this)
    dropExpired(shelf)
    return shelf.entries.size
  })
}

MemoryStore.prototype.clear = function clear(this: MemoryStore, callback) {
  shelfOf(this).entries.clear()
  return answer(callback, () => undefined)
}
