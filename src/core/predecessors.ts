/**
 * While a session goes on under a new ID, its old record and its new one are both there for a moment. The new one says which it came after, so
 * that who lists or counts sessions takes the two for the one that they are.
 */
import { createHash } from 'node:crypto'
import type { KeptRecord, SessionRecord } from './record.js'

const start = '{"after":"'
const nameLength = 22

/** A record's attributes with a note of the record before it. The note is gone with the next write. */
export function withPredecessor(attributes: string | undefined, key: string): string {
  const rest = attributes === undefined || attributes === '{}' ? '}' : `,${attributes.slice(1)}`
  return `${start}${nameOf(key)}"${rest}`
}

/** Those of the records that did not come after another one of them: that one is still the session. */
export function withoutSuccessors(kept: readonly KeptRecord[]): readonly KeptRecord[] {
  if (!kept.some(({ record }) => hasPredecessor(record))) return kept
  const names = new Set(kept.map(({ key }) => nameOf(key)))
  return kept.filter(({ record }) => !hasPredecessor(record) || !names.has(predecessorIn(record)))
}

/** Did this record come after the one under `key`? */
export function isSuccessorOf(record: SessionRecord, key: string): boolean {
  return hasPredecessor(record) && predecessorIn(record) === nameOf(key)
}

function hasPredecessor({ attributes }: SessionRecord): boolean {
  return attributes?.startsWith(start) === true
}

function predecessorIn({ attributes }: SessionRecord): string {
  return attributes!.slice(start.length, start.length + nameLength)
}

// A hash, because where records stand under the ID the key is the ID.
function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, nameLength)
}
