/**
 * The one suite that every store runs, ours and other people's: the whole contract of `SessionStore`, races included.
 *
 * It needs no test runner. A store's author hands each check to whichever they use:
 *
 *     for (const check of storeConformance({ open: (clock) => myStore({ clock }) })) it(check.name, check.run)
 */

import type { Clock } from '../core/clock.js'
import type { MaybePromise, SessionStore } from '../core/record.js'
import type { Check } from './conformance/check.js'
import { expiryChecks } from './conformance/expiry.js'
import { keyChecks } from './conformance/keys.js'
import { lifecycleChecks } from './conformance/lifecycle.js'
import { raceChecks } from './conformance/races.js'
import { recordChecks } from './conformance/records.js'
import { replaceChecks } from './conformance/replace.js'
import { scanChecks } from './conformance/scans.js'
import { updateChecks } from './conformance/updates.js'
import { userChecks } from './conformance/users.js'
import { fakeClock } from './fake-clock.js'

/** Handles on the same records, and what to tear down once they are closed. */
export interface OpenedStores {
  /** One handle, or several where the engine serves several at once: the races are then run across all of them. */
  readonly stores: readonly [SessionStore, ...SessionStore[]]
  /** Runs after the check closed the stores: drop the table, delete the file. */
  dispose?(): MaybePromise<void>
}

/** What the suite must know of a store. */
export interface ConformanceOptions {
  /**
   * Opens a store that is empty and that no other check uses. `clock` starts at the real time, so that engines with a clock of
   * their own may ignore it.
   */
  open(clock: Clock): MaybePromise<SessionStore | OpenedStores>
  /** The most records that one call of `sweep` deletes. Default: 2,000. */
  readonly sweepBatch?: number
  /**
   * `'engine'` for an engine that forgets expired records by itself, by its own clock, and whose `sweep` has nothing to do.
   * Default: `'sweep'`.
   */
  readonly expiry?: 'sweep' | 'engine'
}

/** One rule of the contract. `run` rejects with an `AssertionError` when the store breaks it. */
export interface ConformanceCheck {
  readonly name: string
  readonly run: () => Promise<void>
}

const allChecks: readonly Check[] = [
  ...recordChecks,
  ...keyChecks,
  ...updateChecks,
  ...replaceChecks,
  ...userChecks,
  ...scanChecks,
  ...expiryChecks,
  ...raceChecks,
  ...lifecycleChecks,
]

/** The checks, each with stores of its own: they may run in any order, or side by side if `open` allows it. */
export function storeConformance(options: ConformanceOptions): readonly ConformanceCheck[] {
  return allChecks
    .filter((check) => check.onlyIfSwept !== true || options.expiry !== 'engine')
    .map((check) => ({ name: check.name, run: () => runCheck(check, options) }))
}

async function runCheck(check: Check, options: ConformanceOptions): Promise<void> {
  const clock = fakeClock(Date.now())
  const opened = await options.open(clock)
  const { stores } = 'stores' in opened ? opened : { stores: [opened] as const }
  try {
    await check.run({ store: stores[0], stores, clock, sweepBatch: options.sweepBatch ?? 2_000 })
  } finally {
    for (const store of stores) await store.close()
    if ('stores' in opened) await opened.dispose?.()
  }
}
