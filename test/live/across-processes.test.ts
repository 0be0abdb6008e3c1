/**
 * A session that another process ends: its connections here close by the engine's own word, without anybody looking.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { Client, Pool, type PoolClient, type QueryConfig } from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'

import { coatcheck, type SessionStore } from '../../src/index.js'
import { liveSessions } from '../../src/live/index.js'
import { postgresStore } from '../../src/stores/postgres/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { sqliteStore } from '../../src/stores/sqlite/index.js'
import { fakeClock, sessionCookie } from '../../src/testing/index.js'
import { singleClients } from '../stores/redis/clients.js'
import { temporaryFolder } from '../stores/support.js'
import { startPostgres, startRedis, useEngine } from '../support/engines.js'

const secret = 'both processes sign with this secret, which is long enough'
const redis = useEngine(startRedis)
const postgres = useEngine(startPostgres)

/** Another process over the same store. Answers how to end a user's sessions there. */
async function otherProcess(kind: string, place: string): Promise<(userId: string) => Promise<number>> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'children/revoker.mjs'), [kind, place, secret])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return async (userId) => {
    child.send(userId)
    const [{ ended }] = (await once(child, 'message')) as [{ ended: number }]
    return ended
  }
}

/** An open WebSocket of a user who is signed in here, and what it closes with. */
async function openSocket(store: SessionStore, checkEvery: '1h' | '50ms'): Promise<{ closed: Promise<unknown> }> {
  const sessions = coatcheck({ secret, store })
  const live = liveSessions(sessions, { checkEvery })
  const server = createServer((_req, res) => res.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets = new WebSocketServer({ server })
  live.webSockets(sockets)
  sockets.on('connection', (socket, req) => void live.watch(req, () => {}).then(() => socket.send('watched')))
  const cookie = await sessionCookie(sessions, { userId: 'ann' })
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { headers: { cookie } })
  onTestFinished(async () => {
    socket.terminate()
    await live.close()
    server.close()
    await sessions.close()
  })
  await once(socket, 'message')
  return { closed: once(socket, 'close').then(([code]) => code as unknown) }
}

interface Place {
  readonly kind: string
  readonly at: () => string
  readonly store: (at: string) => SessionStore
  /** `1h` where nothing but the engine's word can be the reason. */
  readonly checkEvery: '1h' | '50ms'
}

const places: Record<string, Place> = {
  'Redis, by its publish and subscribe': {
    kind: 'redis',
    at: () => redis().url,
    store: (url) => redisStore({ url, tellEnds: true }),
    checkEvery: '1h',
  },
  'PostgreSQL, by its notifications': {
    kind: 'postgres',
    at: () => postgres().url,
    store: (url) => postgresStore({ url, tellEnds: true }),
    checkEvery: '1h',
  },
  'SQLite, by looking': {
    kind: 'sqlite',
    at: () => join(temporaryFolder(), 'sessions.db'),
    store: sqliteStore,
    checkEvery: '50ms',
  },
}

describe.each(Object.entries(places))('over %s', (_name, { kind, at, store, checkEvery }) => {
  it('a WebSocket closes when another process ends its session', async () => {
    const place = at()
    const { closed } = await openSocket(store(place), checkEvery)
    const revoke = await otherProcess(kind, place)
    expect(await revoke('ann')).toBe(1)
    expect(await closed).toBe(4001)
  })
})

const cannotSubscribe = /pool|legacy/
const subscribers = Object.entries(singleClients).filter(([name]) => !cannotSubscribe.test(name))
const withoutFeed = Object.entries(singleClients).filter(([name]) => cannotSubscribe.test(name))

describe('Redis tells of ends', () => {
  it.each(subscribers)('through %s: deletions, replacements, and nothing else', async (_name, open) => {
    const { client, end } = await open(redis().url)
    const store = redisStore({ client, tellEnds: true, prefix: `feed-${_name.replaceAll(/\W/g, '-')}:` })
    const told: string[] = []
    const stop = await store.onEnded!((key) => told.push(key))
    const now = Date.now()
    const record = { data: '{}', version: 1, createdAt: now, expiresAt: now + 60_000, userId: 'ann' }
    await store.create('one', record)
    await store.create('two', record)
    await store.touch('one', now + 61_000)
    await store.delete('nobody')
    await store.delete('one')
    await store.replace('two', 'three', record)
    await store.deleteByUser('ann')
    await expect.poll(() => told).toEqual(['one', 'two', 'three'])
    await stop()
    await store.create('four', record)
    await store.delete('four')
    expect(await store.read('four')).toBeUndefined()
    expect(told).toHaveLength(3)
    await store.close()
    await end()
  })

  it.each(withoutFeed)('not through %s, which is said, and found by looking then', async (_name, open) => {
    const { client, end } = await open(redis().url)
    const store = redisStore({ client, tellEnds: true, prefix: 'feed-less:' })
    await expect(store.onEnded!(() => {})).rejects.toThrow(/cannot subscribe/)
    await store.close()
    await end()
    const looked = redisStore({ url: redis().url, prefix: 'feed-less:' })
    const { closed } = await openSocket(looked, '50ms')
    await looked.deleteByUser('ann')
    expect(await closed).toBe(4001)
  })

  it('only where it is asked to', async () => {
    const store = redisStore({ url: redis().url })
    expect(store.onEnded).toBeUndefined()
    await store.close()
  })
})

