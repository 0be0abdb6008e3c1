/**
 * Commands that look: list, show, user, stats, watch, export.
 */
import type { KeptRecord, SessionStore } from '../../core/record.js'
import { dataOf, describe, everySession, findSession, type KnownSession } from '../known-session.js'
import { bytes, span, type Output } from '../output.js'

export interface LookOptions {
  readonly json?: boolean | undefined
  /** Whole keys: under `session()` they are the sessions' IDs. */
  readonly full?: boolean | undefined
}

export interface ListOptions extends LookOptions {
  readonly limit: number
}

const head = ['SESSION', 'USER', 'DEVICE', 'ADDRESS', 'BEGAN', 'ENDS IN', 'SIZE']

export async function list(
  store: SessionStore,
  { limit, json, full = false }: ListOptions,
  out: Output,
): Promise<void> {
  const found: KnownSession[] = []
  let more = false
  for await (const kept of everySession(store)) {
    more = found.length === limit
    if (more) break
    found.push(describe(kept, full))
  }
  show(found, json, out)
  if (more && json !== true) out.note(`… and more; --limit shows up to so many`)
}

export async function user(
  store: SessionStore,
  userId: string,
  { json, full = false }: LookOptions,
  out: Output,
): Promise<void> {
  const now = Date.now()
  const kept = await store.listByUser(userId)
  show(
    kept.filter(({ record }) => record.expiresAt > now).map((each) => describe(each, full)),
    json,
    out,
  )
}

function show(sessions: readonly KnownSession[], json: boolean | undefined, out: Output): void {
  if (json === true) out.json(sessions)
  else if (sessions.length === 0) out.print('no sessions')
  else out.table(head, sessions.map(rowOf))
}

function rowOf({ session, userId, browser, system, address, createdAt, expiresAt, size }: KnownSession): string[] {
  const now = Date.now()
  const device = [browser, system].filter((name) => name !== undefined).join(', ')
  return [
    session,
    userId ?? '–',
    device === '' ? '–' : device,
    address ?? '–',
    `${span(now - createdAt)} ago`,
    span(expiresAt - now),
    bytes(size),
  ]
}

export async function showSession(
  store: SessionStore,
  name: string,
  { json, full = false }: LookOptions,
  out: Output,
): Promise<void> {
  const kept = await findSession(store, name)
  const session = describe(kept, full)
  const data = dataOf(kept)
  if (json === true) {
    out.json({ ...session, data })
    return
  }
  out.table(
    ['SESSION', session.session],
    [
      ['user', session.userId ?? '–'],
      ['signed in', `${time(session.authenticatedAt)}${session.method === undefined ? '' : ` (${session.method})`}`],
      ['browser', session.browser ?? '–'],
      ['system', session.system ?? '–'],
      ['address', session.address ?? '–'],
      ['began', time(session.createdAt)],
      [
        'ends',
        `${time(session.expiresAt)} at the latest, in ${span(session.expiresAt - Date.now())}, if no request comes`,
      ],
      ['size', bytes(session.size)],
    ],
  )
  out.print(JSON.stringify(data, undefined, 2))
}

function time(at: number | undefined): string {
  return at === undefined ? '–' : new Date(at).toISOString()
}

/** One line of JSON a session, data included. */
export async function exportAll(store: SessionStore, { full = false }: LookOptions, out: Output): Promise<void> {
  let count = 0
  for await (const kept of everySession(store)) {
    out.jsonLine({ ...describe(kept, full), data: dataOf(kept) })
    count += 1
  }
  out.note(`${count} sessions`)
}

interface Statistics {
  readonly sessions: number
  readonly signedIn: number
  readonly anonymous: number
  readonly users: number
  /** Bytes of data. */
  readonly size: { readonly total: number; readonly median: number; readonly largest: number }
  readonly oldest: number | undefined
  readonly endingWithinAnHour: number
}

const hour = 3_600_000

export async function stats(store: SessionStore, { json }: LookOptions, out: Output): Promise<void> {
  const found = await statisticsOf(everySession(store))
  if (json === true) {
    out.json(found)
    return
  }
  const { size } = found
  out.table(
    ['SESSIONS', String(found.sessions)],
    [
      ['signed in', `${found.signedIn}, of ${found.users} users`],
      ['anonymous', found.anonymous],
      ['data', `${bytes(size.total)} in all, ${bytes(size.median)} in the middle, ${bytes(size.largest)} at most`],
      ['oldest', found.oldest === undefined ? '–' : `${span(Date.now() - found.oldest)} old`],
      ['end within an hour', found.endingWithinAnHour],
    ],
  )
}

async function statisticsOf(sessions: AsyncIterable<KeptRecord>): Promise<Statistics> {
  const now = Date.now()
  const sizes: number[] = []
  const users = new Set<string>()
  let signedIn = 0
  let oldest: number | undefined
  let endingWithinAnHour = 0
  for await (const { record } of sessions) {
    sizes.push(Buffer.byteLength(record.data))
    if (record.userId !== undefined) {
      signedIn += 1
      users.add(record.userId)
    }
    oldest = Math.min(oldest ?? Infinity, record.createdAt)
    if (record.expiresAt < now + hour) endingWithinAnHour += 1
  }
  sizes.sort((one, other) => one - other)
  return {
    sessions: sizes.length,
    signedIn,
    anonymous: sizes.length - signedIn,
    users: users.size,
    size: {
      total: sizes.reduce((sum, size) => sum + size, 0),
      median: sizes[Math.floor(sizes.length / 2)] ?? 0,
      largest: sizes.at(-1) ?? 0,
    },
    oldest,
    endingWithinAnHour,
  }
}

export interface WatchOptions extends LookOptions {
  /** Milliseconds between two looks. */
  readonly every: number
  readonly signal: AbortSignal
}

/** Tells what begins, changes and ends, look by look, until it is stopped. */
export async function watch(
  store: SessionStore,
  { every, json, full = false, signal }: WatchOptions,
  out: Output,
): Promise<void> {
  let before: Map<string, Seen> | undefined
  while (!signal.aborted) {
    const now = await seen(store)
    if (before === undefined && json !== true) out.note(`${now.size} sessions; watching, Ctrl+C ends it`)
    if (before !== undefined) {
      for (const [key, { kept, text }] of now) {
        const was = before.get(key)
        if (was === undefined) tell('began', kept)
        else if (was.text !== text) tell('changed', kept)
      }
      for (const [key, { kept }] of before) if (!now.has(key)) tell('ended', kept)
    }
    before = now
    await pause(every, signal)
  }

  function tell(what: 'began' | 'changed' | 'ended', kept: KeptRecord): void {
    const session = describe(kept, full)
    const at = new Date().toISOString()
    if (json === true) out.jsonLine({ at, what, ...session })
    else {
      const colour = what === 'began' ? 'green' : what === 'ended' ? 'red' : 'dim'
      out.print(
        `${out.style('dim', at.slice(11, 19))}  ${out.style(colour, what.padEnd(8))}${session.session}  ${session.userId ?? ''}`.trimEnd(),
      )
    }
  }
}

interface Seen {
  readonly kept: KeptRecord
  readonly text: string
}

async function seen(store: SessionStore): Promise<Map<string, Seen>> {
  const found = new Map<string, Seen>()
  for await (const kept of everySession(store)) {
    const { data, userId = '', version } = kept.record
    found.set(kept.key, { kept, text: `${version} ${userId} ${data}` })
  }
  return found
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
