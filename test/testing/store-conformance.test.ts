/**
 * The suite itself: a right store passes all of it, and each wrong one fails the check that names its fault.
 */

import { describe, expect, it } from 'vitest'

import type { KeptRecord, ScanPage, SessionRecord, SessionStore, UpdateResult } from '../../src/core/record.js'
import { storeConformance, type ConformanceOptions } from '../../src/testing/index.js'
import { itConforms } from '../stores/support.js'
import { MapStore, mapStoreBatch } from './map-store.js'
import { RememberingStore, type Forgotten } from './remembering-store.js'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a right store passes', () => {
  itConforms({ open: () => new MapStore(), sweepBatch: mapStoreBatch })
})

describe('a right store with several handles passes', () => {
  itConforms({
    open() {
      const first = new MapStore()
      return { stores: [first, new MapStore(first), new MapStore(first)] }
    },
    sweepBatch: mapStoreBatch,
  })
})

describe('a right store that remembers what it has read passes', () => {
  itConforms({
    open() {
      const first = new MapStore()
      return { stores: [new RememberingStore(first), new RememberingStore(first), new RememberingStore(first)] }
    },
    sweepBatch: mapStoreBatch,
  })
})

describe('a store whose engine forgets by itself', () => {
  it('is not asked to sweep', () => {
    const all = storeConformance({ open: () => new MapStore() }).map(({ name }) => name)
    const some = storeConformance({ open: () => new MapStore(), expiry: 'engine' }).map(({ name }) => name)
    expect(all.length).toBeGreaterThan(some.length)
    expect(all.filter((name) => !some.includes(name)).every((name) => name.startsWith('sweep'))).toBe(true)
  })
})

