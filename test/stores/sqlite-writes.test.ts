/**
 * How the SQLite store groups writes, and what it does when another process holds the file.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { loadEngine, type Connection } from '../../src/stores/sqlite/engine.js'
import { sqliteStore, type SqliteSessionStore } from '../../src/stores/sqlite/index.js'
import { fakeClock, type FakeClock } from '../../src/testing/index.js'
import { record, temporaryFolder } from './support.js'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

let path: string
let clock: FakeClock
let store: SqliteSessionStore

beforeEach(() => {
  path = join(temporaryFolder(), 'sessions.db')
  clock = fakeClock()
  store = sqliteStore({ path, clock })
})

afterEach(() => store.close())

/** The transactions in the write-ahead log: a frame that ends one says how large the database is after it. */
function commits(): number {
  const log = readFileSync(`${path}-wal`)
  const frameSize = 24 + log.readUInt32BE(8)
  let ended = 0
  for (let at = 32; at + frameSize <= log.length; at += frameSize) {
    // A frame of an earlier round of the log has another salt.
    if (log.compare(log, 16, 24, at + 8, at + 16) === 0 && log.readUInt32BE(at + 4) > 0) ended += 1
  }
  return ended
}

/** Lets `milliseconds` pass in steps, so that each attempt has its turn. */
async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 10) {
    await turn()
    clock.advance(10)
  }
  await turn()
}

describe('writes', () => {
  it('of one turn are one transaction', async () => {
    const before = commits()
    const created = await Promise.all(Array.from({ length: 100 }, (_, index) => store.create(`key-${index}`, record())))
    expect(created.every(Boolean)).toBe(true)
    expect(commits() - before).toBe(1)
  })

  it('of different turns are different transactions', async () => {
    const before = commits()
    for (let index = 0; index < 5; index += 1) await store.create(`key-${index}`, record())
    expect(commits() - before).toBe(5)
  })

  it('of one turn that are very many are a few transactions, with the event loop in between', async () => {
    const before = commits()
    let turns = 0
    const done = Promise.all(Array.from({ length: 1_000 }, (_, index) => store.create(`key-${index}`, record())))
    const counting = (async () => {
      for (let open = true; open; turns += 1)
        open = await Promise.race([done.then(() => false), turn().then(() => true)])
    })()
    await done
    await counting
    expect(commits() - before).toBe(4)
    expect(turns).toBeGreaterThanOrEqual(3)
  })

  it('are in the file when they are answered', async () => {
    const other = sqliteStore(path)
    await store.create('key', record())
    expect(other.read('key')).toMatchObject(record())
    await other.close()
  })

  it('hold no lock once the turn is over', async () => {
    await Promise.all([store.create('a', record()), store.create('b', record())])
    const other = loadEngine().open(path)
    expect(() => other.exec('BEGIN EXCLUSIVE; COMMIT')).not.toThrow()
    other.close()
  })

  it('answer in the order in which they were asked for', async () => {
    const next = record({ version: 2, data: '{"views":2}' })
    const answers = await Promise.all([
      store.touch('key', 1),
      store.create('key', record()),
      store.create('key', record()),
      store.update('key', next, 1),
      store.update('key', record({ version: 2 }), 1),
      store.replace('key', 'new', record({ userId: 'ann' })),
      store.delete('key'),
      store.deleteByUser('ann'),
      store.update('new', next, 1),
    ])
    expect(answers).toMatchObject([false, true, false, 'updated', { conflict: next }, true, false, ['new'], 'missing'])
  })

  it('that fail, fail alone', async () => {
    const unkeepable = record({ version: null as unknown as number })
    const answers = await Promise.allSettled([
      store.create('a', record()),
      store.create('b', unkeepable),
      store.replace('a', 'c', unkeepable),
      store.create('d', record()),
    ])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(await store.read('a')).toMatchObject(record())
    expect(await store.read('b')).toBeUndefined()
    expect(await store.read('c')).toBeUndefined()
    expect(await store.read('d')).toMatchObject(record())
  })
})

