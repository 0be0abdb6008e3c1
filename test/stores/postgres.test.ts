/**
 * The PostgreSQL store on a real server.
 */
import { Client, Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { postgresSchema, postgresStore } from '../../src/stores/postgres/index.js'
import { startPostgres, useEngine } from '../support/engines.js'
import { sweptByOneAtATime } from './postgres-sweeps.js'
import { itConforms, record } from './support.js'

const postgres = useEngine(startPostgres)
let pool: Pool
let tables = 0

beforeAll(() => {
  pool = new Pool({ connectionString: postgres().url, max: 5 })
})
afterAll(() => pool.end())

const newTable = (): string => `sessions_${(tables += 1)}`

describe('the PostgreSQL store', () => {
  itConforms({
    open: (clock) => {
      const table = newTable()
      const open = () => postgresStore({ pool, table, clock })
      return { stores: [open(), open()], dispose: async () => void (await pool.query(`DROP TABLE IF EXISTS ${table}`)) }
    },
  })
})

describe('the table of the PostgreSQL store', () => {
  it('is made once when many stores are first used at the same moment', async () => {
    const table = newTable()
    const stores = Array.from({ length: 12 }, () => postgresStore({ pool, table }))
    const created = await Promise.all(stores.map((store, index) => store.create(`key-${index}`, record())))
    expect(created).toEqual(stores.map(() => true))
    expect(await stores[0]!.count()).toBe(12)
  })

  it('is made again when the server has lost it', async () => {
    const table = newTable()
    const store = postgresStore({ pool, table })
    await store.create('key', record())
    await pool.query(`DROP TABLE ${table}`)
    await expect(store.read('key')).rejects.toMatchObject({ code: '42P01' })
    expect(await store.create('key', record())).toBe(true)
  })

  it('is refused when a newer coatcheck made it', async () => {
    const table = newTable()
    await postgresStore({ pool, table }).count()
    await pool.query(`COMMENT ON TABLE ${table} IS 'coatcheck sessions, version 99'`)
    await expect(postgresStore({ pool, table }).count()).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_SHAPE' })
  })

  it('is not made when migrate is false, and the error says what to do', async () => {
    const store = postgresStore({ pool, table: newTable(), migrate: false })
    await expect(store.count()).rejects.toThrow(/migrate is false/)
  })

  it('can be made by somebody else, and then needs no right to make one', async () => {
    const table = newTable()
    await pool.query(postgresSchema(table))
    await pool.query(postgresSchema(table))
    await pool.query(`DROP ROLE IF EXISTS visitor; CREATE ROLE visitor LOGIN`)
    await pool.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO visitor`)
    const store = postgresStore({ url: postgres().url.replace('postgres@', 'visitor@'), table, migrate: false })
    expect(await store.create('key', record())).toBe(true)
    expect(await store.sweep(Number.MAX_SAFE_INTEGER)).toBe(1)
    await store.close()
    expect(() => postgresSchema('x; DROP TABLE y')).toThrow(/table's name/)
  })

  it('leaves a connection as it was when it cannot be made', async () => {
    // A pool closes a connection that had an error. Whoever hands in a single one has only that.
    const one = new Client({ connectionString: postgres().url })
    await one.connect()
    const store = postgresStore({ pool: one, table: 'missing.sessions' })
    await expect(store.count()).rejects.toMatchObject({ code: '3F000' })
    expect((await one.query('SELECT 1 AS fine')).rows).toEqual([{ fine: 1 }])
    await one.end()
  })

  it('keeps the times of sessions whatever the time zone of the connection', async () => {
    const table = newTable()
    const away = new Pool({ connectionString: postgres().url, options: '-c TimeZone=Pacific/Chatham' })
    await postgresStore({ pool, table }).create('key', record({ expiresAt: 1_900_000_000_000 }))
    expect((await postgresStore({ pool: away, table }).read('key'))?.expiresAt).toBe(1_900_000_000_000)
    await away.end()
  })

  it('lets updates of the deadline stay in place where the server can, from 16 on', async () => {
    const table = newTable()
    const one = new Pool({ connectionString: postgres().url, max: 1 })
    const store = postgresStore({ pool: one, table })
    await store.create('key', record())
    for (let step = 1; step <= 20; step += 1) await store.touch('key', 2_000_000_000_000 + step)
    expect((await store.read('key'))?.expiresAt).toBe(2_000_000_000_020)
    const version = Number((await one.query('SHOW server_version_num')).rows[0].server_version_num)
    const { rows } = await one.query('SELECT indexdef FROM pg_indexes WHERE indexname = $1', [`${table}_by_expiry`])
    expect(rows[0].indexdef).toContain(version >= 160_000 ? 'USING brin' : 'USING btree')
    if (version >= 160_000) {
      // A connection tells what it did when it is idle, or when it is asked to.
      await one.query('SELECT pg_stat_force_next_flush()')
      const seen = await one.query('SELECT n_tup_hot_upd AS hot FROM pg_stat_user_tables WHERE relname = $1', [table])
      expect(Number(seen.rows[0].hot)).toBe(20)
    }
    await one.end()
  })
})

describe('the options of the PostgreSQL store', () => {
  it.each([
    [{}, /pool of pg or a url/],
    [{ url: 'mysql://x' }, /postgres:\/\//],
    [{ pool: {} }, /Pool of pg/],
    [{ url: 'postgres://x', table: 'a"; DROP TABLE users; --' }, /table's name/],
    [{ url: 'postgres://x', tabel: 'x' }, /no option tabel/],
    [{ url: 'postgres://x', legacy: 'connect-redis' }, /connect-pg-simple/],
  ])('refuse %j', (options, message) => {
    expect(() => postgresStore(options as never)).toThrow(message)
  })

  it('open a pool of their own for a url, and close it', async () => {
    const store = postgresStore({ url: postgres().url, table: newTable() })
    expect(await store.create('key', record())).toBe(true)
    await store.close()
    await expect(store.read('key')).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
  })

  it('prepare statements by name when they are told to, those of two tables apart', async () => {
    const one = new Pool({ connectionString: postgres().url, max: 1 })
    const stores = ['first', 'second'].map((data) => ({
      store: postgresStore({ pool: one, table: newTable(), prepare: true }),
      kept: record({ data: JSON.stringify(data) }),
    }))
    for (const { store, kept } of stores) expect(await store.create('key', kept)).toBe(true)
    for (const { store, kept } of stores) expect((await store.read('key'))?.data).toBe(kept.data)
    const { rows } = await one.query(`SELECT name FROM pg_prepared_statements WHERE name LIKE 'coatcheck%'`)
    expect(rows.length).toBeGreaterThanOrEqual(4)
    await one.end()
  })
})

describe('expired records in PostgreSQL', () => {
  it('are swept by one store at a time, in batches, until none is left', async () => {
    const table = newTable()
    await expect(
      sweptByOneAtATime([postgresStore({ pool, table }), postgresStore({ pool, table })], table, postgres().url),
    ).resolves.toBeUndefined()
  })
})
