import { describe, expect, it } from 'vitest'

import { hashedStoreKeys } from '../../src/core/keys.js'
import type { SessionRecord } from '../../src/core/record.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { hour, kept, keeping, loaded, session } from './support/keeping.js'
import { storeWith } from './support/records.js'

function keyUnder(secret: string, id = 'id'): string {
  return hashedStoreKeys([secret])(id, 0)
}

/** Keepers of several deployments over one store. */
function deployments() {
  const clock = fakeClock()
  const store = memoryStore({ clock })
  return { clock, store, deployed: (...secrets: string[]) => keeping({ clock, store, secrets }).keeper }
}

describe('a ticket of the newest secret', () => {
  it('leads to the record under that secret’s key, in one read, and is not outdated', async () => {
    const { store, deployed } = deployments()
    const keeper = deployed('new', 'old')
    await kept(keeper, 'id', { a: 1 })
    expect(store.read(keyUnder('new'))).toMatchObject({ data: '{"a":1}' })
    expect(await loaded(keeper, 'id')).toMatchObject({ values: { a: 1 }, outdated: false })
  })

  it('does not lead to a record under an older secret’s key', async () => {
    const { deployed } = deployments()
    await kept(deployed('old'), 'id', {})
    expect(await deployed('new', 'old').load('id', 0)).toBeUndefined()
  })
})

describe('a ticket of an older secret', () => {
  it('leads to its record, which moves under the newest key, whole', async () => {
    const { store, clock, deployed } = deployments()
    await kept(deployed('old'), 'id', { a: 1 }, { cookie: '{"path":"/app"}', lifetime: 5 * hour })
    const before = store.read(keyUnder('old'))
    clock.advance(hour)
    expect(await loaded(deployed('new', 'old'), 'id', 1)).toMatchObject({ values: { a: 1 }, outdated: true })
    expect(store.read(keyUnder('old'))).toBeUndefined()
    expect(store.read(keyUnder('new'))).toEqual(before)
  })

  it('leads there again when its cookie was not replaced, and saves where the record is', async () => {
    const { store, deployed } = deployments()
    await kept(deployed('old'), 'id', { a: 1 })
    const keeper = deployed('new', 'old')
    const { bookmark } = await loaded(keeper, 'id', 1)
    expect(await keeper.save(session('id', { a: 2 }, { bookmark }))).toBe('saved')
    expect(await loaded(keeper, 'id', 1)).toMatchObject({ values: { a: 2 }, outdated: true })
    expect(store.count()).toBe(1)
  })

  it('is found under every secret in between, through any number of rotations', async () => {
    const { deployed } = deployments()
    await kept(deployed('a'), 'id', { a: 1 })
    await loaded(deployed('b', 'a'), 'id', 1)
    expect(await loaded(deployed('c', 'b', 'a'), 'id', 2)).toMatchObject({ values: { a: 1 }, outdated: true })
    expect(await loaded(deployed('d', 'c', 'b', 'a'), 'id', 3)).toMatchObject({ values: { a: 1 } })
  })

  it('leads nowhere once its record is destroyed, under whichever key', async () => {
    const { deployed } = deployments()
    await kept(deployed('old'), 'id', {})
    const keeper = deployed('new', 'old')
    await loaded(keeper, 'id', 1)
    await keeper.destroy('id')
    expect(await keeper.load('id', 1)).toBeUndefined()
    expect(await keeper.load('id', 0)).toBeUndefined()
  })

  it('finds its session when another request of the same visitor has moved it first, changes included', async () => {
    const { clock, store, deployed } = deployments()
    await kept(deployed('old'), 'id', { a: 1 })
    const other = deployed('new', 'old')
    const read = async (key: string): Promise<SessionRecord | undefined> => {
      const record = store.read(key)
      if (key !== keyUnder('old') || record === undefined) return record
      // Between this read and the move the other request moves the record and saves.
      const { bookmark } = await loaded(other, 'id', 1)
      await other.save(session('id', { a: 2 }, { bookmark }))
      return record
    }
    const slow = keeping({ clock, secrets: ['new', 'old'], store: storeWith({ read }, store) }).keeper
    expect(await loaded(slow, 'id', 1)).toMatchObject({ values: { a: 2 } })
    expect(store.count()).toBe(1)
  })

  it('finds its session expired, and the record under its old key is deleted', async () => {
    const { clock, store, deployed } = deployments()
    await kept(deployed('old'), 'id', {})
    clock.advance(hour)
    expect(await deployed('new', 'old').load('id', 1)).toMatchObject({ status: 'expired' })
    expect(store.count()).toBe(0)
  })
})

describe('plain keys', () => {
  it('stay where they are whatever the secrets', async () => {
    const { keeper, store } = keeping()
    await kept(keeper, 'id', { a: 1 })
    expect(await loaded(keeper, 'id', 1)).toMatchObject({ values: { a: 1 } })
    expect(await store.read('id')).toBeDefined()
  })
})
