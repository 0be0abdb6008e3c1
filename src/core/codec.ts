/**
 * The app's values as JSON text and back.
 */
import { SessionError } from './errors.js'

/** The data of a session: whatever JSON can hold. */
export type SessionValues = Record<string, unknown>

/**
 * The text of a session's data. Throws ERR_SESSION_DATA_UNSERIALIZABLE for what JSON cannot hold (a cycle, a BigInt, a depth that
 * cannot be walked) and ERR_SESSION_DATA_TOO_LARGE above `maxBytes`; the message names where.
 */
export function serializeData(values: object, maxBytes: number): string {
  let text: string | undefined
  try {
    text = JSON.stringify(values)
  } catch (cause) {
    throw new SessionError(
      'ERR_SESSION_DATA_UNSERIALIZABLE',
      `the session holds a value that JSON cannot hold, so it was not saved: ${reason(cause)}`,
      { cause },
    )
  }
  if (text === undefined || !text.startsWith('{')) {
    throw new SessionError(
      'ERR_SESSION_DATA_UNSERIALIZABLE',
      'the session has a toJSON that answers no object, so it was not saved',
    )
  }
  requireSize(text, maxBytes, "the session's data")
  return text
}

/** Throws ERR_SESSION_DATA_TOO_LARGE for a text of more than `maxBytes`. `what` is the subject of the message. */
export function requireSize(text: string, maxBytes: number, what: string): void {
  // A UTF-16 unit is at most three bytes of UTF-8, so short texts need no exact count.
  if (text.length * 3 <= maxBytes) return
  const size = Buffer.byteLength(text)
  if (size <= maxBytes) return
  throw new SessionError(
    'ERR_SESSION_DATA_TOO_LARGE',
    `${what} is ${size} bytes, more than the limit of ${maxBytes}, and was not saved; ` +
      'keep large values in a database and their key in the session, or raise maxDataBytes',
  )
}

/** The object that a stored text holds, or `undefined` when it holds none: garbage in a store is no session. */
export function parseData(text: string): SessionValues | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as SessionValues) : undefined
}

function reason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  return message.split('\n', 1)[0]!
}
