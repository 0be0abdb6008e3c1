/**
 * The race laboratory for sessions that belong to people: sign-ins, renewals by the clock, sign-outs and revocations at the same time, in orders
 * that fast-check's scheduler makes up.
 */
import { describe, expect, it } from 'vitest'

import { memoryStore } from '../../src/stores/memory/index.js'
import { accountInvariants, capHolds } from './support/account-invariants.js'
import { accountCounterexample } from './support/account-laboratory.js'
import { scheduledOneByOne } from './support/scheduled-stores.js'

const runs = Number(process.env.RACE_RUNS ?? 60)
const newStore = () => memoryStore()

const subjects = [
  { name: 'coatcheck() over the store in memory', newStore },
  { name: 'coatcheck() with records under the plain ID', newStore, options: { hashIds: false } },
  { name: 'coatcheck() over a store on several servers', newStore, schedule: scheduledOneByOne },
  { name: 'coatcheck() that touches with each request', newStore, options: { touchWindow: 0, rolling: true } },
]

for (const subject of subjects) {
  describe(`races of a user's sessions through ${subject.name}`, () => {
    for (const invariant of accountInvariants) {
      it(`in ${runs} orders of events ${invariant.name}`, async () => {
        expect(await accountCounterexample(subject, invariant, runs)).toBeUndefined()
      })
    }
  })
}

describe('races for the last place', () => {
  for (const whenReached of ['evict-oldest', 'reject'] as const) {
    const subject = { name: '', newStore, options: { maxSessionsPerUser: { max: 2, whenReached } } }
    const invariant = capHolds(2)
    it(`${whenReached}: in ${runs} orders of events ${invariant.name}`, async () => {
      expect(await accountCounterexample(subject, invariant, runs)).toBeUndefined()
    })
  }
})
