/**
 * The object an app mounts: Express middleware, with everything that goes beyond a request's own session.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseData, type SessionValues } from '../core/codec.js'
import { SessionError } from '../core/errors.js'
import { isEventName, type SessionEventName, type SessionListener } from '../core/events.js'
import type { KeptRecord, MaybePromise, SessionStore } from '../core/record.js'
import { startSweeper } from '../core/sweeper.js'
import type { BuiltLayer } from './build-layer.js'
import { answerOf } from './ask-store.js'
import { findSession, serve, signerOf } from './middleware.js'
import { cookieOptions } from './new-session.js'
import { optionalTimer, type SharedOptions } from './options.js'
import type { Session } from './session.js'
import type { Next, SessionRequest } from './session-host.js'
import { linkTo } from './store-link.js'
import { presentedTickets } from './ticket-reader.js'
import { Visit } from './visit.js'
import { updateSession } from './app-requests.js'
import { noSession } from './request-errors.js'
import { setVisit, visitOf } from './visit-of.js'

/** What is known of a session besides its data. Times are epoch milliseconds. */
export interface SessionInfo {
  /** The public name of the session: names it in lists and logs, and opens nothing. */
  readonly handle: string
  readonly userId: string | undefined
  /** `undefined` under a callback store that does not keep it. */
  readonly createdAt: number | undefined
  /** The last request whose deadline was written: up to one touch window old. */
  readonly lastSeenAt: number | undefined
  /** When it ends if no request comes. */
  readonly expiresAt: number | undefined
}

/** A session seen from its own request. */
export interface CurrentSessionInfo extends SessionInfo {
  /** The session began with this request. */
  readonly isNew: boolean
}

/** A session seen from outside. */
export interface SessionSummary extends SessionInfo {
  /** Bytes of its data. */
  readonly size: number
}

/** A session seen from outside, with its data. */
export interface FoundSession extends SessionSummary {
  readonly data: SessionValues
}

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
  /** The living session with this handle. */
  find(handle: string): Promise<FoundSession | undefined>
  /** A page of all living sessions, `limit` records at most (default 100). */
  scan(options?: { cursor?: string | undefined; limit?: number | undefined }): Promise<SessionPage>
  /** How many sessions are kept. Some of them may have expired a moment ago. */
  count(): Promise<number>
  /** Stops sweeping and closes what the store opened itself. */
  close(): Promise<void>
}

const minute = 60_000
const defaultPage = 100

type SessionMembers = { readonly [Name in keyof Sessions]: Sessions[Name] }

/** Makes the mounted object. */
export function mount(built: BuiltLayer, options: SharedOptions): Sessions {
  const { layer, records, recordKeeper, handles, expressStore } = built
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
  const summary = ({ key, record }: KeptRecord): SessionSummary => ({
    handle: handles.handleOf(key),
    ...recordKeeper!.times(record),
    size: Buffer.byteLength(record.data),
  })
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
      return infoOf(built, req)
    },
    async find(handle) {
      const store = listed()
      const key = handles.keyOf(handle)
      const record = key === undefined ? undefined : await store.read(key)
      if (key === undefined || record === undefined || !isLiving({ key, record })) return undefined
      return { ...summary({ key, record }), data: parseData(record.data) ?? {} }
    },
    async scan({ cursor, limit = defaultPage } = {}) {
      const page = await listed().scan(cursor, limit)
      return { sessions: page.records.filter(isLiving).map(summary), cursor: page.cursor }
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
  return sessions
}

/** A store that may evict says so to whoever asks it; here it is an event, and a warning when nobody listens. */
function tellEvictions({ layer, records, handles }: BuiltLayer): void {
  const { onEvict } = (records ?? {}) as { onEvict?: (listener: (evicted: KeptRecord) => void) => unknown }
  if (typeof onEvict !== 'function') return
  onEvict.call(records, ({ key, record }) => {
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
  const signer = signerOf(layer, req)
  if (signer === undefined) throw new SessionError('ERR_SESSION_SECRET_MISSING', 'secret option required for sessions')
  const tickets = presentedTickets(req, layer, signer)
  if (tickets.length === 0) return undefined
  const visit = new Visit(layer, req, signer, cookieOptions(layer, req))
  const found = await findSession(visit, tickets)
  if (found === undefined) return undefined
  setVisit(req, visit)
  req.sessionStore = layer.store
  req.sessionID = found.ticket.id
  visit.attach(found.ticket, found.loaded)
  return req.session as Session
}

function infoOf({ layer, recordKeeper }: BuiltLayer, req: object): CurrentSessionInfo | undefined {
  const visit = visitOf(req)
  const session = visit?.session()
  if (visit === undefined || visit.layer !== layer || session === undefined) return undefined
  const { id, cookie } = session
  const times =
    recordKeeper !== undefined
      ? recordKeeper.currentTimes(visit.snapshot(session))
      : {
          userId: undefined,
          createdAt: undefined,
          lastSeenAt: undefined,
          expiresAt: typeof cookie.maxAge === 'number' ? layer.clock.now() + cookie.maxAge : undefined,
        }
  return { handle: layer.keeper.handle(id), ...times, isNew: visit.ticket?.id !== id }
}
