/**
 * `sweep`: what is over goes, in batches; what is not stays.
 */

import assert from 'node:assert/strict'
import type { SessionRecord, SessionStore } from '../../core/record.js'
import { assertGone, assertStored, fill, newRecord, nextVersion, type Check } from './check.js'

async function sweepAll(store: SessionStore, now: number): Promise<number[]> {
  const batches: number[] = []
  for (let batch = await store.sweep(now); batch > 0; batch = await store.sweep(now)) {
    batches.push(batch)
    assert.ok(batches.length < 100_000, 'sweep must answer 0 in the end')
  }
  return batches
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** Puts `record` under the key, where one may be that is over: as whoever keeps one record for each user must. */
async function put(store: SessionStore, key: string, record: SessionRecord): Promise<void> {
  // An engine may forget it between two questions, and another round then finds it gone.
  for (let round = 0; round < 5; round += 1) {
    if (await store.create(key, record)) return
    const kept = await store.read(key)
    if (kept === undefined) continue
    const result = await store.update(key, { ...record, version: kept.version + 1 }, kept.version)
    if (result === 'updated') return
    assert.equal(result, 'missing', 'a record that read answers must be there for update')
  }
  assert.fail('create must not be refused for a record that read and update do not find')
}

export const expiryChecks: readonly Check[] = [
  {
    name: 'create, read and update agree on whether a record is there that is over and was not swept',
    async run({ store, clock }) {
      for (const userId of [undefined, 'ann']) {
        const key = `of-${userId}`
        const over = newRecord(clock, { userId, version: 7, expiresAt: clock.now() + 1_000 })
        await store.create(key, over)
        await store.touch(key, clock.now() - 1_000)
        clock.advance(2_000)
        const record = newRecord(clock, { userId })
        await put(store, key, record)
        const kept = await store.read(key)
        assert.equal(kept?.data, record.data)
        assert.equal(kept.expiresAt, record.expiresAt)
        await put(store, `${key}-again`, newRecord(clock, { expiresAt: clock.now() - 1_000 }))
        await put(store, `${key}-again`, record)
        await assertStored(store, `${key}-again`, { ...record, version: (await store.read(`${key}-again`))!.version })
      }
      assert.equal((await store.listByUser('ann')).length, 2)
    },
  },
  {
    name: 'sweep of an empty store, and of one where nothing is over, answers 0 and deletes nothing',
    async run(context) {
      const { store, clock } = context
      assert.equal(await store.sweep(clock.now()), 0)
      await fill(context, 5)
      assert.equal(await store.sweep(clock.now()), 0)
      assert.equal(await store.count(), 5)
    },
  },
  {
    name: 'sweep deletes at the deadline itself, and not a millisecond before',
    onlyIfSwept: true,
    async run({ store, clock }) {
      const record = newRecord(clock)
      await store.create('key', record)
      assert.equal(sum(await sweepAll(store, record.expiresAt - 1)), 0)
      await assertStored(store, 'key', record)
      assert.equal(sum(await sweepAll(store, record.expiresAt)), 1)
      await assertGone(store, 'key')
    },
  },
  {
    name: 'sweep deletes in bounded batches, answers how many, and 0 only when none are left',
    onlyIfSwept: true,
    async run(context) {
      const { store, clock, sweepBatch } = context
      const over = clock.now() + 1_000
      const expired = sweepBatch + 1
      await fill(context, expired, (index) => ({ expiresAt: over - (index % 500) }))
      await fill(context, 10, (index) => ({ key: `lives-${index}`, expiresAt: over + 1 }))
      const batches = await sweepAll(store, over)
      assert.ok(
        batches.every((batch) => batch <= sweepBatch),
        `batches of at most ${sweepBatch}, not ${batches.join(', ')}`,
      )
      assert.equal(sum(batches), expired)
      assert.equal(await store.count(), 10)
      for (let index = 0; index < 10; index += 1) assert.ok(await store.read(`lives-${index}`))
    },
  },
  {
    name: 'sweep goes by the deadline that touch and update set last',
    onlyIfSwept: true,
    async run({ store, clock }) {
      const soon = clock.now() + 1_000
      const later = clock.now() + 9_000
      for (const key of ['touched later', 'updated later', 'left alone']) {
        await store.create(key, newRecord(clock, { expiresAt: soon }))
      }
      for (const key of ['touched sooner', 'updated sooner']) {
        await store.create(key, newRecord(clock, { expiresAt: later }))
      }
      for (const [how, expiresAt] of [
        ['later', later],
        ['sooner', soon],
      ] as const) {
        await store.touch(`touched ${how}`, expiresAt)
        const record = await store.read(`updated ${how}`)
        assert.equal(await store.update(`updated ${how}`, nextVersion(record!, { expiresAt }), 1), 'updated')
      }
      assert.equal(sum(await sweepAll(store, soon)), 3)
      for (const key of ['left alone', 'touched sooner', 'updated sooner']) await assertGone(store, key)
      for (const key of ['touched later', 'updated later']) assert.ok(await store.read(key), key)
    },
  },
  {
    name: 'sweep takes a record out of its user’s list, and its key can be created anew',
    onlyIfSwept: true,
    async run({ store, clock }) {
      const record = newRecord(clock, { userId: 'ann' })
      await store.create('key', record)
      await sweepAll(store, record.expiresAt)
      assert.deepEqual(await store.listByUser('ann'), [])
      assert.deepEqual(await store.deleteByUser('ann'), [])
      assert.equal(await store.create('key', newRecord(clock, { expiresAt: record.expiresAt + 1 })), true)
    },
  },
]
