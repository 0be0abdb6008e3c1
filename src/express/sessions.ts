/**
 * The object an app mounts: Express middleware, with everything that goes beyond a request's own session.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SessionValues } from '../core/codec.js'
import { SessionError } from '../core/errors.js'
import { isOwnKey } from '../core/own-records.js'
import { isEventName, type SessionEventName, type SessionListener } from '../core/events.js'
import { lend } from '../core/lent.js'
import { ancestorOf } from '../core/marks.js'
import type { KeptRecord, MaybePromise, SessionStore } from '../core/record.js'
import type { CurrentSessionInfo, FoundSession, SessionSummary, Summaries } from '../core/summaries.js'
import { startSweeper } from '../core/sweeper.js'
import type { BuiltLayer } from './build-layer.js'
import { answerOf } from './ask-store.js'
import { findSession, serve, signerOf } from './middleware.js'
import type { Layer } from './layer.js'
import { cookieOptions } from './new-session.js'
import { optionalTimer } from './options.js'
import type { Session } from './session.js'
import type { Next, SessionRequest } from './session-host.js'
import { linkTo } from './store-link.js'
import { presentedTickets } from './ticket-reader.js'
import { Visit } from './visit.js'
import { updateSession } from './app-requests.js'
import { noSession } from './request-errors.js'
import { setVisit, visitOf } from './visit-of.js'

export interface SessionPage {
  readonly sessions: readonly SessionSummary[]
  /** Hand it to the next `scan`; absent on the last page. */
  readonly cursor: string | undefined
}

export interface Sessions {
  (req: IncomingMessage, res: ServerResponse, next: Next): void
  /** Hear of what happens to sessions. See docs/events.md. */
  on<Name extends SessionEventName>(event: Name, listener: SessionListener<Name>): Sessions
  off<Name extends SessionEventName>(event: Name, listener: SessionListener<Name>): Sessions
  /**
   * The session of a request that did not come through the middleware, such as a WebSocket upgrade; `undefined` for a visitor without one.
   * The session is at `req.session` too, and is saved by its own `save()`.
   */
  read(req: IncomingMessage): Promise<Session | undefined>
  /**
   * Changes the session's data in one step that no other request gets in between: `change` has the newest data, and runs again when another request
   * was faster. Answers what `change` answers. `req.session` has the new data then. Throws ERR_SESSION_NO_SESSION when the request has no
   * session, ERR_SESSION_NOT_FOUND when it was ended meanwhile.
   */
  update<Result>(req: IncomingMessage, change: (data: SessionValues) => MaybePromise<Result>): Promise<Result>
  /** What is known of the request's session; `undefined` when it has none. */
  info(req: IncomingMessage): CurrentSessionInfo | undefined
  /**
   * How long the request's session has left, without making it longer: for "you will be signed out in two minutes". The request counts as none of the
   * visitor's. `undefined` when it has no session that is kept.
   */
  peek(req: IncomingMessage): Promise<TimeLeft | undefined>
  /** The living session with this handle. */
  find(handle: string): Promise<FoundSession | undefined>
  /** A page of all living sessions, `limit` records at most (default 100). */
  scan(options?: { cursor?: string | undefined; limit?: number | undefined }): Promise<SessionPage>
  /**
   * How many records are kept. Counted as well are sessions that expired a moment ago, and for as long as they live coatcheck's own small records:
   * one for each ID that was given up (`tombstone`), and one for each user who was signed out everywhere, or signs in under
   * `maxSessionsPerUser` (an hour).
   */
  count(): Promise<number>
  /** Stops sweeping and closes what the store opened itself. */
  close(): Promise<void>
}

/** What is left of a session. Milliseconds, and epoch milliseconds. */
export interface TimeLeft {
  readonly handle: string
  readonly userId: string | undefined
  /** Until the session ends if no request comes. */
  readonly remaining: number
  readonly expiresAt: number
  /** When it ends whatever comes; `undefined` without such a limit. */
  readonly absoluteExpiresAt: number | undefined
}

