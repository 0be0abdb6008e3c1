import { describe, expect, it } from 'vitest'

import type { SessionRecord, UpdateResult } from '../../src/core/record.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { hour, inTime, kept, keeping, loaded, session } from './support/keeping.js'
import { storeWith } from './support/records.js'

describe('saving', () => {
  it('creates a record once and updates it from then on, a version at a time', async () => {
    const { keeper, store } = keeping()
    const fresh = session('id', { a: 1 })
    expect(await keeper.save(fresh)).toBe('created')
    expect(await store.read('id')).toMatchObject({ data: '{"a":1}', version: 1 })
    expect(await keeper.save(session('id', { a: 2 }, { bookmark: fresh.bookmark }))).toBe('saved')
    expect(await store.read('id')).toMatchObject({ data: '{"a":2}', version: 2 })
  })

  it('answers at once where the store does', () => {
    const { keeper } = keeping()
    expect(keeper.save(session('id', {}))).toBe('created')
    expect(keeper.load('id', 0)).toMatchObject({ status: 'found' })
  })

  it('never overwrites the session of somebody else who has the same ID', async () => {
    const { keeper, store } = keeping()
    await kept(keeper, 'id', { mine: true })
    const attempt = async (): Promise<unknown> => keeper.save(session('id', { theirs: true }))
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_ANSWER' })
    await expect(attempt).rejects.not.toThrow(/\bid\b(?! exists)/)
    expect(await store.read('id')).toMatchObject({ data: '{"mine":true}' })
  })

  it('keeps the creation time, the user, and a cookie of the session’s own', async () => {
    const { keeper, store, clock } = keeping()
    const start = clock.now()
    await store.create('id', { data: '{}', version: 7, createdAt: start, expiresAt: start + hour, userId: 'ann' })
    const { bookmark, marks } = await loaded(keeper, 'id')
    clock.advance(1_000)
    await keeper.save(session('id', { a: 1 }, { bookmark, marks: marks!, cookie: '{"path":"/app"}' }))
    expect(await store.read('id')).toEqual({
      data: '{"a":1}',
      attributes: '{"cookie":{"path":"/app"}}',
      version: 8,
      createdAt: start,
      expiresAt: start + 1_000 + hour,
      userId: 'ann',
    })
    expect((await loaded(keeper, 'id')).cookie).toEqual({ path: '/app' })
  })

  it('hands on what the data itself throws, and writes nothing', async () => {
    const { keeper, store } = keeping()
    const bad = { ...session('id', {}), dataText: () => JSON.stringify({ big: 1n }) }
    expect(() => keeper.save(bad)).toThrow(TypeError)
    expect(await store.count()).toBe(0)
  })
})

