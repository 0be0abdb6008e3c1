/**
 * What must hold when several write at once, through one handle or through several on the same records.
 */

import assert from 'node:assert/strict'
import type { SessionRecord, SessionStore } from '../../core/record.js'
import { assertGoneByAny, assertRecord, assertStoredByAny, fill, newRecord, nextVersion, together } from './check.js'
import type { Check, CheckContext } from './check.js'

/** Enough for every order of two calls to come up, few enough for a server across a network. */
const rounds = 20
const writers = 16

/** Handles in turn, so that a store with several is raced across all of them. */
function handle({ stores }: CheckContext, index: number): SessionStore {
  return stores[index % stores.length]!
}

/** Both orders of the two calls, in turn: which of them a store starts first must not matter. */
function inTurn<T>(round: number, first: () => T, second: () => T): readonly (() => T)[] {
  return round % 2 === 0 ? [first, second] : [second, first]
}

/** As an app counts: read, add one, write under the version that was read, and start over from what a conflict shows. */
async function increment(store: SessionStore, key: string): Promise<void> {
  let record = await store.read(key)
  for (;;) {
    assert.ok(record !== undefined)
    const { n } = JSON.parse(record.data) as { n: number }
    const next = { ...record, data: JSON.stringify({ n: n + 1 }), version: record.version + 1 }
    const result = await store.update(key, next, record.version)
    if (result === 'updated') return
    assert.ok(result !== 'missing')
    record = result.conflict
  }
}

