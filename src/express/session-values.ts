/**
 * The app's values of a live session, taken out and put back.
 */
import type { SessionValues } from '../core/codec.js'
import { isSameJson } from '../core/merge.js'
import type { Session } from './session.js'

/** The values without the cookie, in an object of their own. */
export function valuesOf(session: object): SessionValues {
  const { cookie: _, ...values } = session as SessionValues
  return values
}

/** Makes the session hold `values` and nothing else. What is the same already is left as it is, with whatever the app holds of it in its hands. */
export function putValues(session: Session, values: SessionValues): void {
  const target = session as unknown as SessionValues
  for (const key of Object.keys(target)) {
    if (key !== 'cookie' && !Object.hasOwn(values, key)) delete target[key]
  }
  for (const [key, value] of Object.entries(values)) {
    // What the app's values are is enumerable: `id` and `req` are not, and everything else of ours is on the prototype.
    const isOurs = key in target && !Object.prototype.propertyIsEnumerable.call(target, key)
    if (key !== 'cookie' && !isOurs && !isSame(target[key], value)) target[key] = value
  }
}

/** Values that JSON could write may still be too deep to be walked here: then they are put in anew. */
function isSame(one: unknown, other: unknown): boolean {
  try {
    return isSameJson(one, other)
  } catch {
    return false
  }
}
