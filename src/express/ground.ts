/**
 * What a session layer hands to the rooms above it.
 */
import { Summaries, type NameAgent } from '../core/summaries.js'
import type { RequestSessions, SessionGround } from '../core/request-sessions.js'
import type { BuiltLayer } from './build-layer.js'
import { requestSessions } from './request-sessions.js'

export interface GroundOfLayer {
  readonly requests: RequestSessions
  /** Absent where sessions cannot be listed: under a callback store in the contract of express-session. */
  readonly ground: SessionGround | undefined
  readonly summaries: Summaries | undefined
}

export function groundOf(built: BuiltLayer, nameAgent: NameAgent): GroundOfLayer {
  const { layer, records, ownStore, recordKeeper, handles } = built
  const requests = requestSessions(built)
  if (records === undefined || ownStore === undefined || recordKeeper === undefined)
    return { requests, ground: undefined, summaries: undefined }
  const { events, clock, storeTimeout, userBound, cookieName, cookie } = layer
  const ground: SessionGround = {
    requests,
    store: records,
    ownStore,
    keeper: recordKeeper,
    handles,
    events,
    clock,
    storeTimeout,
    cookie: { name: cookieName, usual: typeof cookie === 'function' ? undefined : { ...cookie } },
    onUserBound: (listener) => userBound.push(listener),
  }
  return { requests, ground, summaries: new Summaries(recordKeeper, handles, nameAgent) }
}
