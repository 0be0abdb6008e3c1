/**
 * A real store of records with some of its methods replaced.
 */
import type { SessionRecord, SessionStore } from '../../../src/core/record.js'
import { memoryStore } from '../../../src/stores/memory/index.js'

/** `store`, but for `methods`. */
export function storeWith(methods: Partial<SessionStore>, store: SessionStore = memoryStore()): SessionStore {
  return new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name)
      return typeof method === 'function' ? (method.bind(target) as unknown) : method
    },
  })
}

/** Answers what it has once read for ever, unless it is asked for what is fresh: a store's memory at its worst. */
export function rememberingStore(store: SessionStore): SessionStore {
  const remembered = new Map<string, SessionRecord>()
  return storeWith(
    {
      async read(key, { fresh = false } = {}) {
        const known = fresh ? undefined : remembered.get(key)
        if (known !== undefined) return known
        const record = await store.read(key)
        if (record !== undefined) remembered.set(key, record)
        return record
      },
    },
    store,
  )
}
