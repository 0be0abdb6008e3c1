/**
 * The session of a request in the hands of the rooms above: under a new ID, ended, looked at.
 */
import { parseData, serializeData, type SessionValues } from '../core/codec.js'
import { SessionError, SessionOptionError } from '../core/errors.js'
import { readAttributes } from '../core/marks.js'
import type { RecordBookmark } from '../core/record-bookmark.js'
import type { Ending, RequestSession, RequestSessions, Transition } from '../core/request-sessions.js'
import type { BuiltLayer } from './build-layer.js'
import { renewCookie, reviveCookie, type Cookie } from './cookie.js'
import type { Layer } from './layer.js'
import { cookieOptions, newCookie } from './new-session.js'
import { idIsNoText, insideUpdate, noSession } from './request-errors.js'
import { Session } from './session.js'
import type { SessionHost, SessionRequest } from './session-host.js'
import { SessionSnapshot } from './session-snapshot.js'
import { putValues, valuesOf } from './session-values.js'
import { storeFailed } from './tell.js'
import type { Visit } from './visit.js'
import { visitOf } from './visit-of.js'

export function requestSessions({ layer }: BuiltLayer): RequestSessions {
  return {
    async inTurn(req, work) {
      return inTurn(visitWithSession(layer, req), work)
    },
    current: (req) => describe(layer, visitWithSession(layer, req)),
    find(req) {
      const visit = visitIn(layer, req)
      return visit?.session() === undefined ? undefined : describe(layer, visit)
    },
    device: (req) => layer.deviceOf?.(req as SessionRequest),
    async transit(req, transition, admit) {
      return transit(visitWithSession(layer, req), transition, admit)
    },
    setAside: (req) => visitIn(layer, req)?.setAside(),
    end: (req, ending) => end(visitWithSession(layer, req), ending),
    async undo(req) {
      const visit = visitWithSession(layer, req)
      const { id } = visit.session()!
      // What failed a moment ago may fail again: the session must be over for this request all the same.
      await end(visit, { keep: [], clearSiteData: undefined }).catch(() => layer.recordKeeper!.abandon(id))
    },
    async stored(req) {
      const visit = visitIn(layer, req)
      const session = visit?.livingSession()
      return visit && session && layer.recordKeeper!.stored(visit.snapshot(session))
    },
  }
}

function visitIn(layer: Layer, req: object): Visit | undefined {
  const visit = visitOf(req)
  return visit?.layer === layer ? visit : undefined
}

function visitWithSession(layer: Layer, req: object): Visit {
  const visit = visitIn(layer, req)
  if (visit?.session() === undefined) throw noSession()
  return visit
}

async function inTurn<Result>(visit: Visit, work: () => Promise<Result>): Promise<Result> {
  // It would wait for the update that waits for it.
  if (visit.updating) throw insideUpdate()
  const before = visit.underWay
  const done = before === undefined ? work() : before.then(work)
  visit.waitFor(
    done.then(
      () => {},
      (error: unknown) => tellFailure(visit, error),
    ),
  )
  return done
}

function describe(layer: Layer, visit: Visit): RequestSession {
  const { id } = visit.session()!
  const { key } = (visit.bookmark as RecordBookmark | undefined) ?? { key: layer.recordKeeper!.key(id) }
  return { key, handle: layer.keeper.handle(id), marks: visit.marks, createdAt: visit.bookmark?.createdAt }
}

async function transit(
  visit: Visit,
  transition: Transition,
  admit?: (key: string) => Promise<void>,
): Promise<RequestSession | undefined> {
  const { layer, req } = visit
  const { kind, marks, createdAt } = transition
  if (visit.closed) throw headersSent()
  const newId: unknown = layer.genid(req)
  if (typeof newId !== 'string') throw idIsNoText()
  await admit?.(layer.recordKeeper!.key(newId))

  const session = visit.session()
  if (session === undefined) throw noSession()
  const cookie = nextCookie(visit, session, transition)
  visit.lookAgain()
  const oldId = session.id
  const read = visit.livingSession() === undefined ? undefined : (visit.bookmark as RecordBookmark | undefined)
  const next = new SessionSnapshot(
    new Session({ sessionID: newId } as SessionHost, undefined, cookie),
    { bookmark: undefined, createdAt, marks, onlyPeeked: false },
    layer.maxDataBytes,
    layer.modern ? newCookie(layer, req) : undefined,
  )
  const result = await layer.recordKeeper!.succeed({
    kind,
    oldId,
    newId,
    read,
    data: serializeData(valuesOf(session), layer.maxDataBytes),
    keep: (data) => kept(data, transition.keep),
    marks,
    cookieText: next.cookieText(),
    lifetime: next.lifetime(),
    createdAt,
  })
  if (typeof result === 'string') return undefined
  const { record } = result.bookmark
  req.sessionID = newId
  if (read !== undefined) visit.givenUp.noteReplaced(oldId)
  visit.adopt(new Session(req as SessionHost, parseData(record.data), cookie), {
    bookmark: result.bookmark,
    text: record.data,
    // As they are stored: another request may have changed them meanwhile.
    marks: readAttributes(record.attributes, record.userId)!.marks,
  })
  // A response that the app has ended or begun meanwhile.
  if (visit.closed) throw headersSent()
  return describe(layer, visit)
}

/** A sign-in has a new cookie, as the options say; who only proves it again keeps theirs. */
function nextCookie(visit: Visit, session: Session, { kind, cookieMaxAge }: Transition): Cookie {
  const { layer, req } = visit
  if (kind === 'proof') {
    const cookie = reviveCookie(session.cookie)
    renewCookie(cookie)
    return cookie
  }
  const cookie = newCookie(layer, req, cookieOptions(layer, req))
  if (cookieMaxAge !== undefined) cookie.maxAge = cookieMaxAge
  return cookie
}

function kept(data: string, keep: Transition['keep']): string {
  if (keep === true) return data
  if (keep === false) return '{}'
  return JSON.stringify(picked(parseData(data) ?? {}, keep))
}

function picked(values: SessionValues, names: readonly string[]): SessionValues {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(values, name)).map((name) => [name, values[name]]))
}

async function end(visit: Visit, { keep, clearSiteData }: Ending): Promise<void> {
  const session = visit.session()!
  const next = picked(valuesOf(session), keep)
  const cookie = reviveCookie(session.cookie)
  visit.wentOn = true
  // Only what a browser was given can be taken back from it.
  if (visit.ticket !== undefined && !visit.headersDone) visit.farewell = { cookie, clearSiteData }
  await session.destroy()
  if (keep.length === 0) return
  // Nothing of the old session's time counts for that of nobody.
  visit.createdAt = undefined
  visit.generate()
  // A visitor who has just come: a session that nothing is put into is neither stored nor given a cookie.
  visit.baseline.begin(visit.req.sessionID)
  visit.namedId = visit.req.sessionID
  putValues(visit.session()!, next)
}

/** What is the app's own doing is told to the app alone; what the store did, to whoever listens for it. */
function tellFailure(visit: Visit, error: unknown): void {
  const isOurs = error instanceof SessionError && !error.code.startsWith('ERR_SESSION_STORE')
  if (!isOurs && !(error instanceof SessionOptionError)) storeFailed(visit, 'save', error)
}

function headersSent(): SessionError {
  return new SessionError(
    'ERR_SESSION_HEADERS_SENT',
    'the response was sent or ended already, or there is none, so the visitor cannot be told the new session ID; sign in before the first write',
  )
}
