/**
 * No ID, user or option reaches a path or a statement as more than a value (React Router CVE-2025-61686, where a cookie named the file that
 * was read and written; connect-pg-simple CVE-2019-15658, where the table's name was a piece of SQL).
 */
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { Pool } from 'pg'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { session, type SessionStore } from '../../src/index.js'
import { postgresStore } from '../../src/stores/postgres/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { sqliteStore } from '../../src/stores/sqlite/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { site, Visitor } from '../http/support/site.js'
import { engines } from '../stores/sqlite-engines.js'
import { record, start, temporaryFolder } from '../stores/support.js'
import { startPostgres, startRedis, useEngine } from '../support/engines.js'
import { plain } from './support/doors.js'

/** Texts that are more than a value where they are not treated as one. */
const hostile = [
  "' OR '1'='1",
  "'; DROP TABLE sessions; --",
  '"; DROP TABLE sessions; --',
  '$1',
  '%',
  '_',
  '?',
  ':key',
  '../../../../tmp/coatcheck-was-here',
  '/etc/passwd',
  '..\\..\\windows',
  'file:///etc/passwd',
  '*',
  '[a-z]*',
  '{tag}',
  'a b\r\nFLUSHALL\r\n',
  '\r\n$8\r\nFLUSHALL\r\n',
  "')) redis.call('FLUSHALL') --",
  '__proto__',
  'constructor',
  'NULL',
]

/** Each hostile text as key, user and data: it leads to its own record, to all of it, and to no other. */
async function areValues(store: SessionStore): Promise<void> {
  const bystander = record({ data: '{"who":"bystander"}', userId: 'bystander' })
  expect(await store.create('bystander', bystander)).toBe(true)
  for (const text of hostile) {
    expect([text, await store.read(text)]).toEqual([text, undefined])
    expect([text, await store.listByUser(text)]).toEqual([text, []])
    expect([text, await store.delete(text)]).toEqual([text, false])
    expect([text, await store.deleteByUser(text)]).toEqual([text, []])
    expect([text, await store.update(text, record({ version: 2 }), 1)]).toEqual([text, 'missing'])
  }
  for (const text of hostile) {
    const own = record({ data: JSON.stringify({ text }), attributes: JSON.stringify({ text }), userId: text })
    expect(await store.create(text, own)).toBe(true)
    expect(await store.read(text)).toEqual(own)
    expect((await store.listByUser(text)).map(({ key }) => key)).toEqual([text])
    expect(await store.update(text, { ...own, version: 2 }, 1)).toBe('updated')
    expect(await store.touch(text, own.expiresAt + 1)).toBe(true)
    expect(await store.replace(text, `${text}2`, own)).toBe(true)
  }
  expect(await store.count()).toBe(hostile.length + 1)
  for (const text of hostile) expect(await store.deleteByUser(text)).toEqual([`${text}2`])
  expect(await store.read('bystander')).toEqual(bystander)
  expect(await store.count()).toBe(1)
}

describe('keys, users and data in SQL', () => {
  const postgres = useEngine(startPostgres)
  let pool: Pool
  beforeAll(() => {
    pool = new Pool({ connectionString: postgres().url, max: 2 })
  })
  afterAll(() => pool.end())

  it('are values to PostgreSQL, whatever they hold', async () => {
    await pool.query('CREATE TABLE sessions (here int)')
    await areValues(postgresStore({ pool }))
    await areValues(postgresStore({ pool, table: 'prepared', prepare: true }))
    expect((await pool.query("SELECT to_regclass('sessions') IS NOT NULL AS there")).rows).toEqual([{ there: true }])
  })

  it.each([
    'sessions; DROP TABLE users',
    'sessions"; DROP TABLE users; --',
    '"sessions"',
    "sessions'",
    'a.b.c',
    'a..b',
    '.a',
    'a b',
    'sessions--',
    'sessions/**/',
    '1sessions',
    'täble',
    '',
    '\0',
    5,
    null,
    ['sessions'],
    { toString: () => 'sessions' },
  ])(
    'a table called %j is refused at the start, as table and as legacyTable (connect-pg-simple CVE-2019-15658)',
    (name) => {
      for (const options of [{ table: name }, { legacy: 'connect-pg-simple', legacyTable: name }]) {
        expect(() => postgresStore({ pool, ...(options as object) })).toThrow(/table's name/)
      }
    },
  )

  it('a table called by a word of SQL, with a schema, is that table', async () => {
    await pool.query('CREATE SCHEMA "select"')
    const store = postgresStore({ pool, table: 'select.from' })
    expect(await store.create('key', record())).toBe(true)
    expect((await pool.query('SELECT key FROM "select"."from"')).rows).toEqual([{ key: 'key' }])
  })
})

describe.each(engines)('keys, users and data in SQLite on %s', (engine) => {
  it('are values, and no paths: no file comes to be but the database (React Router CVE-2025-61686)', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'deep', 'er', 'sessions.db')
    const store = sqliteStore({ path, engine })
    await areValues(store)
    await store.close()
    expect(readdirSync(folder)).toEqual(['deep'])
    expect(readdirSync(dirname(path)).filter((file) => !file.startsWith('sessions.db'))).toEqual([])
  })
})

describe('keys, users and data in Redis', () => {
  const redis = useEngine(startRedis)

  it('are values: neither commands nor patterns nor scripts', async () => {
    const client = await createClient({ url: redis().url }).connect()
    try {
      await client.set('of the app', 'kept')
      await areValues(redisStore({ client, clock: fakeClock(start) }))
      expect(await client.get('of the app')).toBe('kept')
    } finally {
      client.destroy()
    }
  })
})

describe('an ID that is a path or a statement', () => {
  it('is looked up as it is where the app’s own genid makes such IDs, and nowhere else', async () => {
    const folder = temporaryFolder()
    const store = sqliteStore(join(folder, 'sessions.db'))
    for (const id of hostile) {
      const where = await site(session({ ...plain, store, genid: () => id }), (req, res) => {
        const { user } = req.session
        if (req.url === '/set') req.session.user = id
        res.end(String(user))
      })
      const visitor = new Visitor(where)
      await visitor.ask('/set')
      expect((await visitor.ask('/')).body).toBe(id)
    }
    expect(await store.count()).toBe(hostile.length)
    await store.close()
    expect(readdirSync(folder).filter((file) => !file.startsWith('sessions.db'))).toEqual([])
  })
})
