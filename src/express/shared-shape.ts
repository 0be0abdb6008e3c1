/**
 * Sparing a request and its response what V8 makes objects with a replaced prototype pay.
 *
 * Express replaces the prototype of every request and response. Up to V8 12 (Node 20 and 22) such an object shares its hidden class with no
 * other: each property that is added makes a new class, and no access to it, by Express, Node or us, is ever served from a cache. That is more
 * than half of the time of a small request. An object whose properties are kept in a table has a class that all of its kind
 * share, and a property whose attributes change is what has V8 make the table. Measured in docs/decisions; nobody can see the difference.
 */

const unsharedAfterNewPrototype = Number.parseInt(process.versions.v8, 10) < 13
const hidden = { enumerable: false }
const shown = { enumerable: true }

/** Call this before properties are added to what a framework has handed over. */
export function shareShape(object: object): void {
  if (!unsharedAfterNewPrototype || hasItsOwnPrototype(object)) return
  const { _events: events } = object as { _events?: unknown }
  if (events === undefined || !Object.hasOwn(object, '_events')) return
  Object.defineProperty(object, '_events', hidden)
  Object.defineProperty(object, '_events', shown)
}

/** Is this still the prototype of the object's own class, as it is without a framework? */
function hasItsOwnPrototype(object: object): boolean {
  const prototype = Object.getPrototypeOf(object) as object | null
  return prototype === null || Object.hasOwn(prototype, 'constructor')
}
