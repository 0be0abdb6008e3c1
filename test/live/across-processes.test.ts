/**
 * A session that another process ends: its connections here close by the engine's own word, without anybody looking.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { Client, Pool } from 'pg'
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
  it('again when its connection was lost', async () => {
    const pool = new Pool({ connectionString: postgres().url, application_name: 'listens' })
    onTestFinished(() => pool.end())
    // The pool's connections are ended from outside here, which it announces.
    pool.on('error', () => {})
    const clock = fakeClock(Date.now())
    const store = postgresStore({ pool, tellEnds: true, table: 'told', clock })
    const told: string[] = []
    const stop = await store.onEnded!((key) => told.push(key))
    const now = Date.now()
    const record = { data: '{}', version: 1, createdAt: now, expiresAt: now + 60_000 }
    const end = async (key: string): Promise<void> => {
      await store.create(key, record)
      await store.delete(key)
    }
    await end('one')
    await expect.poll(() => told).toEqual(['one'])
    const others = new Client({ connectionString: postgres().url })
    await others.connect()
    onTestFinished(() => others.end())
    await others.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'listens'")
    // It listens again after a pause; which end is the first it hears depends on the machine.
    let ended = 0
    await expect
      .poll(
        async () => {
          clock.advance(1_000)
          await end(`two-${ended++}`)
          return told.some((key) => key.startsWith('two-'))
        },
        { interval: 200, timeout: 10_000 },
      )
      .toBe(true)
    await stop()
    const heard = told.length
    await end('three')
    await end('x'.repeat(9_000))
    expect(told).toHaveLength(heard)
    await store.close()
  })
})
