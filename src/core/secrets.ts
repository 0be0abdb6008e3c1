/**
 * Tickets: a session ID with a signature, as it stands in the cookie. The first secret signs, all of them verify.
 */
import { createHmac, timingSafeEqual, KeyObject } from 'node:crypto'
import { SessionOptionError } from './errors.js'
import { textHmac, type TextHmac } from './text-hmac.js'

/** Whatever `crypto.createHmac` takes as a key. */
export type Secret = string | NodeJS.ArrayBufferView | KeyObject

/** What a valid ticket says: the ID, and which secret signed it (0 is the newest). */
export interface Ticket {
  readonly id: string
  readonly secretIndex: number
}

const signatureLength = 43
const given = Buffer.allocUnsafeSlow(signatureLength)
const expected = Buffer.allocUnsafeSlow(signatureLength)

/**
 * Signs and verifies tickets in one of two forms. `express-session`: `s:<id>.<base64 signature>`, percent-encoded, the raw
 * secret as key, so that cookies move freely between both libraries. `compact`: `<id>.<base64url signature>`, for keys that serve this
 * purpose alone.
 */
export class TicketSigner {
  readonly #signatures: readonly TextHmac[]
  readonly #encoding: 'base64' | 'base64url'
  readonly #prefix: 's:' | ''

  constructor(secrets: readonly Secret[], form: 'express-session' | 'compact') {
    this.#signatures = secrets.map(textHmac)
    this.#encoding = form === 'compact' ? 'base64url' : 'base64'
    this.#prefix = form === 'compact' ? '' : 's:'
  }

  /** The cookie's value for `id`, signed with the newest secret and ready for a header. */
  issue(id: string): string {
    return encodeURIComponent(this.#prefix + id + '.' + this.#signature(id, this.#signatures[0]!))
  }

  /** The ticket that a (decoded) cookie value holds, or `undefined` when no secret of ours signed it. */
  verify(value: string): Ticket | undefined {
    if (!value.startsWith(this.#prefix)) return undefined
    const dot = value.lastIndexOf('.')
    if (value.length - dot - 1 !== signatureLength || dot <= this.#prefix.length) return undefined
    const id = value.slice(this.#prefix.length, dot)
    // One byte for each character, or the signature is not ours: a character beyond ASCII must not be cut down to one that matches.
    if (given.write(value.slice(dot + 1), 'utf8') !== signatureLength) return undefined
    let secretIndex = 0
    for (const signature of this.#signatures) {
      expected.write(this.#signature(id, signature), 'latin1')
      if (timingSafeEqual(given, expected)) return { id, secretIndex }
      secretIndex += 1
    }
    return undefined
  }

  #signature(id: string, signature: TextHmac): string {
    const digest = signature(id, this.#encoding)
    return this.#encoding === 'base64' ? digest.slice(0, signatureLength) : digest
  }
}

/** `secret` options as a list; throws when one of them cannot be a key. */
export function secretList(secret: unknown, option: string = 'secret'): readonly Secret[] {
  const list: readonly unknown[] = Array.isArray(secret) ? secret : [secret]
  for (const [index, entry] of list.entries()) {
    try {
      createHmac('sha256', entry as Secret)
    } catch (cause) {
      throw new SessionOptionError(
        `the ${option} option must be a string, a Buffer or a KeyObject, or an array of them; ` +
          `${Array.isArray(secret) ? `entry ${index}` : 'it'} is ${entry === null ? 'null' : typeof entry}`,
        'ERR_SESSION_OPTION',
        { cause },
      )
    }
  }
  return list as readonly Secret[]
}

/** How many bytes of key a secret holds. */
export function secretSize(secret: Secret): number {
  if (typeof secret === 'string') return Buffer.byteLength(secret)
  return secret instanceof KeyObject ? (secret.symmetricKeySize ?? 0) : secret.byteLength
}
