/**
 * Runs the shop. PORT (default 3000) and HOST (default 127.0.0.1) say where, SHOP_DATA where its files are kept, SHOP_IDLE after how many
 * seconds without a click customers are signed out.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sqliteStore } from 'coatcheck/stores/sqlite'
import { createShop } from './app.js'
import { sessionSecret } from './secret.js'

const demo = dirname(dirname(fileURLToPath(import.meta.url)))
const data = process.env.SHOP_DATA ?? join(demo, 'data')
const host = process.env.HOST ?? '127.0.0.1'
const wanted = Number(process.env.PORT ?? 3000)
const portsToTry = 20
const idle = Number(process.env.SHOP_IDLE ?? 1800)
// In less than a minute nobody could read that the time is running out, and act.
if (!(idle >= 60)) throw new Error('SHOP_IDLE must be a number of seconds, 60 or more')

const { app, sessions } = createShop({
  secret: sessionSecret(data),
  store: sqliteStore(join(data, 'sessions.db')),
  accountsFolder: join(data, 'accounts'),
  ordersFolder: join(data, 'orders'),
  staticFolder: join(demo, 'static'),
  customerIdle: idle * 1000,
})

const server = createServer(app)
const port = await listen(server)
if (port !== wanted && wanted !== 0) console.log(`Port ${wanted} is taken, so it is ${port} instead.`)
console.log(`Peg & Ticket is open: http://${host === '127.0.0.1' ? 'localhost' : host}:${port}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close())

/** Listens on the port that was asked for, or on the next one that is free. */
async function listen(to: Server): Promise<number> {
  for (let offset = 0; ; offset += 1) {
    try {
      to.listen(wanted === 0 ? 0 : wanted + offset, host)
      await once(to, 'listening')
      return (to.address() as AddressInfo).port
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || offset === portsToTry) throw error
    }
  }
}

/** Answers what was asked, and then closes. */
async function close(): Promise<void> {
  server.close()
  server.closeIdleConnections()
  await once(server, 'close')
  await sessions.close()
}
