/**
 * The count of damage counts: each kind is seen when a store does it.
 */
import { expect, it, onTestFinished } from 'vitest'

import { coatcheck, type SessionRecord, type SessionStore } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { watchedRecords } from '../http/support/watched-records.js'
import { Load, type Damage } from './support/load.js'

async function damageOf(store: SessionStore, storeTimeout = 300): Promise<Damage> {
  const secret = 'sessions in trouble are signed with this'
  const sessions = coatcheck({ secret, store, storeTimeout: 5000 })
  onTestFinished(() => sessions.close())
  const load = new Load(sessions, storeTimeout)
  await load.start(2)
  await load.untilEach('successes', 6)
  return load.stop()
}

const update = (): ReturnType<typeof watchedRecords> => watchedRecords(memoryStore())

it('an acknowledged write that was never stored is counted', async () => {
  let updates = 0
  const store = update()
  const real = store.update
  store.update = (key, record, version) => ((updates += 1) % 3 === 0 ? 'updated' : real(key, record, version))
  expect((await damageOf(store)).acknowledgedWritesLost).toBeGreaterThan(0)
})

it("another visitor's session is counted", async () => {
  const store = update()
  const real = store.read as (key: string) => SessionRecord | undefined
  let last: SessionRecord | undefined
  let reads = 0
  store.read = (key) => {
    const record = real(key)
    const answer = (reads += 1) % 4 === 0 ? last : record
    last = record
    return answer
  }
  expect((await damageOf(store)).wrongAnswers).toBeGreaterThan(0)
})

it('a request that takes too long is counted', async () => {
  const store = update()
  store.before.read = () => new Promise(setImmediate)
  expect((await damageOf(store, -1000)).tooSlow).toBeGreaterThan(0)
})
