/**
 * `update`: three answers, and a version that stands between two writers.
 */

import assert from 'node:assert/strict'
import { assertGone, assertRecord, assertStored, newRecord, nextVersion, type Check } from './check.js'

export const updateChecks: readonly Check[] = [
  {
    name: 'update replaces the whole record when the version is the expected one',
    async run({ store, clock }) {
      const record = newRecord(clock, { attributes: '{"a":1}', userId: 'ann' })
      await store.create('key', record)
      const next = nextVersion(record, {
        attributes: '{"b":2}',
        userId: 'bob',
        expiresAt: record.expiresAt + 5_000,
      })
      assert.equal(await store.update('key', next, 1), 'updated')
      await assertStored(store, 'key', next)
    },
  },
  {
    name: 'update takes attributes and userId away where the new record has none, and gives them where it has',
    async run({ store, clock }) {
      const first = newRecord(clock, { attributes: '{"a":1}', userId: 'ann' })
      await store.create('key', first)
      const { attributes, userId, ...bare } = nextVersion(first)
      assert.equal(await store.update('key', bare, 1), 'updated')
      await assertStored(store, 'key', bare)
      const again = nextVersion(bare, { attributes, userId })
      assert.equal(await store.update('key', again, 2), 'updated')
      await assertStored(store, 'key', again)
    },
  },
  {
    name: 'update answers missing for a key that is not there, and creates nothing',
    async run({ store, clock }) {
      assert.equal(await store.update('key', newRecord(clock, { version: 2 }), 1), 'missing')
      assert.equal(await store.update('key', newRecord(clock, { version: 1 }), 0), 'missing')
      await assertGone(store, 'key')
      assert.equal(await store.count(), 0)
    },
  },
  {
    name: 'update does not bring back a deleted record',
    async run({ store, clock }) {
      const record = newRecord(clock, { userId: 'ann' })
      await store.create('key', record)
      await store.delete('key')
      assert.equal(await store.update('key', nextVersion(record), 1), 'missing')
      await assertGone(store, 'key')
      assert.deepEqual(await store.listByUser('ann'), [])
    },
  },
  {
    name: 'update answers the record that is there when the version is another, and writes nothing',
    async run({ store, clock }) {
      const record = newRecord(clock, { version: 5, userId: 'ann', attributes: '{"a":1}' })
      await store.create('key', record)
      for (const expected of [4, 6, 0]) {
        const result = await store.update(
          'key',
          nextVersion(record, { userId: 'bob', version: expected + 1 }),
          expected,
        )
        assert.ok(typeof result === 'object', `a conflict, not ${JSON.stringify(result)}`)
        assertRecord(result.conflict, record)
      }
      await assertStored(store, 'key', record)
      assert.deepEqual(await store.listByUser('bob'), [])
    },
  },
  {
    name: 'a second update with the version of the first conflicts with what the first wrote',
    async run({ store, clock }) {
      const record = newRecord(clock)
      await store.create('key', record)
      const mine = nextVersion(record)
      assert.equal(await store.update('key', mine, 1), 'updated')
      const result = await store.update('key', nextVersion(record, { data: '{"late":true}' }), 1)
      assert.ok(typeof result === 'object')
      assertRecord(result.conflict, mine)
      await assertStored(store, 'key', mine)
    },
  },
  {
    name: 'a touch between read and update is no conflict',
    async run({ store, clock }) {
      const record = newRecord(clock)
      await store.create('key', record)
      await store.touch('key', record.expiresAt + 60_000)
      assert.equal(await store.update('key', nextVersion(record), 1), 'updated')
    },
  },
  {
    name: 'update follows a record from small to large and back',
    async run({ store, clock }) {
      let record = newRecord(clock)
      await store.create('key', record)
      for (const size of [10, 100_000, 0, 5_000, 300_000, 1]) {
        const next = nextVersion(record, { data: JSON.stringify({ text: 'é'.repeat(size) }) })
        assert.equal(await store.update('key', next, record.version), 'updated')
        await assertStored(store, 'key', next)
        record = next
      }
      assert.equal(await store.count(), 1)
    },
  },
]
