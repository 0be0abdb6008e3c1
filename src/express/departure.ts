/**
 * How a visit ends: whether the cookie goes out, what the store is asked, and what the app hears when that fails.
 */
import type { ServerResponse } from 'node:http'
import type { CommitDecision, CookieDecision } from '../core/decisions.js'
import type { SaveResult, TouchResult } from '../core/keeper.js'
import { andThen, isPending } from '../core/maybe-promise.js'
import type { MaybePromise } from '../core/record.js'
import { keepFromSharedCaches } from './cache-headers.js'
import { renewCookie } from './cookie.js'
import { sayFarewell, sendCookie } from './cookie-sender.js'
import type { ResponseGuest } from './held-response.js'
import { renewSession } from './renewal.js'
import type { Session } from './session.js'
import type { Next } from './session-host.js'
import { storeFailed, tell } from './tell.js'
import type { Visit } from './visit.js'
import { commitDecision, cookieDecision } from './visit-decisions.js'
import { bindUser } from './whose-session.js'

export class Departure implements ResponseGuest {
  readonly #visit: Visit
  readonly #res: ServerResponse
  readonly #next: Next
  #cookie: CookieDecision | undefined
  #sentId: string | undefined
  #renewed: Session | undefined
  /** The session this response ends with, as it was when the app ended it. */
  #final: Session | undefined
  #told = false
  #ending = false

  constructor(visit: Visit, res: ServerResponse, next: Next) {
    this.#visit = visit
    this.#res = res
    this.#next = next
  }

