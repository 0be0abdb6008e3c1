/**
 * Runs an invariant's requests over a subject in as many orders as it is told to.
 */
import { fc } from './fast-check.js'
import type { Invariant } from './invariants.js'
import { run } from './run.js'
import type { Subject } from './subjects.js'

/** The shortest story in which the invariant breaks; `undefined` when it held in all `runs` interleavings. */
export async function counterexample(
  subject: Subject,
  invariant: Invariant,
  runs: number,
  options: { readonly seed?: number; readonly shrink?: boolean } = {},
): Promise<string | undefined> {
  const property = fc.asyncProperty(fc.scheduler(), invariant.programs, async (scheduler, programs) => {
    const broken = invariant.broken(await run(subject, scheduler, programs))
    if (broken !== undefined) throw new Error(broken)
  })
  const { seed, shrink = true } = options
  const result = await fc.check(property, {
    numRuns: runs,
    endOnFailure: !shrink,
    ...(seed === undefined ? {} : { seed }),
  })
  if (!result.failed) return undefined
  const [scheduler, programs] = result.counterexample ?? []
  return [
    String((result.errorInstance as Error | undefined)?.message),
    ...(programs ?? []).map(
      ({ visitor, cookie, steps }, number) => `${number}. ${visitor}, ${cookie} cookie: ${steps.join(', ')}`,
    ),
    fc.stringify(scheduler),
    `seed ${result.seed}, path ${result.counterexamplePath}`,
  ].join('\n')
}