describe('PostgreSQL tells of ends', () => {
  /** A store over a pool whose connections can be broken and held up, and a look at those that listen. */
  async function overPool() {
    const name = `listens-${randomUUID()}`
    const pool = new Pool({ connectionString: postgres().url, application_name: name })
    // Its connections are ended from outside here, which it announces.
    pool.on('error', () => {})
    const others = new Client({ connectionString: postgres().url })
    await others.connect()
    onTestFinished(async () => {
      await pool.end()
      await others.end()
    })
    const beforeConnected: ((client: PoolClient) => Promise<void>)[] = []
    const clock = fakeClock(Date.now())
    const facade = {
      query: (statement: QueryConfig) => pool.query(statement),
      connect: async () => {
        const client = await pool.connect()
        client.on('error', () => {})
        await beforeConnected.shift()?.(client)
        return client
      },
    }
    const store = postgresStore({ pool: facade as unknown as Pool, tellEnds: true, table: 'told', clock })
    const listening = async (): Promise<number[]> => {
      const sql = "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND query LIKE 'LISTEN %'"
      const { rows } = await others.query<{ pid: number }>(sql, [name])
      return rows.map(({ pid }) => pid)
    }
    const breakAll = async (pids: readonly number[]): Promise<void> => {
      for (const pid of pids) await others.query('SELECT pg_terminate_backend($1, 5000)', [pid])
    }
    return { store, clock, listening, breakAll, beforeConnected }
  }

  const pidOf = (client: PoolClient): number => (client as unknown as { processID: number }).processID

  const ended = async (store: SessionStore, key: string): Promise<void> => {
    const now = Date.now()
    await store.create(key, { data: '{}', version: 1, createdAt: now, expiresAt: now + 60_000 })
    await store.delete(key)
  }

  it('again when its connection was lost, and not once that is stopped', async () => {
    const { store, clock, listening, breakAll } = await overPool()
    const told: string[] = []
    const stop = await store.onEnded!((key) => told.push(key))
    await ended(store, 'one')
    await expect.poll(() => told).toEqual(['one'])
    await breakAll(await listening())
    const isListening = async (): Promise<number> => {
      clock.advance(1_000)
      return (await listening()).length
    }
    await expect.poll(isListening, { timeout: 10_000 }).toBe(1)
    await ended(store, 'two')
    await expect.poll(() => told).toEqual(['one', 'two'])
    await stop()
    await ended(store, 'three')
    expect(told).toEqual(['one', 'two'])
    await expect.poll(listening).toEqual([])
    await store.close()
  })

  it('over one connection, where the next one breaks before it listens, too', async () => {
    const { store, clock, listening, breakAll, beforeConnected } = await overPool()
    const stop = await store.onEnded!(() => {})
    const broken: number[] = []
    beforeConnected.push(async (client) => {
      broken.push(pidOf(client))
      await breakAll(broken)
    })
    await breakAll(await listening())
    const isListening = async (): Promise<number> => {
      clock.advance(1_000)
      return (await listening()).length
    }
    await expect.poll(isListening, { timeout: 10_000 }).toBe(1)
    expect(broken).toHaveLength(1)
    // Whatever else was to connect would do so now.
    clock.advance(10_000)
    await ended(store, 'one')
    expect(await listening()).toHaveLength(1)
    await stop()
    await expect.poll(listening).toEqual([])
    await store.close()
  })

  it('to nobody who stopped while it was connecting again', async () => {
    const { store, clock, listening, breakAll, beforeConnected } = await overPool()
    const told: string[] = []
    const stop = await store.onEnded!((key) => told.push(key))
    let connect = (): void => {}
    const mayConnect = new Promise<void>((resolve) => {
      connect = resolve
    })
    const isConnecting = new Promise<void>((connecting) => {
      beforeConnected.push(() => {
        connecting()
        return mayConnect
      })
    })
    await breakAll(await listening())
    await expect.poll(() => clock.advance(1_000) ?? beforeConnected.length, { timeout: 10_000 }).toBe(0)
    await isConnecting
    await stop()
    connect()
    await ended(store, 'one')
    expect(await listening()).toEqual([])
    expect(told).toEqual([])
    await store.close()
  })

  it('of keys that a notification has room for; longer ones are found by looking', async () => {
    const { store } = await overPool()
    const told: string[] = []
    const stop = await store.onEnded!((key) => told.push(key))
    await ended(store, 'x'.repeat(9_000))
    await ended(store, 'short')
    await expect.poll(() => told).toEqual(['short'])
    await stop()
    await store.close()
  })
})
