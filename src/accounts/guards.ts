/**
 * Guards: middleware that lets only those pass who are signed in, or who have proved it lately.
 */
import { milliseconds, type Duration } from '../core/duration.js'
import type { SessionError } from '../core/errors.js'
import type { SessionMarks } from '../core/marks.js'
import type { SessionGround } from '../core/request-sessions.js'
import { refusal } from './refusal.js'

type Next = (error?: unknown) => void

/** What a request gets that does not pass, instead of the error: a redirect to the sign-in page, say. */
export type Otherwise<Req, Res> = (req: Req, res: Res, next: Next) => unknown

/** Middleware for Express and for whatever speaks `(req, res, next)`. */
export type Guard<Req, Res> = (req: Req, res: Res, next: Next) => void

export function userGuard<Req extends object, Res>(
  { requests }: SessionGround,
  otherwise: Otherwise<Req, Res> | undefined,
): Guard<Req, Res> {
  return (req, res, next) => {
    if (requests.find(req)?.marks.userId !== undefined) next()
    else refuse(noUser(), otherwise, req, res, next)
  }
}

export function freshGuard<Req extends object, Res>(
  ground: SessionGround,
  maxAge: Duration,
  otherwise: Otherwise<Req, Res> | undefined,
): Guard<Req, Res> {
  const limit = milliseconds('requireFresh', maxAge)
  const check = async (req: Req): Promise<SessionError | undefined> => {
    const { requests, clock } = ground
    const isFresh = ({ authenticatedAt = Number.NaN }: SessionMarks): boolean =>
      // Asked so that a time that is no number lets nobody in.
      clock.now() < authenticatedAt + limit
    const known = requests.find(req)?.marks
    if (known?.userId === undefined) return noUser()
    if (!isFresh(known)) return notFresh()
    // What was loaded may be of a moment ago: before something that matters the store itself is asked.
    const stored = await requests.stored(req)
    if (stored === undefined || stored.userId !== known.userId) return noUser()
    return isFresh(stored) ? undefined : notFresh()
  }
  return (req, res, next) => {
    check(req).then(
      (reason) => {
        // Outside the promise: what the rest of the app throws is not this check's to catch.
        setImmediate(() => {
          if (reason === undefined) next()
          else refuse(reason, otherwise, req, res, next)
        })
      },
      (error: unknown) => setImmediate(next, error),
    )
  }
}

function refuse<Req, Res>(
  error: SessionError,
  otherwise: Otherwise<Req, Res> | undefined,
  req: Req,
  res: Res,
  next: Next,
): void {
  if (otherwise === undefined) next(error)
  else otherwise(req, res, next)
}

function noUser(): SessionError {
  return refusal('ERR_SESSION_NO_USER', 401, 'nobody is signed in')
}

function notFresh(): SessionError {
  return refusal(
    'ERR_SESSION_NOT_FRESH',
    401,
    'the user has not proved who they are for too long; ask again, and call reauthenticate',
  )
}
