/**
 * `npm run bench`: the CPU time that each session layer adds to a request of bare Express 5, measured side by side in one run, with
 * sessions in memory. `npm run bench:redis` and `npm run bench:postgres`: the same with sessions in Redis and PostgreSQL.
 * See README.md beside this file for what the figures mean.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Contest } from './lib/contest.mjs'
import { moveToLoadCore, pinned } from './lib/cores.mjs'
import { engineRowFigures, engineRowTable } from './lib/engine-report.mjs'
import { engineCpuTime, engines } from './lib/engines.mjs'
import { profileTable } from './lib/profile.mjs'
import { rowFigures, rowTable } from './lib/report.mjs'
import { countRoundTrips } from './lib/round-trips.mjs'
import { rowsOn } from './lib/rows.mjs'
import { subjectsOn } from './lib/subjects.mjs'

const usage = `node bench/run.mjs [options]
  --on ENGINE       where sessions are kept: ${names(engines)}; in memory without it
  --rows a,b        which rows; all for every one
                    ${names(rowsOn())}
  --subjects a,b    which subjects besides the bare app; all for every one
${[undefined, ...engines].map((engine) => `                    ${engine?.name ?? 'memory'}: ${names(contendersOn(engine))}`).join('\n')}
  --at-once N       requests under way at any time         32
  --rounds N        rounds of each subject in each row     20
  --requests N      requests in a round                    2000
  --warmup N        requests before the first round        14000
  --json            print the figures as JSON
  --profile DIR     write a CPU profile of each subject to DIR instead of measuring`

const { values: options } = parseArgs({
  options: {
    on: { type: 'string' },
    rows: { type: 'string' },
    subjects: { type: 'string' },
    'at-once': { type: 'string', default: '32' },
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
  const engine =
    options.on === undefined ? undefined : (named(options.on, engines) ?? fail(`--on has no ${options.on}`))
  const chosenRows = chosen('rows', rowsOn(engine))
  const base = subjectsOn(engine).find((subject) => subject.base)
  const entrants = [base, ...chosen('subjects', contendersOn(engine))]
  const [atOnce, rounds, requests, warmup] = ['at-once', 'rounds', 'requests', 'warmup'].map(whole)
  const settings = { engine, atOnce, rounds, requests, warmup }
  const environment = describeEnvironment()
  say(
    `${environment.node} on ${environment.cpu}, ${pinned ? `server pinned to a core, load${engine ? ` and ${engine.title}` : ''} to another` : 'NOT pinned to cores'}`,
  )
  say(`${rounds} rounds of ${requests} requests, ${atOnce} at once, for each subject in each row\n`)

  const figures = []
  for (const row of chosenRows) {
    const server = await engine?.start()
    try {
      if (options.profile !== undefined) {
        await profile(row, entrants, settings, server)
        continue
      }
      const measured = await measure(row, entrants, settings, server)
      const result = engine ? engineRowFigures(row, measured) : rowFigures(row, measured)
      figures.push(result)
      say(`${engine ? engineRowTable(result) : rowTable(result)}\n`)
    } finally {
      await server?.stop()
    }
  }
  if (options.json) {
    console.log(
      JSON.stringify({ environment, settings: { ...settings, engine: engine?.title }, rows: figures }, undefined, 2),
    )
  }
}

/** Rounds of all subjects in turn, in another order each time, so that what disturbs one disturbs all. */
async function measure(row, entrants, { atOnce, rounds, requests, warmup }, server) {
  const measured = []
  try {
    for (const subject of entrants) {
      progress(`${row.name}: warming up ${subject.title}`)
      const roundTrips = server && (await countRoundTrips(subject, row, server))
      const contest = await Contest.begin(subject, row, atOnce, server?.url)
      measured.push({ subject, contest, roundTrips, samples: [], rates: [], p99s: [], engineTime: 0, load: Infinity })
      await contest.round(warmup)
    }
    for (let round = 0; round < rounds; round += 1) {
      progress(`${row.name}: round ${round + 1} of ${rounds}`)
      for (const entry of shuffled(measured)) {
        const before = server && engineCpuTime(server)
        const { server: time, load, rate, p99 } = await entry.contest.round(requests)
        entry.samples.push(time)
        entry.rates.push(rate)
        entry.p99s.push(p99)
        entry.load = Math.min(entry.load, load)
        if (server) entry.engineTime += (engineCpuTime(server) - before) / requests / rounds
      }
    }
  } finally {
    for (const { contest } of measured) contest.end()
    progress('')
  }
  return measured
}

async function profile(row, entrants, { atOnce, rounds, requests, warmup }, server) {
  mkdirSync(options.profile, { recursive: true })
  for (const subject of entrants) {
    const contest = await Contest.begin(subject, row, atOnce, server?.url)
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
  return wanted
    .split(',')
    .map((name) => named(name, all) ?? fail(`--${option} has no ${name}; there are ${names(all)}`))
}

function contendersOn(engine) {
  return subjectsOn(engine).filter(({ base }) => !base)
}

function named(name, list) {
  return list.find((entry) => entry.name === name)
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
