/**
 * A new ID by the clock, when the response ends: an ID that was stolen is worth little for long.
 */
import { SessionOptionError } from '../core/errors.js'
import { ancestorOf } from '../core/marks.js'
import type { RecordBookmark } from '../core/record-bookmark.js'
import { idIsNoText } from './request-errors.js'
import type { Session } from './session.js'
import { tellNewId } from './tell.js'
import type { Visit } from './visit.js'

/** Stores the session under a new ID, which the cookie of this response then carries. */
export async function renewSession(visit: Visit, session: Session): Promise<void> {
  const { layer, trace } = visit
  const { recordKeeper, clock } = layer
  const newId: unknown = layer.genid(visit.req)
  if (typeof newId !== 'string') throw idIsNoText()
  if (newId === session.id) throw sameId()
  const snapshot = visit.snapshot(session)
  const marks = { ...visit.marks, renewedAt: clock.now(), ancestor: ancestorOf(session.id, visit.marks) }
  const read = snapshot.bookmark as RecordBookmark
  const result = await recordKeeper!.succeed({
    kind: 'renewal',
    oldId: session.id,
    newId,
    read,
    data: snapshot.dataText(),
    keep: (data) => data,
    marks,
    cookieText: snapshot.cookieText(),
    lifetime: snapshot.lifetime(),
    createdAt: read.record.createdAt,
  })
  if (result === 'gone') {
    trace?.step('commit', 'gone')
    await visit.noteSaved('gone', snapshot)
    return
  }
  if (result === 'elsewhere') {
    // Another request is at it. What this one changed goes where the session goes on, and the cookie is the other's to send.
    const saved = await recordKeeper!.save(snapshot)
    trace?.step('commit', saved)
    await visit.noteSaved(saved, snapshot)
    visit.goneId = session.id
    return
  }
  trace?.step('commit', 'renewed')
  visit.renewedId = newId
  visit.bookmark = result.bookmark
  tellNewId(visit, newId)
}

/** Has the session had its ID for as long as the app lets it? */
export function isRenewalDue(visit: Visit, session: Session): boolean {
  const { renewEvery, clock } = visit.layer
  if (renewEvery === undefined || visit.bookmark === undefined || visit.onlyPeeked) return false
  // Of a session that goes on under another ID already this request has the wrong one.
  if (!visit.isKnown(session) || visit.goneId === session.id) return false
  const since = visit.marks.renewedAt ?? visit.bookmark.createdAt
  return since !== undefined && clock.now() >= since + renewEvery
}

function sameId(): SessionOptionError {
  return new SessionOptionError(
    'renewEvery needs a genid that returns another ID each time; it returned the ID that the session has',
  )
}
