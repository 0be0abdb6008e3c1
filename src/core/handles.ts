/**
 * Handles: public names for sessions, for lists, logs and events. A handle opens nothing and tells nothing of the ID.
 */
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import { deriveKey } from './keys.js'
import type { Secret } from './secrets.js'

/** The two ways between a store key and its handle. */
export interface Handles {
  handleOf(key: string): string
  /** The store key a handle names; `undefined` for what never was a handle of ours. */
  keyOf(handle: string): string | undefined
}

const storeKeyShape = /^[A-Za-z0-9_-]{43}$/

/** Where the store key is a hash of the ID already, it is its own handle: nobody comes from it to the ID. */
export const hashedHandles: Handles = {
  handleOf: (key) => key,
  keyOf: (handle) => (storeKeyShape.test(handle) ? handle : undefined),
}

const ivBytes = 16

/**
 * Where records are kept under the plain ID, the handle is that ID encrypted: AES-256-CTR with a synthetic IV (as in RFC 5297), so
 * that a session has one handle, and a handle that was made up is recognised.
 */
export function sealedHandles(secret: Secret): Handles {
  const encryptionKey = deriveKey(secret, 'handle encryption')
  const ivKey = deriveKey(secret, 'handle integrity')
  return {
    handleOf(key) {
      const plain = Buffer.from(key, 'utf8')
      const iv = syntheticIv(ivKey, plain)
      const cipher = createCipheriv('aes-256-ctr', encryptionKey, iv)
      return Buffer.concat([iv, cipher.update(plain), cipher.final()]).toString('base64url')
    },
    keyOf(handle) {
      const sealed = Buffer.from(handle, 'base64url')
      // One handle, one text: base64url has other ways to write the same bytes.
      if (sealed.length <= ivBytes || sealed.toString('base64url') !== handle) return undefined
      const iv = sealed.subarray(0, ivBytes)
      const decipher = createDecipheriv('aes-256-ctr', encryptionKey, iv)
      const plain = Buffer.concat([decipher.update(sealed.subarray(ivBytes)), decipher.final()])
      return timingSafeEqual(syntheticIv(ivKey, plain), iv) ? plain.toString('utf8') : undefined
    },
  }
}

function syntheticIv(key: KeyObject, plain: Buffer): Buffer {
  return createHmac('sha256', key).update(plain).digest().subarray(0, ivBytes)
}
