/**
 * The subjects whose sessions are kept in an engine. All connect with their client's own defaults.
 */
import { contractOptions, safeOptions } from './subject-options.mjs'

/** `on` names the engine, whose `url` the middleware is made with. The rest as in subjects.mjs. */
export const engineSubjects = [
  {
    name: 'get',
    title: 'nothing but a GET of 500 bytes',
    on: 'redis',
    sessionless: true,
    extra: true,
    async middleware(_row, url) {
      const client = await nodeRedis(url)
      await client.set('floor', 'x'.repeat(500))
      return (_req, _res, next) => void client.get('floor').then(() => next(), next)
    },
  },
  ...ours('redis', '', async (url) => {
    const { redisStore } = await import('coatcheck/stores/redis')
    return redisStore({ client: await nodeRedis(url) })
  }),
  {
    name: 'express-session',
    title: 'express-session + connect-redis',
    on: 'redis',
    rival: true,
    async middleware(row, url) {
      const { default: session } = await import('express-session')
      const { RedisStore } = await import('connect-redis')
      return session({ ...contractOptions(row), store: new RedisStore({ client: await nodeRedis(url) }) })
    },
  },
  ...ours('redis', 'ioredis', async (url) => {
    const { redisStore } = await import('coatcheck/stores/redis')
    const { default: Redis } = await import('ioredis')
    return redisStore({ client: new Redis(url) })
  }),
  ...ours('redis', 'iovalkey', async (url) => {
    const { redisStore } = await import('coatcheck/stores/redis')
    const { default: Redis } = await import('iovalkey')
    return redisStore({ client: new Redis(url) })
  }),
  {
    name: 'select',
    title: 'nothing but a SELECT of 500 bytes',
    on: 'postgres',
    sessionless: true,
    extra: true,
    async middleware(_row, url) {
      const pool = await pgPool(url)
      await pool.query('CREATE TABLE IF NOT EXISTS floor (key text PRIMARY KEY, data text)')
      await pool.query("INSERT INTO floor VALUES ('floor', repeat('x', 500)) ON CONFLICT DO NOTHING")
      return (_req, _res, next) =>
        void pool.query('SELECT data FROM floor WHERE key = $1', ['floor']).then(() => next(), next)
    },
  },
  ...ours('postgres', '', async (url) => {
    const { postgresStore } = await import('coatcheck/stores/postgres')
    return postgresStore({ pool: await pgPool(url) })
  }),
  {
    name: 'express-session',
    title: 'express-session + connect-pg-simple',
    on: 'postgres',
    rival: true,
    async middleware(row, url) {
      const { default: session } = await import('express-session')
      const { default: connectPgSimple } = await import('connect-pg-simple')
      const PgStore = connectPgSimple(session)
      const store = new PgStore({ pool: await pgPool(url), createTableIfMissing: true })
      return session({ ...contractOptions(row), store })
    },
  },
  ...ours('postgres', 'prepared', async (url) => {
    const { postgresStore } = await import('coatcheck/stores/postgres')
    return postgresStore({ pool: await pgPool(url), prepare: true })
  }),
]

/** Both doors of coatcheck over one store; with a `variant` they run when they are asked for. */
function ours(engine, variant, makeStore) {
  const doors = [
    { name: 'session', title: 'coatcheck session()', from: 'session', options: contractOptions },
    { name: 'coatcheck', title: 'coatcheck()', from: 'coatcheck', options: safeOptions },
  ]
  return doors.map(({ name, title, from, options }) => ({
    name: variant === '' ? name : `${name}+${variant}`,
    title: variant === '' ? title : `${title}, ${variant}`,
    on: engine,
    ours: true,
    extra: variant !== '',
    async middleware(row, url) {
      const { [from]: door } = await import('coatcheck')
      return door({ ...options(row), store: await makeStore(url) })
    },
  }))
}

async function nodeRedis(url) {
  const { createClient } = await import('redis')
  const client = createClient({ url })
  await client.connect()
  return client
}

async function pgPool(connectionString) {
  const { default: pg } = await import('pg')
  return new pg.Pool({ connectionString })
}
