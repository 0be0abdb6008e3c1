/**
 * Whose session it is, where passport or the app's own code signs users in by writing to the session.
 */
import { SessionOptionError } from '../core/errors.js'
import { userIdOf } from '../core/user-ids.js'
import type { Hints } from './hints.js'

/** `true` reads `session.passport.user` as passport writes it; a function reads whatever the app keeps. */
export type PassportUserOption = boolean | ((session: object) => string | undefined)

/** Answers how the user is read, or nothing where the app does not want it. Never throws. */
export function userReader(option: unknown, hints: Hints): ((session: object) => string | undefined) | undefined {
  if (option === undefined || option === false) return undefined
  if (option === true) return (session) => idOf((session as PassportSession).passport?.user, hints)
  if (typeof option === 'function') return (session) => idOf(asked(option as UserOf, session, hints), hints)
  throw new SessionOptionError(
    'passportUser must be true, or a function of the session that returns the ID of its user: (session) => session.userId',
  )
}

type UserOf = (session: object) => unknown

interface PassportSession {
  readonly passport?: { readonly user?: unknown } | null | undefined
}

/** The app's function sees the sessions of visitors, too, and is not to break their responses. */
function asked(option: UserOf, session: object, hints: Hints): unknown {
  try {
    return option(session)
  } catch (error) {
    hints.once(
      'COATCHECK_PASSPORT_USER',
      `the option passportUser failed (${error instanceof Error ? error.message : String(error)}), so the session is listed as nobody’s; ` +
        'it is asked of every session, also those of visitors: (session) => session.user?.id',
    )
    return undefined
  }
}

function idOf(user: unknown, hints: Hints): string | undefined {
  if (user === undefined || user === null) return undefined
  const id = userIdOf(typeof user === 'object' ? (user as { id?: unknown }).id : user)
  if (id !== undefined) return id
  hints.once(
    'COATCHECK_PASSPORT_USER',
    'the session has a user whose ID is neither a string nor a number, so the session is listed as nobody’s; pass ' +
      'passportUser: (session) => the ID of its user, as a string',
  )
  return undefined
}
