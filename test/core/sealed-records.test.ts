/**
 * The store over a store that encrypts: what it asks of the store below, and what it makes of its answers.
 */
import { describe, expect, it } from 'vitest'

import type { MaybePromise, SessionRecord, SessionStore } from '../../src/core/record.js'
import { ownKey } from '../../src/core/own-records.js'
import { sealedRecords } from '../../src/core/sealed-records.js'
import { isSealed } from '../../src/core/sealing.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { hour, inTime, kept, keeping, loaded, minute, session } from './support/keeping.js'
import { storeWith } from './support/records.js'

const keys = ['a key of at least thirty-two bytes, for tests']
const older = ['another key, of thirty-two bytes at the least']
const start = fakeClock().now()
const record: SessionRecord = { data: '{"a":1}', version: 1, createdAt: start, expiresAt: start + hour, userId: 'ann' }
const answers = expect.objectContaining({ code: 'ERR_SESSION_STORE_ANSWER' })

/** A store in memory, and the same one with encryption. */
function stores() {
  const raw = memoryStore({ clock: fakeClock() })
  return { raw, sealed: sealedRecords(raw, { keys }) }
}

describe('encrypted records', () => {
  it('are those of the store itself where there is no encryption', () => {
    const { raw } = stores()
    expect(sealedRecords(raw, undefined)).toBe(raw)
  })

  it('cost no turn of the event loop over a store that answers at once', () => {
    const { sealed } = stores()
    expect(sealed.create('key', record)).toBe(true)
    expect(sealed.read('key')).toMatchObject({ data: '{"a":1}' })
    expect(sealed.update('key', { ...record, data: '{"a":2}', version: 2 }, 1)).toBe('updated')
    expect(sealed.update('key', { ...record, version: 2 }, 1)).toMatchObject({
      conflict: { data: '{"a":2}', version: 2 },
    })
    expect(sealed.touch('key', start + 2 * hour)).toBe(true)
    expect(sealed.replace('key', 'new', record)).toBe(true)
    expect(sealed.listByUser('ann')).toMatchObject([{ key: 'new', record: { data: '{"a":1}' } }])
    expect(sealed.scan(undefined, 10)).toMatchObject({ records: [{ key: 'new', record: { data: '{"a":1}' } }] })
    expect(sealed.count()).toBe(1)
    expect(sealed.sweep(start)).toBe(0)
    expect(sealed.deleteByUser('ann')).toEqual(['new'])
    expect(sealed.delete('new')).toBe(false)
    expect(sealed.close()).toBeUndefined()
    expect(() => sealed.read('key')).toThrow(expect.objectContaining({ code: 'ERR_SESSION_CLOSED' }))
  })

  it('are never plain in the store, whichever way they came there', () => {
    const { raw, sealed } = stores()
    void sealed.create('one', record)
    void sealed.update('one', { ...record, attributes: '{"cookie":{}}', version: 2 }, 1)
    void sealed.create('two', record)
    void sealed.replace('two', 'three', { ...record, attributes: '{"cookie":{}}' })
    const { records } = raw.scan(undefined, 10)
    expect(records).toHaveLength(2)
    for (const { record: raws } of records) {
      expect(isSealed(raws.data)).toBe(true)
      expect(raws.attributes).toBeUndefined()
    }
  })
})

