/**
 * Texts as what sets them apart from the phrases that many sessions share: the keys of their JSON, the values that recur.
 *
 * A packed text is a row of steps: how many bytes follow as they are, those bytes, then how many bytes to copy out of the
 * phrases and, if any, from where (two bytes).
 */

/** Offsets are two bytes; less than that keeps the phrases in the processor's cache. */
export const mostPhraseBytes = 16 * 1024
/** The shortest copy that saves something over its own three or four bytes. */
const shortestCopy = 5
const longestStep = 255
const tableBits = 13

export class Phrases {
  readonly #bytes: Buffer
  /** Where four bytes were seen last, plus one; 0 where none of their hash were. */
  readonly #places = new Uint16Array(1 << tableBits)

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    for (let at = 0; at + 4 <= bytes.length; at += 1) this.#places[hashAt(bytes, at)] = at + 1
  }

  /** Packs the first `size` bytes of `source` into `target`. Answers how many bytes it took, or 0 when more than `most`. */
  pack(source: Buffer, size: number, target: Buffer, most: number): number {
    const bytes = this.#bytes
    let written = 0
    let unwritten = 0
    let at = 0
    while (at + 4 <= size) {
      let from = this.#places[hashAt(source, at)]! - 1
      let length = 0
      if (from >= 0) {
        const end = Math.min(size - at, bytes.length - from)
        while (length < end && bytes[from + length] === source[at + length]) length += 1
      }
      if (length < 4) {
        at += 1
        continue
      }
      while (at > unwritten && from > 0 && bytes[from - 1] === source[at - 1]) {
        at -= 1
        from -= 1
        length += 1
      }
      if (length < shortestCopy) {
        at += length
        continue
      }
      if (written + sizeOfSteps(at - unwritten, length) > most) return 0
      written = writePlain(source, unwritten, at, target, written)
      at += length
      unwritten = at
      for (; length > longestStep; length -= longestStep, from += longestStep) {
        written = writeCopy(target, written, longestStep, from)
        target[written++] = 0
      }
      written = writeCopy(target, written, length, from)
    }
    if (written + sizeOfSteps(size - unwritten, 0) > most) return 0
    return writePlain(source, unwritten, size, target, written)
  }

  /** Unpacks the bytes of `source` from `start` to `end` into `target`, and answers how many came out. */
  unpack(source: Buffer, start: number, end: number, target: Buffer): number {
    const bytes = this.#bytes
    let written = 0
    for (let at = start; at < end;) {
      for (let plain = source[at++]!; plain > 0; plain -= 1) target[written++] = source[at++]!
      if (at >= end) break
      let length = source[at++]!
      if (length === 0) continue
      let from = source[at]! | (source[at + 1]! << 8)
      at += 2
      for (; length > 0; length -= 1) target[written++] = bytes[from++]!
    }
    return written
  }
}

function hashAt(bytes: Buffer, at: number): number {
  const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  return Math.imul(word, 0x9e3779b1) >>> (32 - tableBits)
}

/** The most that so many bytes as they are and then so many copied ones take. */
function sizeOfSteps(plain: number, copied: number): number {
  return plain + 2 * Math.ceil((plain + 1) / longestStep) + 4 * Math.ceil(copied / longestStep)
}

/** Writes the bytes from `start` to `end` as they are, up to where the last step's copy is due. */
function writePlain(source: Buffer, start: number, end: number, target: Buffer, written: number): number {
  let at = start
  let to = written
  for (; end - at > longestStep; target[to++] = 0) {
    target[to++] = longestStep
    for (let step = 0; step < longestStep; step += 1) target[to++] = source[at++]!
  }
  target[to++] = end - at
  while (at < end) target[to++] = source[at++]!
  return to
}

function writeCopy(target: Buffer, written: number, length: number, from: number): number {
  target[written] = length
  target[written + 1] = from & 0xff
  target[written + 2] = from >> 8
  return written + 3
}
