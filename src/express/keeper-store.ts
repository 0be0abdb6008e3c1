/**
 * A store in express-session's shape over a keeper of records: what `req.sessionStore` is where sessions are kept as records, and what
 * `asExpressStore` hands to express-session itself.
 */
import { inherits } from 'node:util'
import type { LoadResult, SessionToKeep } from '../core/keeper.js'
import { serializeData } from '../core/codec.js'
import { isOwnKey } from '../core/own-records.js'
import type { RecordKeeper } from '../core/record-keeper.js'
import { andThen, isPending } from '../core/maybe-promise.js'
import type { KeptRecord, MaybePromise, SessionStore } from '../core/record.js'
import { noMarks } from '../core/marks.js'
import { isTombstone } from '../core/tombstones.js'
import { callbackOrPromise, type Callback } from './callback-or-promise.js'
import { cookieExpiry } from './memory-store.js'
import { Store } from './store.js'

/** What a keeper store stands on. `records` is there where sessions can be listed. */
interface Ground {
  readonly keeper: RecordKeeper
  readonly records: SessionStore | undefined
}

const grounds = new WeakMap<Store, Ground>()

export interface KeeperStore extends Store {
  touch(id: string, session: object, callback?: Callback): unknown
}

interface KeeperStoreConstructor {
  new (ground: Ground): KeeperStore
  readonly prototype: KeeperStore
}

export const KeeperStore = function (this: Store, ground: Ground): void {
  Store.call(this)
  grounds.set(this, ground)
} as unknown as KeeperStoreConstructor

inherits(KeeperStore, Store)

function answer<T>(callback: Callback<T> | undefined, work: () => MaybePromise<T>): unknown {
  return callbackOrPromise(undefined, callback, (done) => {
    let result: MaybePromise<T>
    try {
      result = work()
    } catch (error) {
      done(error)
      return
    }
    // The callback runs outside the promise, so that what it throws is its own and does not come back to it as an error of the store.
    if (isPending(result))
      result.then(
        (value) => setImmediate(done, null, value),
        (error: unknown) => setImmediate(done, error),
      )
    else done(null, result)
  })
}

function groundOf(store: Store): Ground {
  return grounds.get(store)!
}

KeeperStore.prototype.get = function get(id, callback) {
  return answer<object | null>(callback, () =>
    andThen(groundOf(this).keeper.load(id, 0, { fresh: true }), storedSession),
  )
}

KeeperStore.prototype.set = function set(id, session, callback) {
  const { keeper } = groundOf(this)
  return answer(callback, () =>
    andThen(keeper.load(id, 0, { fresh: true }), (loaded) => {
      // Given up for a new ID: a late write must not bring it back.
      if (loaded?.status === 'retired') return undefined
      return andThen(keeper.save(toKeep(id, session, loaded)), () => undefined)
    }),
  )
}

KeeperStore.prototype.touch = function touch(id, session, callback) {
  const { keeper } = groundOf(this)
  return answer(callback, () =>
    andThen(keeper.load(id, 0, { fresh: true }), (loaded) => {
      if (loaded?.status !== 'found') return undefined
      const kept = toKeep(id, session, loaded)
      return keeper.touchDue(kept) ? andThen(keeper.touch(kept), () => undefined) : undefined
    }),
  )
}

KeeperStore.prototype.destroy = function destroy(id, callback) {
  return answer(callback, () => andThen(groundOf(this).keeper.destroy(id), () => undefined))
}

/** The old ID is remembered as given up, so that a request that still carries it is not taken for a new visitor's. */
KeeperStore.prototype.regenerate = function regenerate(req, callback) {
  const { keeper } = groundOf(this)
  return answer(callback, () =>
    andThen(keeper.retire(req.sessionID), () => {
      this.generate?.(req)
    }),
  )
}

KeeperStore.prototype.length = function length(callback) {
  const { records } = groundOf(this)
  return answer<number>(callback, () => records?.count() ?? 0)
}

/** Every living session by the key it is kept under. Reads the whole store: for maintenance, not for requests. */
KeeperStore.prototype.all = function all(callback) {
  return answer<Record<string, object>>(callback, async () => {
    const sessions = Object.create(null) as Record<string, object>
    const { keeper, records } = groundOf(this)
    for await (const { key, record } of everyRecord(records)) {
      if (!keeper.isLiving(key, record)) continue
      const cookie = (JSON.parse(record.attributes ?? '{}') as { cookie?: object }).cookie ?? browserCookie
      sessions[key] = { cookie, ...(JSON.parse(record.data) as object) }
    }
    return sessions
  })
}

KeeperStore.prototype.clear = function clear(callback) {
  return answer(callback, async () => {
    const { records } = groundOf(this)
    for await (const { key } of everyRecord(records)) await records!.delete(key)
  })
}

async function* everyRecord(records: SessionStore | undefined): AsyncGenerator<KeptRecord> {
  if (records === undefined) return
  let cursor: string | undefined
  do {
    const page = await records.scan(cursor, 500)
    yield* page.records.filter(({ key, record }) => !isOwnKey(key) && !isTombstone(record))
    cursor = page.cursor
  } while (cursor !== undefined)
}

/** A record as express-session keeps a session: cookie and values in one object. */
function storedSession(loaded: LoadResult): object | null {
  if (loaded?.status !== 'found') return null
  const { cookie, raw, values } = loaded
  if (raw !== undefined) return raw
  // A session whose cookie is as the options say keeps none; whoever reads it here knows no options, and gets a browser session's.
  return { cookie: cookie ?? browserCookie, ...values }
}

const browserCookie = { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }

function toKeep(id: string, session: object, loaded: LoadResult): SessionToKeep {
  const { cookie, ...values } = session as { cookie?: unknown }
  const expiry = cookieExpiry(cookie)
  const { bookmark, marks = noMarks } = loaded?.status === 'found' ? loaded : {}
  return {
    id,
    live: session,
    bookmark,
    marks,
    maxDataBytes: Infinity,
    lookAgain: () => {},
    attributes: () => '',
    dataText: () => serializeData(values, Infinity),
    cookieText: () => JSON.stringify(cookie),
    lifetime: () => (expiry === undefined ? undefined : Math.max(0, expiry - Date.now())),
  }
}
