// @ts-check
/**
 * An empty dist for the build: what a file that is gone now left behind must not be packed.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'

import { root } from './lib/root.mjs'

rmSync(join(root, 'dist'), { recursive: true, force: true })
