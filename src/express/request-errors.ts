/**
 * The errors that an app gets for what it asks of its session.
 */
import { SessionError, SessionOptionError } from '../core/errors.js'

/** The very text of express-session, which apps compare with. */
export function failedToLoad(): SessionError {
  return new SessionError('ERR_SESSION_NOT_FOUND', 'failed to load session')
}

export function endedMeanwhile(): SessionError {
  return new SessionError(
    'ERR_SESSION_NOT_FOUND',
    'the session was ended while this request ran, so it was not updated; treat the visitor as signed out',
  )
}

export function alreadyEnded(): SessionError {
  return new SessionError(
    'ERR_SESSION_NO_SESSION',
    'this session was ended in this request and stays ended; save req.session, or call regenerate for a new one',
  )
}

export function noSession(): SessionError {
  return new SessionError(
    'ERR_SESSION_NO_SESSION',
    'this request has no session: it did not come through this middleware, or its session was ended',
  )
}

export function idIsNoText(): SessionOptionError {
  return new SessionOptionError(
    'genid must return a string, at once; what it returned is no ID that a session could be saved under',
  )
}

export function insideUpdate(): SessionError {
  return new SessionError(
    'ERR_SESSION_CONFLICT',
    'save() and update() cannot be called inside update(): what its function does to the data is stored when it returns',
  )
}
