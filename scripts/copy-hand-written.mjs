// @ts-check
/**
 * The part of the build that is no compiling: TypeScript emits nothing for declarations and for CommonJS files that were written by hand.
 */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { root } from './lib/root.mjs'

for (const folder of ['types', 'require', 'inspector/assets']) {
  const target = join(root, 'dist', folder)
  rmSync(target, { recursive: true, force: true })
  cpSync(join(root, 'src', folder), target, { recursive: true })
}
