// @ts-check
/**
 * `npm run demo`: installs what is missing, builds, and runs the shop until it is stopped. Arguments go to the shop.
 */
import { join } from 'node:path'

import { ensureDependencies, requireNode } from './lib/install.mjs'
import { root } from './lib/root.mjs'
import { run, runOrThrow } from './lib/run.mjs'

requireNode()
await ensureDependencies(root)
await runOrThrow('npm', ['run', '--silent', 'build'], { cwd: root })
await runOrThrow('npm', ['run', '--silent', 'build:demo'], { cwd: root })
process.exitCode = await run(process.execPath, [join(root, 'demo', 'dist', 'server.js'), ...process.argv.slice(2)])
