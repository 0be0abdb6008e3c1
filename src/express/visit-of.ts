/**
 * The way from a request to what is known of its session. A symbol on the request, shared by every installed copy that has the same visits.
 */
import type { Visit } from './visit.js'

const visitKey = Symbol('coatcheck.visit')

export function visitOf(req: object): Visit | undefined {
  return (req as { [visitKey]?: Visit })[visitKey]
}

export function setVisit(req: object, visit: Visit): void {
  ;(req as { [visitKey]?: Visit })[visitKey] = visit
}
