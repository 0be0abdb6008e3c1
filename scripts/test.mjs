// @ts-check
/**
 * `npm test`: everything the tests need, and then the tests, on a machine that has Node and nothing else of ours.
 *
 *     npm test                     all of it
 *     npm test -- test/http        the main tests that vitest finds with these arguments
 *     npm test -- test/ecosystem   the ecosystem suite; with a file's name, that file
 *
 * The last line is the sum of all parts, `N passed, N failed`.
 */
import { join } from 'node:path'

import { installEcosystem, runEcosystem } from './lib/ecosystem.mjs'
import { ensureDependencies, requireNode } from './lib/install.mjs'
import { runMainTests } from './lib/main-tests.mjs'
import { root } from './lib/root.mjs'
import { runOrThrow } from './lib/run.mjs'
import { ensureEngines } from './lib/system-engines.mjs'

requireNode()

const args = process.argv.slice(2)
const isEcosystem = (/** @type {string} */ arg) => /(^|\/)test\/ecosystem(\/|$)/.test(arg)
const ecosystemNames = args.filter(isEcosystem).filter((arg) => arg.endsWith('.js'))
const mainArgs = args.filter((arg) => !isEcosystem(arg))
const everything = args.length === 0

const mainTests = everything || mainArgs.length > 0

/** What the reader should know of the run besides its counts. @type {string[]} */
const remarks = []

/**
 * A step that throws is a failure, and ends the run where those after it need it. A step that counts adds to the sum.
 * @type {readonly {
 *   name: string
 *   when?: boolean
 *   needed?: boolean
 *   run: () => Promise<{ passed: number, failed: number, skipped?: number } | void> | void
 * }[]}
 */
const steps = [
  {
    name: 'dependencies',
    needed: true,
    run: async () => {
      await ensureDependencies(root)
      await ensureDependencies(join(root, 'test', 'types'))
    },
  },
  {
    name: 'build',
    needed: true,
    run: () => runOrThrow('npm', ['run', '--silent', 'build'], { cwd: root }),
  },
  {
    name: 'shop',
    when: mainTests,
    run: () => runOrThrow('npm', ['run', '--silent', 'build:demo'], { cwd: root }),
  },
  {
    name: 'engines',
    needed: true,
    run: () => {
      const { missing, leftOut } = ensureEngines(['redis', 'valkey', 'postgres', 'pgbouncer', 'mariadb', 'chromium'])
      remarks.push(...leftOut)
      if (missing === undefined) return
      if (everything) throw new Error(missing)
      console.warn(`${missing}\nWhat you asked for may not need them.`)
    },
  },
  { name: 'main tests', when: mainTests, run: () => runMainTests(mainArgs) },
  {
    name: 'ecosystem',
    when: everything || args.some(isEcosystem),
    run: async () => {
      await installEcosystem('coatcheck')
      return runEcosystem(ecosystemNames)
    },
  },
]

const started = performance.now()
const sum = { passed: 0, failed: 0, skipped: 0 }
/** @type {string[]} */
const summary = []
for (const { name, when = true, needed = false, run } of steps) {
  if (!when) continue
  console.log(`\n── ${name} ${'─'.repeat(60 - name.length)}`)
  const stepStarted = performance.now()
  try {
    const counts = await run()
    sum.passed += counts?.passed ?? 0
    sum.failed += counts?.failed ?? 0
    sum.skipped += counts?.skipped ?? 0
    summary.push(line(name, counts === undefined ? 'done' : told(counts), stepStarted))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    sum.failed += 1
    summary.push(line(name, needed ? 'failed: nothing after it was run' : 'failed', stepStarted))
    if (needed) break
  }
}
if (everything && sum.skipped > 0) {
  remarks.push(
    `${sum.skipped} tests were skipped: a test that cannot be run fails and says why, so this counts as a failure`,
  )
  sum.failed += 1
}
summary.push(line('all', told(sum), started), ...remarks)
console.log(`\n${summary.join('\n')}\n\n${sum.passed} passed, ${sum.failed} failed`)
process.exitCode = sum.failed === 0 ? 0 : 1

/** @param {{ passed: number, failed: number, skipped?: number }} counts */
function told({ passed, failed, skipped = 0 }) {
  return `${passed} passed${failed > 0 ? `, ${failed} failed` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** @param {string} name @param {string} what @param {number} since */
function line(name, what, since) {
  return `${name.padEnd(14)}${what.padEnd(36)}${((performance.now() - since) / 1000).toFixed(1)} s`
}
