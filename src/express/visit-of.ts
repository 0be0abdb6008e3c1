/**
 * The way from a request to what is known of its session. A symbol on the request.
 */
import type { Visit } from './visit.js'

const visitKey = Symbol('coatcheck.visit')

export function visitOf(req: object): Visit | undefined {
  return (req as { [visitKey]?: Visit })[visitKey]
}

// Not enumerable: a request that is logged or copied must not take the visitor's ticket along.
const hidden: { value: Visit | undefined; enumerable: false; writable: true; configurable: true } = {
  value: undefined,
  enumerable: false,
  writable: true,
  configurable: true,
}

export function setVisit(req: object, visit: Visit): void {
  hidden.value = visit
  Object.defineProperty(req, visitKey, hidden)
  hidden.value = undefined
}
