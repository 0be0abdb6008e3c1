/**
 * What the table of differences is written with: looking into an exchange, and changing one thing in it.
 */
import { start } from './bench.js'
import type { Cell, Exchange, StoreMethod } from './cell.js'
import type { Stage } from './comparison.js'

/** How the handler of this exchange answers. */
export interface Answer {
  /** Some of the response is sent before `end`. */
  readonly streams: 'head' | 'part' | undefined
  /** The head is written, and with it how the body ends, before `end` tells the length. */
  readonly writesHead: boolean
}

export function answerOf(cell: Cell, stage: Stage, exchange: Exchange): Answer {
  if (stage === 'follow-up' || exchange.appRuns === 0) return { streams: undefined, writesHead: false }
  const form = cell.action.split(' › ').at(-1)!
  const flushes = /(?:^|, )flushHeaders/.test(form)
  const writes = /(?:^|, )write,/.test(form)
  return {
    streams: writes ? 'part' : flushes ? 'head' : undefined,
    writesHead: writes || flushes || /writeHead|^redirect with a body$/.test(form),
  }
}

const strangers = new Set([
  'only a name alike',
  'a broken escape',
  'not signed',
  'empty',
  'only the prefix',
  'no ID but a signature',
  'a shortened signature',
  'record null',
  'get fails with ENOENT',
])

/** The visitor brings no cookie, or one that leads to no session. */
export function isNewVisitor(cell: Cell): boolean {
  return cell.visitor !== 'known' || (cell.twist !== undefined && strangers.has(cell.twist))
}

/** How the store breaks its contract in this cell. */
export function faultOf(cell: Cell): { method: StoreMethod; fault: 'fails' | 'throws' | 'never answers' } | undefined {
  const match = /^(get|set|destroy|touch) (fails|throws|never answers)$/.exec(cell.twist ?? '')
  return match === null ? undefined : ({ method: match[1], fault: match[2] } as ReturnType<typeof faultOf>)
}

/** The store gives no useful answer to this, in whatever way. */
export function fails(cell: Cell, method: StoreMethod): boolean {
  return faultOf(cell)?.method === method
}

/** As if the store had answered with an error. */
export function asIfFailing(cell: Cell, fault: 'throws' | 'never answers'): Cell | undefined {
  const found = faultOf(cell)
  return found?.fault === fault ? { ...cell, twist: `${found.method} fails` } : undefined
}

/** The handler ends the session, and does not begin another one. */
export function endsSession(cell: Cell): boolean {
  return cell.action === 'destroy' || (cell.action === 'set null' && cell.unset === 'destroy')
}

/** The calls of this method left without an answer. */
export function unanswered(exchange: Exchange, method: StoreMethod): Exchange {
  const arrived = exchange.arrived.map((state, index) =>
    exchange.store[index]!.startsWith(`${method} `) ? 'never answered' : state,
  )
  return { ...exchange, arrived }
}

export function errorsWithout(exchange: Exchange, error: string): Exchange {
  return { ...exchange, errors: exchange.errors.filter((other) => other !== error) }
}

/** How many sessions the middleware made. */
export function generatedIn(exchange: Exchange, stage: Stage): number {
  const last = /^id-(\d+)/.exec(exchange.after)?.[1]
  return stage === 'follow-up' ? 1 : Number(last ?? 0)
}

/** What `save()` on the object of an ended session is told. */
export const endedMessage =
  'this session was ended in this request and stays ended; save req.session, or call regenerate for a new one'

/** Calls `save()` while the session holds nothing new, and the headers are still to come. */
export function savesUnmodified(cell: Cell): boolean {
  return unmodifiedSaves.has(cell.action)
}

const unmodifiedSaves = new Set([
  'save',
  'save without callback',
  'save, respond in its callback',
  'save twice',
  'modify, save, revert',
  'maxAge number, save',
  'reload, save',
  'save, maxAge number',
  'save, touch',
])

const insecure = new Set([
  'Secure over http',
  'Secure, proxy true, http',
  'Secure, proxy true, no header',
  'Secure, no proxy option, header says https',
  'Secure, req.secure, proxy false',
])

/** New sessions get a Secure cookie, and the request is not secure. */
export function cookieBarred(cell: Cell): boolean {
  return cell.twist !== undefined && insecure.has(cell.twist)
}

/** Not an ID that the visitor brought. */
export function isNewID(id: string): boolean {
  return id !== 'known' && id !== 'kn.ow.n'
}

export function asIf(cell: Cell, action: string | undefined): Cell | undefined {
  return action === undefined ? undefined : { ...cell, action }
}

/** The exchange without the store calls for which `drop` says so. */
export function withoutCalls(exchange: Exchange, drop: (call: string, index: number) => boolean): Exchange {
  const kept = exchange.store.map((call, index) => !drop(call, index))
  return {
    ...exchange,
    store: exchange.store.filter((_, index) => kept[index]),
    arrived: exchange.arrived.filter((_, index) => kept[index]),
  }
}

function idOf(record: string): string {
  return record.slice(0, record.indexOf(' '))
}

/** As if the sessions with these IDs had not been stored in this exchange. */
export function without(exchange: Exchange, cell: Cell, drop: (id: string) => boolean): Exchange {
  // Nobody writes down the calls of a built-in store.
  const dropped = new Set(cell.twist === 'its own MemoryStore' ? exchange.left.map(idOf).filter(drop) : [])
  const unsaved = withoutCalls(exchange, (call) => {
    const [method, id] = call.split(' ')
    if (method !== 'set' || !drop(id!)) return false
    dropped.add(id!)
    return true
  })
  return { ...unsaved, left: exchange.left.filter((record) => !dropped.has(idOf(record))) }
}

/** Each session that was stored, stored with a deadline that begins now. */
export function renewed(exchange: Exchange, cell: Cell): Exchange {
  const builtIn = cell.twist === 'its own MemoryStore'
  const saved = builtIn ? exchange.left : exchange.store.map((call) => call.replace(/^set /, ''))
  return {
    ...exchange,
    store: exchange.store.map((call) => (call.startsWith('set ') ? renew(call) : call)),
    left: exchange.left.map((record) => (saved.includes(record) ? renew(record) : record)),
  }
}

function renew(text: string): string {
  return text.replace(/"originalMaxAge":(\d+|null),"expires":(?:"[^"]*"|null|false)/, (_, maxAge: string) => {
    const expires = maxAge === 'null' ? 'null' : `"${new Date(start + Number(maxAge)).toISOString()}"`
    return `"originalMaxAge":${maxAge},"expires":${expires}`
  })
}

/** Stores a new session as it was stored before. */
export function isRepeatedSet(exchange: Exchange, call: string, index: number): boolean {
  const previous = exchange.store.slice(0, index).findLast((earlier) => earlier.startsWith('set '))
  return call.startsWith('set ') && call === previous
}
