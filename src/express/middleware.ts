/**
 * The way in: a request comes by, its cookie is checked, its session is loaded or created, and the app goes on.
 */
import type { ServerResponse } from 'node:http'
import type { RejectedEvent } from '../core/events.js'
import { SessionError } from '../core/errors.js'
import type { LoadedSession, LoadResult } from '../core/keeper.js'
import { isPending } from '../core/maybe-promise.js'
import type { MaybePromise } from '../core/record.js'
import type { Secret, TicketSigner } from '../core/secrets.js'
import { outsidePromise } from './ask-store.js'
import { Departure } from './departure.js'
import { holdResponse } from './held-response.js'
import type { CookieOptions, Layer } from './layer.js'
import { cookieOptions } from './new-session.js'
import { pathMatches, requestPath } from './request-path.js'
import type { Next, SessionRequest } from './session-host.js'
import { shareShape } from './shared-shape.js'
import { presentedTickets, type PresentedTicket } from './ticket-reader.js'
import { storeFailed } from './tell.js'
import { Visit } from './visit.js'
import { setVisit } from './visit-of.js'

/** Serves one request. `next` is called exactly once for it, and again only with errors of the store after the response. */
export function serve(layer: Layer, req: SessionRequest, res: ServerResponse, next: Next): void {
  if (req.session) {
    next()
    return
  }
  const options = cookieOptions(layer, req)
  if (!isInScope(req, options)) {
    next()
    return
  }
  const signer = signerOf(layer, req)
  if (signer === undefined) {
    next(new SessionError('ERR_SESSION_SECRET_MISSING', 'secret option required for sessions'))
    return
  }
  const visit = new Visit(layer, req, signer, options)
  shareShape(req)
  shareShape(res)
  setVisit(req, visit)
  req.sessionStore = layer.store
  visit.trace?.step('request', req.method ?? '')
  const tickets = presentedTickets(req, layer, signer)
  visit.trace?.step('cookie', describeCookie(req, layer, tickets))
  req.sessionID = tickets[0]?.id
  holdResponse(res, new Departure(visit, res, next))
  if (tickets.length === 0) {
    begin(visit, next)
    return
  }
  find(visit, tickets, next)
}

/** The live session that one of the tickets leads to, for a visit that has no response. */
export function findSession(visit: Visit, tickets: readonly PresentedTicket[]): MaybePromise<Found | undefined> {
  return firstLiving(visit, tickets, 0)
}

interface Found {
  readonly ticket: PresentedTicket
  readonly loaded: LoadedSession
}

function begin(visit: Visit, next: Next, kind: 'new' | 'stand-in' = 'new'): void {
  try {
    if (kind === 'new') visit.begin()
    else visit.beginWithStandIn()
  } catch (error) {
    next(error)
    return
  }
  visit.trace?.step('load', 'created')
  visit.trace?.step('attach', kind)
  next()
}

function find(visit: Visit, tickets: readonly PresentedTicket[], next: Next): void {
  let found: MaybePromise<Found | undefined>
  try {
    found = firstLiving(visit, tickets, 0)
  } catch (error) {
    refuse(visit, error, next)
    return
  }
  if (isPending(found)) {
    found.then(
      (value) => outsidePromise(() => attach(visit, value, next)),
      (error: unknown) => outsidePromise(() => refuse(visit, error, next)),
    )
  } else attach(visit, found, next)
}

function attach(visit: Visit, found: Found | undefined, next: Next): void {
  if (found === undefined) {
    begin(visit, next, visit.late ? 'stand-in' : 'new')
    return
  }
  try {
    visit.trace?.step('load', 'loaded')
    visit.attach(found.ticket, found.loaded)
    visit.trace?.step('attach', 'known')
  } catch (error) {
    next(error)
    return
  }
  const { events, keeper } = visit.layer
  if (events.wants('loaded')) {
    events.emit('loaded', {
      handle: keeper.handle(String(visit.req.sessionID)),
      userId: visit.bookmark?.userId,
      req: visit.req,
    })
  }
  next()
}

function refuse(visit: Visit, error: unknown, next: Next): void {
  storeFailed(visit, 'read', error)
  if (visit.layer.onStoreError === 'continue') begin(visit, next, 'stand-in')
  else next(error)
}

/** Tries the tickets in turn. Where settings are strict, two living sessions at once are none: one of them was planted. */
function firstLiving(
  visit: Visit,
  tickets: readonly PresentedTicket[],
  index: number,
  kept?: Found,
): MaybePromise<Found | undefined> {
  const ticket = tickets[index]
  if (ticket === undefined) return kept
  const answer = load(visit, ticket)
  const next = (result: LoadResult): MaybePromise<Found | undefined> => {
    if (result?.status !== 'found') {
      tellMissing(visit, ticket, result)
      return firstLiving(visit, tickets, index + 1, kept)
    }
    if (kept !== undefined) {
      reject(visit, 'ambiguous')
      return undefined
    }
    const found = { ticket, loaded: result }
    return visit.layer.modern ? firstLiving(visit, tickets, index + 1, found) : found
  }
  return isPending(answer) ? answer.then(next) : next(answer)
}

/** A record that nobody can read is no session: one spoilt row must not lock its visitor out for good. */
function load(visit: Visit, ticket: PresentedTicket): MaybePromise<LoadResult> {
  const spoilt = (error: unknown): undefined => {
    if (!(error instanceof SessionError) || error.code !== 'ERR_SESSION_STORE_ANSWER') throw error
    storeFailed(visit, 'read', error)
    return undefined
  }
  try {
    const answer = visit.layer.keeper.load(ticket.id, ticket.secretIndex)
    return isPending(answer) ? answer.catch(spoilt) : answer
  } catch (error) {
    return spoilt(error)
  }
}

function tellMissing(visit: Visit, ticket: PresentedTicket, result: LoadResult): void {
  const { events, keeper } = visit.layer
  if (result?.status === 'retired') visit.late = true
  if (result?.status !== 'expired') {
    reject(visit, result?.status === 'retired' ? 'retired' : 'unknown')
  } else if (events.wants('expired')) {
    const { timeout, bookmark } = result
    events.emit('expired', { handle: keeper.handle(ticket.id), userId: bookmark?.userId, timeout, req: visit.req })
  }
}

function reject(visit: Visit, reason: RejectedEvent['reason']): void {
  const { events } = visit.layer
  if (events.wants('rejected')) events.emit('rejected', { reason, req: visit.req })
}

function isInScope(req: SessionRequest, options: CookieOptions): boolean {
  const cookiePath = options.path ?? '/'
  // Every request that names a path is within this one.
  if (cookiePath === '/' && (req.originalUrl ?? req.url)?.startsWith('/') === true) return true
  const path = requestPath(req)
  return path !== undefined && pathMatches(path, cookiePath)
}

export function signerOf(layer: Layer, req: SessionRequest): TicketSigner | undefined {
  if (layer.signer !== undefined) return layer.signer
  const { secret } = req
  return secret ? layer.signerFor(secret as Secret) : undefined
}

function describeCookie(req: SessionRequest, layer: Layer, tickets: readonly PresentedTicket[]): string {
  if (tickets.length > 0) return 'valid'
  return req.headers.cookie?.includes(layer.cookieName) === true ? 'rejected' : 'none'
}