describe('reads', () => {
  it('are answered at once', async () => {
    await store.create('key', record({ userId: 'ann' }))
    expect(store.read('key')).toMatchObject(record())
    expect(store.read('nobody')).toBeUndefined()
    expect(store.count()).toBe(1)
    expect(store.listByUser('ann')).toHaveLength(1)
    expect(store.scan(undefined, 10)).toHaveProperty('records')
  })

  it('see what was written before them in the same turn', async () => {
    const writing = [store.create('key', record({ userId: 'ann' })), store.create('other', record())]
    const answers = await Promise.all([
      store.read('key'),
      store.count(),
      store.listByUser('ann'),
      store.scan(undefined, 10),
      store.delete('key'),
      store.read('key'),
    ])
    await Promise.all(writing)
    expect(answers).toMatchObject([
      { userId: 'ann' },
      2,
      [{ key: 'key' }],
      { records: [{ key: 'key' }, { key: 'other' }] },
      true,
      undefined,
    ])
  })

  it('do not wait for writes of other keys', async () => {
    await store.create('quiet', record())
    const writing = store.create('key', record())
    expect(store.read('quiet')).toMatchObject(record())
    await writing
  })

  it('wait for a write that may concern any key', async () => {
    await store.create('key', record({ userId: 'ann' }))
    const deleting = store.deleteByUser('ann')
    expect(await store.read('key')).toBeUndefined()
    await deleting
  })
})

describe('while another process holds the lock', () => {
  let holder: Connection

  beforeEach(async () => {
    await store.create('before', record())
    holder = loadEngine().open(path)
    holder.exec('BEGIN IMMEDIATE')
  })

  afterEach(() => holder.close())

  it('reads go on, and a write is answered once the lock is free', async () => {
    let answered = false
    const writing = store.create('key', record()).then((created) => {
      answered = true
      return created
    })
    await pass(1_000)
    expect(answered).toBe(false)
    expect(store.read('before')).toMatchObject(record())
    holder.exec('COMMIT')
    await pass(50)
    expect(answered).toBe(true)
    expect(await writing).toBe(true)
  })

  it('a write is rejected with ERR_SESSION_STORE_TIMEOUT when it has waited for busyTimeout, and is never written', async () => {
    const waiting = store.create('key', record()).catch((error: unknown) => error)
    await pass(4_000)
    const late = store.create('late', record())
    await pass(1_500)
    expect(await waiting).toMatchObject({
      code: 'ERR_SESSION_STORE_TIMEOUT',
      message: expect.stringContaining('5000 ms'),
      cause: expect.any(Error),
    })
    holder.exec('COMMIT')
    await pass(50)
    expect(await late).toBe(true)
    expect(await store.read('key')).toBeUndefined()
    expect(clock.pending).toBe(0)
  })

  it('writes keep their order', async () => {
    const answers = Promise.all([store.create('key', record()), store.touch('key', 5), store.delete('key')])
    await pass(100)
    const more = Promise.all([store.create('key', record({ version: 9 })), store.read('key')])
    await pass(100)
    holder.exec('COMMIT')
    await pass(50)
    expect(await answers).toEqual([true, true, true])
    expect(await more).toMatchObject([true, { version: 9 }])
  })

  it('writes keep their order, however many wait', async () => {
    const updates = Array.from({ length: 600 }, (_, version) =>
      store.update('before', record({ version: version + 2 }), version + 1),
    )
    await pass(100)
    holder.exec('COMMIT')
    await pass(50)
    expect(new Set(await Promise.all(updates))).toEqual(new Set(['updated']))
    expect(store.read('before')).toMatchObject({ version: 601 })
  })

  it('close waits for what is queued', async () => {
    const writing = store.create('key', record())
    const closing = Promise.resolve(store.close())
    await expect(store.create('late', record())).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
    await pass(100)
    holder.exec('COMMIT')
    await pass(50)
    expect(await writing).toBe(true)
    await closing
    await store.close()
    const other = sqliteStore(path)
    expect(other.read('key')).toMatchObject(record())
    await other.close()
  })
})

describe('a test that fakes the timers of its process', () => {
  it('does not stop the store', async () => {
    const real = globalThis.setImmediate
    globalThis.setImmediate = (() => {}) as unknown as typeof setImmediate
    const writing = store.create('key', record())
    globalThis.setImmediate = real
    expect(await writing).toBe(true)
  })
})
