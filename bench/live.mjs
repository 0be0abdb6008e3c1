/**
 * How long a WebSocket outlives its session when another process ends it: from the call of `revokeUser` there to the close here.
 *
 *     node bench/live.mjs [times, 200]
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { coatcheck } from 'coatcheck'
import { liveSessions } from 'coatcheck/live'
import { postgresStore } from 'coatcheck/stores/postgres'
import { redisStore } from 'coatcheck/stores/redis'
import { sqliteStore } from 'coatcheck/stores/sqlite'
import { sessionCookie } from 'coatcheck/testing'
import { WebSocket, WebSocketServer } from 'ws'
import { startPostgres, startRedis } from '../scripts/lib/engines.mjs'

const times = Number(process.argv[2] ?? 200)
const secret = 'a secret for the benchmark and for nothing else'
const folder = mkdtempSync(join(tmpdir(), 'coatcheck-live-'))
const redis = await startRedis()
const postgres = await startPostgres()
const file = join(folder, 'sessions.db')

await measure(
  'Redis, by publish and subscribe',
  'redis',
  redis.url,
  redisStore({ url: redis.url, tellEnds: true }),
  times,
)
await measure(
  'PostgreSQL, by notifications',
  'postgres',
  postgres.url,
  postgresStore({ url: postgres.url, tellEnds: true }),
  times,
)
// A look each two seconds is what it waits for, so fewer will do.
await measure('SQLite, by looking each 2 s', 'sqlite', file, sqliteStore(file), Math.ceil(times / 20))

await redis.stop()
await postgres.stop()
rmSync(folder, { recursive: true })

async function measure(title, kind, place, store, count) {
  const sessions = coatcheck({ secret, store })
  const live = liveSessions(sessions)
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets = new WebSocketServer({ server })
  live.webSockets(sockets)
  sockets.on('connection', async (socket, req) => {
    await live.watch(req, () => {})
    socket.send('watched')
  })
  const url = `ws://127.0.0.1:${server.address().port}`
  const child = fork(fileURLToPath(new URL('../test/live/children/revoker.mjs', import.meta.url)), [
    kind,
    place,
    secret,
  ])
  await once(child, 'message')
  const took = []
  for (let time = 0; time < count; time += 1) {
    const userId = `user-${time}`
    const socket = new WebSocket(url, { headers: { cookie: await sessionCookie(sessions, { userId }) } })
    await once(socket, 'message')
    const closed = once(socket, 'close').then(() => performance.timeOrigin + performance.now())
    child.send(userId)
    const [{ startedAt }] = await once(child, 'message')
    took.push((await closed) - startedAt)
  }
  child.kill()
  await live.close()
  server.close()
  await sessions.close()
  took.sort((one, other) => one - other)
  const at = (share) => `${took[Math.min(count - 1, Math.floor(count * share))].toFixed(1)} ms`.padStart(11)
  console.log(`${title.padEnd(34)} p50${at(0.5)}   p99${at(0.99)}   of ${count}`)
}
