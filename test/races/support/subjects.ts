/**
 * What the laboratory looks into: a session layer over a store.
 */
import { coatcheck, session, type SessionStore, type Sessions } from '../../../src/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { ScheduledExpressStore, scheduledRecords } from './scheduled-stores.js'
import type { Turns } from './turns.js'

export type Data = Record<string, unknown>

/** One run's layer and store. */
export interface Bench {
  readonly sessions: Sessions
  /** Another layer over the same store, as an app has that mounts two, or that runs in two processes. */
  readonly elsewhere?: Sessions
  /** The data of all sessions that are kept, past the scheduler. */
  kept(): Data[] | Promise<Data[]>
  close(): unknown
}

export interface Subject {
  readonly name: string
  readonly open: (turns: Turns) => Bench | Promise<Bench>
}

export interface LayerOptions {
  readonly resave?: boolean
  readonly rolling?: boolean
  readonly conflict?: 'merge' | 'overwrite' | 'reject'
  readonly tombstone?: number
  readonly touchWindow?: number
}

interface RecordsOptions extends LayerOptions {
  /** The store of another process over the same records. */
  readonly elsewhere?: () => SessionStore
  /** Store answers that never arrive. */
  readonly lost?: (answer: unknown) => boolean
}

const secret = 'the laboratory signs with this secret'
const express = { secret, resave: false, saveUninitialized: false }

/** `coatcheck()` over a store of records. */
export function overRecords(
  name: string,
  newStore: () => SessionStore | Promise<SessionStore>,
  { lost, elsewhere: newOther, ...options }: RecordsOptions = {},
): Subject {
  return {
    name,
    async open(turns) {
      const store = await newStore()
      const over = (some: SessionStore): Sessions =>
        coatcheck({ secret, store: scheduledRecords(some, turns, lost), clock: turns.clock(), ...options })
      const bench = { sessions: over(store), kept: () => keptIn(store) }
      const other = newOther?.()
      if (other === undefined) return { ...bench, close: () => store.close() }
      return { ...bench, elsewhere: over(other), close: () => Promise.all([store.close(), other.close()]) }
    },
  }
}

/** `session()` over the store in memory, made asynchronous. */
export function expressOverRecords(name: string, options: LayerOptions = {}): Subject {
  return {
    name,
    open(turns) {
      const store = memoryStore()
      const sessions = session({
        ...express,
        store: scheduledRecords(store, turns),
        clock: turns.clock(),
        ...options,
      })
      return { sessions, kept: () => keptIn(store), close: () => store.close() }
    },
  }
}

/** `session()` over a store for express-session. */
export function overCallbacks(name: string, options: LayerOptions = {}): Subject {
  return {
    name,
    open(turns) {
      const store = new ScheduledExpressStore(turns)
      const settings = { ...express, store, clock: turns.clock(), cookie: { maxAge: 3_600_000 }, ...options }
      return { sessions: session(settings), elsewhere: session(settings), kept: () => parsed(store), close: () => {} }
    },
  }
}

/** `coatcheck()` over a store for express-session. */
export function recordsOverCallbacks(name: string, options: LayerOptions = {}): Subject {
  return {
    name,
    open(turns) {
      const store = new ScheduledExpressStore(turns)
      const sessions = coatcheck({ secret, store, clock: turns.clock(), ...options })
      return { sessions, kept: () => parsed(store), close: () => {} }
    },
  }
}

function parsed(store: ScheduledExpressStore): Data[] {
  return [...store.records.values()].map((text) => JSON.parse(text) as Data)
}

function keptIn(store: SessionStore): Data[] | Promise<Data[]> {
  const page = store.scan(undefined, 1000)
  const open = ({ records }: Awaited<typeof page>): Data[] =>
    records.map(({ record }) => JSON.parse(record.data) as Data)
  return page instanceof Promise ? page.then(open) : open(page)
}