  beforeHeaders(): void {
    const visit = this.#visit
    visit.headersDone = true
    visit.closed = true
    try {
      if (this.#cookie === undefined) {
        visit.lookAgain()
        this.#decideCookie()
      }
      const session = this.#session()
      const isDue = this.#cookie === 'send' && session !== undefined
      const sends = isDue && !this.#isOver(session)
      if (isDue && !sends) visit.noteGone(session.id, 'cookie')
      if (sends) {
        this.#renew(session)
        this.#sentId = visit.renewedId ?? session.id
        sendCookie(visit, this.#res, session, this.#sentId)
      }
      if (visit.farewell !== undefined) sayFarewell(visit.layer, this.#res, visit.farewell, sends)
      const outcome = sends ? 'sent' : visit.farewell !== undefined ? 'cleared' : notSent(this.#cookie)
      visit.trace?.step('set-cookie', outcome)
      if (visit.layer.modern) {
        keepFromSharedCaches(this.#res, sends || visit.farewell !== undefined, visit.ticket !== undefined)
      }
    } catch (error) {
      this.#cookie ??= 'none'
      visit.trace?.step('set-cookie', 'failed')
      this.#tellAfterwards(error)
    }
  }

  beforeEnd(): MaybePromise<void> {
    const visit = this.#visit
    visit.trace?.step('handle', String(this.#res.statusCode))
    this.#ending = true
    try {
      this.#final = this.#lastSession()
    } catch (error) {
      this.#giveUp(error)
      return visit.underWay
    }
    // What the app asked for and did not wait for comes first: whether there is anything left to store depends on it.
    return visit.underWay === undefined ? this.#finish() : visit.underWay.then(() => this.#finish())
  }

  #finish(): MaybePromise<void> {
    const { trace } = this.#visit
    let decision: CommitDecision
    try {
      if (this.#visit.wentOn) this.#final = this.#lastSession()
      this.#visit.closed = true
      this.#visit.lookAgain()
      const session = this.#session()
      if (session !== undefined && !this.#visit.headersDone) this.#renew(session)
      if (this.#cookie === undefined) this.#decideCookie()
      decision = commitDecision(this.#visit, this.#session(), this.#cookie ?? 'none', this.#sentId)
    } catch (error) {
      this.#giveUp(error)
      return undefined
    }
    if (!this.#reachesVisitor()) this.#visit.givenUp.forgetRetired()
    if (decision === 'none') {
      trace?.step('commit', 'skipped')
      this.#tellUntouched()
      return undefined
    }
    try {
      const answer = this.#commit(decision)
      if (!isPending(answer)) return undefined
      return answer.then(undefined, (error: unknown) => this.#commitFailed(decision, error))
    } catch (error) {
      this.#commitFailed(decision, error)
      return undefined
    }
  }

  #lastSession(): Session | undefined {
    const session = this.#visit.livingSession()
    if (session !== undefined) bindUser(this.#visit, session)
    return session
  }

  /** Data that cannot be stored: the response goes out as the app made it, without a session, and the app hears why. */
  #giveUp(error: unknown): void {
    const { trace } = this.#visit
    this.#cookie ??= 'none'
    trace?.step('prepare', 'failed')
    trace?.step('commit', 'skipped')
    this.#tellAfterwards(error)
  }

  /** The session this response ends with; once the app has ended it, whatever the request becomes afterwards. */
  #session(): Session | undefined {
    if (!this.#ending) return this.#visit.livingSession()
    return this.#final !== undefined && this.#visit.givenUp.has(this.#final.id) ? undefined : this.#final
  }

  afterEnd(): void {
    const { trace, layer, req, ticket } = this.#visit
    if (trace === undefined) return
    trace.step('send', 'sent')
    const kept = ticket === undefined ? 'without a cookie' : 'with the same cookie'
    trace.step('return', this.#sentId !== undefined ? 'with the new cookie' : kept)
    layer.events.emit('request', trace.finish(req))
  }

  /** Does, or did, this response carry the cookie of the session it ends with? */
  #reachesVisitor(): boolean {
    return this.#visit.headersDone ? this.#sentId === this.#visit.req.sessionID : this.#cookie === 'send'
  }

  /** Ended elsewhere while this request ran: its cookie could push out a newer one. */
  #isOver(session: Session): boolean {
    const { bookmark, goneId, layer, renewedId } = this.#visit
    if (renewedId !== undefined) return false
    return goneId === session.id || (this.#visit.isKnown(session) && layer.keeper.hasEnded(session.id, bookmark))
  }

  // Once for each session: the deadline that the store gets is the one that the browser gets.
  #renew(session: Session): void {
    if (this.#renewed === session) return
    this.#renewed = session
    renewCookie(session.cookie)
  }

  #decideCookie(): void {
    const visit = this.#visit
    const session = this.#session()
    this.#cookie = typeof visit.req.sessionID === 'string' ? cookieDecision(visit, session) : 'none'
  }

  #commit(decision: Exclude<CommitDecision, 'none'>): MaybePromise<void> {
    const visit = this.#visit
    const { keeper } = visit.layer
    if (decision === 'destroy') {
      const id = visit.req.sessionID as string
      return andThen(keeper.destroy(id), () => {
        visit.trace?.step('commit', 'destroyed')
        tell(visit, 'destroyed', id)
      })
    }
    const session = this.#final!
    this.#renew(session)
    if (decision === 'renew') return renewSession(visit, session)
    const snapshot = visit.snapshot(session)
    const answer: MaybePromise<SaveResult | TouchResult> =
      decision === 'save' ? keeper.save(snapshot) : keeper.touch(snapshot)
    return andThen(answer, (result) => {
      visit.trace?.step('commit', result)
      if (result !== 'touched') return visit.noteSaved(result, snapshot, decision === 'touch' ? 'touch' : 'write')
      visit.noteKept(snapshot)
      tell(visit, 'touched', snapshot.id)
      return undefined
    })
  }

  /** A session in use that needed no write. Callback stores are always asked, if they can touch at all. */
  #tellUntouched(): void {
    const visit = this.#visit
    const session = this.#session()
    if (session === undefined || !visit.isKnown(session) || visit.savedByApp || visit.onlyPeeked) return
    if (visit.layer.recordKeeper !== undefined) tell(visit, 'untouched', session.id)
  }

  #commitFailed(decision: CommitDecision, error: unknown): void {
    const visit = this.#visit
    visit.trace?.step('commit', 'failed')
    // A cookie for a session that was not stored leads nowhere. (The contract of express-session sends it all the same.)
    if (visit.layer.modern && visit.ticket === undefined) this.#cookie = 'none'
    storeFailed(visit, decision, error)
    this.#tellAfterwards(error)
  }

  // The response goes first, as the contract has it; the app's error handling hears of it then.
  #tellAfterwards(error: unknown): void {
    const res = this.#res
    if (this.#told) return
    this.#told = true
    const tellApp = (): void => {
      setImmediate(this.#next, error)
    }
    if (typeof res.once !== 'function' || res.writableFinished || res.destroyed) {
      tellApp()
      return
    }
    // An error handler that finds the headers gone cuts the connection, so it is told when the visitor has the whole response.
    let once = (): void => {
      once = () => {}
      tellApp()
    }
    res.once('finish', () => once())
    res.once('close', () => once())
  }
}

function notSent(cookie: CookieDecision | undefined): string {
  return cookie === 'barred' ? 'barred' : 'not due'
}
