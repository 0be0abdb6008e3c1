/**
 * Stores whose answers the scheduler deals out.
 */
import { Store, type SessionStore } from '../../../src/index.js'
import type { Turns } from './turns.js'

type RecordMethod = Exclude<keyof SessionStore, 'close'>

const methods: readonly RecordMethod[] = [
  'create',
  'read',
  'update',
  'touch',
  'delete',
  'replace',
  'listByUser',
  'deleteByUser',
  'scan',
  'count',
  'sweep',
]

/** The store as it is, but for the time it takes. Answers that are `lost` never arrive. */
export function scheduledRecords(
  store: SessionStore,
  turns: Turns,
  lost: (answer: unknown) => boolean = () => false,
): SessionStore {
  const scheduled = Object.fromEntries(
    methods.map((method) => [
      method,
      async (...args: unknown[]) => {
        const ask = store[method] as (...all: readonly unknown[]) => unknown
        const answer = await turns.call(method, () => ask.apply(store, args))
        return lost(answer) ? new Promise(() => {}) : answer
      },
    ]),
  )
  return { ...(scheduled as unknown as SessionStore), close: () => store.close() }
}

/** The same for a store on several servers: it ends a user's records one after another, and hands them out one at a time. */
export function scheduledOneByOne(store: SessionStore, turns: Turns): SessionStore {
  const scheduled = scheduledRecords(store, turns)
  return {
    ...scheduled,
    async deleteByUser(userId, exceptKey) {
      const deleted: string[] = []
      for (const { key } of await scheduled.listByUser(userId)) {
        const isDeleted = await turns.call('delete one of a user', async () => {
          const isTheirs = key !== exceptKey && (await store.read(key))?.userId === userId
          return isTheirs && (await store.delete(key))
        })
        if (isDeleted) deleted.push(key)
      }
      return deleted
    },
    scan: (cursor) => scheduled.scan(cursor, 1),
  }
}

type Done = (error?: unknown, value?: unknown) => void

/** A store for express-session as they are written: JSON under the ID, an upsert, and no versions. */
export class ScheduledExpressStore extends Store {
  readonly records = new Map<string, string>()
  readonly #turns: Turns

  constructor(turns: Turns) {
    super()
    this.#turns = turns
  }

  override get(id: string, done: (error?: unknown, value?: object | null) => void): void {
    this.#answer('get', done as Done, () => {
      const text = this.records.get(id)
      return text === undefined ? null : (JSON.parse(text) as unknown)
    })
  }

  override set(id: string, session: object, done?: Done): void {
    // On the wire is what the session held when the store was asked.
    const text = JSON.stringify(session)
    this.#answer('set', done, () => void this.records.set(id, text))
  }

  override destroy(id: string, done?: Done): void {
    this.#answer('destroy', done, () => void this.records.delete(id))
  }

  override touch(id: string, session: object, done?: Done): void {
    const cookie = JSON.stringify((session as { cookie: unknown }).cookie)
    this.#answer('touch', done, () => {
      const text = this.records.get(id)
      if (text === undefined) return
      this.records.set(id, JSON.stringify({ ...(JSON.parse(text) as object), cookie: JSON.parse(cookie) as unknown }))
    })
  }

  override all(done: Done): void {
    done(null, Object.fromEntries([...this.records].map(([id, text]) => [id, JSON.parse(text) as unknown])))
  }

  #answer(label: string, done: Done | undefined, work: () => unknown): void {
    // Outside the promise, so that what the caller throws is its own.
    this.#turns.call(label, work).then(
      (value) => setImmediate(() => done?.(null, value)),
      (error: unknown) => setImmediate(() => done?.(error)),
    )
  }
}
