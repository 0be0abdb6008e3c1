/**
 * A store of records that is a real one, with a hand on each call: counted, held back, or made to fail.
 */
import type { SessionRecord, SessionStore } from '../../../src/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'

type RecordMethod = Exclude<keyof SessionStore, 'close'>

export interface WatchedRecords extends SessionStore {
  /** `read`, `create`, … in order. */
  readonly calls: RecordMethod[]
  /** Runs before a call reaches the store; a promise holds the call, an error is the store's failure. */
  readonly before: Partial<Record<RecordMethod, (...args: readonly unknown[]) => unknown>>
  /** Everything that is kept, by key. */
  contents(): Record<string, SessionRecord>
}

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

/** Answers at once, as the store in memory does, unless `before` answers with a promise. */
export function watchedRecords(store: SessionStore = memoryStore()): WatchedRecords {
  const calls: RecordMethod[] = []
  const before: WatchedRecords['before'] = {}
  const watched = Object.fromEntries(
    methods.map((method) => [
      method,
      (...args: unknown[]): unknown => {
        calls.push(method)
        const go = (): unknown => (store[method] as (...all: unknown[]) => unknown)(...args)
        const held = before[method]?.(...args)
        return held instanceof Promise ? held.then(go) : go()
      },
    ]),
  ) as unknown as SessionStore
  return Object.assign(watched, {
    calls,
    before,
    close: () => store.close(),
    contents: () => {
      const page = store.scan(undefined, 1_000) as Awaited<ReturnType<SessionStore['scan']>>
      return Object.fromEntries(page.records.map(({ key, record }) => [key, record]))
    },
  })
}
