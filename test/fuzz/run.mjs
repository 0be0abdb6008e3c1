/**
 * `npm run fuzz`: throws hostile input at the built package until something gives way.
 *
 *     npm run fuzz                                  for ten minutes, all targets in turn
 *     npm run fuzz -- --minutes 120 --seed 7        longer, and the same cases again
 *     npm run fuzz -- --target response --seed 7 --path 12:0:3      one case again, as a finding prints it
 *
 * The same seed gives the same cases. It stops at the first finding, cut down to the smallest case that shows it, with the command that shows it again.
 */
import { parseArgs } from 'node:util'

import * as fc from 'fast-check'

import { crash, hearCrashes } from './lib/crashes.mjs'
import { watchdog } from './lib/watchdog.mjs'
import { targets } from './targets.mjs'

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    /** One target. Default: all. */
    target: { type: 'string' },
    /** How many cases, instead of minutes: what the tests ask for. */
    cases: { type: 'string' },
    /** The case of a finding. */
    path: { type: 'string' },
  },
})

const batch = 100
/** Seconds in which a case must end. Every one of them ends in a few hundredths where nothing hangs. */
const patience = 10

const chosen = options.target === undefined ? targets : targets.filter(({ name }) => name === options.target)
if (chosen.length === 0)
  throw new Error(`there is no target ${options.target}; they are ${targets.map(({ name }) => name).join(', ')}`)

const firstSeed = Number(options.seed)
const dog = watchdog(2 * patience)
const counts = new Map(chosen.map(({ name }) => [name, 0]))
const started = performance.now()
let told = started

console.log(`seed ${firstSeed}, targets: ${chosen.map(({ name }) => name).join(', ')}`)
const opened = []
for (const target of chosen) opened.push({ target, bench: await target.open() })
hearCrashes()

const failed = await (options.path === undefined ? fuzz() : repeat())
for (const { bench } of opened) bench.close()
tell()
process.exit(failed ? 1 : 0)

async function fuzz() {
  for (let round = 0; !isOver(); round += 1) {
    for (const one of opened) {
      const left =
        options.cases === undefined ? batch : Math.min(batch, Number(options.cases) - counts.get(one.target.name))
      if (left > 0 && (await finds(one, { seed: firstSeed + round, numRuns: left }))) return true
      if (performance.now() - told > 60_000) tell()
    }
  }
  return false
}

function repeat() {
  return finds(opened[0], { seed: firstSeed, path: options.path, numRuns: 1 })
}

function isOver() {
  if (options.cases !== undefined) return [...counts.values()].every((count) => count >= Number(options.cases))
  return performance.now() - started > Number(options.minutes) * 60_000
}

/** Runs a batch. A finding is printed. */
async function finds({ target, bench }, parameters) {
  const command = `npm run fuzz -- --target ${target.name} --seed ${parameters.seed}`
  dog.watch(`FOUND in ${target.name}: the event loop stands still. Again: ${command}`)
  const property = fc.asyncProperty(bench.arbitrary, async (input) => {
    counts.set(target.name, counts.get(target.name) + 1)
    dog.beat()
    await inTime(bench.check(input))
    // What a case leaves behind may fall over a little later.
    for (let turn = 0; turn < 2; turn += 1) await new Promise(setImmediate)
    const crashed = crash()
    if (crashed !== undefined) throw new Error('the process would have crashed', { cause: crashed })
  })
  const result = await fc.check(property, parameters)
  if (!result.failed) return false
  console.log(`FOUND in ${target.name}:`)
  console.log(result.errorInstance)
  console.log(`The smallest case: ${fc.stringify(result.counterexample?.[0])}`)
  console.log(`Again: ${command} --path ${result.counterexamplePath}`)
  return true
}

async function inTime(work) {
  let timer
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it hangs: no end within ${patience} s`)), patience * 1_000)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function tell() {
  told = performance.now()
  const sums = [...counts].map(([name, count]) => `${name} ${count.toLocaleString('en')}`).join(', ')
  console.log(`${((told - started) / 60_000).toFixed(1)} min, cases: ${sums}`)
}
