/**
 * Sessions of connect-pg-simple under postgresStore({ legacy }): an app changes its store, and nobody is signed out.
 */
import { createRequire } from 'node:module'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { ownKey } from '../../src/core/own-records.js'
import type { SessionRecord } from '../../src/core/record.js'
import { sealedRecords } from '../../src/core/sealed-records.js'
import { session as ourSession, type Sessions } from '../../src/index.js'
import { postgresStore } from '../../src/stores/postgres/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { startPostgres, useEngine } from '../support/engines.js'
import { hour, record } from './support.js'

const postgres = useEngine(startPostgres)
const settings = { secret: 'keyboard cat', resave: false, saveUninitialized: false, cookie: { maxAge: 3_600_000 } }

// Both come without types of their own.
const require = createRequire(import.meta.url)
const expressSession = require('express-session') as (options: object) => Middleware
const connectPgSimple = require('connect-pg-simple') as (session: unknown) => new (options: object) => object

let pool: Pool
let servers: Server[] = []

type Middleware = (req: never, res: never, next: () => void) => void
interface Visitor {
  user?: string
  views?: number
}

beforeAll(() => {
  pool = new Pool({ connectionString: postgres().url, max: 5 })
})
afterAll(() => pool.end())
beforeEach(async () => {
  for (const server of servers) server.close()
  servers = []
  await pool.query('DROP TABLE IF EXISTS session; DROP TABLE IF EXISTS coatcheck_sessions')
})

/** An app that signs a visitor in, counts his views, and signs him out. */
async function serve(middleware: Middleware): Promise<(path: string, cookie?: string) => Promise<[string, string]>> {
  const server = createServer((req, res) => {
    middleware(req as never, res as never, () => {
      const held = (req as unknown as { session: Visitor & { destroy(done: () => void): void } }).session
      if (req.url === '/sign-in') held.user = 'ada'
      if (req.url === '/view') held.views = (held.views ?? 0) + 1
      if (req.url === '/sign-out') {
        held.destroy(() => res.end('bye'))
        return
      }
      res.end(`${held.user ?? 'nobody'} ${held.views ?? 0}`)
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return async (path, cookie = '') => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie } })
    return [await response.text(), response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie]
  }
}

function theirs(): Middleware {
  const PgStore = connectPgSimple(expressSession)
  const store = new PgStore({ pool, createTableIfMissing: true, pruneSessionInterval: false })
  return expressSession({ ...settings, store })
}

function ours(): Sessions {
  return ourSession({ ...settings, store: postgresStore({ pool, legacy: 'connect-pg-simple' }) })
}

const count = async (table: string): Promise<number> => {
  const { rows } = await pool.query(`SELECT count(*) FROM ${table}`)
  return Number(rows[0].count)
}

describe('a visitor whom connect-pg-simple signed in', () => {
  it('stays signed in, and is taken over by his first change', async () => {
    const [, cookie] = await (await serve(theirs()))('/sign-in')
    const sessions = ours()
    const visit = await serve(sessions)
    expect((await visit('/', cookie))[0]).toBe('ada 0')
    expect((await visit('/view', cookie))[0]).toBe('ada 1')
    expect((await visit('/view', cookie))[0]).toBe('ada 2')
    expect([await count('session'), await count('coatcheck_sessions')]).toEqual([0, 1])
    await sessions.close()
  })

  it('can sign out, and does not come back', async () => {
    const [, cookie] = await (await serve(theirs()))('/sign-in')
    const sessions = ours()
    const visit = await serve(sessions)
    expect((await visit('/sign-out', cookie))[0]).toBe('bye')
    expect((await visit('/', cookie))[0]).toBe('nobody 0')
    expect(await count('session')).toBe(0)
    await sessions.close()
  })

  it('whose session has expired there is a new visitor here', async () => {
    const [, cookie] = await (await serve(theirs()))('/sign-in')
    await pool.query(`UPDATE session SET expire = now() - interval '1 hour'`)
    const sessions = ours()
    const visit = await serve(sessions)
    expect((await visit('/', cookie))[0]).toBe('nobody 0')
    await sessions.close()
  })

  it('is taken over once by parallel requests, and none of their changes is lost', async () => {
    const [, cookie] = await (await serve(theirs()))('/sign-in')
    const sessions = ours()
    const other = ours()
    const visits = await Promise.all([sessions, other].map((each) => serve(each as unknown as Middleware)))
    await Promise.all(visits.flatMap((visit) => [visit('/view', cookie), visit('/', cookie)]))
    expect([await count('session'), await count('coatcheck_sessions')]).toEqual([0, 1])
    expect((await visits[0]!('/', cookie))[0]).toMatch(/^ada [12]$/)
    await sessions.close()
    await other.close()
  })
})