describe('two writers', () => {
  it('meet: what each of them changed stands, in one more version', async () => {
    const { keeper, store } = keeping()
    await kept(keeper, 'id', { a: 1 })
    const [one, other] = [await loaded(keeper, 'id'), await loaded(keeper, 'id')]
    expect(await keeper.save(session('id', { a: 1, one: true }, { bookmark: one.bookmark }))).toBe('saved')
    const late = session('id', { a: 1, other: true }, { bookmark: other.bookmark })
    expect(await keeper.save(late)).toBe('saved')
    expect(late.conflict).toEqual({ paths: [], mine: ['/other'], theirs: ['/one'] })
    expect(await store.read('id')).toMatchObject({ data: '{"a":1,"one":true,"other":true}', version: 3 })
  })

  it.each([
    ['merge', '{"a":3,"one":true}', ['/a']],
    ['overwrite', '{"a":3}', ['/']],
  ] as const)('change the same value: %s', async (conflict, data, paths) => {
    const { keeper, store } = keeping({ conflict })
    await kept(keeper, 'id', { a: 1 })
    const [one, other] = [await loaded(keeper, 'id'), await loaded(keeper, 'id')]
    await keeper.save(session('id', { a: 2, one: true }, { bookmark: one.bookmark }))
    const late = session('id', { a: 3 }, { bookmark: other.bookmark })
    await keeper.save(late)
    expect(late.conflict?.paths).toEqual(paths)
    expect(await store.read('id')).toMatchObject({ data, version: 3 })
  })

  it('change the same value under reject: the later one hears of it, and nothing of its own is stored', async () => {
    const { keeper, store } = keeping({ conflict: 'reject' })
    await kept(keeper, 'id', { a: 1 })
    const [one, other] = [await loaded(keeper, 'id'), await loaded(keeper, 'id')]
    await keeper.save(session('id', { a: 2 }, { bookmark: one.bookmark }))
    await expect(async () => keeper.save(session('id', { a: 3 }, { bookmark: other.bookmark }))).rejects.toMatchObject({
      code: 'ERR_SESSION_CONFLICT',
    })
    expect(await store.read('id')).toMatchObject({ data: '{"a":2}', version: 2 })
  })

  it('fit alone and not together: the later one hears of it, and the earlier one’s change stands', async () => {
    const { keeper, store } = keeping()
    await kept(keeper, 'id', {})
    const [one, other] = [await loaded(keeper, 'id'), await loaded(keeper, 'id')]
    const maxDataBytes = 20
    await keeper.save(session('id', { one: 'x'.repeat(8) }, { bookmark: one.bookmark, maxDataBytes }))
    const late = session('id', { other: 'y'.repeat(8) }, { bookmark: other.bookmark, maxDataBytes })
    await expect(async () => keeper.save(late)).rejects.toMatchObject({ code: 'ERR_SESSION_DATA_TOO_LARGE' })
    expect(await store.read('id')).toMatchObject({ data: '{"one":"xxxxxxxx"}', version: 2 })
  })

  it('meet again and again: the attempts are bounded and end in an error', async () => {
    let updates = 0
    const current = { data: '{}', version: 1, createdAt: 0, expiresAt: Number.MAX_SAFE_INTEGER } as SessionRecord
    const store = storeWith({
      read: () => current,
      update: (_key, _record, expected): UpdateResult => {
        updates += 1
        return { conflict: { ...current, version: expected + 1 } }
      },
    })
    const { keeper, clock } = keeping({ store })
    const { bookmark } = await loaded(keeper, 'id')
    const answer = Promise.resolve(keeper.save(session('id', {}, { bookmark })))
    await expect(inTime(clock, answer)).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_ANSWER' })
    expect(updates).toBeGreaterThan(1)
    expect(updates).toBeLessThanOrEqual(50)
  })

  it('that meet many times all get through', async () => {
    const real = memoryStore()
    let rivals = 16
    const update = (key: string, record: SessionRecord, expected: number): UpdateResult => {
      if (rivals > 0) {
        rivals -= 1
        const there = real.read(key)!
        real.update(key, { ...there, data: `{"rivals":${16 - rivals}}`, version: there.version + 1 }, there.version)
      }
      return real.update(key, record, expected)
    }
    const { keeper, clock } = keeping({ store: storeWith({ update }, real) })
    const bookmark = await kept(keeper, 'id', {})
    const answer = Promise.resolve(keeper.save(session('id', { mine: true }, { bookmark })))
    expect(await inTime(clock, answer)).toBe('saved')
    expect(real.read('id')).toMatchObject({ data: '{"rivals":16,"mine":true}', version: 18 })
  })
})

describe('a session that was ended elsewhere', () => {
  it('stays ended: neither a save nor a touch of what was read before brings it back', async () => {
    const { keeper, store } = keeping()
    const bookmark = await kept(keeper, 'id', {})
    await keeper.destroy('id')
    expect(await keeper.save(session('id', { late: true }, { bookmark }))).toBe('gone')
    expect(await keeper.touch(session('id', {}, { bookmark }))).toBe('gone')
    expect(await store.count()).toBe(0)
  })

  it('stays ended when it ends between a conflict and the retry', async () => {
    let conflicts = 0
    const real = memoryStore()
    const update = (key: string, record: SessionRecord, expected: number): UpdateResult => {
      conflicts += 1
      const answer = real.update(key, record, expected)
      real.delete(key)
      return answer
    }
    const { keeper } = keeping({ store: storeWith({ update }, real) })
    const bookmark = await kept(keeper, 'id', {})
    real.update('id', { ...real.read('id')!, version: 2 }, 1)
    expect(await keeper.save(session('id', { late: true }, { bookmark }))).toBe('gone')
    expect(conflicts).toBe(2)
    expect(real.count()).toBe(0)
  })
})

