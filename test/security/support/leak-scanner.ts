/**
 * Finds what must not be found: known secrets in any text or bytes, whole or in part, as they are or in another writing.
 */

/** Of a secret, this many characters in a row are a leak: a log that cuts IDs short still tells 96 bits of them. */
const telling = 16

export interface Leak {
  /** What was found. */
  readonly secret: string
  /** Where. */
  readonly place: string
}

export class LeakScanner {
  /** Every piece of every writing of a secret, and whose it is. */
  readonly #pieces = new Map<string, string>()

  /** How many secrets are known. */
  size = 0

  /** From now on this is looked for. What is shorter than a piece would be found everywhere. */
  know(name: string, secret: string | Buffer): void {
    if (secret.length < telling) throw new Error(`${name} is too short to be looked for`)
    this.size += 1
    for (const writing of writingsOf(secret)) {
      for (let at = 0; at + telling <= writing.length; at += 1) {
        this.#pieces.set(writing.slice(at, at + telling), name)
      }
    }
  }

  /** The secrets that a text or some bytes hold. */
  leaksIn(place: string, content: string | Buffer): Leak[] {
    // Byte by byte, so that what stands in a file between other things is found as well.
    const text = Buffer.isBuffer(content) ? content.toString('latin1') : content
    const found = new Set<string>()
    for (let at = 0; at + telling <= text.length; at += 1) {
      const secret = this.#pieces.get(text.slice(at, at + telling))
      if (secret !== undefined) found.add(secret)
    }
    return Array.from(found, (secret) => ({ secret, place }))
  }
}

/** The ways in which programs write texts and bytes. */
function writingsOf(secret: string | Buffer): Set<string> {
  const bytes = Buffer.isBuffer(secret) ? secret : Buffer.from(secret)
  const writings = new Set<string>([
    bytes.toString('latin1'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    Array.from(bytes).join(','),
    Array.from(bytes).join(', '),
    // What `inspect` makes of a Buffer.
    bytes.toString('hex').replace(/..(?=.)/g, '$& '),
  ])
  // Base64 of a text in the middle of another depends on what stands before it.
  for (const before of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(before), bytes])
    for (const encoding of ['base64', 'base64url'] as const) {
      writings.add(
        shifted
          .toString(encoding)
          .slice(before === 0 ? 0 : 4)
          .replace(/..={0,2}$/, ''),
      )
    }
  }
  if (typeof secret === 'string') {
    writings.add(Buffer.from(secret, 'utf16le').toString('latin1'))
    writings.add(encodeURIComponent(secret))
    writings.add(encodeURIComponent(encodeURIComponent(secret)))
    // An ID, a signature and a key are bytes themselves.
    if (/^[\w-]+$/.test(secret))
      for (const writing of writingsOf(Buffer.from(secret, 'base64url'))) writings.add(writing)
  }
  return writings
}
