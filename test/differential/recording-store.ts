/**
 * A store that does what it is told and writes down how it was used: synchronous or not, with touch or without, and faulty on demand.
 */
import { EventEmitter } from 'node:events'
import type { Callback, Cell, LiveStore, SessionFactory, StoreFaults, StoreMethod } from './cell.js'

/** Where the store writes down what happens to it. */
interface StoreJournal {
  called(call: string): number
  answered(call: number): void
  /** An exception that came out of a callback. A store in the field would die of it, or report it as its own. */
  threw(error: unknown): void
}

/** A store and what it holds. */
export interface KeptStore {
  readonly live: LiveStore
  readonly records: Map<string, string>
  journal: StoreJournal
  /** Reads into `records` what the store holds. It answers within a turn or two. */
  look(): void
  /** The other way round. */
  fill(): void
}

/** The package's own store: nobody writes down its calls, only what it holds. */
export function builtInStore(factory: SessionFactory): KeptStore {
  const live = new factory.MemoryStore()
  const records = new Map<string, string>()
  return {
    live,
    records,
    journal: idle,
    look() {
      live.all((_error, sessions) => {
        records.clear()
        for (const [id, session] of Object.entries(sessions ?? {})) records.set(id, JSON.stringify(session))
      })
    },
    fill() {
      live.clear()
      for (const [id, text] of records) live.set(id, JSON.parse(text))
    },
  }
}

const idle: StoreJournal = { called: () => 0, answered() {}, threw() {} }

export function recordingStore(factory: SessionFactory, cell: Cell, faults: StoreFaults = {}): KeptStore {
  const records = new Map<string, string>()

  function serve(method: StoreMethod, id: string, detail: string, answer: () => unknown, callback?: Callback): unknown {
    const journal = store.journal
    const call = journal.called(`${method} ${id}${detail}`)
    const failure = faults.fail?.[method]
    const error = failure && Object.assign(new Error(`${method} failed`), faults.code ? { code: faults.code } : {})
    if (failure === 'throws') throw error
    if (faults.never?.includes(method)) return undefined
    const value = error === undefined ? answer() : undefined
    const respond = (): void => {
      journal.answered(call)
      try {
        if (error === undefined) callback?.(null, value)
        else callback?.(error)
      } catch (thrown) {
        journal.threw(thrown)
      }
    }
    const times = faults.twice?.includes(method) ? 2 : 1
    for (let time = 0; time < times; time += 1) {
      if (cell.timing === 'sync') respond()
      else setImmediate(respond)
    }
    if (!faults.promises) return undefined
    return error === undefined ? Promise.resolve(value) : Promise.reject(error)
  }

  const objects = new Map<string, unknown>()

  function read(id: string): unknown {
    const text = records.get(id)
    if (text === undefined || faults.blind) return undefined
    if (faults.gives === 'live objects') {
      if (!objects.has(id)) objects.set(id, JSON.parse(text))
      return objects.get(id)
    }
    const session = JSON.parse(text) as { cookie?: { expires?: unknown } }
    const expires = session?.cookie?.expires
    if (faults.gives === 'dates' && typeof expires === 'string') session.cookie!.expires = new Date(expires)
    return session
  }

  function write(id: string, text: string, session: unknown): void {
    records.set(id, text)
    objects.set(id, session)
  }

  function erase(id: string): void {
    records.delete(id)
    objects.delete(id)
  }

  const methods = {
    get: (id: string, callback: Callback) => serve('get', id, '', () => read(id), callback),
    set: (id: string, session: unknown, callback?: Callback) => {
      const text = textOf(session)
      return serve('set', id, ` ${text}${genuine(factory, session)}`, () => write(id, text, session), callback)
    },
    destroy: (id: string, callback?: Callback) => serve('destroy', id, '', () => erase(id), callback),
  }
  const touch = (id: string, session: unknown, callback?: Callback): unknown => {
    const text = textOf(session)
    const move = (): void => {
      const kept = records.get(id)
      if (kept === undefined) return
      records.set(id, JSON.stringify({ ...JSON.parse(kept), cookie: JSON.parse(text).cookie }))
    }
    return serve('touch', id, ` ${text}${genuine(factory, session)}`, move, callback)
  }

  const base = faults.bare ? new EventEmitter() : new factory.Store()
  const live = Object.assign(base, methods, cell.touch ? { touch } : {}, { records })
  const look = (): void => {
    // What is done to a live object is done to the record, saved or not.
    if (faults.gives === 'live objects') for (const [id, session] of objects) records.set(id, textOf(session))
  }
  const store: KeptStore = { live: live as unknown as LiveStore, records, journal: idle, look, fill() {} }
  return store
}

function textOf(session: unknown): string {
  try {
    return JSON.stringify(session)
  } catch (error) {
    return `<cannot be serialised: ${(error as Error).message.split('\n')[0]}>`
  }
}

// Stores rely on being handed the live objects: connect-mongo changes them, others read the cookie's getters.
function genuine(factory: SessionFactory, session: unknown): string {
  if (!(session instanceof factory.Session)) return ' (no Session)'
  return (session as unknown as { cookie: unknown }).cookie instanceof factory.Cookie ? '' : ' (no Cookie)'
}