describe('the way back', () => {
  const start = Date.UTC(2027, 0, 1)
  const text = '{"user":"ada","list":[],"odd":"\\u0000 \\ud83d ü","n":1.5}'
  const clock = fakeClock(start)
  const encryption = { keys: ['a key of at least thirty-two bytes, for tests'] }

  const ourStore = () => postgresStore({ pool, clock, legacy: 'connect-pg-simple' })
  const fresh = (fields: Partial<SessionRecord> = {}): SessionRecord =>
    record({ data: text, createdAt: start, expiresAt: start + hour, ...fields })
  const kept = async (): Promise<Record<string, unknown>[]> =>
    (await pool.query('SELECT sid, sess, expire::timestamptz AS expire FROM session ORDER BY sid')).rows

  it('gives every session to connect-pg-simple, with its data, its cookie and its deadline, and makes its table', async () => {
    const store = ourStore()
    await store.create('a', fresh({ userId: 'ada' }))
    await store.create('b', fresh({ data: '{}', attributes: '{"cookie":{"path":"/app"},"at":1}' }))
    await store.create('over', fresh({ expiresAt: start }))
    await store.create(ownKey('tombstone', 'given up'), fresh())
    expect(await store.handBack({ maxAge: hour })).toBe(2)
    const expire = new Date(start + hour)
    const cookie = { originalMaxAge: hour, expires: expire.toJSON(), httpOnly: true, path: '/' }
    expect(await kept()).toEqual([
      { sid: 'a', sess: { cookie, ...(JSON.parse(text) as object) }, expire },
      { sid: 'b', sess: { cookie: { path: '/app' } }, expire },
    ])
    expect(await store.handBack()).toBe(0)
    expect(await store.count()).toBe(2)
    await store.close()
  })

  it('and forth again', async () => {
    const store = ourStore()
    for (let index = 0; index < 1_200; index += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, step) => store.create(`key-${index + step}`, fresh())))
    }
    expect(await store.handBack()).toBe(1_200)
    expect(await store.count()).toBe(0)
    expect(JSON.parse((await store.read('key-7'))!.data)).toEqual(JSON.parse(text))
    await store.close()
  })

  it('leaves a session that was changed since it was read, for the next time', async () => {
    const store = ourStore()
    await store.create('key', fresh())
    const racing = {
      query: async (statement: { text: string }) => {
        if (statement.text?.includes('unnest')) {
          await pool.query(`UPDATE coatcheck_sessions SET version = version + 1, data = '{"newer":true}'`)
        }
        return pool.query(statement as never)
      },
    }
    const other = postgresStore({ pool: racing as never, clock, legacy: 'connect-pg-simple' })
    expect(await other.handBack()).toBe(0)
    expect((await store.read('key'))?.data).toBe('{"newer":true}')
    expect(await store.handBack()).toBe(1)
    await store.close()
  })

  it('opens encrypted sessions with the keys of the app, and leaves those that no key opens', async () => {
    const store = ourStore()
    await sealedRecords(store, encryption).create('sealed', fresh())
    await sealedRecords(store, { keys: ['another key, of thirty-two bytes at the least'] }).create('lost', fresh())
    await expect(store.handBack()).rejects.toThrow(/encrypted session.*handBack\(\{ encryption: \{ keys \} \}\)/)
    expect(await store.handBack({ encryption })).toBe(1)
    expect((await kept()).map(({ sid }) => sid)).toEqual(['sealed'])
    expect(await store.count()).toBe(1)
    await store.close()
  })

  it('needs to know where to', async () => {
    await expect(postgresStore({ pool }).handBack()).rejects.toThrow(/legacy: 'connect-pg-simple'/)
  })

  it('signs nobody out, there and back and there again', async () => {
    const [before, sessions] = [await serve(theirs()), ours()]
    const after = await serve(sessions)
    const [, cookie] = await before('/sign-in')
    expect((await after('/view', cookie))[0]).toBe('ada 1')
    const store = postgresStore({ pool, legacy: 'connect-pg-simple' })
    expect(await store.handBack({ maxAge: 3_600_000 })).toBe(1)
    expect((await before('/view', cookie))[0]).toBe('ada 2')
    expect((await after('/view', cookie))[0]).toBe('ada 3')
    expect(await store.handBack({ maxAge: 3_600_000 })).toBe(1)
    expect((await before('/sign-out', cookie))[0]).toBe('bye')
    expect((await after('/', cookie))[0]).toBe('nobody 0')
    await sessions.close()
  })
})
