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
    const isOurs = key in target && !Object.hasOwn(target, key)
    if (key !== 'cookie' && !isOurs && !isSameJson(target[key], value)) target[key] = value
  }
}
