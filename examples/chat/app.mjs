/**
 * A chat whose sockets end with their sessions: sign out in one tab, and the others fall silent. `node examples/chat/app.mjs`, then http://localhost:3000.
 *
 * Several processes over one store know of each other's sign-outs: PORT=3001 STORE=redis://localhost:6379 node examples/chat/app.mjs
 */
import { once } from 'node:events'
import { createServer } from 'node:http'

import { coatcheck } from 'coatcheck'
import { csrf } from 'coatcheck/csrf'
import { liveSessions } from 'coatcheck/live'
import { memoryStore } from 'coatcheck/stores/memory'
import { postgresStore } from 'coatcheck/stores/postgres'
import { redisStore } from 'coatcheck/stores/redis'
import { sqliteStore } from 'coatcheck/stores/sqlite'
import express from 'express'
import { WebSocketServer } from 'ws'

import { page } from './page.mjs'

/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes what they throw to the error handlers */
/** Starts the chat, and answers where it listens and how it ends. */
export async function startChat({ port = 0, store = memoryStore(), secret }) {
  const sessions = coatcheck({ secret, store, renewEvery: '15m' })
  const live = liveSessions(sessions)
  const guard = csrf()

  const app = express()
  app.disable('x-powered-by')
  app.use(sessions, guard, express.urlencoded({ extended: false, limit: '1kb' }))
  app.get('/', (req, res) => res.send(page(sessions.info(req)?.userId)))
  app.post('/in', async (req, res) => {
    const name = String(req.body.name ?? '')
      .trim()
      .slice(0, 30)
    // A chat without passwords: whoever says a name has it.
    if (name !== '') await sessions.signIn(req, name, { method: 'name' })
    res.redirect(303, '/')
  })
  app.post('/out', async (req, res) => {
    await sessions.signOut(req)
    res.redirect(303, '/')
  })
  app.post('/out-everywhere', sessions.requireUser(), async (req, res) => {
    await sessions.revokeUser(sessions.info(req).userId)
    res.redirect(303, '/')
  })

  const server = createServer(app)
  const sockets = new WebSocketServer({ noServer: true })
  live.webSockets(sockets)

  server.on('upgrade', async (req, socket, head) => {
    const session = guard.check(req).allowed ? await sessions.read(req).catch(() => undefined) : undefined
    const user = session === undefined ? undefined : sessions.info(req)?.userId
    if (user === undefined) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(req, socket, head, (webSocket) => {
      webSocket.user = user
      sockets.emit('connection', webSocket, req)
    })
  })
  sockets.on('connection', (webSocket) => {
    webSocket.on('message', (text) =>
      tellAll({ from: webSocket.user, text: Buffer.from(text).toString().slice(0, 500) }),
    )
    webSocket.on('error', () => webSocket.terminate())
    webSocket.send(JSON.stringify({ from: 'the chat', text: `welcome, ${webSocket.user}` }))
  })

  function tellAll(message) {
    for (const client of sockets.clients) if (client.readyState === client.OPEN) client.send(JSON.stringify(message))
  }

  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://localhost:${server.address().port}`,
    sessions,
    async close() {
      await live.close()
      for (const client of sockets.clients) client.terminate()
      server.close()
      server.closeAllConnections()
      await sessions.close()
    },
  }
}

/** By the URL in STORE; the memory of this process without one. */
export function storeOf(url) {
  if (url === undefined) return memoryStore()
  if (url.startsWith('redis')) return redisStore({ url })
  if (url.startsWith('postgres')) return postgresStore({ url })
  return sqliteStore(url)
}

if (process.argv[1] === import.meta.filename) {
  const { PORT = '3000', STORE, SESSION_SECRET = 'only for this example, and for no other app' } = process.env
  const chat = await startChat({ port: Number(PORT), store: storeOf(STORE), secret: SESSION_SECRET })
  console.log(chat.url)
  // For whoever started this as a child.
  process.send?.(chat.url)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void chat.close())
}
