/**
 * The race laboratory on real engines: fewer orders, and answers that come from where they will come from in production.
 */
import { join } from 'node:path'

import { Pool } from 'pg'
import { createClient } from 'redis'
import { afterAll, beforeAll } from 'vitest'

import { postgresStore } from '../../src/stores/postgres/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { sqliteStore } from '../../src/stores/sqlite/index.js'
import { temporaryFolder } from '../stores/support.js'
import { startPostgres, startRedis, useEngine } from '../support/engines.js'
import { itHolds } from './support/it-holds.js'
import { overRecords } from './support/subjects.js'

const runs = Number(process.env.RACE_RUNS ?? 20)
const postgres = useEngine(startPostgres)
const redis = useEngine(startRedis)
const newRedisClient = () => createClient({ url: redis().url })
const newHearingClient = () => createClient({ url: redis().url, RESP: 3, emitInvalidate: true })
let pool: Pool
let redisClient: ReturnType<typeof newRedisClient>
let hearingClients: ReturnType<typeof newHearingClient>[]

beforeAll(async () => {
  pool = new Pool({ connectionString: postgres().url, max: 6 })
  redisClient = newRedisClient()
  hearingClients = [newHearingClient(), newHearingClient()]
  await Promise.all([redisClient, ...hearingClients].map((client) => client.connect()))
})
afterAll(async () => {
  await pool.end()
  for (const client of [redisClient, ...hearingClients]) client.destroy()
})

let files = 0
const subjects = [
  overRecords('coatcheck() over SQLite', () => sqliteStore(join(temporaryFolder(), `${(files += 1)}.db`))),
  overRecords('coatcheck() over PostgreSQL', async () => {
    const store = postgresStore({ pool, table: 'laboratory' })
    await store.count()
    await pool.query('TRUNCATE laboratory')
    return store
  }),
  overRecords('coatcheck() over Redis', async () => {
    await redisClient.flushAll()
    return redisStore({ client: redisClient })
  }),
  overRecords(
    'coatcheck() over Redis with a near-cache, in two processes',
    async () => {
      await redisClient.flushAll()
      return redisStore({ client: hearingClients[0]!, nearCache: true })
    },
    { elsewhere: () => redisStore({ client: hearingClients[1]!, nearCache: true }) },
  ),
]

for (const subject of subjects) itHolds(subject, runs)
