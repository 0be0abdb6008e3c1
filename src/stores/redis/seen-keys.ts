/**
 * Which keys a scan has come by, and on which of its pages: 16 bytes each, so that a scan of a million sessions is no burden.
 */

import { createHash } from 'node:crypto'

/** Three words of the key's digest, and the page. */
const entryWords = 4

export class SeenKeys {
  #words = new Int32Array(entryWords * 1024)
  #size = 0

  /** Whether `page` gives the key: no earlier page did. Pages count from 1, and one may be asked for again. */
  isNewOn(page: number, key: string): boolean {
    if (this.#size * entryWords * 2 >= this.#words.length) this.#grow()
    const digest = createHash('sha256').update(key).digest()
    const [a, b, c] = [digest.readInt32LE(0), digest.readInt32LE(4), digest.readInt32LE(8)]
    const at = slotOf(this.#words, a, b, c)
    const seen = this.#words[at + 3]!
    if (seen !== 0 && seen < page) return false
    if (seen === 0) this.#size += 1
    this.#words.set([a, b, c, page], at)
    return true
  }

  get size(): number {
    return this.#size
  }

  #grow(): void {
    const old = this.#words
    const words = new Int32Array(old.length * 2)
    for (let at = 0; at < old.length; at += entryWords) {
      if (old[at + 3] === 0) continue
      words.set(old.subarray(at, at + entryWords), slotOf(words, old[at]!, old[at + 1]!, old[at + 2]!))
    }
    this.#words = words
  }
}

/** Where the digest stands, or the free place where it would. */
function slotOf(words: Int32Array, a: number, b: number, c: number): number {
  const mask = words.length - 1
  for (let at = (a * entryWords) & mask; ; at = (at + entryWords) & mask) {
    if (words[at + 3] === 0 || (words[at] === a && words[at + 1] === b && words[at + 2] === c)) return at
  }
}
