/**
 * Over a store that remembers what it has read: where a record of a moment ago will do, and where the newest is asked for.
 */
import { describe, expect, it } from 'vitest'

import { hashedStoreKeys } from '../../src/core/keys.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { hour, kept, keeping, loaded, session, type KeeperOptions } from './support/keeping.js'
import { rememberingStore } from './support/records.js'

/** Two processes over one store: here it remembers, elsewhere it does not. */
function processes(options: KeeperOptions = {}) {
  const clock = fakeClock()
  const store = memoryStore({ clock })
  const here = keeping({ ...options, clock, store: rememberingStore(store) }).keeper
  const elsewhere = keeping({ ...options, clock, store }).keeper
  return { clock, store, here, elsewhere }
}

describe('a load', () => {
  it('may be answered from memory', async () => {
    const { here, elsewhere, store } = processes()
    const bookmark = await kept(elsewhere, 'id', { a: 1 })
    await loaded(here, 'id')
    await elsewhere.save(session('id', { a: 2 }, { bookmark }))
    expect((await loaded(here, 'id')).values).toEqual({ a: 1 })
    expect(store.read('id')).toMatchObject({ data: '{"a":2}' })
  })

  it('is of the newest when that is asked for', async () => {
    const { here, elsewhere } = processes()
    const bookmark = await kept(elsewhere, 'id', { a: 1 })
    await loaded(here, 'id')
    await elsewhere.save(session('id', { a: 2 }, { bookmark }))
    expect(await here.load('id', 0, { fresh: true })).toMatchObject({ values: { a: 2 } })
    await elsewhere.destroy('id')
    expect(await here.load('id', 0, { fresh: true })).toBeUndefined()
  })

  it('does not end a session by what its deadline was a moment ago', async () => {
    const { here, elsewhere, clock } = processes()
    const bookmark = await kept(elsewhere, 'id', { a: 1 })
    await loaded(here, 'id')
    clock.advance(hour - 1)
    await elsewhere.touch(session('id', { a: 1 }, { bookmark }))
    clock.advance(1)
    expect((await loaded(here, 'id')).values).toEqual({ a: 1 })
    expect((await loaded(elsewhere, 'id')).values).toEqual({ a: 1 })
  })
})

describe('what is remembered from before', () => {
  it('is merged when it is saved, and nothing that came since is lost', async () => {
    const { here, elsewhere } = processes()
    const bookmark = await kept(elsewhere, 'id', { a: 1 })
    await loaded(here, 'id')
    await elsewhere.save(session('id', { a: 1, theirs: 1 }, { bookmark }))
    const old = await loaded(here, 'id')
    expect(await here.save(session('id', { a: 1, mine: 1 }, { bookmark: old.bookmark }))).toBe('saved')
    expect((await loaded(elsewhere, 'id')).values).toEqual({ a: 1, theirs: 1, mine: 1 })
  })

  it('does not bring an ended session back, saved or touched', async () => {
    const { here, elsewhere, store } = processes()
    await kept(elsewhere, 'id', { a: 1 })
    await loaded(here, 'id')
    await elsewhere.destroy('id')
    const { bookmark } = await loaded(here, 'id')
    expect(await here.save(session('id', { a: 2 }, { bookmark }))).toBe('gone')
    expect(await here.touch(session('id', { a: 2 }, { bookmark }))).toBe('gone')
    expect(store.count()).toBe(0)
  })

  it('is not what tells whether a session still lives', async () => {
    const { here, elsewhere } = processes()
    await kept(elsewhere, 'id', { a: 1 })
    const { bookmark } = await loaded(here, 'id')
    await elsewhere.destroy('id')
    expect(await here.stored(session('id', {}, { bookmark }))).toBeUndefined()
    expect(await here.keepAlive('id', false)).toBe('ended')
  })

  it('is not what update() works on', async () => {
    const { here, elsewhere } = processes()
    const bookmark = await kept(elsewhere, 'id', { n: 1 })
    await loaded(here, 'id')
    await elsewhere.save(session('id', { n: 2 }, { bookmark }))
    const seen: unknown[] = []
    await here.modify('id', (values) => void seen.push(values['n']), Infinity)
    expect(seen).toEqual([2])
  })
})

describe('a record under the key of an older secret', () => {
  const old = hashedStoreKeys(['old'])('id', 0)

  it('moves as it is now', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const elsewhere = keeping({ clock, store, secrets: ['old'] }).keeper
    const bookmark = await kept(elsewhere, 'id', { a: 1 })
    const remembering = rememberingStore(store)
    await remembering.read(old)
    await elsewhere.save(session('id', { a: 2 }, { bookmark }))
    const here = keeping({ clock, store: remembering, secrets: ['new', 'old'] }).keeper
    expect((await loaded(here, 'id', 1)).values).toEqual({ a: 2 })
  })

  it('does not move once it was ended', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const elsewhere = keeping({ clock, store, secrets: ['old'] }).keeper
    await kept(elsewhere, 'id', { a: 1 })
    const remembering = rememberingStore(store)
    await remembering.read(old)
    await elsewhere.destroy('id')
    const here = keeping({ clock, store: remembering, secrets: ['new', 'old'] }).keeper
    expect(await here.load('id', 1)).toBeUndefined()
    expect(store.count()).toBe(0)
  })
})

it('an ID that was given up is looked up anew each time', async () => {
  const { here, elsewhere } = processes({ tombstone: 60_000 })
  await kept(elsewhere, 'id', {})
  await elsewhere.retire('id')
  expect(await here.load('id', 0)).toEqual({ status: 'retired' })
  await elsewhere.forgetRetired('id')
  expect(await here.load('id', 0)).toBeUndefined()
})
