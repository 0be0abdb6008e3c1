/**
 * The laboratory as tests: one for each invariant.
 */
import { describe, expect, it } from 'vitest'

import { invariants } from './invariants.js'
import { counterexample } from './laboratory.js'
import type { Subject } from './subjects.js'

/** Declares that every invariant holds for `subject`, in `runs` interleavings each. */
export function itHolds(subject: Subject, runs: number): void {
  describe(`races through ${subject.name}`, () => {
    for (const invariant of invariants) {
      it(`in ${runs} orders of events ${invariant.name}`, async () => {
        expect(await counterexample(subject, invariant, runs)).toBeUndefined()
      })
    }
  })
}
