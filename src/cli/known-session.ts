/**
 * A session as it is found in a store, without the app that it belongs to.
 *
 * It is named by the first letters of the key that its record is kept under. Under `coatcheck()` that key is the session's handle, which opens nothing;
 * under `session()` it is the ID itself, which opens everything, so the whole of it is shown only to those who ask for it.
 */
import { nameAgent } from '../accounts/user-agent.js'
import { parseData, type SessionValues } from '../core/codec.js'
import { readAttributes } from '../core/marks.js'
import { isOwnKey } from '../core/own-records.js'
import type { KeptRecord, SessionStore } from '../core/record.js'
import { isTombstone } from '../core/tombstones.js'
import { Failure, notFound } from './failures.js'

export interface KnownSession {
  /** The beginning of the key, or all of it where it was asked for. */
  readonly session: string
  readonly userId: string | undefined
  readonly browser: string | undefined
  readonly system: string | undefined
  readonly address: string | undefined
  readonly method: string | undefined
  readonly createdAt: number
  readonly authenticatedAt: number | undefined
  readonly expiresAt: number
  readonly size: number
}

const shortKey = 10
const shortestPrefix = 6

export function describe({ key, record }: KeptRecord, full: boolean): KnownSession {
  const { marks } = readAttributes(record.attributes, record.userId) ?? { marks: {} }
  const { agent, address } = marks.device ?? {}
  const { browser, system } = agent === undefined ? { browser: undefined, system: undefined } : nameAgent(agent)
  return {
    session: full ? key : `${key.slice(0, shortKey)}…`,
    userId: record.userId,
    browser,
    system,
    address,
    method: marks.method,
    createdAt: record.createdAt,
    authenticatedAt: marks.authenticatedAt,
    expiresAt: record.expiresAt,
    size: Buffer.byteLength(record.data),
  }
}

export function dataOf({ record }: KeptRecord): SessionValues {
  return parseData(record.data) ?? {}
}

export function isSession({ key, record }: KeptRecord, now: number): boolean {
  return !isOwnKey(key) && !isTombstone(record) && record.expiresAt > now
}

/** Every living session, as they come. */
export async function* everySession(store: SessionStore): AsyncGenerator<KeptRecord> {
  let cursor: string | undefined
  do {
    const page = await store.scan(cursor, 500)
    const now = Date.now()
    for (const kept of page.records) if (isSession(kept, now)) yield kept
    cursor = page.cursor
  } while (cursor !== undefined)
}

/** The session of this key, or the only one whose key begins with it. Throws a `Failure` for none, and for several. */
export async function findSession(store: SessionStore, name: string): Promise<KeptRecord> {
  const prefix = name.replace(/…$/, '')
  const record = await store.read(prefix, { fresh: true })
  if (record !== undefined && isSession({ key: prefix, record }, Date.now())) return { key: prefix, record }
  if (prefix.length < shortestPrefix) {
    throw new Failure(`give at least the first ${shortestPrefix} characters of the session's name`, 2)
  }
  let found: KeptRecord | undefined
  for await (const kept of everySession(store)) {
    if (!kept.key.startsWith(prefix)) continue
    if (found !== undefined) throw new Failure(`several sessions begin with ${prefix}; give more of the name`, 2)
    found = kept
  }
  if (found === undefined) throw notFound(`there is no session ${name}; it may have ended`)
  return found
}
