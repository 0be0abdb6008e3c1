/**
 * Keys that a session layer lends to other rooms, so that an app names its secret once.
 *
 * They are kept beside the mounted object and not on it: whatever prints or copies that object meets no secret. Only derived keys are
 * lent, each for one purpose.
 */
import type { KeyObject } from 'node:crypto'
import { deriveKey, type KeyPurpose } from './keys.js'
import type { Secret } from './secrets.js'

const lenders = new WeakMap<object, readonly Secret[]>()

/** Lets `lentKeys` find the keys of a mounted object. Without a secret there is nothing to lend. */
export function lendKeys(mounted: object, secret: Secret | readonly Secret[] | undefined): void {
  const secrets = (Array.isArray(secret) ? secret : [secret]) as readonly (Secret | undefined)[]
  lenders.set(mounted, secrets.filter(isThere))
}

function isThere(secret: Secret | undefined): secret is Secret {
  return Boolean(secret)
}

/**
 * The keys of a mounted object for this purpose, that of the newest secret first. Empty when the object has no secret of its own;
 * `undefined` for what is no mounted object.
 */
export function lentKeys(mounted: object, purpose: KeyPurpose): readonly KeyObject[] | undefined {
  return lenders.get(mounted)?.map((secret) => deriveKey(secret, purpose))
}
