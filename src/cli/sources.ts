/**
 * Where `coatcheck migrate` reads sessions from: our own stores, and those that people have with express-session.
 */
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { parseData } from '../core/codec.js'
import type { KeptRecord, SessionRecord } from '../core/record.js'
import { loadEngine } from '../stores/sqlite/engine.js'
import { redisStore } from '../stores/redis/index.js'
import { Failure } from './failures.js'
import { everySession } from './known-session.js'
import { openStore } from './place.js'

export interface Source {
  /** How many there are at most, where that is cheap to know. */
  readonly total: number | undefined
  /** Every session, expired ones too; `undefined` in the place of one that cannot be read. */
  sessions(): AsyncIterable<KeptRecord | undefined>
  close(): Promise<void>
}

export interface SourceOptions {
  readonly prefix?: string | undefined
  readonly table?: string | undefined
}

const day = 86_400_000

/** The kinds of other stores, by the word that stands in front of the address. */
export const foreignStores = ['connect-redis', 'connect-pg-simple', 'connect-sqlite3', 'session-file-store'] as const

/** `connect-redis:redis://host`, `connect-sqlite3:./sessions.db`, or the URL of one of our stores. */
export async function openSource(from: string, options: SourceOptions): Promise<Source> {
  const kind = foreignStores.find((name) => from.startsWith(`${name}:`))
  return kind === undefined ? storeOfOurs(from) : openers[kind](from.slice(kind.length + 1), options)
}

const openers: Readonly<
  Record<(typeof foreignStores)[number], (address: string, options: SourceOptions) => Source | Promise<Source>>
> = {
  'connect-redis': connectRedis,
  'connect-pg-simple': connectPgSimple,
  'connect-sqlite3': connectSqlite3,
  'session-file-store': sessionFileStore,
}

async function storeOfOurs(url: string): Promise<Source> {
  const store = openStore(url)
  return { total: await store.count(), sessions: () => everySession(store), close: async () => store.close() }
}

function connectRedis(url: string, { prefix = 'sess:' }: SourceOptions): Source {
  const store = redisStore({ url, prefix, legacy: 'connect-redis' })
  return { total: undefined, sessions: () => everySession(store), close: () => store.close() }
}

interface PgRow {
  readonly sid: string
  readonly sess: string
  readonly expires: string | number
  readonly count: string
}

interface PgClient {
  connect(): Promise<unknown>
  query(sql: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly PgRow[] }>
  end(): Promise<void>
}

async function connectPgSimple(url: string, { table = 'session' }: SourceOptions): Promise<Source> {
  const client = newPgClient(url)
  await client.connect()
  const name = table
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
  const { rows } = await client.query(`SELECT count(*) AS count FROM ${name}`)
  async function* sessions(): AsyncGenerator<KeptRecord | undefined> {
    let after = ''
    for (;;) {
      const page = await client.query(
        // The column has no time zone; like connect-pg-simple, this takes it for one of the database session's own.
        `SELECT sid, sess::text AS sess, extract(epoch FROM expire::timestamptz) * 1000 AS expires
          FROM ${name} WHERE sid > $1 ORDER BY sid LIMIT 500`,
        [after],
      )
      for (const { sid, sess, expires } of page.rows) yield sessionOf(sid, sess, Number(expires))
      if (page.rows.length === 0) return
      after = page.rows.at(-1)!.sid
    }
  }
  return { total: Number(rows[0]!.count), sessions, close: () => client.end() }
}

function newPgClient(url: string): PgClient {
  try {
    const { Client } = createRequire(join(process.cwd(), 'package.json'))('pg') as {
      Client: new (options: object) => PgClient
    }
    return new Client({ connectionString: url })
  } catch (cause) {
    throw new Failure('connect-pg-simple: needs the package pg in this folder: npm install pg', 1, { cause })
  }
}

function connectSqlite3(path: string, { table = 'sessions' }: SourceOptions): Source {
  const connection = loadEngine().open(path)
  const name = `"${table.replaceAll('"', '""')}"`
  const total = Number(connection.prepare(`SELECT count(*) AS count FROM ${name}`).get([])!['count'])
  const page = connection.prepare(`SELECT sid, sess, expired FROM ${name} WHERE sid > ? ORDER BY sid LIMIT 500`)
  // A generator of promises like the others, though this engine answers at once.
  async function* sessions(): AsyncGenerator<KeptRecord | undefined> {
    for (let after = ''; ;) {
      const rows = page.all([after])
      for (const { sid, sess, expired } of rows) yield sessionOf(sid as string, sess as string, Number(expired))
      if (rows.length === 0) return
      after = rows.at(-1)!['sid'] as string
    }
  }
  return { total, sessions, close: async () => connection.close() }
}

async function sessionFileStore(folder: string): Promise<Source> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  async function* sessions(): AsyncGenerator<KeptRecord | undefined> {
    for (const file of files)
      yield sessionOf(basename(file, '.json'), await readFile(join(folder, file), 'utf8'), undefined)
  }
  return { total: files.length, sessions, close: async () => {} }
}

interface StoredCookie {
  readonly originalMaxAge?: unknown
  readonly expires?: unknown
}

/** A session as every store of express-session keeps it: one object, cookie included. */
function sessionOf(id: string, text: string, expiresAt: number | undefined): KeptRecord | undefined {
  const session = parseData(text)
  const cookie = session?.['cookie'] as StoredCookie | null | undefined
  if (session === undefined || typeof cookie !== 'object' || cookie === null) return undefined
  const { cookie: _, __lastAccess: lastAccess, ...values } = session
  const now = Date.now()
  const own = typeof cookie.expires === 'string' ? Date.parse(cookie.expires) : Number.NaN
  const ends = [expiresAt, own, Number(lastAccess) + day].find((time) => time !== undefined && Number.isFinite(time))
  const begun = typeof cookie.originalMaxAge === 'number' ? own - cookie.originalMaxAge : Number.NaN
  const record: SessionRecord = {
    data: JSON.stringify(values),
    attributes: JSON.stringify({ cookie }),
    version: 1,
    createdAt: begun <= now ? begun : now,
    expiresAt: Math.round(ends ?? now + day),
    userId: undefined,
  }
  return { key: id, record }
}
