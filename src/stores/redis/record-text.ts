/**
 * A record as the text that Redis keeps:
 *
 *     1 · version · expiresAt · createdAt · indexedUntil · token · user part · attributes part · data
 *
 * Up to the user part every field has its fixed place, in ASCII, so that a script compares a version or moves a deadline where
 * it stands. Numbers are written to the base of 36. A part is its length, a colon and itself; without a value, the colon alone.
 *
 * `indexedUntil` says how far the user's index knows of the record. `token` names the write: a client that lost its connection
 * may send a command again which had come through, and by the token the store knows its own work.
 */

import type { SessionRecord } from '../../core/record.js'

const format = '1'
const numberLength = 10
const tokenLength = 10
const half = 36 ** (numberLength / 2)
const most = half * half - 1

/** Where each field stands, in bytes from 0 on; `end` is the byte after it. */
export const offsets = {
  version: field(0),
  expiresAt: field(1),
  createdAt: field(2),
  indexedUntil: field(3),
  token: { start: 1 + 4 * numberLength, end: 1 + 4 * numberLength + tokenLength },
  user: { start: 1 + 4 * numberLength + tokenLength },
} as const

function field(index: number): { readonly start: number; readonly end: number } {
  return { start: 1 + index * numberLength, end: 1 + (index + 1) * numberLength }
}

/** What the text keeps beside the record. */
export interface KeptText {
  readonly record: SessionRecord
  /** 0 where the record has no user. */
  readonly indexedUntil: number
  readonly token: string
}

/** A number as it stands in its field: whole, and within what the field holds. */
export function fieldOf(value: number): string {
  const number = Math.min(Math.max(Math.trunc(value), 0), most)
  // In halves, each of which is small enough to be written quickly.
  const high = Math.floor(number / half)
  return digits(high) + digits(number - high * half)
}

function digits(number: number): string {
  return number.toString(36).padStart(numberLength / 2, '0')
}

/** The start of every text of this version, for scripts that compare it. */
export function headOf(version: number): string {
  return format + fieldOf(version)
}

export function textOf(record: SessionRecord, token: string, indexedUntil: number): string {
  const { version, expiresAt, createdAt, userId, attributes, data } = record
  return (
    headOf(version) +
    fieldOf(expiresAt) +
    fieldOf(createdAt) +
    fieldOf(indexedUntil) +
    token +
    userPartOf(userId) +
    (attributes === undefined ? ':' : `${attributes.length}:${attributes}`) +
    data
  )
}

/** `undefined` for a text that no `textOf` wrote. */
export function readText(text: string): KeptText | undefined {
  if (!text.startsWith(format)) return undefined
  const user = readPart(text, offsets.user.start)
  if (user === undefined) return undefined
  const attributes = readPart(text, user.end)
  if (attributes === undefined) return undefined
  const version = numberAt(text, offsets.version)
  const expiresAt = numberAt(text, offsets.expiresAt)
  const createdAt = numberAt(text, offsets.createdAt)
  const indexedUntil = numberAt(text, offsets.indexedUntil)
  if (Number.isNaN(version + expiresAt + createdAt + indexedUntil)) return undefined
  return {
    record: {
      data: text.slice(attributes.end),
      attributes: attributes.value,
      version,
      createdAt,
      expiresAt,
      userId: user.value === undefined ? undefined : decodeURIComponent(user.value),
    },
    indexedUntil,
    token: text.slice(offsets.token.start, offsets.token.end),
  }
}

function numberAt(text: string, { start, end }: { readonly start: number; readonly end: number }): number {
  return Number.parseInt(text.slice(start, end), 36)
}

interface Part {
  readonly value: string | undefined
  readonly end: number
}

function readPart(text: string, start: number): Part | undefined {
  const colon = text.indexOf(':', start)
  if (colon === -1) return undefined
  if (colon === start) return { value: undefined, end: colon + 1 }
  const length = Number(text.slice(start, colon))
  const end = colon + 1 + length
  return Number.isInteger(length) && length >= 0 && end <= text.length
    ? { value: text.slice(colon + 1, end), end }
    : undefined
}

const plainUser = /^[\x20-\x24\x26-\x7e]*$/

/** A user ID in ASCII, each its own: the name of its index, and what scripts compare by the byte. */
export function asciiUser(userId: string): string {
  return plainUser.test(userId) ? userId : encodeURIComponent(userId)
}

export function userPartOf(userId: string | undefined): string {
  if (userId === undefined) return ':'
  const ascii = asciiUser(userId)
  return `${ascii.length}:${ascii}`
}
