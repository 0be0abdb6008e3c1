/**
 * What one turn of the event loop asks PostgreSQL: together, and each as if it were alone.
 */
import { Pool, type PoolClient } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { postgresStore } from '../../src/stores/postgres/index.js'
import { startPostgres, useEngine } from '../support/engines.js'
import { hour, record, start } from './support.js'

const postgres = useEngine(startPostgres)
let pool: Pool
let tables = 0

beforeAll(() => {
  pool = new Pool({ connectionString: postgres().url })
})
afterAll(() => pool.end())

/** A store with the sessions `key-0` to `key-<count - 1>`, and how many statements it has sent since they were made. */
async function filled(count: number, options: { prepare?: boolean } = {}) {
  const table = `turns_${(tables += 1)}`
  let statements = 0
  const counting = {
    query(...args: [never]) {
      statements += 1
      return pool.query(...args)
    },
  }
  const store = postgresStore({ pool: counting, table, ...options })
  const keys = Array.from({ length: count }, (_, index) => `key-${index}`)
  for (const [index, key] of keys.entries()) await store.create(key, record({ data: `{"n":${index}}` }))
  statements = 0
  return { store, table, keys, sent: () => statements }
}

const next = record({ data: '{"views":2}', version: 2 })

describe.each([{ prepare: false }, { prepare: true }])('what is asked in the same turn, %j', (options) => {
  it('is one statement for all reads, and each gets its own record', async () => {
    const { store, keys, sent } = await filled(10, options)
    const records = await Promise.all([...keys, 'nobody'].map((key) => store.read(key)))
    expect(records.map((found) => found?.data)).toEqual([...keys.map((_, index) => `{"n":${index}}`), undefined])
    expect(sent()).toBe(1)
  })

  it('is one statement for all updates, every field of each', async () => {
    const { store, keys, sent } = await filled(10, options)
    const records = keys.map((_, index) =>
      record({
        data: `{"quoted":"\\"{${index},}\\\\ NULL"}`,
        attributes: index % 2 === 0 ? `{"cookie":${index}}` : undefined,
        userId: index % 3 === 0 ? `user, ${index}` : undefined,
        version: 2,
        expiresAt: start + index,
      }),
    )
    expect(await Promise.all(keys.map((key, index) => store.update(key, records[index]!, 1)))).toEqual(
      keys.map(() => 'updated'),
    )
    expect(sent()).toBe(1)
    expect(await Promise.all(keys.map((key) => store.read(key)))).toEqual(records)
  })

  it('is one statement for all touches', async () => {
    const { store, keys, sent } = await filled(10, options)
    expect(await Promise.all(keys.map((key, index) => store.touch(key, start + hour + index)))).toEqual(
      keys.map(() => true),
    )
    expect(sent()).toBe(1)
    const records = await Promise.all(keys.map((key) => store.read(key)))
    expect(records.map((found) => found?.expiresAt)).toEqual(keys.map((_, index) => start + hour + index))
  })
})

describe('among what is asked in the same turn', () => {
  it('who comes too late is told what is there now, and who finds nothing that there is nothing', async () => {
    const { store, keys } = await filled(4)
    await store.update('key-1', next, 1)
    const results = await Promise.all([...keys, 'nobody'].map((key) => store.update(key, next, 1)))
    expect(results).toEqual(['updated', { conflict: next }, 'updated', 'updated', 'missing'])
    expect(await Promise.all(['key-0', 'nobody'].map((key) => store.touch(key, start)))).toEqual([true, false])
  })

  it('of two updates of one session one wins, and the other is told', async () => {
    const { store } = await filled(3)
    const results = await Promise.all(['key-0', 'key-1', 'key-1', 'key-2'].map((key) => store.update(key, next, 1)))
    expect([results[0], results[3]]).toEqual(['updated', 'updated'])
    expect([results[1], results[2]]).toEqual(
      expect.arrayContaining(['updated', { conflict: expect.objectContaining({ version: 2 }) }]),
    )
  })

  it('each session goes to one of several processes, over and over', async () => {
    const { store, table, keys } = await filled(20)
    const others = [store, postgresStore({ pool, table }), postgresStore({ pool, table })]
    for (let version = 1; version <= 20; version += 1) {
      const mine = record({ data: '{}', version: version + 1 })
      const results = await Promise.all(
        others.map((each, index) => {
          // In another order in each, so that they get in each other's way.
          const order = index === 1 ? keys.toReversed() : keys
          return Promise.all(order.map(async (key) => ({ key, result: await each.update(key, mine, version) })))
        }),
      )
      const won = results.flat().filter(({ result }) => result === 'updated')
      expect(won.map(({ key }) => key).sort()).toEqual([...keys].sort())
      expect(results.flat().filter(({ result }) => result === 'missing')).toEqual([])
    }
  })

  it('a record that the server refuses fails by itself', async () => {
    const { store, keys } = await filled(4)
    const results = await Promise.allSettled(
      keys.map((key, index) => store.update(key, index === 2 ? { ...next, expiresAt: Number.NaN } : next, 1)),
    )
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(results[2]).toMatchObject({ reason: { code: '22P02' } })
  })

  it('nobody waits for a session that somebody else holds, but who asked for that one', async () => {
    const { store, table, keys } = await filled(5)
    const holder = await holding(table, 'key-2')
    let released = false
    const updates = keys.map((key) => store.update(key, next, 1).then((result) => ({ result, released })))
    const touches = keys.slice(3).map((key) => store.touch(key, start + 1).then((result) => ({ result, released })))
    const others = [...updates.filter((_, index) => index !== 2), ...touches]
    expect(await Promise.all(others)).toEqual([
      ...Array.from({ length: 4 }, () => ({ result: 'updated', released: false })),
      { result: true, released: false },
      { result: true, released: false },
    ])
    released = true
    await holder.release()
    expect(await updates[2]).toEqual({ result: 'updated', released: true })
  })

  it('a failure of the database is told to all at once, and nothing is asked again', async () => {
    const { store, table, keys, sent } = await filled(5)
    await pool.query(`DROP TABLE ${table}`)
    const results = await Promise.allSettled(keys.map((key) => store.read(key)))
    expect(results.map((result) => result.status === 'rejected' && result.reason.code)).toEqual(keys.map(() => '42P01'))
    expect(sent()).toBe(1)
  })

  it('a crowd takes more than one connection', async () => {
    const { store, keys, sent } = await filled(100)
    expect(await Promise.all(keys.map((key) => store.update(key, next, 1)))).toEqual(keys.map(() => 'updated'))
    expect(sent()).toBe(4)
  })
})

/** A transaction of somebody else's that has locked a session. */
async function holding(table: string, key: string): Promise<{ release(): Promise<void> }> {
  const client: PoolClient = await pool.connect()
  await client.query('BEGIN')
  await client.query(`SELECT key FROM ${table} WHERE key = $1 FOR UPDATE`, [key])
  return {
    async release() {
      await client.query('COMMIT')
      client.release()
    },
  }
}
