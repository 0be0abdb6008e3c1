/**
 * What a session layer lends to other rooms, so that an app names its secret once: keys for a purpose, and what of a session a token may
 * be bound to.
 *
 * It is kept beside the mounted object and not on it, as a ground is (ground-of.ts): whatever prints or copies that object meets no secret.
 * The secret itself is not lent. And it is there for sessions in stores of every kind.
 */
import type { KeyObject } from 'node:crypto'
import { deriveKey, type KeyPurpose } from './keys.js'
import type { Secret } from './secrets.js'

export interface Loan {
  /** Keys for this purpose, that of the newest secret first; none where the layer has no secret of its own. */
  keys(purpose: KeyPurpose): readonly KeyObject[]
  /**
   * What the request's session keeps when its ID is renewed by the clock, and loses with every other new ID, as at a sign-in;
   * `undefined` for a request without a session of this layer.
   */
  ancestorOf(req: object): string | undefined
}

const loans = new WeakMap<object, Loan>()

/** Lets `lentBy` find what belongs to a mounted object. */
export function lend(
  mounted: object,
  secret: Secret | readonly Secret[] | undefined,
  ancestorOf: Loan['ancestorOf'],
): void {
  const given = (Array.isArray(secret) ? secret : [secret]) as readonly (Secret | undefined)[]
  const secrets = given.filter(isThere)
  loans.set(mounted, { keys: (purpose) => secrets.map((each) => deriveKey(each, purpose)), ancestorOf })
}

/** What belongs to a mounted object; `undefined` for anything else. */
export function lentBy(mounted: object): Loan | undefined {
  return loans.get(mounted)
}

function isThere(secret: Secret | undefined): secret is Secret {
  return Boolean(secret)
}
