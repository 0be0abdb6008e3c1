/**
 * Encryption changes nothing of what a store promises: the whole suite, through it, on every engine.
 */
import { join } from 'node:path'

import { Pool } from 'pg'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe } from 'vitest'

import { sealedRecords } from '../../src/core/sealed-records.js'
import type { PlainPolicy } from '../../src/core/sealing.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { postgresStore } from '../../src/stores/postgres/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { sqliteStore } from '../../src/stores/sqlite/index.js'
import { startPostgres, startRedis, useEngine } from '../support/engines.js'
import { itConforms, temporaryFolder } from './support.js'

const keys = ['a key of at least thirty-two bytes, for tests']
const encryption = { keys }

describe.each<PlainPolicy>(['refuse', 'accept', 'write'])('an encrypted memory store, plain: %s', (plain) => {
  itConforms({ open: (clock) => sealedRecords(memoryStore({ clock }), { keys, plain }) })
})

describe('an encrypted SQLite store', () => {
  itConforms({
    sweepBatch: 100,
    open(clock) {
      const path = join(temporaryFolder(), 'sessions.db')
      const open = () => sealedRecords(sqliteStore({ path, clock }), encryption)
      return { stores: [open(), open(), open()] }
    },
  })
})

describe('an encrypted Redis store', () => {
  const redis = useEngine(startRedis)
  let client: ReturnType<typeof createClient>
  beforeAll(async () => {
    client = createClient({ url: redis().url })
    await client.connect()
  })
  afterAll(() => client.destroy())

  itConforms({
    expiry: 'engine',
    async open(clock) {
      await client.flushAll()
      const open = () => sealedRecords(redisStore({ client, clock }), encryption)
      return { stores: [open(), open()] }
    },
  })
})

describe('an encrypted PostgreSQL store', () => {
  const postgres = useEngine(startPostgres)
  let pool: Pool
  let tables = 0
  beforeAll(() => {
    pool = new Pool({ connectionString: postgres().url, max: 5 })
  })
  afterAll(() => pool.end())

  itConforms({
    open(clock) {
      const table = `sealed_${(tables += 1)}`
      const open = () => sealedRecords(postgresStore({ pool, table, clock }), encryption)
      return { stores: [open(), open()], dispose: async () => void (await pool.query(`DROP TABLE IF EXISTS ${table}`)) }
    },
  })
})
