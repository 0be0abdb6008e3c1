/**
 * Keys are opaque: every string is its own, whatever it means elsewhere.
 */

import assert from 'node:assert/strict'
import type { SessionRecord } from '../../core/record.js'
import { assertGone, assertKept, assertStored, newRecord, type Check } from './check.js'

/** Each group holds keys that some engine, collation or object would take for one another, or for something of its own. */
const oddKeys: Readonly<Record<string, readonly string[]>> = {
  'a 43-character base64url text and its neighbours': [
    'q0Z3S8yD1mUuK5c2V7bN9xAaE4fGhJkLpR6tWiYoX_-',
    'q0Z3S8yD1mUuK5c2V7bN9xAaE4fGhJkLpR6tWiYoX_',
    'q0Z3S8yD1mUuK5c2V7bN9xAaE4fGhJkLpR6tWiYoX_A',
    'q0Z3S8yD1mUuK5c2V7bN9xAaE4fGhJkLpR6tWiYoX_-A',
  ],
  'texts of one letter and none': ['', 'A', 'AA', 'AAA', 'AAAA', 'AAAAA'],
  'keys of Object.prototype': ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'valueOf'],
  'letters in both cases': ['Key', 'key', 'KEY'],
  'spaces at either end': ['key', ' key', 'key ', 'key\t', 'key\n'],
  'accents, composed and not': ['\u00e9', 'e\u0301', 'e', '\u00c9'],
  'look-alikes and full-width forms': ['a', '\u0430', '\uff41', '1', '\u0661'],
  'patterns, quotes and separators': [
    '%',
    '_',
    '*',
    '?',
    "'",
    '"',
    '\\',
    ';--',
    '{a}',
    'a:b',
    'a/b',
    '../a',
    '[a]',
    '$1',
  ],
  'numbers as text': ['1', '01', '1.0', '1e0', '-1', '9007199254740993'],
  'emoji and other planes': ['😀', '😁', '👩‍👩‍👧', '𝒳'],
  'long keys with one difference at the end': ['x'.repeat(250), `${'x'.repeat(249)}y`],
}

const distinctKeys: readonly Check[] = Object.entries(oddKeys).map(([name, keys]) => ({
  name: `tells keys apart: ${name}`,
  async run({ store, clock }) {
    const kept = new Map<string, SessionRecord>()
    for (const key of keys) {
      await assertGone(store, key, `${JSON.stringify(key)} must not be found under another key`)
      kept.set(key, newRecord(clock))
      assert.equal(await store.create(key, kept.get(key)!), true)
    }
    for (const [key, record] of kept) await assertStored(store, key, record, JSON.stringify(key))

    const scanned = await store.scan(undefined, 1_000)
    assert.deepEqual(new Set(scanned.records.map(({ key }) => key)), new Set(keys), 'scan must give keys as they are')

    for (const [key, record] of kept) {
      assert.equal(await store.update(key, { ...record, version: 2 }, 1), 'updated')
      assert.equal(await store.delete(key), true)
      await assertGone(store, key)
    }
    assert.equal(await store.count(), 0)
  },
}))

const distinctUsers: readonly Check[] = Object.entries(oddKeys).map(([name, users]) => ({
  name: `tells user IDs apart: ${name}`,
  async run({ store, clock }) {
    const kept = users.map((userId, index) => ({ key: `key-${index}`, record: newRecord(clock, { userId }) }))
    for (const { key, record } of kept) await store.create(key, record)
    for (const [index, userId] of users.entries()) assertKept(await store.listByUser(userId), [kept[index]!])
    for (const [index, userId] of users.entries()) {
      assert.deepEqual(await store.deleteByUser(userId), [`key-${index}`])
      assert.deepEqual(await store.listByUser(userId), [])
    }
    assert.equal(await store.count(), 0)
  },
}))

export const keyChecks: readonly Check[] = [
  {
    name: 'knows nothing of keys that every object has',
    async run({ store, clock }) {
      for (const key of oddKeys['keys of Object.prototype']!) {
        await assertGone(store, key)
        assert.equal(await store.touch(key, clock.now() + 60_000), false)
        assert.equal(await store.update(key, newRecord(clock, { version: 2 }), 1), 'missing')
        assert.equal(await store.delete(key), false)
        assert.deepEqual(await store.listByUser(key), [])
        assert.deepEqual(await store.deleteByUser(key), [])
      }
    },
  },
  ...distinctKeys,
  ...distinctUsers,
]
