/**
 * The laboratory for users' sessions finds what it is there to find: each invariant breaks when the defence that upholds it is taken out.
 */
import { describe, expect, it } from 'vitest'

import type { SessionStore } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import {
  capHolds,
  endedStaysEnded,
  endOfAllHolds,
  endOfOthersSparesOne,
  everythingEnds,
  nothingIsLeftBehind,
  oldIdIsDeadAtOnce,
  renewalLosesNothing,
  signInStands,
  signInTakesAlong,
} from './support/account-invariants.js'
import { accountCounterexample } from './support/account-laboratory.js'
import {
  forgetfulOfIdsStore,
  forgetfulOfUsersStore,
  sparingStore,
  undyingStore,
  upsertingStore,
  versionlessStore,
} from './support/broken-stores.js'
import { scheduledRecords } from './support/scheduled-stores.js'
import type { Turns } from './support/turns.js'

const versionless = { name: 'a store that compares no versions', newStore: versionlessStore }
const upserting = { name: 'a store whose update creates', newStore: upsertingStore }
const undying = { name: 'a store that deletes nothing', newStore: undyingStore }
const sparing = { name: 'a store that spares one of the records of a user', newStore: sparingStore }
const noUsers = { name: 'a store that keeps no record of users', newStore: forgetfulOfUsersStore }
const noIds = { name: 'a store that keeps no record of IDs that were given up', newStore: forgetfulOfIdsStore }
const uncapped = { name: 'no cap', newStore: () => memoryStore() }
const silent = {
  name: 'a store that is silent to the loser of a race, and no deadline',
  newStore: () => memoryStore(),
  schedule: (store: SessionStore, turns: Turns) =>
    scheduledRecords(store, turns, (answer) => typeof answer === 'object' && answer !== null && 'conflict' in answer),
}

const breaches = [
  { subject: noUsers, invariant: endOfAllHolds },
  { subject: sparing, invariant: endOfAllHolds },
  { subject: undying, invariant: endOfOthersSparesOne },
  { subject: upserting, invariant: endedStaysEnded },
  { subject: noIds, invariant: endedStaysEnded },
  { subject: versionless, invariant: renewalLosesNothing },
  { subject: noIds, invariant: renewalLosesNothing },
  { subject: versionless, invariant: signInTakesAlong },
  { subject: noIds, invariant: signInStands },
  { subject: undying, invariant: nothingIsLeftBehind },
  { subject: upserting, invariant: oldIdIsDeadAtOnce },
  { subject: uncapped, invariant: capHolds(2) },
  { subject: silent, invariant: everythingEnds },
]

describe('the laboratory finds', () => {
  for (const { subject, invariant } of breaches) {
    it(`with ${subject.name}, a breach of: ${invariant.name}`, async () => {
      expect(await accountCounterexample(subject, invariant, 1000, { shrink: false })).toBeDefined()
    })
  }
})
