// @ts-check
/**
 * Installs the project's dependencies where they are not there yet. What `npm ci` does, when it has something to do.
 */
import { ensureDependencies, requireNode } from './lib/install.mjs'
import { root } from './lib/root.mjs'

requireNode()
await ensureDependencies(root)
