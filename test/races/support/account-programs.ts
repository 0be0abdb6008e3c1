/**
 * What the browsers of one user, and the user's other devices, ask for in a run.
 */
import { fc } from './fast-check.js'

export type AccountStep =
  | 'read'
  | 'set'
  | 'append'
  | 'save'
  | 'update'
  | 'sign in'
  | 'prove again'
  | 'sign out'
  | 'end one'
  | 'end all'
  | 'end all others'
  | 'end everyone'
  | 'time passes'

export const browsers = ['one', 'other'] as const
export type Browser = (typeof browsers)[number]

export interface AccountProgram {
  readonly browser: Browser
  /** The cookie it comes with: the one from before the run, or the one that the browser has when it starts. */
  readonly cookie: 'first' | 'newest'
  /** Turns that it lets pass before it starts. */
  readonly delay: number
  readonly steps: readonly AccountStep[]
}

export const changes: readonly AccountStep[] = ['set', 'append', 'save', 'update']

interface ProgramsOptions {
  readonly browsers?: readonly Browser[]
  /** Which of the steps each program begins with, if any: so that what is looked for comes up in each run. */
  readonly least?: number
  readonly most?: number
}

/** Some requests that are made of `steps`. */
export function accountPrograms(
  steps: readonly AccountStep[],
  { browsers: of = browsers, least = 2, most = 4 }: ProgramsOptions = {},
): fc.Arbitrary<AccountProgram[]> {
  const program = fc.record<AccountProgram>({
    browser: fc.constantFrom(...of),
    cookie: fc.constantFrom('first', 'first', 'newest'),
    delay: fc.constantFrom(0, 0, 6, 14),
    steps: fc.array(fc.constantFrom(...steps), { minLength: 1, maxLength: 3 }),
  })
  return fc.array(program, { minLength: least, maxLength: most })
}
