/**
 * The laboratory finds what it is there to find: each invariant breaks when the defence that upholds it is taken out.
 */
import { describe, expect, it } from 'vitest'

import { memoryStore } from '../../src/stores/memory/index.js'
import { mixedUpStore, redirectingStore, upsertingStore, versionlessStore } from './support/broken-stores.js'
import {
  everyRequestEnds,
  lateSetsNoCookie,
  newSessionIsApart,
  nobodyElsesData,
  nothingLost,
  oldIdIsDead,
  signInStands,
  staysEnded,
} from './support/invariants.js'
import { counterexample } from './support/laboratory.js'
import { overCallbacks, overRecords } from './support/subjects.js'

const noTombstones = overRecords('no tombstones', () => memoryStore(), { tombstone: 0 })
const overwriting = overRecords("conflict: 'overwrite'", () => memoryStore(), { conflict: 'overwrite' })
const versionless = overRecords('a store that compares no versions', versionlessStore)
const upserting = overRecords('a store whose update creates', upsertingStore)
const redirecting = overRecords('a store that redirects old keys', redirectingStore)
const mixedUp = overRecords('a store that mixes up its answers', mixedUpStore)
const silent = overRecords('a store that is silent to the loser of a race, and no deadline', () => memoryStore(), {
  lost: (answer) => typeof answer === 'object' && answer !== null && 'conflict' in answer,
})

const callbacksOverwriting = overCallbacks("a callback store and conflict: 'overwrite'", { conflict: 'overwrite' })
const callbacksWithoutTombstones = overCallbacks('a callback store and no tombstones', { tombstone: 0 })

const breaches = [
  { subject: callbacksOverwriting, invariant: nothingLost },
  { subject: callbacksWithoutTombstones, invariant: lateSetsNoCookie },
  { subject: callbacksWithoutTombstones, invariant: signInStands },
  { subject: overwriting, invariant: nothingLost },
  { subject: versionless, invariant: nothingLost },
  { subject: upserting, invariant: staysEnded },
  { subject: upserting, invariant: oldIdIsDead },
  { subject: redirecting, invariant: newSessionIsApart },
  { subject: noTombstones, invariant: lateSetsNoCookie },
  { subject: noTombstones, invariant: signInStands },
  { subject: mixedUp, invariant: nobodyElsesData },
  { subject: silent, invariant: everyRequestEnds },
]

describe('the laboratory finds', () => {
  for (const { subject, invariant } of breaches) {
    it(`with ${subject.name}, a breach of: ${invariant.name}`, async () => {
      expect(await counterexample(subject, invariant, 1000, { shrink: false })).toBeDefined()
    })
  }
})
