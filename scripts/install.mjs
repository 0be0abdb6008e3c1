// @ts-check
/**
 * Installs the project's dependencies where they are not there yet. What `npm ci` does, when it has something to do.
 */
import { join } from 'node:path'

import { ensureDependencies, requireNode } from './lib/install.mjs'
import { root } from './lib/root.mjs'

requireNode()
await ensureDependencies(root)
// The type tests' compilers: the linter reads those types too.
await ensureDependencies(join(root, 'test', 'types'))
