/**
 * `npm run bench`: the CPU time that each session layer adds to a request of bare Express 5, measured side by side in one run.
 * See README.md beside this file for what the figures mean.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Contest } from './lib/contest.mjs'
import { moveToLoadCore, pinned } from './lib/cores.mjs'
import { profileTable } from './lib/profile.mjs'
import { rowFigures, rowTable } from './lib/report.mjs'
import { rows } from './lib/rows.mjs'
import { subjects } from './lib/subjects.mjs'

const usage = `node bench/run.mjs [options]
  --rows a,b        which rows; all for every one          ${names(rows)}
  --subjects a,b    which subjects besides the bare app; all for every one
                    ${names(subjects.filter(({ base }) => !base))}
  --rounds N        rounds of each subject in each row     20
  --requests N      requests in a round                    2000
  --warmup N        requests before the first round        14000
  --json            print the figures as JSON
  --profile DIR     write a CPU profile of each subject to DIR instead of measuring`

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string' },
    subjects: { type: 'string' },
    rounds: { type: 'string', default: '20' },
    requests: { type: 'string', default: '2000' },
    warmup: { type: 'string', default: '14000' },
    json: { type: 'boolean', default: false },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (options.help) {
  console.log(usage)
} else {
  moveToLoadCore()
  await main()
}

async function main() {
  const chosenRows = chosen('rows', rows)
  const contenders = chosen(
    'subjects',
    subjects.filter(({ base }) => !base),
  )
  const chosenSubjects = [subjects.find(({ base }) => base), ...contenders]
  const rounds = whole('rounds')
  const environment = describeEnvironment()
  const settings = { rounds, requests: whole('requests'), warmup: whole('warmup') }
  say(
    `${environment.node} on ${environment.cpu}, ${pinned ? 'server and load pinned to a core each' : 'NOT pinned to cores'}`,
  )
  say(`${rounds} rounds of ${settings.requests} requests for each subject in each row\n`)

  const figures = []
  for (const row of chosenRows) {
    if (options.profile === undefined) {
      const result = rowFigures(row, await measure(row, chosenSubjects, settings))
      figures.push(result)
      say(`${rowTable(result)}\n`)
    } else {
      await profile(row, chosenSubjects, settings)
    }
  }
  if (options.json) console.log(JSON.stringify({ environment, settings, rows: figures }, undefined, 2))
}

/** Rounds of all subjects in turn, in another order each time, so that what disturbs one disturbs all. */
async function measure(row, entrants, { rounds, requests, warmup }) {
  const measured = []
  try {
    for (const subject of entrants) {
      const contest = await Contest.begin(subject, row)
      measured.push({ subject, contest, samples: [], load: Infinity })
      progress(`${row.name}: warming up ${subject.title}`)
      await contest.round(warmup)
    }
    for (let round = 0; round < rounds; round += 1) {
      progress(`${row.name}: round ${round + 1} of ${rounds}`)
      for (const entry of shuffled(measured)) {
        const { server, load } = await entry.contest.round(requests)
        entry.samples.push(server)
        entry.load = Math.min(entry.load, load)
      }
    }
  } finally {
    for (const { contest } of measured) contest.end()
    progress('')
  }
  return measured
}

async function profile(row, entrants, { rounds, requests, warmup }) {
  mkdirSync(options.profile, { recursive: true })
  for (const subject of entrants) {
    const contest = await Contest.begin(subject, row)
    try {
      await contest.round(warmup)
      await contest.startProfile()
      await contest.round(rounds * requests)
      const recorded = await contest.endProfile()
      const file = join(options.profile, `${row.name}.${subject.name}.cpuprofile`)
      writeFileSync(file, JSON.stringify(recorded))
      say(`${profileTable(`${row.title}, ${subject.title} (${file})`, recorded, rounds * requests)}\n`)
    } finally {
      contest.end()
    }
  }
}

function shuffled(list) {
  const copy = [...list]
  for (let index = copy.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1))
    ;[copy[index], copy[other]] = [copy[other], copy[index]]
  }
  return copy
}

function chosen(option, all) {
  const wanted = options[option]
  if (wanted === undefined) return all.filter(({ extra }) => !extra)
  if (wanted === 'all') return all
  return wanted.split(',').map((name) => {
    const entry = all.find((candidate) => candidate.name === name)
    return entry ?? fail(`--${option} has no ${name}; there are ${names(all)}`)
  })
}

function whole(option) {
  const value = Number(options[option])
  if (!Number.isInteger(value) || value < 1) fail(`--${option} must be a whole number from 1 on`)
  return value
}

function fail(message) {
  console.error(`${message}\n\n${usage}`)
  process.exit(2)
}

function names(list) {
  return list.map(({ name }) => name).join(', ')
}

function describeEnvironment() {
  return { node: `Node ${process.version}`, cpu: cpus()[0]?.model ?? process.arch, cores: cpus().length, pinned }
}

function say(text) {
  if (!options.json) console.log(text)
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`)
}
