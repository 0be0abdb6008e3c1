/**
 * The plain life of a record: inserted, read back to the letter, touched, deleted, counted.
 */

import assert from 'node:assert/strict'
import type { SessionRecord } from '../../core/record.js'
import { assertGone, assertRecord, assertStored, newRecord, type Check } from './check.js'

/** Texts that engines are known to bend: reordered keys, swallowed escapes, lost accents, cut ends. */
const dataToKeep: Readonly<Record<string, unknown>> = {
  'an empty object': {},
  'a small object': { views: 1 },
  'keys in their order': { zebra: 1, apple: 2, '10': 3, '9': 4 },
  'accents and other scripts': { name: 'Žofie Müller', greeting: '你好, Ωκεανός', decomposed: 'e\u0301' },
  emoji: { mood: '😀👩‍👩‍👧‍👦' },
  'escaped lone surrogates': { broken: '\ud83d', half: '\ude00 and so on' },
  'an escaped U+0000': { nul: 'before\u0000after' },
  'quotes and backslashes': { text: `"it's" \\ 'quoted' -- ; $1 %s` },
  'line ends and other controls': { text: '\r\n\t\u0001\u001f\u2028\u2029' },
  'keys of Object.prototype': JSON.parse('{"__proto__":{"admin":true},"constructor":1,"toString":null}') as unknown,
  'numbers as they are written': { tiny: 1e-7, big: 1e21, exact: Number.MAX_SAFE_INTEGER, minus: -0.5 },
  '64 KiB': { text: 'x'.repeat(64 * 1024) },
  '200 KiB beyond Latin-1': { text: 'ж'.repeat(100 * 1024) },
}

const roundTrips: readonly Check[] = Object.entries(dataToKeep).map(([name, value]) => ({
  name: `gives data back to the letter: ${name}`,
  async run({ store, clock }) {
    const record = newRecord(clock, { data: JSON.stringify(value) })
    assert.equal(await store.create('key', record), true)
    assertRecord(await store.read('key'), record)
    const changed = { ...record, data: `{"was":${record.data}}`, version: 2 }
    assert.equal(await store.update('key', changed, 1), 'updated')
    assertRecord(await store.read('key'), changed)
  },
}))

const shapes: Readonly<Record<string, Partial<SessionRecord>>> = {
  'neither attributes nor userId': {},
  attributes: { attributes: '{"maxAge":60000}' },
  'a userId': { userId: 'user 1' },
  'attributes and a userId': { attributes: '{"path":"/admin"}', userId: 'ω-🙂' },
  'version 0': { version: 0 },
  'a high version': { version: 1_000_000 },
  'a deadline thousands of years ahead': { expiresAt: Date.UTC(9999, 11, 31) },
}

const roundTripsOfShapes: readonly Check[] = Object.entries(shapes).map(([name, fields]) => ({
  name: `keeps a record with ${name}`,
  async run({ store, clock }) {
    const record = newRecord(clock, fields)
    await store.create('key', record)
    assertRecord(await store.read('key'), record)
  },
}))

export const recordChecks: readonly Check[] = [
  {
    name: 'reads undefined for a key that was never there',
    async run({ store }) {
      await assertGone(store, 'nobody')
    },
  },
  {
    name: 'create inserts and answers true',
    async run({ store, clock }) {
      const record = newRecord(clock)
      assert.equal(await store.create('key', record), true)
      await assertStored(store, 'key', record)
    },
  },
  {
    name: 'create answers false for a key that exists, and writes nothing',
    async run({ store, clock }) {
      const first = newRecord(clock, { userId: 'ann' })
      await store.create('key', first)
      assert.equal(await store.create('key', newRecord(clock, { userId: 'bob', version: 7 })), false)
      await assertStored(store, 'key', first)
      assert.deepEqual(await store.listByUser('bob'), [])
      assert.equal(await store.count(), 1)
    },
  },
  {
    name: 'create inserts again under a key that was deleted',
    async run({ store, clock }) {
      await store.create('key', newRecord(clock))
      await store.delete('key')
      const second = newRecord(clock)
      assert.equal(await store.create('key', second), true)
      await assertStored(store, 'key', second)
    },
  },
  ...roundTrips,
  ...roundTripsOfShapes,
  {
    name: 'touch moves the deadline, later or earlier, and leaves all else alone',
    async run({ store, clock }) {
      const record = newRecord(clock, { userId: 'ann', attributes: '{"a":1}', version: 3 })
      await store.create('key', record)
      for (const minutes of [120, 30]) {
        clock.advance(1_000)
        const expiresAt = clock.now() + minutes * 60_000
        assert.equal(await store.touch('key', expiresAt), true)
        await assertStored(store, 'key', { ...record, expiresAt })
      }
    },
  },
  {
    name: 'touch answers false for a key that is not there, and creates nothing',
    async run({ store, clock }) {
      assert.equal(await store.touch('key', clock.now() + 60_000), false)
      await assertGone(store, 'key')
      assert.equal(await store.count(), 0)
    },
  },
  {
    name: 'touch does not bring back a deleted record',
    async run({ store, clock }) {
      await store.create('key', newRecord(clock))
      await store.delete('key')
      assert.equal(await store.touch('key', clock.now() + 60_000), false)
      await assertGone(store, 'key')
    },
  },
  {
    name: 'delete answers true once, and false for what is not there',
    async run({ store, clock }) {
      await store.create('key', newRecord(clock))
      assert.equal(await store.delete('key'), true)
      await assertGone(store, 'key')
      assert.equal(await store.delete('key'), false)
      assert.equal(await store.delete('nobody'), false)
    },
  },
  {
    name: 'each operation leaves the other records alone',
    async run({ store, clock }) {
      const bystander = newRecord(clock, { userId: 'ann' })
      const record = newRecord(clock, { userId: 'ann' })
      await store.create('bystander', bystander)
      await store.create('key', record)
      await store.update('key', { ...record, data: '{}', version: 2 }, 1)
      await store.touch('key', clock.now() + 1_000)
      await store.replace('key', 'new', newRecord(clock))
      await store.delete('new')
      await assertStored(store, 'bystander', bystander)
    },
  },
  {
    name: 'count follows every insert and delete',
    async run({ store, clock }) {
      assert.equal(await store.count(), 0)
      for (const key of ['a', 'b', 'c']) await store.create(key, newRecord(clock))
      assert.equal(await store.count(), 3)
      await store.create('a', newRecord(clock))
      await store.touch('a', clock.now() + 60_000)
      assert.equal(await store.count(), 3)
      await store.replace('a', 'd', newRecord(clock))
      assert.equal(await store.count(), 3)
      await store.delete('b')
      await store.delete('b')
      assert.equal(await store.count(), 2)
    },
  },
]
