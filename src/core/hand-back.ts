/**
 * The way back: sessions as the stores for express-session keep them, so that an app can return to such a store with nobody signed out.
 */
import { parseData } from './codec.js'
import { SessionOptionError } from './errors.js'
import { isOwnKey } from './own-records.js'
import type { SessionRecord } from './record.js'
import { isSealed, Sealing, type EncryptionOptions } from './sealing.js'

/** How sessions are handed back to a store for express-session. */
export interface HandBackOptions {
  /** Milliseconds, for sessions whose cookie is as the options say. */
  readonly maxAge?: number
  /** What the app encrypts its sessions with. */
  readonly encryption?: EncryptionOptions
}

/** The text of a session to be handed back; `undefined` for a record that is none, is over, or does not open. */
export type HandBack = (key: string, record: SessionRecord) => string | undefined

/** Throws ERR_SESSION_OPTION for what cannot be used, and so does its answer for an encrypted session without keys. */
export function handBackOf({ maxAge, encryption }: HandBackOptions, store: string, now: () => number): HandBack {
  const sealing = encryption === undefined ? undefined : new Sealing(encryption)
  return (key, record) => {
    if (isOwnKey(key) || record.expiresAt <= now()) return undefined
    const opened = open(key, record, sealing, store)
    return opened && sessionText(opened, maxAge)
  }
}

function open(
  key: string,
  record: SessionRecord,
  sealing: Sealing | undefined,
  store: string,
): SessionRecord | undefined {
  if (!isSealed(record.data)) return record
  if (sealing === undefined) {
    throw new SessionOptionError(
      `${store}: handBack has met an encrypted session. Hand it the keys that the app runs with: handBack({ encryption: { keys } }).`,
    )
  }
  const answer = sealing.open(key, record)
  return typeof answer === 'string' ? undefined : answer
}

/** Cookie and values in one object. `maxAge` is the cookie's where the record has no cookie of its own. */
function sessionText({ data, attributes, expiresAt }: SessionRecord, maxAge: number | undefined): string {
  const own = attributes === undefined ? undefined : (parseData(attributes) as { cookie?: object } | undefined)?.cookie
  const cookie = own ?? {
    originalMaxAge: maxAge ?? null,
    expires: maxAge === undefined ? null : new Date(expiresAt),
    httpOnly: true,
    path: '/',
  }
  const rest = data === '{}' ? '}' : `,${data.slice(1)}`
  return `{"cookie":${JSON.stringify(cookie)}${rest}`
}
