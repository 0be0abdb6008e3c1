/**
 * One process that does something with sessions in SQLite and tells how its event loop stood still:
 *
 *     node pause-process.mjs <scenario> coatcheck|plain <file> <engine>
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { sqliteStore } from 'coatcheck/stores/sqlite'

import { openPlainly } from './plain.mjs'

const [scenario, form, path, engine] = process.argv.slice(2)
const sessions = 50_000
const atOnce = 50
const long = 5
const data = JSON.stringify({ text: 'x'.repeat(480) })
const turn = () => new Promise((resolve) => setImmediate(resolve))

function open() {
  if (form === 'plain') return openPlainly(path, engine)
  const store = sqliteStore({ path, engine })
  const versions = new Uint32Array(sessions).fill(1)
  return {
    create: (key, { expiresAt }) => store.create(key, { data, version: 1, createdAt: 0, expiresAt }),
    update: (key, { expiresAt }) => {
      const version = (versions[Number(key.slice('key-'.length))] += 1)
      return store.update(key, { data, version, createdAt: 0, expiresAt }, version - 1)
    },
    sweep: (now) => store.sweep(now),
    close: () => store.close(),
  }
}

async function fill(store, count, expiresAt) {
  for (let done = 0; done < count; done += 200) {
    await Promise.all(Array.from({ length: 200 }, (_, step) => store.create(`key-${done + step}`, { data, expiresAt })))
  }
}

/** Milliseconds for which this thread was ready to run and others had the processor. Linux tells; elsewhere such time counts as a pause. */
function waitedForProcessor() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}

/**
 * The stretches between two turns of the event loop while `work` goes on: the longest, and what share of the time they took that were longer than
 * `long`. In milliseconds.
 */
async function pauses(work) {
  const begun = performance.now()
  let worst = 0
  let sum = 0
  let last = begun - waitedForProcessor()
  let isOver = false
  const look = () => {
    const now = performance.now() - waitedForProcessor()
    worst = Math.max(worst, now - last)
    if (now - last > long) sum += now - last
    last = now
    if (!isOver) setImmediate(look)
  }
  setImmediate(look)
  await turn()
  await work()
  isOver = true
  await turn()
  look()
  return { worst, share: sum / (performance.now() - begun) }
}

let count = 0
const someUpdates = (store) =>
  Promise.all(
    Array.from({ length: atOnce }, () => {
      count += 1
      return store.update(`key-${(count * 7_919) % sessions}`, { data, expiresAt: 2e12 + count })
    }),
  )

async function updatesFor(store, milliseconds) {
  const until = performance.now() + milliseconds
  while (performance.now() < until) {
    await someUpdates(store)
    await turn()
  }
}

const scenarios = {
  /** What the machine and the measuring do by themselves. */
  async nothing() {
    return pauses(() => updatesFor({ update: () => JSON.parse(data) }, 2_000))
  },

  async writes() {
    const store = open()
    await fill(store, sessions, 2e12)
    return pauses(() => updatesFor(store, 3_000))
  },

  async sweep() {
    const store = open()
    await fill(store, 100_000, 1)
    return pauses(async () => {
      while ((await store.sweep(2)) > 0) await turn()
    })
  },

  async lock() {
    const store = open()
    await fill(store, 200, 2e12)
    process.send('ready')
    await once(process, 'message')
    return pauses(() => store.update('key-0', { data, expiresAt: 2e12 }))
  },

  async log() {
    const store = open()
    await fill(store, sessions, 2e12)
    process.send('ready')
    await once(process, 'message')
    await updatesFor(store, 1_500)
    process.send('let go')
    await once(process, 'message')
    return pauses(() => updatesFor(store, 1_000))
  },

  async open() {
    process.send('ready')
    await once(process, 'message')
    return pauses(async () => {
      const store = open()
      await store.create(`key-${process.pid}`, { data, expiresAt: 2e12 })
    })
  },
}

/** Processes that hold something while others are measured. They let go when they are told to. */
const holders = {
  'hold-write': 'BEGIN IMMEDIATE',
  'hold-read': 'BEGIN; SELECT count(*) FROM coatcheck_sessions',
}

if (scenario in holders) {
  const database = openPlainly(path, engine)
  database.exec(holders[scenario])
  process.send('ready')
  await once(process, 'message')
  database.exec('COMMIT')
  database.close()
  process.send('gone')
} else {
  try {
    process.send(await scenarios[scenario]())
  } catch (error) {
    process.send({ failed: `${error.code ?? error.name}: ${error.message}` })
  }
}
process.disconnect()
process.exit()
