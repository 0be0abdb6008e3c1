/**
 * Learns what the sessions of this app have in common, so that each is kept without it.
 *
 * It looks at a sample of what is written and keeps as phrases only what several sessions share: what is one visitor's own does
 * not stay behind in it. It learns anew each time four times as many texts were written as before, and keeps each generation of
 * phrases for the records that were packed with it: there are never more than a few.
 */

import { mostPhraseBytes, Phrases } from './phrases.js'

/** Shorter texts are mostly their own; longer ones are rare and would hold up the event loop. */
const shortestText = 48
const longestText = 16 * 1024
const samples = 32
const longestSample = 1024
const firstLesson = 256
/** Of the samples, how many must hold a phrase. */
const sharedBy = 3
const gramSize = 6
const gramBits = 18
/** Shorter ones may be there by chance. */
const shortestPhrase = 8

export class Phrasebook {
  readonly #generations: Phrases[] = []
  readonly #source = Buffer.allocUnsafeSlow(longestText)
  readonly #packed = Buffer.allocUnsafeSlow(longestText)
  readonly #unpacked = Buffer.allocUnsafeSlow(longestText)
  #samples: Buffer[] = []
  #texts = 0
  #nextLesson = firstLesson

  /** The generation that `pack` uses, or -1 before the first. */
  get generation(): number {
    return this.#generations.length - 1
  }

  /** What `pack` packed last. */
  get packed(): Buffer {
    return this.#packed
  }

  /** Packs a text of `size` bytes, and answers how many bytes it takes then, or 0 when that saves too little. */
  pack(text: string, size: number): number {
    if (size < shortestText || size > longestText) return 0
    this.#source.write(text, 0, size, 'utf8')
    this.#learn(size)
    const phrases = this.#generations.at(-1)
    return phrases === undefined ? 0 : phrases.pack(this.#source, size, this.#packed, Math.trunc((size * 7) / 8))
  }

  /** The text that was packed into the bytes from `start` to `end` by that generation. */
  unpack(generation: number, bytes: Buffer, start: number, end: number, encoding: 'latin1' | 'utf8'): string {
    const size = this.#generations[generation]!.unpack(bytes, start, end, this.#unpacked)
    return this.#unpacked.toString(encoding, 0, size)
  }

  #learn(size: number): void {
    this.#texts += 1
    // Spread evenly over the texts between one lesson and the next.
    if (this.#texts % (this.#nextLesson / samples) === 0) {
      this.#samples.push(Buffer.from(this.#source.subarray(0, Math.min(size, longestSample))))
    }
    if (this.#texts < this.#nextLesson) return
    this.#nextLesson *= 4
    const phrases = sharedPhrases(this.#samples)
    this.#samples = []
    if (phrases.length > 0) this.#generations.push(new Phrases(phrases))
  }
}

/** The phrases that at least three of the texts hold, each once. */
export function sharedPhrases(texts: readonly Buffer[]): Buffer {
  const holders = new Uint8Array(1 << gramBits)
  const lastHolder = new Int16Array(1 << gramBits).fill(-1)
  for (const [index, text] of texts.entries()) {
    for (let at = 0; at + gramSize <= text.length; at += 1) {
      const gram = gramAt(text, at)
      if (lastHolder[gram] === index) continue
      lastHolder[gram] = index
      holders[gram]! += 1
    }
  }
  const phrases: Buffer[] = []
  let left = mostPhraseBytes
  for (const text of texts) {
    for (const [start, end] of sharedRuns(text, holders)) {
      const phrase = text.subarray(start, Math.min(end, start + left))
      // No longer shared by anyone, so that each phrase is taken once.
      for (let at = 0; at + gramSize <= phrase.length; at += 1) holders[gramAt(phrase, at)] = 0
      phrases.push(phrase)
      left -= phrase.length
    }
  }
  return Buffer.concat(phrases)
}

function sharedRuns(text: Buffer, holders: Uint8Array): (readonly [number, number])[] {
  const runs: (readonly [number, number])[] = []
  let start = -1
  for (let at = 0; at + gramSize <= text.length; at += 1) {
    const shared = holders[gramAt(text, at)]! >= sharedBy
    if (shared && start === -1) start = at
    if (!shared && start !== -1) {
      runs.push([start, at - 1 + gramSize])
      start = -1
    }
  }
  if (start !== -1) runs.push([start, text.length])
  return runs.filter(([from, to]) => to - from >= shortestPhrase)
}

function gramAt(text: Buffer, at: number): number {
  const low = text[at]! | (text[at + 1]! << 8) | (text[at + 2]! << 16)
  const high = text[at + 3]! | (text[at + 4]! << 8) | (text[at + 5]! << 16)
  return (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> (32 - gramBits)
}
