/**
 * The four stores on their real engines, each with a way to see everything that its engine keeps, as somebody would who got hold of it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { Pool } from 'pg'
import { createClient } from 'redis'
import { afterAll, beforeAll } from 'vitest'

import type { Clock, SessionStore } from '../../../src/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { postgresStore } from '../../../src/stores/postgres/index.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { sqliteStore } from '../../../src/stores/sqlite/index.js'
import { startPostgres, startRedis, useEngine } from '../../support/engines.js'
import { temporaryFolder } from '../../stores/support.js'

export interface RealStore {
  /** Another handle on the same records. */
  handle(): SessionStore
  /** Everything that the engine keeps, each of its parts by itself. */
  contents(): Promise<Buffer[]>
}

export type OpenStore = (clock?: Clock) => Promise<RealStore>

/** Starts the engines for the file it is called in. Each store that is opened is empty. */
export function useRealStores(): [name: string, open: OpenStore][] {
  const redis = useEngine(startRedis)
  const postgres = useEngine(startPostgres)
  let client: ReturnType<typeof createClient>
  let pool: Pool
  let tables = 0
  beforeAll(async () => {
    client = createClient({ url: redis().url })
    await client.connect()
    pool = new Pool({ connectionString: postgres().url })
  })
  afterAll(async () => {
    client.destroy()
    await pool.end()
  })

  return [
    [
      'memory',
      async (clock) => {
        const store = memoryStore({ clock })
        return { handle: () => store, contents: async () => asBuffers(store.scan(undefined, 10_000).records) }
      },
    ],
    [
      'SQLite',
      async (clock) => {
        const folder = temporaryFolder()
        return {
          handle: () => sqliteStore({ path: join(folder, 'sessions.db'), clock }),
          // The database, its log of what was written last, and its index of that.
          contents: async () => readdirSync(folder).map((name) => readFileSync(join(folder, name))),
        }
      },
    ],
    [
      'Redis',
      async (clock) => {
        await client.flushAll()
        return { handle: () => redisStore({ client, clock }), contents: () => redisContents(client) }
      },
    ],
    [
      'PostgreSQL',
      async (clock) => {
        const table = `real_${(tables += 1)}`
        return {
          handle: () => postgresStore({ pool, table, clock }),
          contents: async () => asBuffers((await pool.query(`SELECT * FROM ${table}`)).rows),
        }
      },
    ],
  ]
}

async function redisContents(client: ReturnType<typeof createClient>): Promise<Buffer[]> {
  const parts: unknown[] = []
  for await (const keys of client.scanIterator()) {
    for (const key of keys) {
      const type = await client.type(key)
      parts.push(key, type === 'string' ? await client.get(key) : await client.zRangeWithScores(key, 0, -1))
    }
  }
  return asBuffers(parts)
}

/** Texts as they are: as JSON their quotes would be escaped, and what is in them be missed. */
function asBuffers(parts: readonly unknown[]): Buffer[] {
  return parts.flatMap((part): Buffer[] => {
    if (typeof part === 'object' && part !== null) return asBuffers(Object.entries(part).flat())
    return [Buffer.from(String(part))]
  })
}
