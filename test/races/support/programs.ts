/**
 * What the visitors of one run ask for: requests, and what their handlers do.
 */
import { fc } from './fast-check.js'

export type Step =
  | 'read'
  | 'set'
  | 'nested'
  | 'append'
  | 'delete'
  | 'save'
  | 'reload'
  | 'update'
  | 'sign in'
  | 'sign out'
  | 'sign out elsewhere'

export type Name = 'ann' | 'ben'

export interface Program {
  readonly visitor: Name
  /** The cookie it comes with: the one from before the run, or the one that the browser has when it starts. */
  readonly cookie: 'first' | 'newest'
  /** Turns that it lets pass before it starts: what comes late must come late often enough. */
  readonly delay: number
  readonly steps: readonly Step[]
}

export const writes: readonly Step[] = ['set', 'nested', 'append', 'delete', 'save', 'update']

/** Some requests that are made of `steps`; with `visitors` of them, they are of more than one visitor. */
export function programsOf(steps: readonly Step[], visitors: readonly Name[] = ['ann']): fc.Arbitrary<Program[]> {
  const program = fc.record<Program>({
    visitor: fc.constantFrom(...visitors),
    cookie: fc.constantFrom('first', 'first', 'newest'),
    delay: fc.constantFrom(0, 0, 4, 10),
    steps: fc.array(fc.constantFrom(...steps), { minLength: 1, maxLength: 3 }),
  })
  return fc.array(program, { minLength: 2, maxLength: 4 })
}
