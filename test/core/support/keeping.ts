/**
 * A record keeper over a real store on a clock of the test's own, and sessions in the form in which it is handed them.
 */
import type { Bookmark, LoadedSession, SessionToKeep } from '../../../src/core/keeper.js'
import { noMarks, type SessionMarks } from '../../../src/core/marks.js'
import { hashedStoreKeys, plainStoreKeys } from '../../../src/core/keys.js'
import type { ConflictPolicy } from '../../../src/core/conflicts.js'
import type { Lifetimes } from '../../../src/core/deadlines.js'
import { RecordKeeper } from '../../../src/core/record-keeper.js'
import type { SessionStore } from '../../../src/core/record.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { fakeClock, type FakeClock } from '../../../src/testing/index.js'

export const minute = 60_000
export const hour = 60 * minute

export interface KeeperOptions {
  readonly store?: SessionStore
  readonly clock?: FakeClock
  readonly lifetimes?: Partial<Lifetimes>
  /** With secrets the records stand under hashes of the IDs. */
  readonly secrets?: readonly string[]
  readonly conflict?: ConflictPolicy
  /** How long an ID that was given up is remembered. Not at all, unless told otherwise. */
  readonly tombstone?: number
  readonly renews?: boolean
}

export interface Keeping {
  readonly keeper: RecordKeeper
  readonly store: SessionStore
  readonly clock: FakeClock
}

/** Idle timeout an hour, no absolute one, no touch window, unless told otherwise. */
export function keeping(options: KeeperOptions = {}): Keeping {
  const { clock = fakeClock(), secrets, lifetimes, conflict = 'merge', tombstone = 0, renews = false } = options
  const store = options.store ?? memoryStore({ clock })
  const keeper = new RecordKeeper({
    store,
    clock,
    conflict,
    tombstone,
    renews,
    storeTimeout: 5_000,
    storeKeyOf: secrets === undefined ? plainStoreKeys : hashedStoreKeys(secrets),
    handleOf: (key) => `handle of ${key}`,
    lifetimes: { idle: hour, absolute: undefined, touchWindow: 0, ...lifetimes },
  })
  return { keeper, store, clock }
}

export interface SessionFields {
  readonly bookmark?: Bookmark | undefined
  readonly lifetime?: number | undefined
  readonly cookie?: string | undefined
  readonly createdAt?: number | undefined
  readonly marks?: SessionMarks
  readonly maxDataBytes?: number
}

export function session(id: string, data: object, fields: SessionFields = {}): SessionToKeep {
  return {
    id,
    live: data,
    bookmark: fields.bookmark,
    createdAt: fields.createdAt,
    marks: fields.marks ?? noMarks,
    dataText: () => JSON.stringify(data),
    maxDataBytes: fields.maxDataBytes ?? Infinity,
    lookAgain: () => {},
    cookieText: () => fields.cookie,
    attributes: () => fields.cookie ?? '',
    lifetime: () => fields.lifetime,
  }
}

/** What is found, which has to be a session. */
export async function loaded(keeper: RecordKeeper, id: string, secretIndex = 0): Promise<LoadedSession> {
  const result = await keeper.load(id, secretIndex)
  if (result?.status !== 'found') throw new Error(`expected a session, found ${JSON.stringify(result)}`)
  return result
}

/** A new session, kept. Answers what a request would know of it afterwards. */
export async function kept(
  keeper: RecordKeeper,
  id: string,
  data: object,
  fields: SessionFields = {},
): Promise<Bookmark> {
  const fresh = session(id, data, fields)
  await keeper.save(fresh)
  return fresh.bookmark!
}

/** What `answer` comes to, with as much time passing on the clock as it waits for. */
export async function inTime<T>(clock: FakeClock, answer: Promise<T>): Promise<T> {
  const waiting = Symbol('waiting')
  for (;;) {
    // The store's own turns of the event loop come first, then what the clock has to offer.
    const turn = new Promise((resolve) => {
      setImmediate(resolve, waiting)
    })
    if ((await Promise.race([answer, turn])) !== waiting) return answer
    clock.advance(clock.pending > 0 ? 1 : 0)
  }
}
