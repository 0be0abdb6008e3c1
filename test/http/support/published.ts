/**
 * Published packages that ours stands beside, with the little of their types that tests need.
 */
import { createRequire } from 'node:module'

import type { Store } from '../../../src/index.js'
import type { Middleware } from './site.js'

const require = createRequire(import.meta.url)

interface ExpressSession {
  (options: object): Middleware
  readonly MemoryStore: new () => Store
}

/** express-session itself. */
export const expressSession = require('express-session') as ExpressSession

/** memorystore, a callback store with a touch of its own. */
export const memorystore = require('memorystore') as (library: ExpressSession) => new (options: object) => Store

/** What express-session signs its cookies with. */
export const { sign } = require('cookie-signature') as { sign(value: string, secret: string): string }