describe('a touch', () => {
  it('moves the deadline and leaves data and version alone', async () => {
    const { keeper, store, clock } = keeping()
    const bookmark = await kept(keeper, 'id', { a: 1 })
    const before = (await store.read('id'))!
    clock.advance(1_000)
    await keeper.touch(session('id', { unsaved: true }, { bookmark }))
    expect(await store.read('id')).toEqual({ ...before, expiresAt: before.expiresAt + 1_000 })
  })

  it('does not stand in the way of a save that read before it', async () => {
    const { keeper, store } = keeping()
    const bookmark = await kept(keeper, 'id', {})
    await keeper.touch(session('id', {}, { bookmark }))
    expect(await keeper.save(session('id', { a: 1 }, { bookmark }))).toBe('saved')
    expect(await store.read('id')).toMatchObject({ data: '{"a":1}' })
  })
})

describe('what a store answers that is no record', () => {
  const good = { data: '{}', version: 1, createdAt: 0, expiresAt: Number.MAX_SAFE_INTEGER }

  it.each<[string, unknown]>([
    ['null', null],
    ['text', 'garbage'],
    ['a number', 5],
    ['true', true],
    ['an array', []],
    ['an empty object', {}],
    ['a record without data', { ...good, data: undefined }],
    ['data that is an object', { ...good, data: {} }],
    ['data that is no JSON', { ...good, data: '<html>' }],
    ['data that is cut off', { ...good, data: '{"a":1' }],
    ['data that is a JSON array', { ...good, data: '[]' }],
    ['data that is JSON null', { ...good, data: 'null' }],
    ['attributes that are no JSON', { ...good, attributes: 'x' }],
    ['attributes that are a JSON number', { ...good, attributes: '5' }],
    ['a version as text', { ...good, version: '1' }],
    ['no deadline', { ...good, expiresAt: undefined }],
    ['a deadline of NaN', { ...good, expiresAt: Number.NaN }],
    ['a deadline as text', { ...good, expiresAt: '2030-01-01' }],
    ['a creation of Infinity', { ...good, createdAt: Infinity }],
  ])('%s is no session', async (_name, answer) => {
    const { keeper } = keeping({ store: storeWith({ read: () => answer as SessionRecord }) })
    await expect(async () => keeper.load('id', 0)).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_ANSWER' })
  })

  it('a good one is', async () => {
    const { keeper } = keeping({ store: storeWith({ read: () => good }) })
    expect(await keeper.load('id', 0)).toMatchObject({ status: 'found', values: {} })
  })
})

describe('a store that hangs or fails', () => {
  const methods = ['read', 'create', 'update', 'touch', 'delete'] as const

  it.each(methods)('does not hold %s longer than the deadline', async (method) => {
    const clock = fakeClock()
    const hanging = { [method]: () => new Promise<never>(() => {}) }
    const { keeper } = keeping({ clock, store: storeWith(hanging) })
    const bookmark =
      method === 'create' || method === 'read' ? undefined : await kept(keeping({ clock }).keeper, 'id', {})
    const asked: Record<string, () => unknown> = {
      read: () => keeper.load('id', 0),
      create: () => keeper.save(session('id', {})),
      update: () => keeper.save(session('id', {}, { bookmark })),
      touch: () => keeper.touch(session('id', {}, { bookmark })),
      delete: () => keeper.destroy('id'),
    }
    const answer = Promise.resolve(asked[method]!())
    const outcome = answer.catch((error: unknown) => error)
    clock.advance(5_000)
    expect(await outcome).toMatchObject({ code: 'ERR_SESSION_STORE_TIMEOUT' })
    expect(clock.pending).toBe(0)
  })

  it('that cannot delete what expired is not waited for, whichever way it fails', async () => {
    const failures = [
      () => Promise.reject(new Error('down')),
      () => new Promise<never>(() => {}),
      () => {
        throw new Error('down')
      },
    ]
    for (const failure of failures) {
      const { keeper, clock } = keeping({ store: storeWith({ delete: failure }) })
      await kept(keeper, 'id', {})
      clock.advance(hour)
      expect(await keeper.load('id', 0)).toMatchObject({ status: 'expired' })
    }
  })
})
