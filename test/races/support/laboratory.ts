/**
 * Runs an invariant's requests over a subject in as many orders as it is told to.
 */
import { fc } from './fast-check.js'
import type { Invariant } from './invariants.js'
import { run } from './run.js'
import type { Subject } from './subjects.js'

export interface SearchOptions {
  readonly seed?: number
  readonly shrink?: boolean
}

/** The shortest story in which the invariant breaks; `undefined` when it held in all `runs` interleavings. */
export function counterexample(
  subject: Subject,
  invariant: Invariant,
  runs: number,
  options: SearchOptions = {},
): Promise<string | undefined> {
  const story = async (scheduler: fc.Scheduler, programs: Parameters<typeof run>[2]): Promise<string | undefined> =>
    invariant.broken(await run(subject, scheduler, programs))
  return shortestBreach(invariant.programs, story, runs, options)
}

/** What somebody does in a run: in whose name, with which cookie, and step by step. */
interface AnyProgram {
  readonly cookie: string
  readonly steps: readonly string[]
}

/** Lets `story` tell what breaks when such programs run in an order that fast-check chooses. */
export async function shortestBreach<Program extends AnyProgram>(
  programs: fc.Arbitrary<Program[]>,
  story: (scheduler: fc.Scheduler, programs: readonly Program[]) => Promise<string | undefined>,
  runs: number,
  { seed, shrink = true }: SearchOptions = {},
): Promise<string | undefined> {
  const property = fc.asyncProperty(fc.scheduler(), programs, async (scheduler, chosen) => {
    const broken = await story(scheduler, chosen)
    if (broken !== undefined) throw new Error(broken)
  })
  const result = await fc.check(property, {
    numRuns: runs,
    endOnFailure: !shrink,
    ...(seed === undefined ? {} : { seed }),
  })
  if (!result.failed) return undefined
  const [scheduler, chosen] = result.counterexample ?? []
  return [
    String((result.errorInstance as Error | undefined)?.message),
    ...(chosen ?? []).map(
      (program, number) => `${number}. ${whose(program)}, ${program.cookie} cookie: ${program.steps.join(', ')}`,
    ),
    fc.stringify(scheduler),
    `seed ${result.seed}, path ${result.counterexamplePath}`,
  ].join('\n')
}

function whose(program: AnyProgram): string {
  const { visitor, browser } = program as { visitor?: string; browser?: string }
  return String(visitor ?? browser)
}
