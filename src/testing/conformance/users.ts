/**
 * Whose sessions: the list of a user's records, and the end of all of them.
 */

import assert from 'node:assert/strict'
import { assertGone, assertKept, assertStored, fill, newRecord, nextVersion, type Check } from './check.js'

export const userChecks: readonly Check[] = [
  {
    name: 'listByUser gives the records of that user, newest first',
    async run(context) {
      const { store, clock } = context
      const start = clock.now()
      const begun = [3, 1, 4, 0, 5, 2]
      const kept = await fill(context, begun.length, (index) => ({ userId: 'ann', createdAt: start + begun[index]! }))
      await store.create('bob', newRecord(clock, { userId: 'bob' }))
      await store.create('nobody', newRecord(clock))
      const newestFirst = [...kept]
        .map(([key, record]) => ({ key, record }))
        .sort((a, b) => b.record.createdAt - a.record.createdAt)
      assertKept(await store.listByUser('ann'), newestFirst)
      assert.deepEqual(await store.listByUser('carl'), [])
    },
  },
  {
    name: 'listByUser follows sign-in, change of user, sign-out and deletion',
    async run({ store, clock }) {
      const anonymous = newRecord(clock)
      await store.create('key', anonymous)
      assert.deepEqual(await store.listByUser('ann'), [])

      const ofAnn = nextVersion(anonymous, { userId: 'ann' })
      await store.update('key', ofAnn, 1)
      assertKept(await store.listByUser('ann'), [{ key: 'key', record: ofAnn }])

      const ofBob = nextVersion(ofAnn, { userId: 'bob' })
      await store.update('key', ofBob, 2)
      assert.deepEqual(await store.listByUser('ann'), [])
      assertKept(await store.listByUser('bob'), [{ key: 'key', record: ofBob }])

      await store.update('key', nextVersion(ofBob, { userId: undefined }), 3)
      assert.deepEqual(await store.listByUser('bob'), [])

      await store.create('other', newRecord(clock, { userId: 'bob' }))
      await store.delete('other')
      assert.deepEqual(await store.listByUser('bob'), [])
    },
  },
  {
    name: 'listByUser shows records as updates and touches left them',
    async run({ store, clock }) {
      const record = newRecord(clock, { userId: 'ann' })
      await store.create('key', record)
      const next = nextVersion(record)
      await store.update('key', next, 1)
      const expiresAt = next.expiresAt + 60_000
      await store.touch('key', expiresAt)
      assertKept(await store.listByUser('ann'), [{ key: 'key', record: { ...next, expiresAt } }])
    },
  },
  {
    name: 'deleteByUser ends every record of the user and answers their keys',
    async run(context) {
      const { store, clock } = context
      const bystander = newRecord(clock, { userId: 'bob' })
      await store.create('bob', bystander)
      const kept = await fill(context, 25, () => ({ userId: 'ann' }))
      assert.deepEqual(new Set(await store.deleteByUser('ann')), new Set(kept.keys()))
      for (const key of kept.keys()) await assertGone(store, key)
      assert.deepEqual(await store.listByUser('ann'), [])
      assert.deepEqual(await store.deleteByUser('ann'), [])
      await assertStored(store, 'bob', bystander)
      assert.equal(await store.count(), 1)
    },
  },
  {
    name: 'deleteByUser spares the excepted key and no other',
    async run(context) {
      const { store } = context
      const kept = await fill(context, 5, () => ({ userId: 'ann' }))
      assert.deepEqual(new Set(await store.deleteByUser('ann', 'key-2')), new Set(['key-0', 'key-1', 'key-3', 'key-4']))
      assertKept(await store.listByUser('ann'), [{ key: 'key-2', record: kept.get('key-2')! }])
      assert.deepEqual(await store.deleteByUser('ann', 'key-2'), [])
    },
  },
  {
    name: 'deleteByUser with an exception that is not the user’s ends all of them',
    async run(context) {
      const { store, clock } = context
      const bystander = newRecord(clock, { userId: 'bob' })
      await store.create('bob', bystander)
      await fill(context, 3, () => ({ userId: 'ann' }))
      const deleted = await store.deleteByUser('ann', 'bob')
      assert.deepEqual(new Set(deleted), new Set(['key-0', 'key-1', 'key-2']))
      await assertStored(store, 'bob', bystander)
    },
  },
  {
    name: 'a record whose key is another’s with something in front is a record of its own, and nobody’s',
    async run({ store, clock }) {
      const ofAnn = newRecord(clock, { userId: 'ann' })
      const others = ['retired:key', 'coatcheck-user:key', 'key:key', 'retired:retired:key']
      await store.create('key', ofAnn)
      for (const key of others) {
        const first = newRecord(clock)
        assert.equal(await store.create(key, first), true)
        assert.equal(await store.create(key, newRecord(clock)), false)
        const next = nextVersion(first)
        assert.equal(await store.update(key, next, 1), 'updated')
        await assertStored(store, key, next)
        await assertStored(store, 'key', ofAnn)
      }
      assertKept(await store.listByUser('ann'), [{ key: 'key', record: ofAnn }])
      assert.equal(await store.delete('retired:key'), true)
      await assertStored(store, 'key', ofAnn)
      assert.deepEqual(await store.deleteByUser('ann'), ['key'])
      assert.equal(await store.count(), others.length - 1)
    },
  },
  {
    name: 'deleteByUser leaves records without a user alone',
    async run(context) {
      const { store } = context
      await fill(context, 3)
      for (const userId of ['', 'null', 'undefined']) assert.deepEqual(await store.deleteByUser(userId), [])
      assert.equal(await store.count(), 3)
    },
  },
]
