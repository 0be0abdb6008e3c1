/**
 * The PostgreSQL store behind PgBouncer in transaction mode, where each statement may run on another connection of a small pool, and what one
 * leaves behind there meets whoever comes next.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { Client, Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'

import { coatcheck, type Sessions } from '../../src/index.js'
import { postgresStore, type PostgresSessionStore } from '../../src/stores/postgres/index.js'
import { ask, type SessionedRequest } from '../races/support/requests.js'
import { startPgbouncer, startPostgres, useEngine, type SqlEngine } from '../support/engines.js'
import { sweptByOneAtATime } from './postgres-sweeps.js'
import { itConforms, record } from './support.js'

const postgres = useEngine(startPostgres)
/** Connections to the server, far fewer than come in. */
const poolSize = 3
let bouncer: SqlEngine
let pool: Pool
let tables = 0

beforeAll(async () => {
  bouncer = await startPgbouncer({
    serverPort: postgres().port,
    settings: ['pool_mode = transaction', `default_pool_size = ${poolSize}`, 'max_client_conn = 200'],
  })
  pool = new Pool({ connectionString: bouncer.url, max: 12 })
})
afterAll(async () => {
  await pool.end()
  await bouncer.stop()
})

const newTable = (): string => `pooled_${(tables += 1)}`

describe.each([
  ["the app's pool", (): { pool: Pool } => ({ pool })],
  ['a url', (): { url: string } => ({ url: bouncer.url })],
] as const)('behind PgBouncer in transaction mode, with %s', (_, way) => {
  describe('the PostgreSQL store keeps the contract', () => {
    itConforms({
      open: (clock) => {
        const table = newTable()
        const open = (): PostgresSessionStore => postgresStore({ ...way(), table, clock })
        return {
          stores: [open(), open()],
          dispose: async () => void (await pool.query(`DROP TABLE IF EXISTS ${table}`)),
        }
      },
    })
  })

  it('expired records are swept by one at a time, in batches, until none is left', async () => {
    const table = newTable()
    const stores = [postgresStore({ ...way(), table }), postgresStore({ ...way(), table })] as const
    onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))))
    await expect(sweptByOneAtATime(stores, table, postgres().url)).resolves.toBeUndefined()
  })

  it('two hundred increments at the same time count two hundred', async () => {
    const sessions = counting(postgresStore({ ...way(), table: newTable() }))
    const cookie = await newCounter(sessions)
    const increment = async (req: SessionedRequest): Promise<void> => {
      await sessions.update(req, (data) => {
        data.n = Number(data.n) + 1
      })
    }
    await Promise.all(Array.from({ length: 200 }, () => ask(sessions, cookie, increment, fail)))
    expect(await countOf(sessions, cookie)).toBe(200)
  })
})

describe('behind PgBouncer in transaction mode', () => {
  it('increments from three processes are all counted', async () => {
    const sessions = counting(postgresStore({ pool, table: 'counters' }))
    const cookie = await newCounter(sessions)
    const children = Array.from({ length: 3 }, () => fork(join(import.meta.dirname, '../races/children/counter.mjs')))
    onTestFinished(() => {
      for (const child of children) child.kill('SIGKILL')
    })
    await Promise.all(children.map((child) => once(child, 'message')))
    const answers = await Promise.all(
      children.map(async (child) => {
        const answered = once(child, 'message')
        child.send({ store: 'postgres', place: bouncer.url, secret, cookie, times: 100 })
        return (await answered)[0] as unknown
      }),
    )
    expect(answers).toEqual([{ done: 100 }, { done: 100 }, { done: 100 }])
    expect(await countOf(sessions, cookie)).toBe(300)
  })

  it('nothing of ours stays in a connection of the pool', async () => {
    const table = newTable()
    const store = postgresStore({ pool, table })
    await Promise.all(Array.from({ length: 20 }, (__, index) => store.create(`key-${index}`, record())))
    await Promise.all(Array.from({ length: 20 }, (__, index) => store.touch(`key-${index}`, 2_000_000_000_000)))
    await Promise.all([store.sweep(0), store.sweep(0), store.scan(undefined, 5)])
    const looks = Array.from({ length: poolSize * 4 }, () =>
      pool.query(`SELECT pg_backend_pid() AS pid, pg_sleep(0.02), current_setting('synchronous_commit') AS commits,
        (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory') AS locks,
        (SELECT count(*)::int FROM pg_prepared_statements) AS prepared`),
    )
    const seen = (await Promise.all(looks)).map(({ rows }) => rows[0] as Record<string, unknown>)
    expect(new Set(seen.map(({ pid }) => pid)).size).toBe(poolSize)
    for (const look of seen) expect(look).toMatchObject({ commits: 'on', locks: 0, prepared: 0 })
  })

  it('statements prepared by name break where PgBouncer does not keep the names, and only then', async () => {
    const settings = ['pool_mode = transaction', `default_pool_size = ${poolSize}`, ...(await keepingNoNames())]
    const forgetful = await startPgbouncer({ serverPort: postgres().port, settings })
    const named = postgresStore({ url: forgetful.url, table: newTable(), prepare: true })
    const unnamed = postgresStore({ url: forgetful.url, table: newTable() })
    onTestFinished(async () => {
      await Promise.all([named.close(), unnamed.close()])
      await forgetful.stop()
    })
    const errors = async (store: PostgresSessionStore): Promise<unknown[]> => {
      const answers = await Promise.allSettled(
        Array.from({ length: 60 }, (__, index) => store.create(`key-${index}`, record())),
      )
      return answers
        .filter(({ status }) => status === 'rejected')
        .map((answer) => (answer as { reason: unknown }).reason)
    }
    expect(await errors(unnamed)).toEqual([])
    const broken = await errors(named)
    expect(broken.length).toBeGreaterThan(0)
    // "does not exist" and "already exists", as docs/stores/postgres.md has it.
    expect(new Set(broken.map((error) => (error as { code?: unknown }).code))).toSatisfy((codes: Set<unknown>) =>
      [...codes].every((code) => code === '26000' || code === '42P05'),
    )
  })
})

/** The setting by which a PgBouncer from 1.21 on forgets names as older ones do. */
async function keepingNoNames(): Promise<string[]> {
  const console = new Client({ connectionString: bouncer.url.replace(/postgres$/, 'pgbouncer') })
  await console.connect()
  const { rows } = (await console.query('SHOW VERSION')) as { rows: { version: string }[] }
  await console.end()
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(rows[0]!.version) ?? []).map(Number)
  return major > 1 || minor >= 21 ? ['max_prepared_statements = 0'] : []
}

const secret = 'the counters are signed with this secret'

function counting(store: PostgresSessionStore): Sessions {
  const sessions = coatcheck({ secret, store, storeTimeout: '30s' })
  onTestFinished(() => sessions.close())
  return sessions
}

/** The cookie of a session whose counter stands at 0. */
async function newCounter(sessions: Sessions): Promise<string> {
  const begin = async (req: SessionedRequest): Promise<void> => {
    req.session.n = 0
  }
  return (await ask(sessions, undefined, begin, fail)).setCookie!
}

async function countOf(sessions: Sessions, cookie: string): Promise<unknown> {
  let count: unknown
  const look = async (req: SessionedRequest): Promise<void> => {
    count = req.session.n
  }
  await ask(sessions, cookie, look, fail)
  return count
}

function fail(error: unknown): never {
  throw error
}
