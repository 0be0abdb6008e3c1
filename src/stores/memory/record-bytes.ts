/**
 * A record as bytes: what of it does not stand in a column.
 *
 *     kinds (1) · key length, key · [user ID length, user ID] · version · createdAt (8) · [attributes size, attributes]
 *     · data size, data
 *
 * Lengths, sizes and the version take seven bits a byte; the deadline is not here, because a touch moves it. Before packed data
 * stands one byte that says which phrases it was packed with, and of what kind it is.
 */

import type { SessionRecord } from '../../core/record.js'
import { identifierSize, readIdentifier, type Identifier } from './identifier.js'
import type { Phrasebook } from './phrasebook.js'
import type { Slab } from './slabs.js'
import { readText, textKind, textSize, UTF16, UTF8, writeText } from './text.js'

/** Two bits each, in the first byte: 0 says that there is none, and of the data, which is always there, that it is packed. */
const keyShift = 0
const userShift = 2
const attributesShift = 4
const dataShift = 6

/** Takes a record in, says how many bytes it needs, and writes it. One is enough for a store: nothing is kept in between. */
export class RecordWriter {
  #key!: Identifier
  #user: Identifier | undefined
  #record!: SessionRecord
  #attributesKind = 0
  #attributesSize = 0
  #dataKind = 0
  #dataSize = 0
  #packedKind = 0
  readonly #phrasebook: Phrasebook
  /** How many bytes `write` will write. */
  size = 0

  constructor(phrasebook: Phrasebook) {
    this.#phrasebook = phrasebook
  }