describe('a record that does not open', () => {
  const spoilt: [string, (raw: SessionStore, sealed: SessionStore) => unknown, RegExp][] = [
    ['a plain one', (raw) => raw.create('key', record), /not encrypted.*plain is "accept"/],
    ['one of an unknown key', (raw) => sealedRecords(raw, { keys: older }).create('key', record), /none of the keys/],
    [
      'one of another row',
      (raw, sealed) => {
        void sealed.create('other', record)
        const moved = raw.read('other') as SessionRecord
        void raw.delete('other')
        return raw.create('key', moved)
      },
      /not what was stored in its place/,
    ],
  ]

  it.each(spoilt)('is an unreadable answer where it is asked for, and says why: %s', (_name, put, message) => {
    const { raw, sealed } = stores()
    put(raw, sealed)
    expect(() => sealed.read('key')).toThrow(message)
    expect(() => sealed.read('key')).toThrow(answers)
    expect(() => sealed.update('key', { ...record, version: 9 }, 8)).toThrow(answers)
  })

  it.each(spoilt)('is listed as one that is over, and can be ended: %s', (_name, put) => {
    const { raw, sealed } = stores()
    put(raw, sealed)
    void sealed.create('sound', { ...record, createdAt: start - 1 })
    const over = { ...record, data: '{}', attributes: undefined, expiresAt: 0 }
    const sound = { ...record, attributes: undefined, createdAt: start - 1 }
    const listed = [
      { key: 'key', record: over },
      { key: 'sound', record: sound },
    ]
    expect(sealed.listByUser('ann')).toEqual(listed)
    expect((sealed.scan(undefined, 10) as { records: unknown }).records).toEqual(expect.arrayContaining(listed))
    expect(sealed.count()).toBe(2)
    expect(sealed.touch('key', start + 1)).toBe(true)
    expect(sealed.delete('key')).toBe(true)
    expect(raw.read('key')).toBeUndefined()
  })

  it.each([null, 0, 'text', {}, { data: 1 }, { conflict: null }])('is no record at all: %j', (garbage) => {
    const read = (): MaybePromise<SessionRecord> => garbage as never
    const sealed = sealedRecords(storeWith({ read, update: () => garbage as never }), { keys })
    expect(() => sealed.read('key')).toThrow(answers)
    expect(() => sealed.update('key', record, 0)).toThrow(answers)
  })
})

describe('a record of our own that does not open', () => {
  it.each([ownKey('user', 'ann'), ownKey('tombstone', 'key')])('is over, and leaves its place: %s', (key) => {
    const { raw, sealed } = stores()
    void sealedRecords(raw, { keys: older }).create(key, { ...record, version: 3 })
    const over = { ...record, version: 3, data: '{}', attributes: undefined, expiresAt: 0 }
    expect(sealed.read(key)).toEqual(over)
    expect(sealed.update(key, record, 2)).toEqual({ conflict: over })
    expect(sealed.update(key, { ...record, version: 4 }, 3)).toBe('updated')
    expect(sealed.read(key)).toMatchObject({ data: '{"a":1}', version: 4 })
    expect(isSealed(raw.read(key)!.data)).toBe(true)
  })
})

