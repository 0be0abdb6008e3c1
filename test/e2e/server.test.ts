/**
 * The shop as a program: where it opens, and how it closes.
 */
import { createServer, type AddressInfo, type Server } from 'node:net'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { startShopProcess, type ShopProcess } from './support/shop-process.js'
import { Visitor } from './support/visitor.js'

const running: ShopProcess[] = []
const neighbours: Server[] = []

async function start(port?: number): Promise<ShopProcess> {
  const shop = await startShopProcess(port)
  running.push(shop)
  return shop
}

afterEach(async () => {
  for (const neighbour of neighbours.splice(0)) neighbour.close()
  for (const shop of running.splice(0)) await shop.remove()
})

test('opens on the next free port where the wanted one is taken, and says so', async () => {
  const neighbour = createServer().listen(0, '127.0.0.1')
  neighbours.push(neighbour)
  await once(neighbour, 'listening')
  const { port } = neighbour.address() as AddressInfo
  const shop = await start(port)
  expect(shop.said()).toMatch(
    new RegExp(`^Port ${port} is taken, so it is (\\d+) instead\\.\nPeg & Ticket is open: http://localhost:\\1\n$`),
  )
  expect((await new Visitor(shop.url).get('/')).status).toBe(200)
})

test('closes when asked to, and lets nothing hang', async () => {
  const shop = await start()
  await new Visitor(shop.url).get('/')
  expect(await shop.close()).toBe(0)
})

test('knows its visitors again after a crash in the middle of their clicks', async () => {
  const shop = await start()
  const visitor = new Visitor(shop.url)
  await visitor.post('/session/note', { note: 'still here' })
  let counted = 0
  // Clicks until the server is gone. What was answered must be there afterwards, and what was not may be.
  const clicks = (async () => {
    for (;;) {
      try {
        const { status } = await visitor.post('/cart/items', { product: 'puddle', quantity: '1' })
        if (status === 303) counted += 1
      } catch {
        return
      }
      if (counted === 5) void shop.kill()
    }
  })()
  await clicks
  await shop.kill()
  await shop.start()
  const { body } = await visitor.get('/session')
  expect(body).toContain('still here')
  const inCart = Number(/class="count"[^>]*>(\d+)</.exec(body)![1])
  expect(inCart).toBeGreaterThanOrEqual(Math.min(counted, 20))
  expect(inCart).toBeLessThanOrEqual(counted + 1)
})
