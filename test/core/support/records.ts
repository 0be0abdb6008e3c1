/**
 * A real store of records with some of its methods replaced.
 */
import type { SessionStore } from '../../../src/core/record.js'
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
