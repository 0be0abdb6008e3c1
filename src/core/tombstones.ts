/**
 * Tombstones: marks, kept for a while, that an ID was given up for another.
 *
 * After a sign-in a tombstone tells nobody where the session went. After a renewal by the clock it leads on, for those who hold the old
 * ID and for nobody else: the new ID stands in it, sealed under the old one, which the store does not have.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { parseData } from './codec.js'
import { ownKey } from './own-records.js'
import type { SessionRecord } from './record.js'

/** Where a session goes on. */
export interface Forward {
  /** The new ID, as `sealForward` seals it. */
  readonly to: string
  /**
   * What its record is kept under, for those who end a session from outside and hold no ID. Left out where that is the ID itself: then the
   * old key opens the seal.
   */
  readonly key?: string | undefined
  /** The session has got there. Until then it may yet be ended where it was, and never come. */
  readonly settled?: boolean | undefined
}

/** Where the tombstone of a record stands. */
export function tombstoneKey(key: string): string {
  return ownKey('tombstone', key)
}

const start = '{"retired":true'

/** A record that says that the ID was given up. Without `forward` it leads nowhere. */
export function tombstone(now: number, lifetime: number, forward?: Forward): SessionRecord {
  const attributes = forward === undefined ? `${start}}` : `${start},${JSON.stringify(forward).slice(1)}`
  return { data: '{}', attributes, version: 1, createdAt: now, expiresAt: now + lifetime, userId: undefined }
}

/** The tombstone with a note that the session has got to where it leads. */
export function settledTombstone(mark: SessionRecord): SessionRecord {
  const attributes = JSON.stringify({ retired: true, ...forwardOf(mark), settled: true })
  return { ...mark, attributes, version: mark.version + 1 }
}

export function isSettled(mark: SessionRecord): boolean {
  return forwardOf(mark).settled === true
}

/** A record may itself have become a tombstone, for the moment until it is deleted. */
export function isTombstone({ attributes }: SessionRecord): boolean {
  return attributes?.startsWith(start) === true
}

const cipher = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** The new ID as only a holder of the old one can read it. */
export function sealForward(oldId: string, newId: string): string {
  const nonce = randomBytes(nonceBytes)
  const sealing = createCipheriv(cipher, keyOf(oldId), nonce)
  const sealed = Buffer.concat([sealing.update(newId, 'utf8'), sealing.final()])
  return Buffer.concat([nonce, sealing.getAuthTag(), sealed]).toString('base64url')
}

/** The ID under which the session of `oldId` goes on, if its tombstone leads anywhere. */
export function openForward(oldId: string, mark: SessionRecord): string | undefined {
  const { to } = forwardOf(mark)
  if (typeof to !== 'string') return undefined
  const sealed = Buffer.from(to, 'base64url')
  try {
    const opening = createDecipheriv(cipher, keyOf(oldId), sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    opening.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes))
    return Buffer.concat([opening.update(sealed.subarray(nonceBytes + tagBytes)), opening.final()]).toString('utf8')
  } catch {
    // Not made for this ID: it leads nowhere.
    return undefined
  }
}

/** The same for who knows only what the old record was kept under. `keyOfId`: what records are kept under now. */
export function successorKey(oldKey: string, mark: SessionRecord, keyOfId: (id: string) => string): string | undefined {
  const { key } = forwardOf(mark)
  if (typeof key === 'string') return key
  const id = openForward(oldKey, mark)
  return id === undefined ? undefined : keyOfId(id)
}

function forwardOf({ attributes }: SessionRecord): { readonly [Name in keyof Forward]?: unknown } {
  return parseData(attributes ?? '') ?? {}
}

function keyOf(id: string): Buffer {
  return Buffer.from(hkdfSync('sha256', id, '', 'coatcheck forward', 32))
}
