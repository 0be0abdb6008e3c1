// @ts-check
/**
 * Runs the main test project with vitest and counts what it found.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { root } from './root.mjs'
import { run } from './run.mjs'
import { countsFile } from './vitest-counts.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @param {readonly string[]} args for vitest: a part of a path, `-t` and a part of a name, … @returns {Promise<Counts>} */
export async function runMainTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-counts-'))
  const file = join(folder, 'counts.json')
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts', 'lib', 'vitest-counts.mjs')}`]
    const env = { [countsFile]: file }
    const code = await run(process.execPath, [vitest, 'run', ...reporters, ...args], { cwd: root, env })
    const counts = read(file)
    // A run that fails for another reason, such as finding no tests, is one failure.
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param {string} file @returns {Counts} */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }
  }
}