describe('a keeper over encrypted records', () => {
  it('merges what two requests changed at once, in plain texts', async () => {
    const clock = fakeClock()
    const raw = memoryStore({ clock })
    const { keeper } = keeping({ clock, store: sealedRecords(raw, { keys }) })
    await kept(keeper, 'id', { a: 1, b: 1 })
    const [one, two] = [await loaded(keeper, 'id'), await loaded(keeper, 'id')]
    await keeper.save(session('id', { a: 2, b: 1 }, { bookmark: one.bookmark }))
    const late = session('id', { a: 1, b: 2 }, { bookmark: two.bookmark })
    expect(await keeper.save(late)).toBe('saved')
    expect((await loaded(keeper, 'id')).values).toEqual({ a: 2, b: 2 })
    expect(late.conflict?.paths).toEqual([])
    expect(isSealed(raw.read('id')!.data)).toBe(true)
  })

  it('changes in one step', async () => {
    const { keeper } = keeping({ store: stores().sealed })
    await kept(keeper, 'id', { n: 0 })
    const add = (values: Record<string, unknown>): unknown => (values.n = (values.n as number) + 1)
    await Promise.all(Array.from({ length: 20 }, () => keeper.modify('id', add, Infinity)))
    expect((await loaded(keeper, 'id')).values).toEqual({ n: 20 })
  })

  it('moves a record to the newest secret’s key, encrypted for its new place', async () => {
    const clock = fakeClock()
    const store = sealedRecords(memoryStore({ clock }), { keys })
    await kept(keeping({ clock, store, secrets: ['old'] }).keeper, 'id', { a: 1 }, { cookie: '{"path":"/app"}' })
    const { keeper } = keeping({ clock, store, secrets: ['new', 'old'] })
    expect(await loaded(keeper, 'id', 1)).toMatchObject({ values: { a: 1 }, cookie: { path: '/app' } })
    expect(await loaded(keeper, 'id', 0)).toMatchObject({ values: { a: 1 }, cookie: { path: '/app' } })
  })

  it('finds the mark of an ID that was given up', async () => {
    const { raw, sealed } = stores()
    const { keeper } = keeping({ store: sealed, tombstone: minute })
    await kept(keeper, 'id', {})
    await keeper.retire('id')
    expect(await keeper.load('id', 0)).toEqual({ status: 'retired' })
    expect(isSealed(raw.read(ownKey('tombstone', 'id'))!.data)).toBe(true)
  })

  it('encrypts with the newest key what an older one opened, at its next write and not before', async () => {
    const clock = fakeClock()
    const raw = memoryStore({ clock })
    await kept(keeping({ clock, store: sealedRecords(raw, { keys: older }) }).keeper, 'id', { a: 1 })
    const { keeper } = keeping({ clock, store: sealedRecords(raw, { keys: [...keys, ...older] }) })
    const before = raw.read('id')!.data
    const { bookmark } = await loaded(keeper, 'id')
    clock.advance(minute)
    await keeper.touch(session('id', { a: 1 }, { bookmark }))
    expect(raw.read('id')!.data).toBe(before)
    await keeper.save(session('id', { a: 2 }, { bookmark }))
    expect(await loaded(keeping({ clock, store: sealedRecords(raw, { keys }) }).keeper, 'id')).toMatchObject({
      values: { a: 2 },
    })
  })

  it('gets the answers of a slow store in their order', async () => {
    const clock = fakeClock()
    const later = <T>(value: T): Promise<T> => new Promise((resolve) => clock.after(1, () => resolve(value)))
    const raw = memoryStore({ clock })
    const slow = storeWith(
      {
        read: (key) => later(raw.read(key)),
        create: (key, given) => later(raw.create(key, given)),
        update: (key, given, version) => later(raw.update(key, given, version)),
      },
      raw,
    )
    const { keeper } = keeping({ clock, store: sealedRecords(slow, { keys }) })
    const made = session('id', { a: 1 })
    expect(await inTime(clock, Promise.resolve(keeper.save(made)))).toBe('created')
    const found = await inTime(clock, loaded(keeper, 'id'))
    expect(found.values).toEqual({ a: 1 })
    const changed = session('id', { a: 2 }, { bookmark: found.bookmark })
    expect(await inTime(clock, Promise.resolve(keeper.save(changed)))).toBe('saved')
  })
})

describe('a keeper without keys', () => {
  it('takes an encrypted record for none, and never writes over it', async () => {
    const { raw, sealed } = stores()
    const clock = fakeClock()
    await kept(keeping({ clock, store: sealed }).keeper, 'id', { a: 1 })
    const before = raw.read('id')
    const { keeper } = keeping({ clock, store: raw })
    expect(() => keeper.load('id', 0)).toThrow(answers)
    await expect(keeper.modify('id', (values) => (values.b = 2), Infinity)).rejects.toThrow(answers)
    expect(raw.read('id')).toEqual(before)
  })

  it('does not merge its changes into one that was encrypted meanwhile', async () => {
    const { raw } = stores()
    const clock = fakeClock()
    const { keeper } = keeping({ clock, store: raw })
    await kept(keeper, 'id', { a: 1 })
    const [mine, theirs] = [await loaded(keeper, 'id'), await loaded(keeper, 'id')]
    const encrypting = keeping({ clock, store: sealedRecords(raw, { keys, plain: 'accept' }) }).keeper
    await encrypting.save(session('id', { a: 2 }, { bookmark: theirs.bookmark }))
    expect(() => keeper.save(session('id', { a: 3 }, { bookmark: mine.bookmark }))).toThrow(answers)
    expect((await loaded(encrypting, 'id')).values).toEqual({ a: 2 })
  })

  it('opens what only looks encrypted', async () => {
    const { keeper } = keeping()
    const values = { 'coatcheck:sealed': '1abc', more: 1 }
    await kept(keeper, 'id', values)
    expect((await loaded(keeper, 'id')).values).toEqual(values)
  })
})
