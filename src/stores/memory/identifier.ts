/**
 * A key or a user ID as the bytes it is kept in, made ready to be looked up.
 *
 * Most are base64url texts, digits or hexadecimal, and take six bits a character; every other string is kept as UTF-8, or as
 * UTF-16 where it is not well-formed. Equal bytes of equal kind and length mean equal strings, and nothing else does.
 */

import { isWellFormed } from './text.js'

/** How the bytes are to be read. 0 is left for "there is none". */
const PACKED = 1
const UTF8 = 2
const UTF16 = 3

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const notPackable = 0x80
const sextets = new Uint8Array(0x10000).fill(notPackable)
for (let index = 0; index < letters.length; index += 1) sextets[letters.charCodeAt(index)] = index

/** The bytes that `length` characters take when packed. */
function packedSize(length: number): number {
  return Math.trunc(length / 4) * 3 + (length % 4)
}

/** The bytes of an identifier of this kind and length. */
export function identifierSize(kind: number, length: number): number {
  return kind === PACKED ? packedSize(length) : length
}

/** Holds one identifier at a time: a store keeps one of these and points it at whatever it looks for next. */
export class Identifier {
  kind: number = PACKED
  /** Characters where packed, else bytes. */
  length = 0
  /** How many of `bytes` count. */
  size = 0
  bytes: Buffer = Buffer.alloc(64)
  words: Int32Array = new Int32Array(this.bytes.buffer, this.bytes.byteOffset, 16)

  set(text: string): this {
    if (this.#pack(text)) return this
    this.kind = isWellFormed(text) ? UTF8 : UTF16
    const encoding = this.kind === UTF8 ? 'utf8' : 'utf16le'
    this.length = this.size = Buffer.byteLength(text, encoding)
    this.#reserve(this.size)
    this.bytes.write(text, 0, encoding)
    return this
  }

  /** The same bytes as the `size` bytes of `buffer` from `start`? The caller compares kind and length. */
  matches(buffer: Buffer, start: number): boolean {
    const { bytes, size } = this
    for (let index = 0; index < size; index += 1) {
      if (bytes[index] !== buffer[start + index]) return false
    }
    return true
  }

  writeTo(buffer: Buffer, start: number): void {
    const { bytes, size } = this
    for (let index = 0; index < size; index += 1) buffer[start + index] = bytes[index]!
  }

  #pack(text: string): boolean {
    const { length } = text
    this.#reserve(packedSize(length))
    const { bytes } = this
    const whole = length - (length % 4)
    let at = 0
    let seen = 0
    for (let index = 0; index < whole; index += 4) {
      const a = sextets[text.charCodeAt(index)]!
      const b = sextets[text.charCodeAt(index + 1)]!
      const c = sextets[text.charCodeAt(index + 2)]!
      const d = sextets[text.charCodeAt(index + 3)]!
      seen |= a | b | c | d
      bytes[at] = (a << 2) | (b >> 4)
      bytes[at + 1] = ((b & 15) << 4) | (c >> 2)
      bytes[at + 2] = ((c & 3) << 6) | d
      at += 3
    }
    for (let index = whole; index < length; index += 1) {
      const letter = sextets[text.charCodeAt(index)]!
      seen |= letter
      bytes[at] = letter
      at += 1
    }
    if ((seen & notPackable) !== 0) return false
    this.kind = PACKED
    this.length = length
    this.size = at
    return true
  }

  #reserve(size: number): void {
    if (size <= this.bytes.length) return
    const words = Math.ceil(size / 4) * 2
    this.words = new Int32Array(words)
    this.bytes = Buffer.from(this.words.buffer)
  }
}

/** The string that an `Identifier` wrote at `start`. */
export function readIdentifier(buffer: Buffer, start: number, kind: number, length: number): string {
  if (kind === UTF8) return buffer.toString('utf8', start, start + length)
  if (kind === UTF16) return buffer.toString('utf16le', start, start + length)
  let text = ''
  let at = start
  const whole = length - (length % 4)
  for (let index = 0; index < whole; index += 4) {
    const bits = (buffer[at]! << 16) | (buffer[at + 1]! << 8) | buffer[at + 2]!
    text += letters[bits >> 18]! + letters[(bits >> 12) & 63]! + letters[(bits >> 6) & 63]! + letters[bits & 63]!
    at += 3
  }
  for (let index = whole; index < length; index += 1) text += letters[buffer[at++]!]!
  return text
}
