/**
 * What the record keeper remembers of a session between loading and saving it, and what it accepts from a store.
 */
import { SessionError } from './errors.js'
import type { Bookmark } from './keeper.js'
import type { SessionRecord } from './record.js'
import { isSealed } from './sealing.js'

export interface RecordBookmark extends Bookmark {
  readonly key: string
  /** The record as the store has it, as far as this request knows. */
  readonly record: SessionRecord
  /** The data as the live session had it when both were last the same: what its later changes are measured against. */
  readonly base: string
}

export function bookmarkOf(key: string, record: SessionRecord, base: string = record.data): RecordBookmark {
  const { createdAt, expiresAt, userId } = record
  return { key, record, base, createdAt, expiresAt, userId }
}

/** Is this answer of a store a record that can be read? An encrypted one cannot: where there are keys, it was opened before it came here. */
export function isRecord(answer: unknown): answer is SessionRecord {
  return hasRecordShape(answer) && !isSealed(answer.data)
}

/** Does this answer of a store have all that a record has? */
export function hasRecordShape(answer: unknown): answer is SessionRecord {
  if (typeof answer !== 'object' || answer === null) return false
  const { data, version, createdAt, expiresAt } = answer as Partial<SessionRecord>
  return (
    typeof data === 'string' && Number.isFinite(version) && Number.isFinite(createdAt) && Number.isFinite(expiresAt)
  )
}

export function unreadable(
  found: string = 'something that is no session record, or an encrypted one where there is no option encryption',
): SessionError {
  return new SessionError(
    'ERR_SESSION_STORE_ANSWER',
    `the session store answered with ${found}; it was treated as no session`,
  )
}

export function idTaken(): SessionError {
  return new SessionError(
    'ERR_SESSION_STORE_ANSWER',
    'a session with the new ID exists already, and was left alone; see that genid returns a new random ID each time',
  )
}
