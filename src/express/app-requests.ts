/**
 * What an app asks of its session in the middle of a request: save it, load it again, end it, change it in one step.
 */
import { SessionError } from '../core/errors.js'
import { parseData, serializeData, type SessionValues } from '../core/codec.js'
import { settle } from '../core/conflicts.js'
import type { LoadResult } from '../core/keeper.js'
import { andThen, isPending } from '../core/maybe-promise.js'
import type { MaybePromise } from '../core/record.js'
import { outsidePromise } from './ask-store.js'
import type { Callback } from './callback-or-promise.js'
import { attributesKey, renewCookie } from './cookie.js'
import { alreadyEnded, insideUpdate, idIsNoText, endedMeanwhile, failedToLoad, noSession } from './request-errors.js'
import type { Session } from './session.js'
import type { SessionSnapshot } from './session-snapshot.js'
import { putValues, valuesOf } from './session-values.js'
import type { SessionHost } from './session-host.js'
import { storeFailed, tell } from './tell.js'
import type { Visit } from './visit.js'
import { bindUser } from './whose-session.js'

export function saveSession(visit: Visit, session: Session, done: Callback): void {
  if (typeof (session.id as unknown) !== 'string') {
    done(idIsNoText())
    return
  }
  if (visit.updating) {
    done(insideUpdate())
    return
  }
  if (visit.givenUp.has(session.id)) {
    done(alreadyEnded())
    return
  }
  const isCurrent = session === visit.req.session
  if (!isCurrent && session.id !== visit.ticket?.id) {
    // An object that never was this request's session is kept as its store keeps any object.
    visit.layer.store.set(session.id, session, done)
    return
  }
  // A late request's empty stand-in for a session that goes on elsewhere: there is nothing to keep, and nothing went wrong.
  if (isCurrent && visit.livingSession() === undefined) {
    done()
    return
  }
  askFor(visit, 'save', done, () => {
    visit.lookAgain()
    if (isCurrent) bindUser(visit, session)
    const snapshot = visit.snapshot(session)
    // What is stored now must not expire before the visitor's next request: nothing may move the deadline after this.
    renewCookie(session.cookie)
    visit.savedByApp = true
    visit.baseline.noteStored(session.id, snapshot.dataText(), snapshot.attributes(), visit.marks)
    const answer = andThen(visit.layer.keeper.save(snapshot), (result) => {
      const told = visit.noteSaved(result, snapshot)
      if (snapshot.merged !== undefined) bringToMerged(visit, snapshot, snapshot.merged)
      return told
    })
    // What could not be stored is tried again when the response ends.
    return { answer, onFailure: () => visit.baseline.forgetStored() }
  })
}

/** The store has more than the session held: what another request changed. The handler goes on with both, and with what it changed meanwhile. */
function bringToMerged(visit: Visit, snapshot: SessionSnapshot, merged: string): void {
  const { live } = snapshot
  const now = serializeData(valuesOf(live), Infinity)
  putValues(live, parseData(settle('merge', snapshot.dataText(), now, merged).data)!)
  visit.baseline.noteStored(snapshot.id, merged, snapshot.attributes(), visit.marks)
}

export function destroySession(visit: Visit, session: Session, done: Callback): void {
  delete visit.req.session
  visit.givenUp.noteEnded(session.id)
  askFor(visit, 'destroy', done, () => {
    const { keeper } = visit.layer
    return { answer: andThen(keeper.destroy(session.id), () => tell(visit, 'destroyed', session.id)) }
  })
}

/** The store's own `regenerate`, once nothing of the old session is on its way to it. */
export function regenerateSession(visit: Visit, done: Callback): void {
  const { req } = visit
  const id = req.sessionID as string
  visit.givenUp.noteRetired(id)
  const { keeper, store } = visit.layer
  // An error is the app's to hear, and no reason to hold up what comes behind.
  const regenerated = keeper.inTurn(id, () =>
    settled((answered) => {
      void store.regenerate(req as SessionHost, answered)
    }),
  )
  if (isPending(regenerated)) visit.waitFor(regenerated.then((error) => outsidePromise(done, error)))
  else done(regenerated)
}

/** The error that `work` ends with, if any: now when it ends at once. */
function settled(work: (answered: Callback) => void): MaybePromise<unknown> {
  let here = false
  let failure: unknown
  let resolveLater: ((error: unknown) => void) | undefined
  work((error) => {
    here = true
    failure = error
    resolveLater?.(error)
  })
  if (here) return failure
  return new Promise((resolve) => {
    resolveLater = resolve
  })
}

