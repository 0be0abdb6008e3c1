/**
 * Every store of ours on its engine: for promises that must hold on each of them.
 */
import { join } from 'node:path'

import { Pool } from 'pg'
import { createClient, createCluster } from 'redis'
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest'

import type { Clock, SessionStore } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { postgresStore } from '../../src/stores/postgres/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { sqliteStore } from '../../src/stores/sqlite/index.js'
import { temporaryFolder } from '../stores/support.js'
import { startPostgres, startRedis, useEngine } from './engines.js'
import { useRedisCluster } from './redis-cluster.js'

/** A store with nothing in it, and where it is for whoever opens it a second time. */
export interface OpenedStore {
  readonly store: SessionStore
  /** Another handle on the same records, as another process has. In memory there is but the one. */
  again(): SessionStore
  /** For a process of its own: `coatcheck/stores/<kind>` and where its records are. Absent in memory. */
  readonly place?: { readonly kind: 'sqlite' | 'postgres' | 'redis'; readonly at: string; readonly name: string }
}

export interface StoreUnderTest {
  readonly name: string
  /** Opens one that is closed with the test. */
  open(clock?: Clock): OpenedStore
}

let opened = 0

/** Declares `tests` for each store, and runs the engines that they need. */
export function onEveryStore(tests: (stores: StoreUnderTest) => void): void {
  describe('on the store in memory', () => {
    tests({
      name: 'memory',
      open: (clock) => {
        const store = memoryStore(clock === undefined ? {} : { clock })
        return whileTesting(() => store)
      },
    })
  })

  describe('on SQLite', () => {
    tests({
      name: 'SQLite',
      open: () => {
        const at = join(temporaryFolder(), 'sessions.db')
        return whileTesting(() => sqliteStore(at), { kind: 'sqlite', at, name: '' })
      },
    })
  })

  describe('on PostgreSQL', () => {
    const postgres = useEngine(startPostgres)
    let pool: Pool
    beforeAll(() => {
      pool = new Pool({ connectionString: postgres().url, max: 6 })
    })
    afterAll(() => pool.end())
    tests({
      name: 'PostgreSQL',
      open: () => {
        const name = `sessions_${(opened += 1)}`
        const place = { kind: 'postgres', at: postgres().url, name } as const
        return whileTesting(() => postgresStore({ pool, table: name }), place)
      },
    })
  })

  describe('on Redis', () => {
    const redis = useEngine(startRedis)
    const connect = () => createClient({ url: redis().url })
    let client: ReturnType<typeof connect>
    beforeAll(async () => {
      client = connect()
      await client.connect()
    })
    afterAll(() => client.destroy())
    tests({
      name: 'Redis',
      open: (clock) => {
        const name = `sessions-${(opened += 1)}:`
        const place = { kind: 'redis', at: redis().url, name } as const
        return whileTesting(() => redisStore({ client, prefix: name, ...(clock && { clock }) }), place)
      },
    })
  })

  describe('on a Redis Cluster', () => {
    const cluster = useRedisCluster()
    const connect = () => {
      const { host, port } = cluster().nodes[0]!
      return createCluster({ rootNodes: [{ socket: { host, port } }] })
    }
    let client: ReturnType<typeof connect>
    beforeAll(async () => {
      client = connect()
      await client.connect()
    })
    afterAll(() => client.destroy())
    tests({
      name: 'Redis Cluster',
      open: (clock) => {
        const prefix = `sessions-${(opened += 1)}:`
        return whileTesting(() => redisStore({ client, prefix, ...(clock && { clock }) }))
      },
    })
  })
}

function whileTesting(make: () => SessionStore, place?: OpenedStore['place']): OpenedStore {
  const again = (): SessionStore => {
    const store = make()
    onTestFinished(async () => store.close())
    return store
  }
  return { store: again(), again, ...(place && { place }) }
}
