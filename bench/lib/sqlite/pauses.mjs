/**
 * How long the event loop stands still at worst, with the store and with SQLite as it is mostly used. Each measurement is a process of its own. Time
 * for which the processor was busy with other processes does not count, where the system tells of it.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { median } from '../statistics.mjs'

const program = join(import.meta.dirname, 'pause-process.mjs')
const lockedFor = 1_000
const openers = 10

function start(scenario, form, path, engine) {
  const child = fork(program, [scenario, form, path, engine])
  return {
    go: () => child.send('go'),
    said: async () => (await once(child, 'message'))[0],
    ended: once(child, 'exit'),
  }
}

async function alone(scenario, form, path, engine) {
  const child = start(scenario, form, path, engine)
  const answer = await child.said()
  await child.ended
  return answer
}

async function whileLocked(form, path, engine) {
  const child = start('lock', form, path, engine)
  await child.said()
  const holder = start('hold-write', 'plain', path, engine)
  await holder.said()
  child.go()
  const answer = child.said()
  await sleep(lockedFor)
  holder.go()
  await Promise.all([child.ended, holder.ended])
  return answer
}

async function afterLongLog(form, path, engine) {
  const child = start('log', form, path, engine)
  await child.said()
  const holder = start('hold-read', 'plain', path, engine)
  await holder.said()
  child.go()
  await child.said()
  holder.go()
  await holder.ended
  child.go()
  const answer = child.said()
  await child.ended
  return answer
}

async function openedByMany(form, path, engine) {
  const children = Array.from({ length: openers }, () => start('open', form, path, engine))
  await Promise.all(children.map((child) => child.said()))
  const answers = Promise.all(children.map((child) => child.said()))
  for (const child of children) child.go()
  const results = await answers
  await Promise.all(children.map((child) => child.ended))
  const failures = results.filter(({ failed }) => failed !== undefined).length
  const worstOf = (name) => Math.max(...results.map((result) => result[name] ?? 0))
  return { worst: worstOf('worst'), share: worstOf('share'), failures }
}

const measurements = {
  'nothing but the measuring': (form, path, engine) => alone('nothing', form, path, engine),
  'updates at full speed, 50 a turn': (form, path, engine) => alone('writes', form, path, engine),
  'updates after a reader held the log': afterLongLog,
  'sweep of 100,000 expired sessions': (form, path, engine) => alone('sweep', form, path, engine),
  'a write, the file locked for a second': whileLocked,
  'ten processes open a new file': openedByMany,
}

/** Rows for `console.table`, each the median of the rounds. */
export async function measurePauses(engine, rounds) {
  const rows = {}
  for (const [name, measure] of Object.entries(measurements)) {
    const seen = { plain: [], coatcheck: [] }
    for (let round = 0; round < rounds; round += 1) {
      for (const form of ['plain', 'coatcheck']) {
        const folder = mkdtempSync(join(tmpdir(), 'coatcheck-bench-'))
        const answer = await measure(form, join(folder, 'sessions.db'), engine)
        if (answer.failed !== undefined) throw new Error(`${name}, ${form}: ${answer.failed}`)
        seen[form].push(answer)
        rmSync(folder, { recursive: true })
      }
    }
    rows[name] = { 'plain SQLite': told(seen.plain), sqliteStore: told(seen.coatcheck) }
  }
  return rows
}

function told(answers) {
  const worst = median(answers.map((answer) => answer.worst))
  const share = median(answers.map((answer) => answer.share))
  const failures = answers.reduce((sum, answer) => sum + (answer.failures ?? 0), 0)
  const failed = failures > 0 ? `, ${failures} of ${answers.length * openers} failed` : ''
  return `${worst.toFixed(1)} ms, ${(share * 100).toFixed(1)} %${failed}`
}
