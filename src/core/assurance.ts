/**
 * The session limits of NIST SP 800-63B-4, section 2: how long a user counts as authenticated, at each level of assurance.
 */

/** `AAL1`: 30 days. `AAL2`: 24 hours, and an hour without a request. `AAL3`: 12 hours, and 15 minutes. */
export type Assurance = 'AAL1' | 'AAL2' | 'AAL3'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** The longest that each level allows, in milliseconds. AAL1 knows no idle limit, so a session lives until its absolute one. */
export const assuranceLimits: Readonly<Record<Assurance, { readonly idle: number; readonly absolute: number }>> = {
  AAL1: { idle: 30 * day, absolute: 30 * day },
  AAL2: { idle: hour, absolute: day },
  AAL3: { idle: 15 * minute, absolute: 12 * hour },
}
