/**
 * `sessions.update` is atomic: a thousand increments at the same time count a thousand, on each store, from one process and from three.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { Pool } from 'pg'
import { createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'

import { coatcheck, MemoryStore, session, type Sessions, type SessionStore } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { postgresStore } from '../../src/stores/postgres/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { sqliteStore } from '../../src/stores/sqlite/index.js'
import { temporaryFolder } from '../stores/support.js'
import { startPostgres, startRedis, useEngine } from '../support/engines.js'
import { useRedisCluster } from '../support/redis-cluster.js'
import { ask, type SessionedRequest } from './support/requests.js'

const secret = 'the counters are signed with this secret'
const thousand = 1000
const postgres = useEngine(startPostgres)
const redis = useEngine(startRedis)
const cluster = useRedisCluster()
const connectCluster = () => createCluster({ rootNodes: [{ url: cluster().nodes[0]!.url }] })
let pool: Pool
let clusterClient: ReturnType<typeof connectCluster>

beforeAll(async () => {
  pool = new Pool({ connectionString: postgres().url, max: 5 })
  clusterClient = connectCluster()
  await clusterClient.connect()
})
afterAll(async () => {
  clusterClient.destroy()
  await pool.end()
})

const storeTimeout = '30s'
const over = (store: SessionStore): Sessions => coatcheck({ secret, store, storeTimeout })

/** The cookie of a session whose counter stands at 0. */
async function newCounter(sessions: Sessions): Promise<string> {
  const { setCookie } = await ask(
    sessions,
    undefined,
    async (req) => {
      req.session.n = 0
    },
    fail,
  )
  return setCookie!
}

async function countOf(sessions: Sessions, cookie: string): Promise<unknown> {
  let count: unknown
  await ask(
    sessions,
    cookie,
    async (req) => {
      count = req.session.n
    },
    fail,
  )
  return count
}

function fail(error: unknown): never {
  throw error
}

describe('a thousand requests that count up one counter at the same time, in one process', () => {
  const layers: Record<string, () => Sessions> = {
    'coatcheck() over the store in memory': () => over(memoryStore()),
    'coatcheck() over SQLite': () => over(sqliteStore(join(temporaryFolder(), 'sessions.db'))),
    'coatcheck() over PostgreSQL': () => over(postgresStore({ pool, table: 'counters_of_one' })),
    'coatcheck() over Redis': () => over(redisStore({ url: redis().url })),
    'coatcheck() over Redis with a near-cache': () => over(redisStore({ url: redis().url, nearCache: true })),
    'coatcheck() over a Redis Cluster of three': () => over(redisStore({ client: clusterClient })),
    'coatcheck() over a callback store': () => coatcheck({ secret, store: new MemoryStore(), storeTimeout }),
    'session() over a callback store': () =>
      session({ secret, resave: false, saveUninitialized: false, store: new (class extends MemoryStore {})() }),
  }
  for (const [name, open] of Object.entries(layers)) {
    it(`count a thousand: ${name}`, async () => {
      const sessions = open()
      onTestFinished(() => sessions.close())
      const cookie = await newCounter(sessions)
      const increment = async (req: SessionedRequest): Promise<void> => {
        await sessions.update(req, (data) => {
          data.n = Number(data.n) + 1
        })
      }
      await Promise.all(Array.from({ length: thousand }, () => ask(sessions, cookie, increment, fail)))
      expect(await countOf(sessions, cookie)).toBe(thousand)
    })
  }
})

/** Three processes at once, a third each. */
async function countFromThree(task: { readonly store: string; readonly place: string; readonly cookie: string }) {
  const children = Array.from({ length: 3 }, () => fork(join(import.meta.dirname, 'children/counter.mjs')))
  onTestFinished(() => {
    for (const child of children) child.kill('SIGKILL')
  })
  await Promise.all(children.map((child) => once(child, 'message')))
  const shares = [334, 333, 333]
  return Promise.all(
    children.map(async (child, index) => {
      const answered = once(child, 'message')
      child.send({ ...task, secret, times: shares[index] })
      return (await answered)[0] as unknown
    }),
  )
}

describe('a thousand increments from three processes', () => {
  const places: Record<string, () => { readonly place: string; readonly store: SessionStore }> = {
    sqlite: () => {
      const place = join(temporaryFolder(), 'sessions.db')
      return { place, store: sqliteStore(place) }
    },
    postgres: () => ({ place: postgres().url, store: postgresStore({ pool, table: 'counters' }) }),
    redis: () => ({ place: redis().url, store: redisStore({ url: redis().url }) }),
    'redis-near': () => ({ place: redis().url, store: redisStore({ url: redis().url, nearCache: true }) }),
    'redis-cluster': () => ({ place: cluster().nodes[0]!.url, store: redisStore({ client: clusterClient }) }),
  }
  for (const [name, open] of Object.entries(places)) {
    it(`count a thousand: ${name}`, async () => {
      const { place, store } = open()
      const sessions = over(store)
      onTestFinished(() => sessions.close())
      const cookie = await newCounter(sessions)
      const answers = await countFromThree({ store: name, place, cookie })
      expect(answers).toEqual([{ done: 334 }, { done: 333 }, { done: 333 }])
      expect(await countOf(sessions, cookie)).toBe(thousand)
    })
  }
})
