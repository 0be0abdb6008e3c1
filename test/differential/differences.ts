/**
 * Every kind of difference from express-session, and why it is there: one table in five parts. What is not declared fails the
 * differential test, and so does what is declared and does not occur.
 */
import type { Cell, Exchange } from './cell.js'
import type { Stage } from './comparison.js'
import { cookieDifferences } from './differences-of-cookies.js'
import { failureDifferences } from './differences-of-failures.js'
import { parallelDifferences } from './differences-of-parallel-requests.js'
import { responseDifferences } from './differences-of-responses.js'
import { savingDifferences } from './differences-of-saving.js'

/** A difference says exactly what ours must look like, given what express-session did. */
export interface Difference {
  readonly name: string
  readonly theirs: string
  readonly ours: string
  readonly why: string
  /** It only concerns how the response is sent, and nothing that an app or a visitor could tell from the other. */
  readonly onlySending?: true
  /** The cell in which express-session does what ours must do in this one. */
  readonly like?: (cell: Cell, stage: Stage) => Cell | undefined
  /** What must be observed instead, or `undefined` where this difference does not apply. */
  readonly rewrite?: (theirs: Exchange, cell: Cell, stage: Stage) => Exchange | undefined
}

/** In the order in which they are applied. */
export const differences: readonly Difference[] = [
  ...responseDifferences,
  ...cookieDifferences,
  ...savingDifferences,
  ...parallelDifferences,
  ...failureDifferences,
]