const minute = 60_000
const defaultPage = 100

type SessionMembers = { readonly [Name in keyof Sessions]: Sessions[Name] }

/** Makes the mounted object. `summaries` is there where sessions can be listed. */
export function mount(built: BuiltLayer, summaries: Summaries | undefined): Sessions {
  const { layer, records, recordKeeper, handles, expressStore, options } = built
  const link = expressStore === undefined ? undefined : linkTo(expressStore)
  const stopSweeping =
    records === undefined || expressStore !== undefined
      ? () => {}
      : startSweeper(records, optionalTimer('sweepInterval', options.sweepInterval, minute), layer.clock, (error) => {
          if (layer.events.wants('storeError')) layer.events.emit('storeError', { operation: 'sweep', error })
        })

  tellEvictions(built)

  const listed = (): SessionStore => {
    if (records !== undefined) return records
    throw new SessionError(
      'ERR_SESSION_STORE_SHAPE',
      'a store for express-session cannot list its sessions here; use a store of coatcheck/stores, or coatcheck(options)',
    )
  }
  const isLiving = ({ key, record }: KeptRecord): boolean => recordKeeper!.isLiving(key, record)

  const middleware = (req: IncomingMessage, res: ServerResponse, next: Next): void => {
    if (link?.connected === false) next()
    else serve(layer, req as unknown as SessionRequest, res, next)
  }

  const members: SessionMembers = {
    on(event, listener) {
      checkListener(event, listener)
      layer.events.on(event, listener)
      return sessions
    },
    off(event, listener) {
      layer.events.off(event, listener)
      return sessions
    },
    async read(req) {
      return readSession(built, req as unknown as SessionRequest)
    },
    async update(req, change) {
      const visit = visitOf(req)
      if (visit === undefined || visit.layer !== layer) throw noSession()
      return updateSession(visit, change)
    },
    info(req) {
      return infoOf(built, summaries, req)
    },
    async peek(req) {
      return peekAt(built, req as unknown as SessionRequest)
    },
    async find(handle) {
      listed()
      const key = handles.keyOf(handle)
      const kept = key === undefined ? undefined : await recordKeeper!.current(key)
      return kept && summaries!.withData(kept)
    },
    async scan({ cursor, limit = defaultPage } = {}) {
      const page = await listed().scan(cursor, limit)
      return { sessions: page.records.filter(isLiving).map((kept) => summaries!.of(kept)), cursor: page.cursor }
    },
    async count() {
      if (records !== undefined) return records.count()
      const { length } = layer.store
      if (typeof length !== 'function') return listed().count()
      return (await answerOf<number>('count', layer, (done) => length.call(layer.store, done))) ?? 0
    },
    async close() {
      stopSweeping()
      await records?.close()
    },
  }
  const sessions: Sessions = Object.assign(middleware, members)
  lend(sessions, options.secret, (req) => {
    const visit = visitOf(req)
    const session = visit?.layer === layer ? visit.session() : undefined
    return session === undefined ? undefined : ancestorOf(session.id, visit!.marks)
  })
  return sessions
}

/** A store that may evict says so to whoever asks it; here it is an event, and a warning when nobody listens. */
function tellEvictions({ layer, ownStore, handles }: BuiltLayer): void {
  const { onEvict } = (ownStore ?? {}) as { onEvict?: (listener: (evicted: KeptRecord) => void) => unknown }
  if (typeof onEvict !== 'function') return
  onEvict.call(ownStore, ({ key, record }) => {
    if (isOwnKey(key)) return
    if (layer.events.wants('evicted')) {
      layer.events.emit('evicted', { handle: handles.handleOf(key), userId: record.userId })
      return
    }
    layer.hints.once(
      'COATCHECK_SESSIONS_EVICTED',
      'the session store is full and has given up living sessions to make room for new ones; raise its limits, use another store, or ' +
        "listen to 'evicted'. This is said once",
    )
  })
}

