/**
 * The records of connect-redis: a session as JSON, cookie included, that lives as long as its key does.
 *
 * They have no version. In its place stands a digest of the text, so that a change which an instance on connect-redis made
 * meanwhile is a conflict as any other.
 */

import { createHash } from 'node:crypto'
import { parseData } from '../../core/codec.js'
import type { SessionRecord } from '../../core/record.js'

/** What connect-redis gives a session whose cookie has no end. */
const defaultLife = 86_400_000
/** Hexadecimal digits of the digest: six bytes, which a version has room for. */
const digits = 12

interface LegacyCookie {
  readonly originalMaxAge?: unknown
  readonly expires?: unknown
}

export function isLegacyText(text: string): boolean {
  return text.startsWith('{')
}

export function legacyVersion(text: string): number {
  return Number.parseInt(createHash('sha1').update(text).digest('hex').slice(0, digits), 16)
}

/** `timeToLive` as PTTL answers it: milliseconds, or -1 for a key without an end. `undefined` for JSON that is no session. */
export function legacyRecord(text: string, timeToLive: number, now: number): SessionRecord | undefined {
  const session = parseData(text) as { cookie?: LegacyCookie } | undefined
  if (session === undefined) return undefined
  const { cookie, ...values } = session
  if (typeof cookie !== 'object' || cookie === null) return undefined
  const ends = typeof cookie.expires === 'string' ? Date.parse(cookie.expires) : Number.NaN
  return {
    data: JSON.stringify(values),
    attributes: `{"cookie":${JSON.stringify(cookie)}}`,
    version: legacyVersion(text),
    createdAt: begun(cookie, ends, now),
    expiresAt: timeToLive >= 0 ? now + timeToLive : Number.isNaN(ends) ? now + defaultLife : ends,
    userId: undefined,
  }
}

/** It is not written down. The last save is: the latest moment that it can have been, and the same at each reading. */
function begun({ originalMaxAge }: LegacyCookie, ends: number, now: number): number {
  const saved = typeof originalMaxAge === 'number' ? ends - originalMaxAge : Number.NaN
  return saved <= now ? saved : now
}
