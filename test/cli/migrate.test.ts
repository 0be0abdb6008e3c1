/**
 * Moving sessions out of the stores that people have, as those stores have written them.
 */
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createHmac } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { RedisStore } from 'connect-redis'
import { Client } from 'pg'
import { createClient } from 'redis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { deriveKey } from '../../src/core/keys.js'
import { coatcheck, session } from '../../src/index.js'
import { loadEngine } from '../../src/stores/sqlite/engine.js'
import { sqliteStore } from '../../src/stores/sqlite/index.js'
import { site, Visitor, type Middleware } from '../http/support/site.js'
import { temporaryFolder } from '../stores/support.js'
import { startPostgres, startRedis, useEngine } from '../support/engines.js'
import { cli, startCli } from './support.js'

const secret = 'the secret of the app that moves, long enough'
const hour = 3_600_000

const redis = useEngine(startRedis)
const postgres = useEngine(startPostgres)

function newTarget(): { readonly url: string; readonly path: string } {
  const path = join(temporaryFolder(), 'moved.db')
  return { url: `sqlite:${path}`, path }
}

/** A session as express-session hands it to a store. */
function stored(data: object, expires: number = Date.now() + hour): object {
  return {
    cookie: { originalMaxAge: hour, expires: new Date(expires).toISOString(), httpOnly: true, path: '/' },
    ...data,
  }
}

const require = createRequire(import.meta.url)
interface PublishedStore {
  close?(): unknown
}
// Neither brings types of its own, and those of others would be compared with ours.
const expressSession = require('express-session') as (options: object) => Middleware
const connectPgSimple = require('connect-pg-simple') as (of: unknown) => new (options: object) => PublishedStore

/** A visitor of an app on express-session over this store, with something in the session. */
async function visitorOf(store: object): Promise<Visitor> {
  const settings = { secret, resave: false, saveUninitialized: false, cookie: { maxAge: hour }, store }
  const where = await site(expressSession(settings), (req, res) => {
    req.session.name = 'ann'
    res.end()
  })
  const visitor = new Visitor(where)
  await visitor.ask()
  return visitor
}

/** What the same visitor finds in the app on coatcheck over the new store. */
async function findsOn(path: string, visitor: Visitor): Promise<string> {
  const store = sqliteStore(path)
  const sessions = session({ secret, resave: false, saveUninitialized: false, cookie: { maxAge: hour }, store })
  onTestFinished(() => sessions.close())
  const where = await site(sessions, (req, res) => res.end(String(req.session.name)))
  return (await where.ask('/', { headers: { cookie: visitor.cookieHeader } })).body
}

interface Tally {
  readonly copied: number
  readonly updated: number
  readonly kept: number
  readonly expired: number
  readonly unreadable: number
}

async function moved(args: readonly string[], env: Record<string, string> = {}): Promise<Tally> {
  const ran = await cli(['migrate', ...args, '--json'], env)
  expect(ran).toMatchObject({ code: 0 })
  return JSON.parse(ran.out) as Tally
}

describe('a visitor stays signed in when the sessions move out of', () => {
  it('connect-redis', async () => {
    const client = createClient({ url: redis().url })
    await client.connect()
    onTestFinished(() => client.destroy())
    const visitor = await visitorOf(new RedisStore({ client }))
    const { url, path } = newTarget()
    expect(await moved(['--from', `connect-redis:${redis().url}`, '--to', url])).toMatchObject({ copied: 1 })
    expect(await findsOn(path, visitor)).toBe('ann')
  })

  it('connect-pg-simple', async () => {
    const PgStore = connectPgSimple(expressSession)
    const store = new PgStore({ conString: postgres().url, createTableIfMissing: true, pruneSessionInterval: false })
    onTestFinished(() => void store.close?.())
    const visitor = await visitorOf(store)
    // It saves behind the response's back.
    const client = new Client({ connectionString: postgres().url })
    await client.connect()
    onTestFinished(() => client.end())
    await expect
      .poll(async () => (await client.query('SELECT count(*)::int AS n FROM session')).rows[0])
      .toEqual({ n: 1 })
    const { url, path } = newTarget()
    expect(await moved(['--from', `connect-pg-simple:${postgres().url}`, '--to', url])).toMatchObject({ copied: 1 })
    expect(await findsOn(path, visitor)).toBe('ann')
  })
})

/** A file as connect-sqlite3 makes it. */
function connectSqlite3File(rows: readonly (readonly [sid: string, expired: number, sess: string])[]): string {
  const path = join(temporaryFolder(), 'sessions')
  const database = loadEngine().open(path)
  database.exec('CREATE TABLE sessions (sid PRIMARY KEY, expired, sess)')
  const insert = database.prepare('INSERT INTO sessions (sid, expired, sess) VALUES (?, ?, ?)')
  for (const row of rows) insert.run(row)
  database.close()
  return path
}

