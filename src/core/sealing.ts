/**
 * Encryption at rest: what a store keeps of a session, as a text that only the app's keys open, and only where it was put.
 *
 * A sealed record has one text in place of data and attributes:
 *
 *     {"coatcheck:sealed":" format (1) · name of the key (6) · salt (24) · nonce (16) · ciphertext and tag "}
 *
 * all of it base64url. Each text has a key of its own, derived from the app's and the salt, and used once. What stands around the text in
 * the store is authenticated with it: the key it is kept under, whose session it is, when it began, and its version. The deadline is not,
 * because it moves without the text.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { SessionOptionError } from './errors.js'
import { idGenerator, type RandomSource } from './ids.js'
import { deriveKey, keysBySalt } from './keys.js'
import type { SessionRecord } from './record.js'
import { secretList, secretSize, type Secret } from './secrets.js'
import { textHmac } from './text-hmac.js'

/**
 * What becomes of records that are not encrypted. `refuse`: they are no sessions. `accept`: they are read, and encrypted when they are next written. `write`:
 * they are read, and whatever is written is written plain, while encrypted ones still open: the first step of turning encryption on in several
 * instances, and the way back.
 */
export type PlainPolicy = 'refuse' | 'accept' | 'write'

/** The option `encryption`. */
export interface EncryptionOptions {
  /**
   * The first key encrypts, all of them open, so that keys can be changed with nobody signed out: a record of an older key is encrypted with the
   * first when it is next written. Each must have 32 bytes at least, from a random source: whoever has one and can read the store reads the
   * sessions. Not the `secret`.
   */
  readonly keys: readonly Secret[]
  /**
   * For the time in which encryption is turned on or off: `'accept'` reads plain records too, `'write'` writes them. Default: `'refuse'`. With either,
   * whoever can write to the store can put sessions there that nobody encrypted.
   */
  readonly plain?: PlainPolicy | undefined
}

/** Why a record does not open: it is not sealed, no key of that name is known, or it is not what was sealed in this place. */
export type SealingFault = 'plain' | 'unknown key' | 'changed'

interface SealingKey {
  readonly name: string
  readonly keyOf: (salt: string) => Buffer
}

const smallestKey = 32
const head = '{"coatcheck:sealed":"'
const tail = '"}'
const format = '1'
const nameLength = 6
const saltLength = 24
const nonceLength = 16
/** Of salt and nonce: as base64url they are whole characters each. */
const randomBytes = 30
const headerLength = format.length + nameLength + saltLength + nonceLength
const cipher = 'aes-256-gcm'
const tagBytes = 16
const tagged = { authTagLength: tagBytes }
const policies: readonly unknown[] = ['refuse', 'accept', 'write'] satisfies PlainPolicy[]

/** Seals and opens records with the keys of one `encryption` option. Throws ERR_SESSION_OPTION for an option that cannot work. */
export class Sealing {
  readonly #keys: readonly SealingKey[]
  readonly #plain: PlainPolicy
  readonly #random: () => string

  constructor(options: EncryptionOptions, random?: RandomSource) {
    this.#keys = checkedKeys(options).map((key) => ({
      name: textHmac(deriveKey(key, 'record key name'))('', 'base64url').slice(0, nameLength),
      keyOf: keysBySalt(key, 'record encryption'),
    }))
    this.#plain = options.plain ?? 'refuse'
    this.#random = idGenerator(randomBytes, random)
  }

  /** The record as it is to be kept under `key`. */
  seal(key: string, record: SessionRecord): SessionRecord {
    if (this.#plain === 'write') return record
    const { name, keyOf } = this.#keys[0]!
    const random = this.#random()
    const header = format + name + random
    const aes = createCipheriv(cipher, keyOf(random.slice(0, saltLength)), nonceOf(random.slice(saltLength)), tagged)
    aes.setAAD(placeOf(header, key, record))
    const sealed = aes.update(textOf(record), 'utf8')
    aes.final()
    const body = Buffer.concat([sealed, aes.getAuthTag()]).toString('base64url')
    return { ...record, data: head + header + body + tail, attributes: undefined }
  }

  /** The record that was sealed as `record` and kept under `key`. */
  open(key: string, record: SessionRecord): SessionRecord | SealingFault {
    const { data } = record
    if (!isSealed(data)) return this.#plain === 'refuse' ? 'plain' : record
    const header = data.slice(head.length, head.length + headerLength)
    let fault: SealingFault = 'unknown key'
    for (const { name, keyOf } of this.#keys) {
      if (!header.startsWith(format + name)) continue
      const text = opened(header, data.slice(head.length + headerLength, -tail.length), key, record, keyOf)
      // Attributes are in the text. Others were put beside it.
      if (text !== undefined && record.attributes === undefined) return withText(record, text)
      fault = 'changed'
    }
    return fault
  }
}

