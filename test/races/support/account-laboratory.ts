/**
 * The laboratory for sessions of users.
 */
import type { AccountInvariant } from './account-invariants.js'
import { runAccounts, type AccountSubject } from './account-run.js'
import { shortestBreach, type SearchOptions } from './laboratory.js'

/** The shortest story in which the invariant breaks; `undefined` when it held in all `runs` interleavings. */
export function accountCounterexample(
  subject: AccountSubject,
  invariant: AccountInvariant,
  runs: number,
  options: SearchOptions = {},
): Promise<string | undefined> {
  return shortestBreach(
    invariant.programs,
    async (scheduler, programs) => invariant.broken(await runAccounts(subject, scheduler, programs)),
    runs,
    options,
  )
}
