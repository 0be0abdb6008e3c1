/**
 * A store with somebody in between, who lets calls pass, holds them up, or fails them.
 */
import type { SessionStore } from '../../../src/index.js'

export interface Call {
  readonly method: keyof SessionStore
  readonly args: readonly unknown[]
  /** Asks the store, and answers what it does. */
  go(): unknown
}

const methods = [
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
] as const

export function intercepted(store: SessionStore, intercept: (call: Call) => unknown): SessionStore {
  const calls = methods.map((method) => {
    const ask = store[method] as (...args: unknown[]) => unknown
    return [method, (...args: unknown[]) => intercept({ method, args, go: () => ask.apply(store, args) })]
  })
  return {
    ...(Object.fromEntries(calls) as SessionStore),
    sweep: (now) => store.sweep(now),
    close: () => store.close(),
  }
}