describe('out of connect-sqlite3', () => {
  it('come the sessions that live and can be read, and the others are counted', async () => {
    const later = Date.now() + hour
    const from = connectSqlite3File([
      ['one', later, JSON.stringify(stored({ name: 'ann' }))],
      ['old', 1, JSON.stringify(stored({ name: 'old' }, 1))],
      ['bad', later, 'no JSON'],
      ['odd', later, '{"no":"cookie"}'],
    ])
    const { url, path } = newTarget()
    expect(await moved(['--from', `connect-sqlite3:${from}`, '--to', url])).toEqual({
      copied: 1,
      updated: 0,
      kept: 0,
      expired: 1,
      unreadable: 2,
      dryRun: false,
    })
    const store = sqliteStore(path)
    onTestFinished(() => store.close())
    expect(await store.read('one')).toMatchObject({ data: '{"name":"ann"}', version: 1, expiresAt: later })
  })

  it('a second run takes along what has changed since, and leaves alone what the app has changed in the new store', async () => {
    const later = Date.now() + hour
    const rows = (note: string): [string, number, string][] =>
      ['changed', 'touched', 'same'].map((sid) => [
        sid,
        later,
        JSON.stringify(stored({ note: sid === 'same' ? 'a' : note }, later)),
      ])
    const { url, path } = newTarget()
    await moved(['--from', `connect-sqlite3:${connectSqlite3File(rows('a'))}`, '--to', url])
    const store = sqliteStore(path)
    onTestFinished(() => store.close())
    const touched = (await store.read('touched'))!
    await store.update('touched', { ...touched, data: '{"note":"of the app"}', version: 2 }, 1)
    const again = await moved(['--from', `connect-sqlite3:${connectSqlite3File(rows('b'))}`, '--to', url])
    expect(again).toMatchObject({ copied: 0, updated: 1, kept: 2 })
    expect((await store.read('changed'))!.data).toBe('{"note":"b"}')
    expect((await store.read('touched'))!.data).toBe('{"note":"of the app"}')
  })

  it('a dry run counts and writes nothing', async () => {
    const from = connectSqlite3File([['one', Date.now() + hour, JSON.stringify(stored({}))]])
    const { url, path } = newTarget()
    await sqliteStore(path).close()
    expect(await moved(['--from', `connect-sqlite3:${from}`, '--to', url, '--dry-run'])).toMatchObject({ copied: 1 })
    const store = sqliteStore(path)
    onTestFinished(() => store.close())
    expect(await store.count()).toBe(0)
  })
})

it('out of session-file-store comes what its files hold', async () => {
  const folder = join(temporaryFolder(), 'sessions')
  mkdirSync(folder)
  writeFileSync(join(folder, 'one.json'), JSON.stringify({ ...stored({ name: 'ann' }), __lastAccess: Date.now() }))
  writeFileSync(join(folder, 'half.json'), '{"cookie":{')
  const { url, path } = newTarget()
  expect(await moved(['--from', `session-file-store:${folder}`, '--to', url])).toMatchObject({
    copied: 1,
    unreadable: 1,
  })
  const store = sqliteStore(path)
  onTestFinished(() => store.close())
  expect((await store.read('one'))!.data).toBe('{"name":"ann"}')
})

it('between stores of ours, users and devices come along; with --hash-ids coatcheck() finds them', async () => {
  const from = newTarget()
  const to = newTarget()
  const old = sqliteStore(from.path)
  const now = Date.now()
  const id = 'i'.repeat(43)
  await old.create(id, {
    data: '{"name":"ann"}',
    attributes: `{"at":${now},"method":"password"}`,
    version: 7,
    createdAt: now,
    expiresAt: now + hour,
    userId: 'ann',
  })
  await old.close()
  expect(await moved(['--from', from.url, '--to', to.url, '--hash-ids'], { SESSION_SECRET: secret })).toMatchObject({
    copied: 1,
  })
  const store = sqliteStore(to.path)
  const sessions = coatcheck({ secret, store })
  onTestFinished(() => sessions.close())
  expect(await sessions.list('ann')).toMatchObject([{ userId: 'ann', method: 'password', authenticatedAt: now }])
  const signature = createHmac('sha256', deriveKey(secret, 'cookie signature')).update(id).digest('base64url')
  const where = await site(sessions, (req, res) => res.end(String(req.session.name)))
  expect((await where.ask('/', { headers: { cookie: `session=${id}.${signature}` } })).body).toBe('ann')
})

it('watch tells what begins, changes and ends', async () => {
  const { url, path } = newTarget()
  const store = sqliteStore(path)
  onTestFinished(() => store.close())
  const now = Date.now()
  const record = { data: '{}', version: 1, createdAt: now, expiresAt: now + hour, userId: 'ann' }
  await store.create('there-before', record)
  const child = startCli(['watch', '--store', url, '--every', '50ms', '--json'])
  let told = ''
  child.stdout.on('data', (chunk: Buffer) => (told += String(chunk)))
  const seen = (): [string, string][] =>
    told
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { what: string; session: string })
      .map(({ what, session: name }) => [what, name])
  const eventually = async (what: string, name: string): Promise<void> => {
    await expect.poll(seen, { timeout: 15_000 }).toContainEqual([what, name])
  }
  // It tells of nothing that was there when it first looked, so what it first looked at is found out by a session that begins again and again.
  let begun = 0
  const beginning = setInterval(() => void store.create(`begins-${begun++}`.padEnd(12, '-'), record), 60)
  await expect.poll(() => seen().length, { timeout: 15_000 }).toBeGreaterThan(0)
  clearInterval(beginning)
  await store.update('there-before', { ...record, data: '{"a":1}', version: 2 }, 1)
  await eventually('changed', 'there-befo…')
  await store.delete('there-before')
  await eventually('ended', 'there-befo…')
  child.kill('SIGINT')
  expect((await once(child, 'exit'))[0]).toBe(0)
})
