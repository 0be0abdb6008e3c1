/**
 * `replace`: the old key ends, the new one begins.
 */

import assert from 'node:assert/strict'
import { assertGone, assertKept, assertStored, newRecord, type Check } from './check.js'

export const replaceChecks: readonly Check[] = [
  {
    name: 'replace ends the old record and inserts the new one',
    async run({ store, clock }) {
      await store.create('old', newRecord(clock))
      const record = newRecord(clock, { version: 4, attributes: '{"a":1}', userId: 'ann' })
      assert.equal(await store.replace('old', 'new', record), true)
      await assertGone(store, 'old')
      await assertStored(store, 'new', record)
    },
  },
  {
    name: 'replace inserts the new record when the old one is not there',
    async run({ store, clock }) {
      const record = newRecord(clock)
      assert.equal(await store.replace('old', 'new', record), true)
      await assertStored(store, 'new', record)
      assert.equal(await store.count(), 1)
    },
  },
  {
    name: 'replace answers false when the new key exists: that record stays, the old one is ended',
    async run({ store, clock }) {
      const owner = newRecord(clock, { userId: 'ann' })
      await store.create('old', newRecord(clock, { userId: 'bob' }))
      await store.create('new', owner)
      assert.equal(await store.replace('old', 'new', newRecord(clock, { userId: 'bob' })), false)
      await assertGone(store, 'old')
      await assertStored(store, 'new', owner)
      assert.deepEqual(await store.listByUser('bob'), [])
    },
  },
  {
    name: 'replace moves a session from user to user in the lists',
    async run({ store, clock }) {
      await store.create('old', newRecord(clock, { userId: 'ann' }))
      const record = newRecord(clock, { userId: 'bob' })
      await store.replace('old', 'new', record)
      assert.deepEqual(await store.listByUser('ann'), [])
      assertKept(await store.listByUser('bob'), [{ key: 'new', record }])
    },
  },
  {
    name: 'a late write under the old key of a replace finds nothing',
    async run({ store, clock }) {
      const record = newRecord(clock)
      await store.create('old', record)
      await store.replace('old', 'new', newRecord(clock))
      assert.equal(await store.update('old', { ...record, version: 2 }, 1), 'missing')
      assert.equal(await store.touch('old', clock.now() + 60_000), false)
      await assertGone(store, 'old')
    },
  },
]
