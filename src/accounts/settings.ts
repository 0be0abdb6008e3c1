/**
 * The options that concern users, checked once, at construction.
 */
import { assuranceLimits, type Assurance } from '../core/assurance.js'
import { SessionOptionError } from '../core/errors.js'
import type { AccountSettings } from './members.js'
import { readLimit } from './session-limit.js'

interface AccountOptions {
  readonly maxSessionsPerUser?: unknown
  readonly passportUser?: unknown
  readonly assurance?: Assurance | undefined
}

export function accountSettings({ maxSessionsPerUser, passportUser, assurance }: AccountOptions): AccountSettings {
  const limit = readLimit(maxSessionsPerUser)
  if (limit?.whenReached === 'reject' && passportUser !== undefined && passportUser !== false) {
    throw new SessionOptionError(
      "whenReached: 'reject' needs signIn, which can say no: a sign-in that passport has written to the session is done already. " +
        "Use 'evict-oldest', or sign in with sessions.signIn",
    )
  }
  return { limit, longestRemembered: assurance === undefined ? Infinity : assuranceLimits[assurance].absolute }
}
