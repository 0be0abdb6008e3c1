/**
 * What happened to sessions lately, by handle. What happens all the time has a list of its own, so that it does not push out what is rare.
 */
import type { Clock } from '../../core/clock.js'
import type { SessionEvents } from '../../core/events.js'
import { Latest } from './latest.js'

const rare = [
  'created',
  'regenerated',
  'signedIn',
  'destroyed',
  'revoked',
  'deviceChanged',
  'expired',
  'conflict',
  'evicted',
  'blocked',
] as const
const frequent = ['saved', 'touched'] as const

/** The events that are a session's history. */
export const historic = [...rare, ...frequent] as const
export type HistoricName = (typeof historic)[number]

export interface HistoryEntry {
  readonly name: HistoricName
  readonly at: number
  /** Tells what came first within a millisecond. */
  readonly order: number
  readonly handle: string
  readonly previousHandle: string | undefined
  readonly userId: string | undefined
  /** More of it in a word or two: by whom it was revoked, which timeout it was. */
  readonly detail: string | undefined
  /** For a conflict, what became of each path. */
  readonly paths: Pick<SessionEvents['conflict'], 'paths' | 'mine' | 'theirs'> | undefined
}

/** An entry, and how many of its kind came in a row. */
export interface RepeatedEntry {
  readonly entry: HistoryEntry
  readonly times: number
}

const isRare = new Set<string>(rare)

export class History {
  readonly #clock: Clock
  readonly #rare = new Latest<HistoryEntry>(2000)
  readonly #frequent = new Latest<HistoryEntry>(1000)
  #order = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add<Name extends HistoricName>(name: Name, event: SessionEvents[Name]): void {
    const { handle, userId } = event
    this.#order += 1
    const entry: HistoryEntry = {
      name,
      at: this.#clock.now(),
      order: this.#order,
      handle,
      previousHandle: 'previousHandle' in event ? event.previousHandle : undefined,
      userId,
      detail: detailOf(event),
      paths: 'paths' in event ? { paths: event.paths, mine: event.mine, theirs: event.theirs } : undefined,
    }
    ;(isRare.has(name) ? this.#rare : this.#frequent).add(entry)
  }

  /** What is rare, of all sessions, the newest first. */
  latest(most: number): readonly HistoryEntry[] {
    const entries: HistoryEntry[] = []
    for (const entry of this.#rare) {
      if (entries.length === most) break
      entries.push(entry)
    }
    return entries
  }

  /** A session's own, the newest first, also from when it had another ID. */
  of(handle: string): readonly RepeatedEntry[] {
    const handles = new Set([handle])
    const entries: HistoryEntry[] = []
    for (const entry of this.#rare) {
      if (!handles.has(entry.handle)) continue
      entries.push(entry)
      if (entry.previousHandle !== undefined) handles.add(entry.previousHandle)
    }
    for (const entry of this.#frequent) if (handles.has(entry.handle)) entries.push(entry)
    return repeated(entries.sort((one, other) => other.order - one.order))
  }
}

function repeated(entries: readonly HistoryEntry[]): readonly RepeatedEntry[] {
  const rows: { entry: HistoryEntry; times: number }[] = []
  for (const entry of entries) {
    const last = rows.at(-1)
    const isSame = last?.entry.name === entry.name && last.entry.detail === entry.detail && entry.paths === undefined
    if (last !== undefined && isSame) last.times += 1
    else rows.push({ entry, times: 1 })
  }
  return rows
}

function detailOf(event: SessionEvents[HistoricName]): string | undefined {
  if ('by' in event) return event.by
  if ('timeout' in event) return event.timeout
  if ('what' in event) return event.what
  return 'method' in event ? event.method : undefined
}
