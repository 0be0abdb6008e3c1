/**
 * Stores that misbehave: they fail, answer twice, or never answer.
 */
import type { StoreMethod, Twist } from './cell.js'

const methods: readonly StoreMethod[] = ['get', 'set', 'destroy', 'touch']

function each(name: (method: StoreMethod) => string, twist: (method: StoreMethod) => Twist): Record<string, Twist> {
  return Object.fromEntries(methods.map((method) => [name(method), twist(method)]))
}

export const storeTwists = {
  failures: {
    ...each(
      (method) => `${method} fails`,
      (method) => ({ faults: { fail: { [method]: 'answers' } } }),
    ),
    'get fails with ENOENT': { faults: { fail: { get: 'answers' }, code: 'ENOENT' } },
  },
  throws: each(
    (method) => `${method} throws`,
    (method) => ({ faults: { fail: { [method]: 'throws' } } }),
  ),
  habits: {
    'a store of live objects': { faults: { gives: 'live objects' } },
    'a store that revives dates': { faults: { gives: 'dates' } },
    'a store that returns promises too': { faults: { promises: true } },
  },
  bare: { 'a store that inherits nothing': { faults: { bare: true } } },
  blind: { 'get finds nothing': { faults: { blind: true } } },
  twice: each(
    (method) => `${method} answers twice`,
    (method) => ({ faults: { twice: [method] } }),
  ),
  never: each(
    (method) => `${method} never answers`,
    (method) => ({ faults: { never: [method] } }),
  ),
} satisfies Record<string, Record<string, Twist>>