  /** `pack` spends some of the processor's time to save memory. */
  prepare(key: Identifier, user: Identifier | undefined, record: SessionRecord, pack: boolean): void {
    const { data, attributes, version } = record
    this.#key = key
    this.#user = user
    this.#record = record
    const utf8Size = Buffer.byteLength(data)
    this.#dataKind = textKind(data, utf8Size)
    this.#dataSize = textSize(data, this.#dataKind, utf8Size)
    if (pack && this.#dataKind !== UTF16) this.#pack(data, utf8Size)
    let size =
      1 + 8 + varintSize(key.length) + key.size + varintSize(version) + varintSize(this.#dataSize) + this.#dataSize
    if (user !== undefined) size += varintSize(user.length) + user.size
    this.#attributesKind = 0
    if (attributes !== undefined) {
      const attributesUtf8Size = Buffer.byteLength(attributes)
      this.#attributesKind = textKind(attributes, attributesUtf8Size)
      this.#attributesSize = textSize(attributes, this.#attributesKind, attributesUtf8Size)
      size += varintSize(this.#attributesSize) + this.#attributesSize
    }
    this.size = size
  }

  write({ buffer, view }: Slab, start: number): void {
    const key = this.#key
    const user = this.#user
    const { data, attributes, version, createdAt } = this.#record
    buffer[start] =
      (key.kind << keyShift) |
      ((user?.kind ?? 0) << userShift) |
      (this.#attributesKind << attributesShift) |
      (this.#dataKind << dataShift)
    let at = writeVarint(buffer, start + 1, key.length)
    key.writeTo(buffer, at)
    at += key.size
    if (user !== undefined) {
      at = writeVarint(buffer, at, user.length)
      user.writeTo(buffer, at)
      at += user.size
    }
    at = writeVarint(buffer, at, version)
    view.setFloat64(at, createdAt, true)
    at += 8
    if (attributes !== undefined) {
      at = writeVarint(buffer, at, this.#attributesSize)
      writeText(attributes, this.#attributesKind, this.#attributesSize, buffer, at)
      at += this.#attributesSize
    }
    at = writeVarint(buffer, at, this.#dataSize)
    if (this.#dataKind !== 0) return writeText(data, this.#dataKind, this.#dataSize, buffer, at)
    buffer[at] = (this.#phrasebook.generation << 2) | this.#packedKind
    this.#phrasebook.packed.copy(buffer, at + 1, 0, this.#dataSize - 1)
  }

  #pack(data: string, utf8Size: number): void {
    const size = this.#phrasebook.pack(data, utf8Size)
    if (size === 0) return
    this.#packedKind = this.#dataKind
    this.#dataKind = 0
    this.#dataSize = size + 1
  }
}

/** Reads what a `RecordWriter` wrote at `start`, front to back, and no more of it than is asked for. */
export class RecordReader {
  #buffer!: Buffer
  #view!: DataView
  #kinds = 0
  #at = 0
  readonly #phrasebook: Phrasebook

  constructor(phrasebook: Phrasebook) {
    this.#phrasebook = phrasebook
  }

  open({ buffer, view }: Slab, start: number): this {
    this.#buffer = buffer
    this.#view = view
    this.#kinds = buffer[start]!
    this.#at = start + 1
    return this
  }

  /** Is this the record of `key`? */
  hasKey(key: Identifier): boolean {
    return this.#matches(keyShift, key)
  }

  /** Is this a record of `user`? */
  hasUser(user: Identifier): boolean {
    this.#skipIdentifier(keyShift)
    return this.#matches(userShift, user)
  }

  isSignedIn(): boolean {
    return ((this.#kinds >> userShift) & 3) !== 0
  }

  key(): string {
    return this.#identifier(keyShift)!
  }

  userId(): string | undefined {
    this.#skipIdentifier(keyShift)
    return this.#identifier(userShift)
  }

  version(): number {
    this.#skipIdentifier(keyShift)
    this.#skipIdentifier(userShift)
    return this.#varint()
  }

  record(expiresAt: number): SessionRecord {
    const userId = this.userId()
    const version = this.#varint()
    const createdAt = this.#view.getFloat64(this.#at, true)
    this.#at += 8
    const attributes = this.#text(attributesShift)
    const data = this.#text(dataShift) ?? this.#packedText()
    return { data, attributes, version, createdAt, expiresAt, userId }
  }

  #matches(shift: number, identifier: Identifier): boolean {
    const kind = (this.#kinds >> shift) & 3
    if (kind !== identifier.kind) return false
    return this.#varint() === identifier.length && identifier.matches(this.#buffer, this.#at)
  }

  #identifier(shift: number): string | undefined {
    const kind = (this.#kinds >> shift) & 3
    if (kind === 0) return undefined
    const length = this.#varint()
    const text = readIdentifier(this.#buffer, this.#at, kind, length)
    this.#at += identifierSize(kind, length)
    return text
  }

  #skipIdentifier(shift: number): void {
    const kind = (this.#kinds >> shift) & 3
    if (kind === 0) return
    const length = this.#varint()
    this.#at += identifierSize(kind, length)
  }

  #text(shift: number): string | undefined {
    const kind = (this.#kinds >> shift) & 3
    if (kind === 0) return undefined
    const size = this.#varint()
    const text = readText(this.#buffer, this.#at, size, kind)
    this.#at += size
    return text
  }

  #packedText(): string {
    const size = this.#varint()
    const start = this.#at
    const head = this.#buffer[start]!
    const encoding = (head & 3) === UTF8 ? 'utf8' : 'latin1'
    return this.#phrasebook.unpack(head >> 2, this.#buffer, start + 1, start + size, encoding)
  }

  #varint(): number {
    const buffer = this.#buffer
    let byte = buffer[this.#at++]!
    let value = byte & 127
    // Multiplied, not shifted: a version may be larger than 32 bits.
    for (let factor = 128; byte > 127; factor *= 128) {
      byte = buffer[this.#at++]!
      value += (byte & 127) * factor
    }
    return value
  }
}

function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size += 1
  return size
}

function writeVarint(buffer: Buffer, start: number, value: number): number {
  let at = start
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) buffer[at++] = (rest % 128) | 128
  buffer[at++] = rest
  return at
}
