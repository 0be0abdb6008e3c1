/**
 * What a session takes where it is kept: in the file, on the server, in memory. The same sessions in each store, of anonymous visitors with next
 * to nothing, of visitors with a cart, and of signed-in ones with it, who are in the user's index too.
 *
 *     npm run build && node bench/sizes.mjs [sessions, 20000]
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from 'coatcheck/stores/memory'
import { postgresStore } from 'coatcheck/stores/postgres'
import { redisStore } from 'coatcheck/stores/redis'
import { sqliteStore } from 'coatcheck/stores/sqlite'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { startPostgres, startRedis } from '../scripts/lib/engines.mjs'

const sessions = Number(process.argv[2] ?? 20_000)
const now = Date.now()
const random = (bytes) => randomBytes(bytes).toString('base64url')
const cart = () => ({
  views: 7,
  csrfSecret: random(18),
  language: 'en-GB',
  cart: Array.from({ length: 4 }, (_, index) => ({
    sku: random(9),
    title: 'A woollen coat',
    quantity: 1 + index,
    price: 12_900,
  })),
})

const visitors = {
  'views: 1': () => ({ data: '{"views":1}' }),
  'a cart': () => ({ data: JSON.stringify(cart()) }),
  'a cart, signed in': () => ({ data: JSON.stringify(cart()), userId: random(12) }),
}

/** For each store: a new one, and how many bytes it takes now. */
const places = {
  async memory() {
    const store = memoryStore({ maxSessions: 10 * sessions, maxBytes: 4e9 })
    return { store, bytes: () => store.bytes, end: () => {} }
  },

  async SQLite() {
    const folder = mkdtempSync(join(tmpdir(), 'coatcheck-sizes-'))
    const path = join(folder, 'sessions.db')
    let store = sqliteStore(path)
    return {
      get store() {
        return store
      },
      async bytes() {
        // What is in the log goes into the file when it is closed.
        await store.close()
        const { size } = statSync(path)
        store = sqliteStore(path)
        return size
      },
      end: () => rmSync(folder, { recursive: true }),
    }
  },

  async Redis() {
    const engine = await startRedis()
    const client = await createClient({ url: engine.url }).connect()
    const store = redisStore({ client })
    return {
      store,
      bytes: async () => Number(/used_memory:(\d+)/.exec(await client.info('memory'))[1]),
      async end() {
        client.destroy()
        await engine.stop()
      },
    }
  },

  async PostgreSQL() {
    const engine = await startPostgres()
    const pool = new Pool({ connectionString: engine.url })
    const store = postgresStore({ pool })
    return {
      store,
      bytes: async () => {
        await store.count()
        const { rows } = await pool.query(`SELECT pg_total_relation_size('coatcheck_sessions') AS bytes`)
        return Number(rows[0].bytes)
      },
      async end() {
        await pool.end()
        await engine.stop()
      },
    }
  },
}

const table = {}
for (const [name, visitor] of Object.entries(visitors)) {
  const made = Array.from({ length: sessions }, visitor)
  const data = made.reduce((sum, record) => sum + Buffer.byteLength(record.data), 0)
  const row = { data: Math.round(data / sessions) }
  for (const [place, open] of Object.entries(places)) {
    const opened = await open()
    const before = await opened.bytes()
    for (let done = 0; done < sessions; done += 200) {
      await Promise.all(
        made
          .slice(done, done + 200)
          .map(async (record) =>
            opened.store.create(random(32), { ...record, version: 1, createdAt: now, expiresAt: now + 86_400_000 }),
          ),
      )
    }
    row[place] = Math.round(((await opened.bytes()) - before) / sessions)
    await opened.store.close()
    await opened.end()
  }
  table[name] = row
}
console.log(`Bytes a session, of ${sessions.toLocaleString('en')}`)
console.table(table)
process.exit()