function checkListener(event: unknown, listener: unknown): void {
  if (!isEventName(event)) {
    throw new SessionError(
      'ERR_SESSION_OPTION',
      `there is no event ${JSON.stringify(event)}; docs/events.md lists them`,
    )
  }
  if (typeof listener !== 'function')
    throw new SessionError('ERR_SESSION_OPTION', `the listener of ${event} must be a function`)
}

async function readSession(built: BuiltLayer, req: SessionRequest): Promise<Session | undefined> {
  const { layer } = built
  if (visitOf(req) !== undefined) return (req.session ?? undefined) as Session | undefined
  const visit = visitWithout(layer, req)
  const tickets = presentedTickets(req, layer, visit.signer)
  const found = tickets.length === 0 ? undefined : await findSession(visit, tickets)
  if (found === undefined) return undefined
  setVisit(req, visit)
  req.sessionStore = layer.store
  req.sessionID = found.ticket.id
  // There is no response that a cookie could go with.
  visit.closed = true
  visit.attach(found.ticket, found.loaded)
  return req.session as Session
}

/** A visit of a request that did not come through the middleware. */
function visitWithout(layer: Layer, req: SessionRequest): Visit {
  const signer = signerOf(layer, req)
  if (signer === undefined) throw new SessionError('ERR_SESSION_SECRET_MISSING', 'secret option required for sessions')
  return new Visit(layer, req, signer, cookieOptions(layer, req))
}

async function peekAt({ layer, recordKeeper }: BuiltLayer, req: SessionRequest): Promise<TimeLeft | undefined> {
  if (recordKeeper === undefined) throw cannotPeek()
  let visit = visitOf(req)
  if (visit === undefined) {
    visit = visitWithout(layer, req)
    const tickets = presentedTickets(req, layer, visit.signer)
    const found = tickets.length === 0 ? undefined : await findSession(visit, tickets)
    // A stand-in request, so that nothing of this one shows that somebody looked.
    if (found === undefined) return undefined
    visit = new Visit(layer, { headers: req.headers, sessionID: found.ticket.id }, visit.signer, {})
    visit.onlyPeeked = true
    visit.attach(found.ticket, found.loaded)
  } else if (visit.layer !== layer || visit.ticket === undefined || visit.livingSession() === undefined) {
    return undefined
  }
  visit.onlyPeeked = true
  const session = visit.session()!
  const { expiresAt, absoluteExpiresAt } = recordKeeper.currentTimes(visit.snapshot(session))
  const remaining = Math.max(0, expiresAt - layer.clock.now())
  const { userId } = visit.marks
  return { handle: layer.keeper.handle(session.id), userId, remaining, expiresAt, absoluteExpiresAt }
}

function cannotPeek(): SessionError {
  return new SessionError(
    'ERR_SESSION_STORE_SHAPE',
    'under session() a store for express-session keeps its own time, which nobody can look at; use a store of coatcheck/stores',
  )
}

function infoOf({ layer }: BuiltLayer, summaries: Summaries | undefined, req: object): CurrentSessionInfo | undefined {
  const visit = visitOf(req)
  const session = visit?.session()
  if (visit === undefined || visit.layer !== layer || session === undefined) return undefined
  const { id, cookie } = session
  const handle = layer.keeper.handle(id)
  const isNew = visit.ticket?.id !== id
  if (summaries !== undefined) {
    const times = layer.recordKeeper!.currentTimes(visit.snapshot(session))
    return { ...summaries.info(handle, times, visit.marks), isNew }
  }
  const expiresAt = typeof cookie.maxAge === 'number' ? layer.clock.now() + cookie.maxAge : undefined
  return { ...nothingKnown, handle, expiresAt, isNew }
}

/** Of a session in a callback store. */
const nothingKnown = {
  userId: undefined,
  createdAt: undefined,
  lastSeenAt: undefined,
  absoluteExpiresAt: undefined,
  authenticatedAt: undefined,
  method: undefined,
  device: undefined,
} as const
