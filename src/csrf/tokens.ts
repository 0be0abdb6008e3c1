/**
 * Tokens for forms: a random salt, and HMAC-SHA-256 over salt and owner under a key that serves nothing else. The owner is what a session's
 * ID, or the ID from before it was renewed by the clock, is known by.
 *
 * No two are alike, so a compressed page tells nothing of the next one's (BREACH), and nothing has to be kept: whose session it is
 * can be computed again.
 */
import { createHmac, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto'

const saltBytes = 16
const macBytes = 32
// 48 bytes fill 64 characters to the last bit, so each token has one spelling.
const shape = /^[A-Za-z0-9_-]{64}$/

export class TokenMaker {
  readonly #keys: readonly KeyObject[]

  /** Keys of the newest secret first: it makes the tokens, and all of them know theirs again. */
  constructor(keys: readonly KeyObject[]) {
    this.#keys = keys
  }

  make(owner: string): string {
    const salt = randomBytes(saltBytes)
    return Buffer.concat([salt, mac(this.#keys[0]!, salt, owner)], saltBytes + macBytes).toString('base64url')
  }

  isOf(owner: string, token: string): boolean {
    if (!shape.test(token)) return false
    const bytes = Buffer.from(token, 'base64url')
    const salt = bytes.subarray(0, saltBytes)
    const given = bytes.subarray(saltBytes)
    return this.#keys.some((key) => timingSafeEqual(given, mac(key, salt, owner)))
  }
}

// The salt has one length, so no other salt and owner make the same text.
function mac(key: KeyObject, salt: Buffer, owner: string): Buffer {
  return createHmac('sha256', key).update(salt).update(owner, 'utf8').digest()
}