describe('names', () => {
  it('are all different', () => {
    const names = storeConformance({ open: () => new MapStore() }).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('after a check', () => {
  it('the store is closed and disposed of, whether it passed or failed', async () => {
    const log: string[] = []
    class Watched extends MapStore {
      override async close(): Promise<void> {
        log.push('close')
      }
    }
    class Broken extends Watched {
      override async create(): Promise<boolean> {
        throw new Error('broken')
      }
    }
    const dispose = (): void => {
      log.push('dispose')
    }
    const name = 'create inserts and answers true'
    const checkOf = (store: SessionStore) =>
      storeConformance({ open: () => ({ stores: [store], dispose }) }).find((check) => check.name === name)!
    await checkOf(new Watched()).run()
    await expect(checkOf(new Broken()).run()).rejects.toThrow('broken')
    expect(log).toEqual(['close', 'dispose', 'close', 'dispose'])
  })
})

/** Each fault is one that a store somewhere has, or could easily have, and a part of the name of a check that must fail on it. */
const faults: Readonly<Record<string, readonly [caught: string, store: new (first?: MapStore) => MapStore]>> = {
  'create overwrites': [
    'create answers false for a key that exists',
    class extends MapStore {
      override async create(key: string, record: SessionRecord): Promise<boolean> {
        const fresh = await super.create(key, record)
        if (!fresh) this.put(key, record)
        return fresh
      }
    },
  ],
  'create looks first and writes later': [
    'of parallel creates',
    class extends MapStore {
      override async create(key: string, record: SessionRecord): Promise<boolean> {
        this.open()
        if (this.records.has(key)) return false
        await turn()
        this.put(key, record)
        return true
      }
    },
  ],
  'data is parsed and written anew': [
    'keys in their order',
    class extends MapStore {
      protected override put(key: string, record: SessionRecord): void {
        const data = JSON.parse(record.data) as Record<string, unknown>
        const sorted = Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)))
        super.put(key, { ...record, data: JSON.stringify(sorted) })
      }
    },
  ],
  'data is kept in Latin-1': [
    'accents and other scripts',
    class extends MapStore {
      protected override put(key: string, record: SessionRecord): void {
        super.put(key, { ...record, data: Buffer.from(record.data, 'latin1').toString('latin1') })
      }
    },
  ],
  'data is cut at 64 KiB': [
    '64 KiB',
    class extends MapStore {
      protected override put(key: string, record: SessionRecord): void {
        super.put(key, { ...record, data: record.data.slice(0, 65_535) })
      }
    },
  ],
  'absent attributes come back as null': [
    'neither attributes nor userId',
    class extends MapStore {
      override async read(key: string): Promise<SessionRecord | undefined> {
        const record = await super.read(key)
        return record && ({ ...record, attributes: record.attributes ?? null } as SessionRecord)
      }
    },
  ],
  'keys are folded to lower case': [
    'letters in both cases',
    class extends MapStore {
      override async read(key: string): Promise<SessionRecord | undefined> {
        return (await super.read(key)) ?? super.read(key.toLowerCase())
      }
    },
  ],
  'keys live in a plain object': [
    'knows nothing of keys that every object has',
    class extends MapStore {
      override async read(key: string): Promise<SessionRecord | undefined> {
        const plain: Record<string, SessionRecord> = {}
        return (await super.read(key)) ?? plain[key]
      }
    },
  ],
  'update creates': [
    'update does not bring back a deleted record',
    class extends MapStore {
      override async update(key: string, record: SessionRecord, expectedVersion: number): Promise<UpdateResult> {
        const result = await super.update(key, record, expectedVersion)
        if (result !== 'missing') return result
        this.put(key, record)
        return 'updated'
      }
    },
  ],
  'update looks first and writes later': [
    'of parallel updates with one expected version exactly one wins',
    class extends MapStore {
      override async update(key: string, record: SessionRecord, expectedVersion: number): Promise<UpdateResult> {
        const current = await this.read(key)
        if (current?.version === expectedVersion) await turn()
        return super.update(key, record, this.records.get(key)?.version ?? 0)
      }
    },
  ],
  'update takes any lower version': [
    'update answers the record that is there when the version is another',
    class extends MapStore {
      override async update(key: string, record: SessionRecord, expectedVersion: number): Promise<UpdateResult> {
        const version = this.records.get(key)?.version ?? 0
        return super.update(key, record, expectedVersion > version ? version : expectedVersion)
      }
    },
  ],
  'a conflict answers what was proposed': [
    'a second update with the version of the first conflicts with what the first wrote',
    class extends MapStore {
      override async update(key: string, record: SessionRecord, expectedVersion: number): Promise<UpdateResult> {
        const result = await super.update(key, record, expectedVersion)
        return typeof result === 'object' ? { conflict: record } : result
      }
    },
  ],
  'update keeps the old user': [
    'listByUser follows sign-in',
    class extends MapStore {
      override async update(key: string, record: SessionRecord, expectedVersion: number): Promise<UpdateResult> {
        return super.update(key, { ...record, userId: this.records.get(key)?.userId }, expectedVersion)
      }
    },
  ],
  'touch creates': [
    'touch answers false for a key that is not there',
    class extends MapStore {
      override async touch(key: string, expiresAt: number): Promise<boolean> {
        if (!this.records.has(key)) this.put(key, { data: '{}', version: 1, createdAt: 0, expiresAt })
        return super.touch(key, expiresAt)
      }
    },
  ],
  'touch counts as a new version': [
    'a touch between read and update is no conflict',
    class extends MapStore {
      override async touch(key: string, expiresAt: number): Promise<boolean> {
        const record = this.records.get(key)
        if (record !== undefined) this.put(key, { ...record, version: record.version + 1 })
        return super.touch(key, expiresAt)
      }
    },
  ],
  'touch only ever moves the deadline back': [
    'touch moves the deadline, later or earlier',
    class extends MapStore {
      override async touch(key: string, expiresAt: number): Promise<boolean> {
        return super.touch(key, Math.max(expiresAt, this.records.get(key)?.expiresAt ?? 0))
      }
    },
  ],
  'touch writes back what it read': [
    'a delete against a touch',
    class extends MapStore {
      override async touch(key: string, expiresAt: number): Promise<boolean> {
        const record = await this.read(key)
        if (record === undefined) return false
        await turn()
        this.put(key, { ...record, expiresAt })
        return true
      }
    },
  ],
  'a slow update writes back what was deleted': [
    'a delete against an update',
    class extends MapStore {
      override async update(key: string, record: SessionRecord, expectedVersion: number): Promise<UpdateResult> {
        const result = await super.update(key, record, expectedVersion)
        await turn()
        if (result === 'updated') this.put(key, record)
        return result
      }
    },
  ],
  'delete is always true': [
    'delete answers true once',
    class extends MapStore {
      override async delete(key: string): Promise<boolean> {
        await super.delete(key)
        return true
      }
    },
  ],
  'replace overwrites the new key': [
    'replace answers false when the new key exists',
    class extends MapStore {
      override async replace(oldKey: string, newKey: string, record: SessionRecord): Promise<boolean> {
        await super.delete(newKey)
        return super.replace(oldKey, newKey, record)
      }
    },
  ],
  'replace keeps the old record until later': [
    'replace ends the old record',
    class extends MapStore {
      override async replace(_oldKey: string, newKey: string, record: SessionRecord): Promise<boolean> {
        return super.create(newKey, record)
      }
    },
  ],
  'replace needs the old record': [
    'replace inserts the new record when the old one is not there',
    class extends MapStore {
      override async replace(oldKey: string, newKey: string, record: SessionRecord): Promise<boolean> {
        return this.records.has(oldKey) && super.replace(oldKey, newKey, record)
      }
    },
  ],
  'the list is in order of insertion': [
    'listByUser gives the records of that user, newest first',
    class extends MapStore {
      override async listByUser(userId: string): Promise<readonly KeptRecord[]> {
        this.open()
        return this.ofUser(userId)
      }
    },
  ],
  'deleteByUser forgets the exception': [
    'deleteByUser spares the excepted key',
    class extends MapStore {
      override async deleteByUser(userId: string): Promise<readonly string[]> {
        return super.deleteByUser(userId)
      }
    },
  ],
  'an exception of another user ends nothing': [
    'deleteByUser with an exception that is not the user’s',
    class extends MapStore {
      override async deleteByUser(userId: string, exceptKey?: string): Promise<readonly string[]> {
        const other = exceptKey !== undefined && this.records.get(exceptKey)?.userId !== userId
        return other ? [] : super.deleteByUser(userId, exceptKey)
      }
    },
  ],
  'no user is the user of an empty name': [
    'deleteByUser leaves records without a user alone',
    class extends MapStore {
      protected override ofUser(userId: string): KeptRecord[] {
        const all = [...this.records].map(([key, record]) => ({ key, record }))
        return all.filter(({ record }) => (record.userId ?? '') === userId)
      }
    },
  ],
  'scan pages by offset': [
    'a scan gives what stays exactly once while others are written',
    class extends MapStore {
      override async scan(cursor: string | undefined, limit: number): Promise<ScanPage> {
        this.open()
        const from = Number(cursor ?? 0)
        const all = [...this.records].map(([key, record]) => ({ key, record }))
        const records = all.slice(from, from + limit)
        return from + limit < all.length ? { records, cursor: String(from + limit) } : { records }
      }
    },
  ],
  'an update moves a record to the end of a scan': [
    'a record that is updated and touched during a scan',
    class extends MapStore {
      protected override put(key: string, record: SessionRecord): void {
        this.records.delete(key)
        super.put(key, record)
      }
    },
  ],
  'scan ignores its limit': [
    'a scan gives every record exactly once',
    class extends MapStore {
      override async scan(cursor: string | undefined): Promise<ScanPage> {
        return super.scan(cursor, 1_000)
      }
    },
  ],
  'scan drops the last page': [
    'a scan gives every record exactly once',
    class extends MapStore {
      override async scan(cursor: string | undefined, limit: number): Promise<ScanPage> {
        const page = await super.scan(cursor, limit)
        return page.cursor === undefined && page.records.length < limit ? { records: [] } : page
      }
    },
  ],
  'count is remembered from the first time': [
    'count follows every insert and delete',
    class extends MapStore {
      #count: number | undefined
      override async count(): Promise<number> {
        this.#count ??= await super.count()
        return this.#count
      }
    },
  ],
  'sweep spares the deadline itself': [
    'sweep deletes at the deadline itself',
    class extends MapStore {
      override async sweep(now: number): Promise<number> {
        return super.sweep(now - 1)
      }
    },
  ],
  'sweep has no bound': [
    'sweep deletes in bounded batches',
    class extends MapStore {
      override async sweep(now: number): Promise<number> {
        let swept = 0
        for (let batch = await super.sweep(now); batch > 0; batch = await super.sweep(now)) swept += batch
        return swept
      }
    },
  ],
  'sweep says 0 while some are left': [
    'sweep deletes in bounded batches',
    class extends MapStore {
      #calls = 0
      override async sweep(now: number): Promise<number> {
        this.#calls += 1
        return this.#calls % 2 === 0 ? 0 : super.sweep(now)
      }
    },
  ],
  'sweep goes by the deadline that create set': [
    'sweep goes by the deadline that touch and update set last',
    class extends MapStore {
      readonly #first = new Map<string, number>()
      protected override put(key: string, record: SessionRecord): void {
        if (!this.#first.has(key)) this.#first.set(key, record.expiresAt)
        super.put(key, record)
      }
      override async sweep(now: number): Promise<number> {
        this.open()
        const over = [...this.records.keys()].filter((key) => this.#first.get(key)! <= now)
        for (const key of over) this.records.delete(key)
        return over.length
      }
    },
  ],
  'sweep looks first and deletes later': [
    'a touch against a sweep',
    class extends MapStore {
      override async sweep(now: number): Promise<number> {
        this.open()
        const over = [...this.records].filter(([, { expiresAt }]) => expiresAt <= now).map(([key]) => key)
        await turn()
        for (const key of over) this.records.delete(key)
        return over.length
      }
    },
  ],
  'read hides what is over, and create minds it': [
    'agree on whether a record is there that is over',
    class extends MapStore {
      override async read(key: string): Promise<SessionRecord | undefined> {
        const record = await super.read(key)
        return record !== undefined && record.expiresAt > Date.now() ? record : undefined
      }
    },
  ],
  'what stands in front of a key is lost': [
    'a record whose key is another’s with something in front',
    class extends MapStore {
      override async read(key: string): Promise<SessionRecord | undefined> {
        return super.read(key.slice(key.lastIndexOf(':') + 1))
      }
    },
  ],
  'listByUser looks first and reads later': [
    'listByUser and deleteByUser against updates that take the user away',
    class extends MapStore {
      override async listByUser(userId: string): Promise<readonly KeptRecord[]> {
        const keys = (await super.listByUser(userId)).map(({ key }) => key)
        await turn()
        return keys.map((key) => ({ key, record: this.records.get(key)! })).filter(({ record }) => record !== undefined)
      }
      override async update(key: string, record: SessionRecord, expectedVersion: number): Promise<UpdateResult> {
        await Promise.resolve()
        return super.update(key, record, expectedVersion)
      }
    },
  ],
  'deleteByUser answers what was there when it was asked, and deletes what is there then': [
    'a deleteByUser against creates for that user',
    class extends MapStore {
      override async create(key: string, record: SessionRecord): Promise<boolean> {
        await Promise.resolve()
        return super.create(key, record)
      }
      override async deleteByUser(userId: string, exceptKey?: string): Promise<readonly string[]> {
        const keys = this.ofUser(userId).map(({ key }) => key)
        await turn()
        await super.deleteByUser(userId, exceptKey)
        return keys.filter((key) => key !== exceptKey)
      }
    },
  ],
  'close throws the second time': [
    'close can be called twice',
    class extends MapStore {
      #closed = false
      override async close(): Promise<void> {
        if (this.#closed) throw new Error('already closed')
        this.#closed = true
      }
    },
  ],
  'a closed store goes on': [
    'read after close is an error',
    class extends MapStore {
      override async close(): Promise<void> {}
    },
  ],
  'a closed store throws any error': [
    'sweep after close is an error',
    class extends MapStore {
      protected override open(): void {
        try {
          super.open()
        } catch {
          throw new TypeError('no connection')
        }
      }
    },
  ],
}

/** What a store that remembers may get wrong, and a part of the name of a check that must fail on it. */
const forgetful: Readonly<Record<string, readonly [caught: string, fault: Forgotten]>> = {
  'what it remembers outlives its own writes': ['touch moves the deadline', 'own writes'],
  'absence is remembered': ['tells keys apart', 'absence'],
  'what is fresh is answered from memory': ['what one handle wrote, the others read', 'fresh'],
  'what is fresh is not remembered': ['what one handle wrote, the others read', 'what it answered'],
}

describe('a wrong store fails', () => {
  const itIsCaught = (fault: string, caught: string, open: ConformanceOptions['open']): void => {
    it(`${fault}: caught by “${caught}”`, async () => {
      const failed: string[] = []
      for (const check of storeConformance({ open, sweepBatch: mapStoreBatch })) {
        await check.run().catch(() => failed.push(check.name))
      }
      expect(
        failed.some((name) => name.includes(caught)),
        `failed: ${failed.join('; ') || 'nothing'}`,
      ).toBe(true)
    })
  }

  for (const [fault, [caught, Store]] of Object.entries(faults)) itIsCaught(fault, caught, () => new Store())
  for (const [fault, [caught, forgotten]] of Object.entries(forgetful)) {
    itIsCaught(fault, caught, () => {
      const first = new MapStore()
      return { stores: [new RememberingStore(first, forgotten), new RememberingStore(first, forgotten)] }
    })
  }

  it('one handle does not see what another wrote: caught by “what one handle wrote”', async () => {
    const checks = storeConformance({ open: () => ({ stores: [new MapStore(), new MapStore()] }) })
    const check = checks.find(({ name }) => name.startsWith('what one handle wrote'))!
    await expect(check.run()).rejects.toThrow('the record must be there')
  })
})
