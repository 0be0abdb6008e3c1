/**
 * Keys for each purpose, all derived from the app's secrets, so that what leaks from one use is worth nothing in another.
 */
import { createHmac, createSecretKey, hkdfSync, KeyObject } from 'node:crypto'
import type { Secret } from './secrets.js'
import { textHmac } from './text-hmac.js'

/** What a derived key is for. The label is part of the derivation: changing one changes every key of that purpose. */
export type KeyPurpose =
  | 'cookie signature'
  | 'store key'
  | 'handle encryption'
  | 'handle integrity'
  | 'csrf token'
  | 'record encryption'
  | 'record key name'

/** A 256-bit key for one purpose (HKDF-SHA-256, RFC 5869). */
export function deriveKey(secret: Secret, purpose: KeyPurpose): KeyObject {
  const derived = hkdfSync('sha256', secret, '', `coatcheck ${purpose}`, 32)
  return createSecretKey(Buffer.from(derived))
}

/**
 * As many 256-bit keys for one purpose as there are salts. The same HKDF with the salt at the end of its info, so that what depends on the
 * secret alone (the extract step) is done once and not for each key, which takes a quarter of the time.
 */
export function keysBySalt(secret: Secret, purpose: KeyPurpose): (salt: string) => Buffer {
  const extracted = createHmac('sha256', '')
    .update(secret instanceof KeyObject ? secret.export() : secret)
    .digest()
  const expand = textHmac(extracted)
  return (salt) => Buffer.from(expand(`coatcheck ${purpose} ${salt}\u0001`, 'base64url'), 'base64url')
}

/** How a session's ID becomes the key its record is kept under. Index 0 is the newest secret's. */
export type StoreKeyOf = (id: string, secretIndex: number) => string

/** Records kept under HMAC-SHA-256(key, ID): who reads the store cannot make a cookie of what is there. */
export function hashedStoreKeys(secrets: readonly Secret[]): StoreKeyOf {
  const hashes = secrets.map((secret) => textHmac(deriveKey(secret, 'store key')))
  return (id, secretIndex) => hashes[secretIndex]!(id, 'base64url')
}

/** Records kept under the ID itself, as express-session does. */
export const plainStoreKeys: StoreKeyOf = (id) => id