/** Is this the text of a sealed record? */
export function isSealed(data: string): boolean {
  return data.startsWith(head) && data.indexOf('"', head.length) === data.length - tail.length && data.endsWith(tail)
}

function opened(
  header: string,
  body: string,
  key: string,
  record: SessionRecord,
  keyOf: SealingKey['keyOf'],
): string | undefined {
  const salt = header.slice(format.length + nameLength, -nonceLength)
  const nonce = nonceOf(header.slice(-nonceLength))
  const bytes = Buffer.from(body, 'base64url')
  const end = bytes.length - tagBytes
  // One record, one text: base64url has other ways to write the same bytes.
  if (bytes.toString('base64url') !== body) return undefined
  try {
    const aes = createDecipheriv(cipher, keyOf(salt), nonce, tagged)
    aes.setAAD(placeOf(header, key, record))
    aes.setAuthTag(bytes.subarray(end))
    const text = aes.update(bytes.subarray(0, end), undefined, 'utf8')
    return text + aes.final('utf8')
  } catch {
    // What is wrong with it is nothing that an attacker should be told.
    return undefined
  }
}

function nonceOf(text: string): Buffer {
  return Buffer.from(text, 'base64url')
}

/** What must stand around the text for it to open. */
function placeOf(header: string, key: string, { createdAt, userId, version }: SessionRecord): Buffer {
  return Buffer.from(header + JSON.stringify([key, createdAt, version, userId ?? null]))
}

/** Attributes and data as one text: the length of the attributes (nothing, where there are none), a colon, and both. */
function textOf({ attributes, data }: SessionRecord): string {
  return attributes === undefined ? `:${data}` : `${attributes.length}:${attributes}${data}`
}

function withText(record: SessionRecord, text: string): SessionRecord {
  const colon = text.indexOf(':')
  if (colon === 0) return { ...record, data: text.slice(1), attributes: undefined }
  const end = colon + 1 + Number(text.slice(0, colon))
  return { ...record, attributes: text.slice(colon + 1, end), data: text.slice(end) }
}

function checkedKeys(options: unknown): readonly Secret[] {
  const asked = (typeof options === 'object' && options !== null ? options : {}) as Partial<EncryptionOptions>
  const { keys, plain, ...others } = asked
  const unknown = Object.keys(others)[0]
  if (unknown !== undefined) {
    throw new SessionOptionError(`encryption has no option ${unknown}; its options are keys and plain`)
  }
  if (plain !== undefined && !policies.includes(plain)) {
    throw new SessionOptionError("encryption.plain must be one of 'refuse', 'accept', 'write'")
  }
  if (!Array.isArray(keys) || keys.length === 0 || keys.some((key) => !key)) {
    throw new SessionOptionError(
      'encryption needs keys: set SESSION_ENCRYPTION_KEY and pass encryption: { keys: [process.env.SESSION_ENCRYPTION_KEY] }. ' +
        `To make one: ${makeKey}`,
    )
  }
  const list = secretList(keys, 'encryption.keys')
  if (list.some((key) => secretSize(key) < smallestKey)) {
    throw new SessionOptionError(
      `each of encryption.keys must have at least ${smallestKey} bytes, and random ones: who guesses it reads every session. To make one: ${makeKey}`,
    )
  }
  return list
}

const makeKey = `node -p "require('crypto').randomBytes(32).toString('base64url')"`
