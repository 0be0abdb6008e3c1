/**
 * The two sides of the comparison.
 */
import { createRequire } from 'node:module'
import { session } from '../../src/index.js'
import type { Side } from './bench.js'
import type { SessionFactory } from './cell.js'

// Some cells ask for what express-session deprecates; the outcome is compared, the notice is not.
process.env.NO_DEPRECATION = 'express-session'

const require = createRequire(import.meta.url)

export const coatcheck: Side = {
  name: 'coatcheck',
  factory: session as unknown as SessionFactory,
}

/** Of express-session, as installed. */
export const comparedVersion = (require('express-session/package.json') as { version: string }).version

export const expressSession: Side = {
  name: 'express-session',
  factory: require('express-session') as SessionFactory,
}
