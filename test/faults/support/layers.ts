/**
 * Layers for stores in trouble: short deadlines, and a touch with each request.
 */
import { onTestFinished } from 'vitest'

import { coatcheck, type SessionStore } from '../../../src/index.js'
import { Load } from './load.js'

/** Short, so that a store that hangs costs a test no more than it must. */
export const storeTimeout = 300

/** What a healthy machine's engine and client may take to be there again. */
export const recoversWithin = 5000

export type OnStoreError = 'fail' | 'continue'

/** Visitors who have been asking for a while. */
export async function underLoad(store: SessionStore, onStoreError: OnStoreError, visitors = 6): Promise<Load> {
  const secret = 'sessions in trouble are signed with this'
  const sessions = coatcheck({ secret, store, storeTimeout, onStoreError, touchWindow: 0 })
  onTestFinished(() => sessions.close())
  const load = new Load(sessions, storeTimeout)
  await load.start(visitors)
  await load.untilEach('successes', 5)
  return load
}
