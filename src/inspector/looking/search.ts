/**
 * Looking for sessions. What is asked for by its handle or its user is found at once; anything else means looking at one session after the other,
 * so that is done in bounded stretches, each of which says how far it came and where to go on.
 */
import { isSearched, type SearchField } from './matching.js'
import type { SessionSummary } from '../../core/summaries.js'
import type { Sight } from './sight.js'

export interface Search {
  /** Empty: every session. */
  readonly text: string
  readonly field: SearchField
  /** Where to go on, as `Found` has it. */
  readonly cursor: string | undefined
  /** The sessions on a page. A search shows a few more where many are found at once. */
  readonly pageSize: number
}

export interface Found {
  readonly sessions: readonly SessionSummary[]
  /** They were found by their handle or user, and no other was looked at. */
  readonly atOnce: boolean
  /** How many records were looked at. */
  readonly looked: number
  /** Where to go on; absent when everything was looked at. Empty: at the beginning, because nothing was. */
  readonly cursor: string | undefined
}

// A page of a million sessions costs what a page of ten thousand does.
const mostLooked = 10_000
const mostCalls = 60
const longest = 1000
const largestBatch = 500
const mostOfUser = 500

/** A page of a list, or a stretch of a search. */
export async function search(sight: Sight, asked: Search): Promise<Found> {
  if (asked.cursor === undefined && asked.text !== '') {
    const { sessions, isAll } = await findAtOnce(sight, asked)
    if (sessions.length > 0) return { sessions, atOnce: true, looked: 0, cursor: isAll ? undefined : '' }
  }
  const found: SessionSummary[] = []
  const startedAt = sight.now
  const fits = isSearched(asked.text, asked.field)
  let cursor = asked.cursor === '' ? undefined : asked.cursor
  let looked = 0
  let calls = 0
  do {
    const page = await sight.page(cursor, batchSize(asked, found.length, calls))
    for (const kept of page.records) {
      if (!sight.isLiving(kept)) continue
      const session = sight.summary(kept)
      if (fits(session)) found.push(session)
    }
    looked += page.records.length
    calls += 1
    cursor = page.cursor
    if (cursor === undefined || found.length >= asked.pageSize) break
    // Requests of visitors come first.
    await new Promise(setImmediate)
  } while (looked < mostLooked && calls < mostCalls && sight.now - startedAt < longest)
  return { sessions: found, atOnce: false, looked, cursor }
}

/** A list takes what it still needs; a search takes more at a time the rarer it finds something. */
function batchSize({ text, pageSize }: Search, found: number, calls: number): number {
  return text === '' ? pageSize - found : Math.min(largestBatch, pageSize * 2 ** calls)
}

/** A handle is one session's; a user's ID may be part of others. */
async function findAtOnce(
  sight: Sight,
  { text, field }: Search,
): Promise<{ readonly sessions: readonly SessionSummary[]; readonly isAll: boolean }> {
  const byHandle = field === 'any' || field === 'handle' ? await sight.find(text) : undefined
  if (byHandle !== undefined) return { sessions: [byHandle.summary], isAll: true }
  const ofUser = field === 'any' || field === 'user' ? await sight.ofUser(text) : []
  return { sessions: ofUser.slice(0, mostOfUser), isAll: false }
}
