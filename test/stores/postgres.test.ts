/**
 * The PostgreSQL store on a real server.
 */
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { fakeClock } from '../../src/testing/index.js'
import { postgresStore } from '../../src/stores/postgres/index.js'
import { startPostgres, useEngine } from '../support/engines.js'
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

  it('keeps the times of sessions whatever the time zone of the connection', async () => {
    const table = newTable()
    const away = new Pool({ connectionString: postgres().url, options: '-c TimeZone=Pacific/Chatham' })
    await postgresStore({ pool, table }).create('key', record({ expiresAt: 1_900_000_000_000 }))
    expect((await postgresStore({ pool: away, table }).read('key'))?.expiresAt).toBe(1_900_000_000_000)
    await away.end()
  })

  it('lets updates of the deadline stay in place', async () => {
    const table = newTable()
    const store = postgresStore({ pool, table })
    await store.create('key', record())
    const hot = async (): Promise<number> => {
      const { rows } = await pool.query('SELECT n_tup_hot_upd AS hot FROM pg_stat_user_tables WHERE relname = $1', [
        table,
      ])
      return Number(rows[0].hot)
    }
    const { rows } = await pool.query('SHOW server_version_num')
    for (let step = 1; step <= 20; step += 1) await store.touch('key', 2_000_000_000_000 + step)
    // Below 16 every index counts, the deadline's too.
    const expected = Number(rows[0].server_version_num) >= 160_000 ? 16 : 0
    expect(await hot()).toBeGreaterThanOrEqual(expected)
    expect((await store.read('key'))?.expiresAt).toBe(2_000_000_000_020)
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

  it('prepare statements by name when they are told to', async () => {
    const store = postgresStore({ url: postgres().url, table: newTable(), prepare: true })
    expect(await store.create('key', record())).toBe(true)
    expect((await store.read('key'))?.data).toBe(record().data)
    await store.close()
  })
})

describe('expired records in PostgreSQL', () => {
  it('are swept by one process at a time, and none is left', async () => {
    const clock = fakeClock(1_800_000_000_000)
    const table = newTable()
    const store = postgresStore({ pool, table, clock })
    await store.count()
    await pool.query(
      `INSERT INTO ${table} (key, version, created_at, expires_at, data) SELECT 'k' || n, 1, 0, n, '{}' FROM generate_series(1, 5000) AS n`,
    )
    const others = [postgresStore({ pool, table }), postgresStore({ pool, table })]
    const first = await Promise.all([store, ...others].map((each) => each.sweep(clock.now())))
    expect(Math.max(...first)).toBe(2000)
    let swept = 1
    while (swept > 0) swept = await store.sweep(clock.now())
    expect(await store.count()).toBe(0)
  })
})