export function reloadSession(visit: Visit, session: Session, done: Callback): void {
  const attach = (loaded: LoadResult): void => {
    if (loaded?.status !== 'found') throw failedToLoad()
    visit.req.sessionID = session.id
    const { cookie } = visit.inflate(loaded)
    // Renewed while this request ran: the new cookie is another response's to send, and the old one nobody's.
    if (loaded.renewedId !== undefined) visit.goneId = session.id
    // Under `resave` nothing counts as stored until this request has stored it.
    if (visit.baseline.hasStored())
      visit.baseline.noteStored(session.id, loaded.text, attributesKey(cookie), visit.marks)
  }
  askFor(visit, 'read', done, () => ({
    answer: andThen(visit.layer.keeper.load(session.id, 0, { fresh: true }), attach),
  }))
}

/** Changes the data in one step, and the live session with it. */
export async function updateSession<Result>(
  visit: Visit,
  change: (data: SessionValues) => MaybePromise<Result>,
): Promise<Result> {
  const session = visit.livingSession()
  if (session === undefined) throw noSession()
  if (visit.updating) throw insideUpdate()
  visit.updating = true
  const changed = changeInOneStep(visit, session, leavingCookieOut(change)).finally(() => {
    visit.updating = false
  })
  visit.waitFor(
    changed.then(
      () => {},
      () => {},
    ),
  )
  return changed
}

/** The cookie has a place of its own, beside the data. A member of that name, which may have come in with a request's body, is none. */
function leavingCookieOut<Result>(
  change: (data: SessionValues) => MaybePromise<Result>,
): (data: SessionValues) => MaybePromise<Result> {
  return (data) =>
    andThen(change(data), (result) => {
      delete data.cookie
      return result
    })
}

async function changeInOneStep<Result>(
  visit: Visit,
  session: Session,
  change: (data: SessionValues) => MaybePromise<Result>,
): Promise<Result> {
  const { keeper, maxDataBytes } = visit.layer
  if (!visit.isKnown(session) && !visit.savedByApp) return createChanged(visit, session, change)

  // A live session that holds what cannot be stored must say so before anything is written, and not behind it.
  serializeData(valuesOf(session), Infinity)
  const modified = await keeper.modify(session.id, change, maxDataBytes)
  if (modified === undefined) {
    visit.noteGone(session.id, 'write')
    throw endedMeanwhile()
  }
  // What the handler has changed in req.session by itself, and what the update changed, both hold from here on.
  const mine = serializeData(valuesOf(session), Infinity)
  const { data } = settle('merge', visit.baseline.commonText, mine, modified.text)
  putValues(session, parseData(data)!)
  visit.bookmark = modified.bookmark
  if (modified.moved === true) visit.goneId = session.id
  visit.baseline.noteStored(session.id, modified.text, attributesKey(session.cookie), visit.marks)
  return modified.result
}

/** A session that is not stored yet has no rivals: it is changed, and stored. */
async function createChanged<Result>(
  visit: Visit,
  session: Session,
  change: (data: SessionValues) => MaybePromise<Result>,
): Promise<Result> {
  const values = valuesOf(session)
  const result = await change(values)
  putValues(session, values)
  visit.updating = false
  await session.save()
  return result
}

interface Asked {
  readonly answer: MaybePromise<unknown>
  readonly onFailure?: () => void
}

/** Asks, and tells the app when the answer is here. The response waits for it even when the app does not. */
function askFor(visit: Visit, operation: string, done: Callback, ask: () => Asked): void {
  let asked: Asked
  try {
    asked = ask()
  } catch (error) {
    if (operation === 'save') visit.baseline.forgetStored()
    failed(visit, operation, error)
    done(error)
    return
  }
  const { answer, onFailure } = asked
  if (!isPending(answer)) {
    done()
    return
  }
  visit.waitFor(
    answer.then(
      () => outsidePromise(done),
      (error: unknown) => {
        onFailure?.()
        failed(visit, operation, error)
        outsidePromise(done, error)
      },
    ),
  )
}

/** What is the app's own doing is told to the app alone; what the store did, to whoever listens for it. */
function failed(visit: Visit, operation: string, error: unknown): void {
  const isOurs = error instanceof SessionError && !error.code.startsWith('ERR_SESSION_STORE')
  if (!isOurs) storeFailed(visit, operation, error)
}
