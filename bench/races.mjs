/**
 * `npm run bench:races`: what is lost when a visitor's requests run into each other, in express-session, @fastify/session and coatcheck.
 *
 * Each scenario runs in some hundred different orders of events, the same ones for each subject, over the same asynchronous store (coatcheck()
 * over its own). No race here is rare in production: a page that loads five things at once is one.
 */
import { parseArgs } from 'node:util'

import { breaks } from './lib/races/race.mjs'
import { scenarios } from './lib/races/scenarios.mjs'
import { subjects } from './lib/races/subjects.mjs'

const { values: options } = parseArgs({
  options: { orders: { type: 'string', default: '300' }, json: { type: 'boolean', default: false } },
})
const orders = Number(options.orders)

const results = []
for (const scenario of scenarios) {
  const lost = []
  for (const subject of subjects) {
    let failures = 0
    for (let seed = 1; seed <= orders; seed += 1) {
      if (await breaks(subject, scenario, seed)) failures += 1
    }
    lost.push(failures)
  }
  results.push({ title: scenario.title, lost })
}

if (options.json) console.log(JSON.stringify({ orders, subjects: subjects.map(({ name }) => name), results }, null, 2))
else console.log(table())

const ours = results.flatMap(({ lost }) => lost.filter((_, index) => subjects[index].ours === true))
process.exitCode = ours.some((failures) => failures > 0) ? 1 : 0

function table() {
  const titleWidth = Math.max(...scenarios.map(({ title }) => title.length))
  const head = ['', ...subjects.map(({ name }) => name)]
  const verdict = (failures) => (failures === 0 ? 'kept' : `LOST ${failures}/${orders}`)
  const rows = results.map(({ title, lost }) => [title].concat(lost.map(verdict)))
  const line = ([title, ...cells]) => [title.padEnd(titleWidth), ...cells.map((cell) => cell.padStart(17))].join(' ')
  return [`${orders} orders of events each`, '', line(head), ...rows.map(line)].join('\n')
}