export const raceChecks: readonly Check[] = [
  {
    name: 'what one handle wrote, the others read',
    async run(context) {
      const { stores, clock } = context
      for (const [index, writer] of stores.entries()) {
        const record = newRecord(clock, { userId: 'ann' })
        await writer.create(`key-${index}`, record)
        for (const reader of stores) await assertStoredByAny(reader, `key-${index}`, record)
        const next = nextVersion(record)
        await handle(context, index + 1).update(`key-${index}`, next, 1)
        for (const reader of stores) await assertStoredByAny(reader, `key-${index}`, next)
        await handle(context, index + 1).delete(`key-${index}`)
        for (const reader of stores) await assertGoneByAny(reader, `key-${index}`)
      }
    },
  },
  {
    name: 'of parallel updates with one expected version exactly one wins, and the others learn what it wrote',
    async run(context) {
      const { clock, store } = context
      for (let round = 0; round < rounds; round += 1) {
        const key = `key-${round}`
        const record = newRecord(clock)
        await store.create(key, record)
        const proposals = Array.from({ length: writers }, (_, index) =>
          nextVersion(record, { data: JSON.stringify({ writer: index }) }),
        )
        const results = await together(
          proposals.map((proposal, index) => () => handle(context, index).update(key, proposal, record.version)),
        )
        const winners = proposals.filter((_, index) => results[index] === 'updated')
        assert.equal(winners.length, 1, `${winners.length} of ${writers} updates won`)
        await assertStoredByAny(store, key, winners[0]!)
        for (const result of results) {
          if (result === 'updated') continue
          assert.ok(typeof result === 'object', 'the losers must be told of the conflict')
          assertRecord(result.conflict, winners[0]!)
        }
      }
    },
  },
  {
    name: 'no increment is lost when many writers read, update and try again on a conflict',
    async run(context) {
      const { clock, store } = context
      await store.create('counter', newRecord(clock, { data: '{"n":0}', version: 0 }))
      const perWriter = 5
      await together(
        Array.from({ length: 8 }, (_, index) => async () => {
          for (let step = 0; step < perWriter; step += 1) await increment(handle(context, index), 'counter')
        }),
      )
      const counter = await store.read('counter', { fresh: true })
      assert.deepEqual(JSON.parse(counter!.data), { n: 8 * perWriter })
      assert.equal(counter!.version, 8 * perWriter)
    },
  },
  {
    name: 'of parallel creates of one key exactly one wins, and its record is the one that stays',
    async run(context) {
      const { clock, store } = context
      for (let round = 0; round < rounds; round += 1) {
        const key = `key-${round}`
        const proposals = Array.from({ length: writers }, () => newRecord(clock))
        const results = await together(
          proposals.map((proposal, index) => () => handle(context, index).create(key, proposal)),
        )
        const winners = proposals.filter((_, index) => results[index])
        assert.equal(winners.length, 1, `${winners.length} of ${writers} creates won`)
        await assertStoredByAny(store, key, winners[0]!)
      }
    },
  },
  {
    name: 'a delete against an update: the record is gone, whichever came first',
    async run(context) {
      const { clock, store } = context
      for (let round = 0; round < rounds; round += 1) {
        const key = `key-${round}`
        const record = newRecord(clock, { userId: 'ann' })
        await store.create(key, record)
        await together<unknown>(
          inTurn<unknown>(
            round,
            () => handle(context, round).update(key, nextVersion(record), 1),
            () => handle(context, round + 1).delete(key),
          ),
        )
        await assertGoneByAny(store, key, 'a deleted record came back')
      }
      assert.deepEqual(await store.listByUser('ann'), [])
      assert.equal(await store.count(), 0)
    },
  },
  {
    name: 'a delete against a touch: the record is gone, whichever came first',
    async run(context) {
      const { clock, store } = context
      for (let round = 0; round < rounds; round += 1) {
        const key = `key-${round}`
        await store.create(key, newRecord(clock))
        await together<unknown>(
          inTurn<unknown>(
            round,
            () => handle(context, round).touch(key, clock.now() + 7_200_000),
            () => handle(context, round + 1).delete(key),
          ),
        )
        await assertGoneByAny(store, key, 'a deleted record came back')
      }
    },
  },
  {
    name: 'a replace against an update of the old key: the old key is gone, the new one is there',
    async run(context) {
      const { clock, store } = context
      for (let round = 0; round < rounds; round += 1) {
        const record = newRecord(clock)
        const moved = newRecord(clock)
        await store.create(`old-${round}`, record)
        await together<unknown>(
          inTurn<unknown>(
            round,
            () => handle(context, round).update(`old-${round}`, nextVersion(record), 1),
            () => handle(context, round + 1).replace(`old-${round}`, `new-${round}`, moved),
          ),
        )
        await assertGoneByAny(store, `old-${round}`, 'a replaced record came back')
        await assertStoredByAny(store, `new-${round}`, moved)
      }
    },
  },
  {
    name: 'a deleteByUser against updates and touches of that user’s records: none is left',
    async run(context) {
      const { clock, store } = context
      for (let round = 0; round < rounds; round += 1) {
        const kept = await fill(context, 4, () => ({ userId: 'ann' }))
        await together<unknown>([
          ...[...kept].map(
            ([key, record], index) =>
              () =>
                index % 2 === 0
                  ? handle(context, index).update(key, nextVersion(record), 1)
                  : handle(context, index).touch(key, clock.now() + 7_200_000),
          ),
          () => handle(context, round).deleteByUser('ann'),
        ])
        for (const key of kept.keys()) await assertGoneByAny(store, key, 'a record outlived deleteByUser')
        assert.deepEqual(await store.listByUser('ann'), [])
      }
    },
  },
  {
    name: 'a deleteByUser against creates for that user: each record is there or deleted, and in the list or not',
    async run(context) {
      const { clock, store } = context
      for (let round = 0; round < rounds; round += 1) {
        const keys = Array.from({ length: 6 }, (_, index) => `key-${round}-${index}`)
        const deleted = new Set<string>()
        await together<unknown>([
          ...keys.map((key, index) => async () => {
            assert.equal(await handle(context, index).create(key, newRecord(clock, { userId: 'ann' })), true)
          }),
          async () => {
            for (const key of await handle(context, round).deleteByUser('ann')) deleted.add(key)
          },
        ])
        const listed = new Set((await store.listByUser('ann')).map(({ key }) => key))
        for (const key of keys) {
          const isThere = (await store.read(key)) !== undefined
          assert.equal(isThere, !deleted.has(key), 'deleteByUser must answer the keys of what it deleted')
          assert.equal(listed.has(key), isThere, 'listByUser must show what is there, and nothing else')
        }
        for (const key of await store.deleteByUser('ann')) deleted.add(key)
        assert.deepEqual(new Set(keys), deleted)
      }
      assert.equal(await store.count(), 0)
    },
  },
  {
    name: 'listByUser and deleteByUser against updates that take the user away: nobody else’s record is shown or deleted',
    async run(context) {
      const { store } = context
      for (let round = 0; round < rounds; round += 1) {
        const kept = await fill(context, 6, (index) => ({ key: `key-${round}-${index}`, userId: 'ann' }))
        const lists: SessionRecord[] = []
        const look = (index: number) => async () => {
          for (const { record } of await handle(context, index).listByUser('ann')) lists.push(record)
        }
        await together<unknown>([
          look(round),
          ...[...kept].map(([key, record], index) => async () => {
            const next = nextVersion(record, { userId: index % 2 === 0 ? undefined : 'bob' })
            assert.equal(await handle(context, index).update(key, next, 1), 'updated')
          }),
          look(round + 1),
        ])
        assert.ok(lists.every(({ userId }) => userId === 'ann'))
        assert.deepEqual(await store.listByUser('ann'), [])
        assert.deepEqual(await store.deleteByUser('ann'), [])
        for (const key of kept.keys()) assert.ok(await store.read(key), 'a record that was somebody else’s is gone')
      }
    },
  },
  {
    name: 'a touch against a sweep: what was touched in time stays, and no record is half there',
    async run(context) {
      const { clock, store } = context
      for (let round = 0; round < rounds; round += 1) {
        const key = `key-${round}`
        const record = newRecord(clock, { expiresAt: clock.now() + 60_000 })
        await store.create(key, record)
        let touched = false
        await together<unknown>(
          inTurn<unknown>(
            round,
            async () => {
              touched = await handle(context, round).touch(key, record.expiresAt + 60_000)
            },
            () => handle(context, round + 1).sweep(record.expiresAt),
          ),
        )
        if (touched) await assertStoredByAny(store, key, { ...record, expiresAt: record.expiresAt + 60_000 })
        else await assertGoneByAny(store, key)
      }
    },
  },
  {
    name: 'many different records written at once are all there',
    async run(context) {
      const kept = new Map(Array.from({ length: 200 }, (_, index) => [`key-${index}`, newRecord(context.clock)]))
      await together(
        [...kept].map(([key, record], index) => async () => {
          assert.equal(await handle(context, index).create(key, record), true)
        }),
      )
      for (const [key, record] of kept) await assertStoredByAny(context.store, key, record)
      assert.equal(await context.store.count(), 200)
    },
  },
]
