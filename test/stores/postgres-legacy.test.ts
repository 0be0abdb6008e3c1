/**
 * Sessions of connect-pg-simple under postgresStore({ legacy }): an app changes its store, and nobody is signed out.
 */
import { createRequire } from 'node:module'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { session as ourSession, type Sessions } from '../../src/index.js'
import { postgresStore } from '../../src/stores/postgres/index.js'
import { startPostgres, useEngine } from '../support/engines.js'

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
