/**
 * `scan`: every record that stays appears exactly once, whatever else goes on.
 */

import assert from 'node:assert/strict'
import type { KeptRecord, SessionStore } from '../../core/record.js'
import { assertKept, assertRecord, fill, newRecord, nextVersion, type Check } from './check.js'

/** A store that never ends a scan should fail a check, not hang it. */
const mostPages = 10_000

async function scanAll(
  store: SessionStore,
  limit: number,
  betweenPages: (page: number) => Promise<void> = async () => {},
): Promise<KeptRecord[]> {
  const seen: KeptRecord[] = []
  let cursor: string | undefined
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await store.scan(cursor, limit)
    assert.ok(answer.records.length <= limit, `a page of ${answer.records.length} records, asked for at most ${limit}`)
    seen.push(...answer.records)
    cursor = answer.cursor
    if (cursor === undefined) return seen
    assert.equal(typeof cursor, 'string')
    await betweenPages(page)
  }
  throw new assert.AssertionError({ message: `the scan had not ended after ${mostPages} pages` })
}

export const scanChecks: readonly Check[] = [
  {
    name: 'a scan of an empty store is one empty page',
    async run({ store }) {
      assert.deepEqual(await scanAll(store, 10), [])
    },
  },
  {
    name: 'a scan gives every record exactly once, whatever the size of the pages',
    async run(context) {
      const kept = await fill(context, 53, (index) => (index % 3 === 0 ? { userId: `user-${index % 5}` } : {}))
      const expected = [...kept].map(([key, record]) => ({ key, record })).sort(byKey)
      for (const limit of [1, 7, 52, 53, 54, 1_000]) {
        assertKept((await scanAll(context.store, limit)).sort(byKey), expected, `pages of ${limit}`)
      }
    },
  },
  {
    name: 'a scan gives what stays exactly once while others are written, replaced and deleted',
    async run(context) {
      const { store, clock } = context
      const all = await fill(context, 120, (index) => ({ key: index % 2 === 0 ? `stays-${index}` : `goes-${index}` }))
      const staying = [...all].filter(([key]) => key.startsWith('stays-'))
      const going = [...all.keys()].filter((key) => key.startsWith('goes-'))
      let written = 0
      const seen = await scanAll(store, 7, async () => {
        // Before and behind wherever the scan is: whatever it counts by must not shift.
        for (const key of [going.shift(), going.pop(), going.shift()]) {
          if (key === undefined) continue
          written += 1
          if (written % 3 === 0) await store.replace(key, `moved-${written}`, newRecord(clock))
          else await store.delete(key)
          const data = `{"text":"${'x'.repeat(written * 50)}"}`
          await store.create(`comes-${written}`, newRecord(clock, { data }))
        }
      })
      for (const [key, record] of staying) {
        const found = seen.filter((entry) => entry.key === key)
        assert.equal(found.length, 1, `${key} must appear exactly once`)
        assertRecord(found[0]!.record, record)
      }
    },
  },
  {
    name: 'a record that is updated and touched during a scan appears exactly once',
    async run(context) {
      const { store } = context
      const kept = await fill(context, 40)
      const seen = await scanAll(store, 3, async (page) => {
        for (let index = page; index < 40; index += 5) {
          const key = `key-${index}`
          const record = kept.get(key)!
          const next = nextVersion(record, { data: `{"text":"${'y'.repeat(page * 100)}"}` })
          assert.equal(await store.update(key, next, record.version), 'updated')
          await store.touch(key, next.expiresAt + page)
          kept.set(key, next)
        }
      })
      assert.deepEqual(seen.map(({ key }) => key).sort(), [...kept.keys()].sort())
    },
  },
  {
    name: 'two scans at once do not disturb each other',
    async run(context) {
      const { stores } = context
      const kept = await fill(context, 30)
      const scans = await Promise.all([2, 5].map((limit, index) => scanAll(stores[index % stores.length]!, limit)))
      for (const seen of scans) assert.deepEqual(seen.map(({ key }) => key).sort(), [...kept.keys()].sort())
    },
  },
]

function byKey(a: KeptRecord, b: KeptRecord): number {
  return a.key < b.key ? -1 : 1
}
