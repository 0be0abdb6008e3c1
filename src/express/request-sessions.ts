/**
 * The session of a request in the hands of the rooms above: under a new ID, ended, looked at.
 */
import { parseData, serializeData } from '../core/codec.js'
import { SessionError } from '../core/errors.js'
import type { RecordBookmark } from '../core/record-bookmark.js'
import type { Ending, RequestSession, RequestSessions, Transition } from '../core/request-sessions.js'
import type { BuiltLayer } from './build-layer.js'
import { reviveCookie } from './cookie.js'
import type { Layer } from './layer.js'
import { cookieOptions, newCookie } from './new-session.js'
import { idIsNoText, noSession } from './request-errors.js'
import { Session } from './session.js'
import type { SessionHost, SessionRequest } from './session-host.js'
import { SessionSnapshot } from './session-snapshot.js'
import { valuesOf } from './session-values.js'
import type { Visit } from './visit.js'
import { visitOf } from './visit-of.js'

export function requestSessions({ layer }: BuiltLayer): RequestSessions {
  return {
    current: (req) => describe(layer, visitWithSession(layer, req)),
    find(req) {
      const visit = visitIn(layer, req)
      return visit?.session() === undefined ? undefined : describe(layer, visit)
    },
    device: (req) => layer.deviceOf?.(req as SessionRequest),
    transit: (req, transition, admit) => transit(visitWithSession(layer, req), transition, admit),
    end: (req, ending) => end(visitWithSession(layer, req), ending),
    stillLives(req) {
      const visit = visitIn(layer, req)
      const session = visit?.livingSession()
      return visit !== undefined && session !== undefined && layer.recordKeeper!.stillLives(visit.snapshot(session))
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

function describe(layer: Layer, visit: Visit): RequestSession {
  const { id } = visit.session()!
  const { key } = (visit.bookmark as RecordBookmark | undefined) ?? { key: layer.recordKeeper!.key(id) }
  return { key, handle: layer.keeper.handle(id), marks: visit.marks, createdAt: visit.bookmark?.createdAt }
}

async function transit(
  visit: Visit,
  transition: Transition,
  admit?: (key: string) => Promise<void>,
): Promise<RequestSession> {
  const { layer, req } = visit
  // What the app has asked of the old session and not waited for comes first.
  await visit.underWay
  if (visit.headersDone) throw headersSent()
  const session = visit.session()
  if (session === undefined) throw noSession()
  const newId: unknown = layer.genid(req)
  if (typeof newId !== 'string') throw idIsNoText()
  const cookie = newCookie(layer, req, cookieOptions(layer, req))
  if (transition.cookieMaxAge !== undefined) cookie.maxAge = transition.cookieMaxAge

  await admit?.(layer.recordKeeper!.key(newId))
  visit.lookAgain()
  const oldId = session.id
  const read = visit.livingSession() === undefined ? undefined : (visit.bookmark as RecordBookmark | undefined)
  const next = new SessionSnapshot(
    new Session({ sessionID: newId } as SessionHost, undefined, cookie),
    { bookmark: undefined, createdAt: transition.createdAt, marks: transition.marks },
    layer.maxDataBytes,
    layer.modern ? newCookie(layer, req) : undefined,
  )
  const result = await layer.recordKeeper!.succeed({
    kind: 'sign-in',
    oldId,
    newId,
    read,
    data: serializeData(valuesOf(session), layer.maxDataBytes),
    keep: (data) => kept(data, transition.keep),
    marks: transition.marks,
    cookieText: next.cookieText(),
    lifetime: next.lifetime(),
    createdAt: transition.createdAt,
  })
  // A sign-in is never elsewhere and never gone: it makes a session of its own.
  if (typeof result === 'string') throw noSession()
  const { data } = result.bookmark.record
  req.sessionID = newId
  if (read !== undefined) visit.noteReplaced(oldId)
  visit.adopt(new Session(req as SessionHost, parseData(data), cookie), {
    bookmark: result.bookmark,
    text: data,
    marks: transition.marks,
  })
  return describe(layer, visit)
}

function kept(data: string, keep: Transition['keep']): string {
  if (keep === true) return data
  if (keep === false) return '{}'
  const values = parseData(data) ?? {}
  return JSON.stringify(
    Object.fromEntries(keep.filter((name) => Object.hasOwn(values, name)).map((name) => [name, values[name]])),
  )
}

async function end(visit: Visit, { keep, clearSiteData }: Ending): Promise<void> {
  const session = visit.session()!
  const values = valuesOf(session)
  const cookie = reviveCookie(session.cookie)
  // Only what a browser was given can be taken back from it.
  if (visit.ticket !== undefined && !visit.headersDone) visit.farewell = { cookie, clearSiteData }
  await session.destroy()
  if (keep.length === 0) return
  // Nothing of the old session's time counts for that of nobody.
  visit.createdAt = undefined
  visit.generate()
  const names = keep.filter((name) => Object.hasOwn(values, name))
  Object.assign(visit.req.session as object, Object.fromEntries(names.map((name) => [name, values[name]])))
}

function headersSent(): SessionError {
  return new SessionError(
    'ERR_SESSION_HEADERS_SENT',
    'the response headers were sent already, so the visitor cannot be told the new session ID; sign in before the first write',
  )
}
