/**
 * What grouping the writes of one turn brings the SQLite store: updates of random sessions, so and so many at once, beside the
 * same statement run by the bare library, one transaction each. Then how long the event loop stands still at worst.
 *
 *     node bench/sqlite.mjs [engine]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore } from 'coatcheck/stores/sqlite'

import { measurePauses } from './lib/sqlite/pauses.mjs'

const sessions = 20_000
const updates = 12_000
const rounds = 3
const pauseRounds = 3
const data = JSON.stringify({ text: 'x'.repeat(480) })
const folder = mkdtempSync(join(tmpdir(), 'coatcheck-bench-'))
const path = join(folder, 'sessions.db')
const store = sqliteStore({ path, engine: process.argv[2] })
const expiresAt = Date.now() + 3_600_000
const versions = new Uint32Array(sessions)
const nextOf = (index) => ({
  data,
  version: (versions[index] += 1),
  createdAt: 0,
  expiresAt: expiresAt + versions[index],
})

function bareUpdate() {
  const require = createRequire(import.meta.url)
  const Database = store.engine === 'node:sqlite' ? require('node:sqlite').DatabaseSync : require(store.engine)
  const database = new Database(path)
  database.exec('PRAGMA synchronous = normal; PRAGMA busy_timeout = 5000')
  const statement = database.prepare(`
    UPDATE coatcheck_sessions
    SET data = ?, attributes = ?, version = ?, created_at = ?, expires_at = ?, user_id = ?
    WHERE key = ? AND version = ?`)
  return (index) => {
    const next = nextOf(index)
    statement.run(data, null, next.version, 0, next.expiresAt, null, `key-${index}`, next.version - 1)
  }
}

const storeUpdate = (index) => {
  const next = nextOf(index)
  return store.update(`key-${index}`, next, next.version - 1)
}

async function measure(update, atOnce) {
  const waits = []
  const cpu = process.cpuUsage()
  const begun = performance.now()
  for (let done = 0; done < updates; done += atOnce) {
    const asked = performance.now()
    await Promise.all(Array.from({ length: atOnce }, (_, step) => update(((done + step) * 7_919) % sessions)))
    waits.push(performance.now() - asked)
  }
  const wall = performance.now() - begun
  const { user, system } = process.cpuUsage(cpu)
  waits.sort((a, b) => a - b)
  return {
    wall: (wall / updates) * 1_000,
    cpu: (user + system) / updates,
    p50: waits[Math.floor(waits.length / 2)] * 1_000,
  }
}

try {
  for (let done = 0; done < sessions; done += 200) {
    await Promise.all(
      Array.from({ length: 200 }, (_, step) =>
        store.create(`key-${done + step}`, { ...nextOf(done + step), version: 1 }),
      ),
    )
  }
  const cases = [
    { name: 'bare library, one after another', update: bareUpdate(), atOnce: 1 },
    ...[1, 2, 5, 10, 50, 200].map((atOnce) => ({ name: `store, ${atOnce} at once`, update: storeUpdate, atOnce })),
  ]
  const best = new Map()
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, update, atOnce } of cases) {
      const result = await measure(update, atOnce)
      if (!(best.get(name)?.wall < result.wall)) best.set(name, result)
    }
  }
  console.log(`Node ${process.version}, ${store.engine}; microseconds, the best of ${rounds} rounds`)
  console.table(
    Object.fromEntries(
      [...best].map(([name, { wall, cpu, p50 }]) => [
        name,
        {
          'per update': Number(wall.toFixed(1)),
          'CPU per update': Number(cpu.toFixed(1)),
          'median wait': Math.round(p50),
        },
      ]),
    ),
  )
} finally {
  await store.close()
  rmSync(folder, { recursive: true })
}

console.log(`
The longest pause of the event loop, and the share of the time that it spends in pauses of more than 5 ms; medians of ${pauseRounds} rounds.
Plain SQLite: the same statements with a busy timeout, and all else as it comes.`)
console.table(await measurePauses(store.engine, pauseRounds))
