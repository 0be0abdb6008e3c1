/**
 * The shop in this process, with empty folders and a store in memory.
 */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock, Sessions, SessionStore } from 'coatcheck'
import { memoryStore } from 'coatcheck/stores/memory'
import { afterAll, beforeAll } from 'vitest'
import { builtShop } from './built-shop.js'
import { Visitor } from './visitor.js'

/** `demo/app.ts`, as far as it is used here. The shop is a project of its own, which knows the package by its name and its types. */
interface ShopModule {
  createShop(settings: {
    readonly secret: string
    readonly store: SessionStore
    readonly accountsFolder: string
    readonly ordersFolder: string
    readonly staticFolder: string
    readonly customerIdle?: number | undefined
    readonly clock?: Clock | undefined
  }): { readonly app: RequestListener; readonly sessions: Sessions }
}

export interface OpenShop {
  readonly url: string
  readonly sessions: Sessions
  /** Everything that the shop writes to disk. */
  readonly folder: string
  visitor(headers?: Readonly<Record<string, string>>): Visitor
  /** A visitor with an account, signed in. */
  customer(name?: string): Promise<Visitor & { readonly email: string }>
}

export const password = 'correct horse battery'

interface Settings {
  readonly ordersFolder?: (folder: string) => string
  readonly customerIdle?: number
  readonly clock?: Clock
}

/** Opens a shop for the tests of this file, or of the `describe` it is called in. */
export function useShop(settings: Settings = {}): () => OpenShop {
  let shop: (OpenShop & { close(): Promise<void> }) | undefined
  beforeAll(async () => {
    shop = await openShop(settings)
  })
  afterAll(() => shop?.close())
  return () => shop!
}

async function openShop({
  ordersFolder = (folder) => join(folder, 'orders'),
  customerIdle,
  clock,
}: Settings): Promise<OpenShop & { close(): Promise<void> }> {
  const { createShop } = (await import(builtShop('app.js').href)) as ShopModule
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-shop-'))
  const { app, sessions } = createShop({
    secret: 'a secret of thirty-two characters',
    store: memoryStore(clock === undefined ? {} : { clock }),
    accountsFolder: join(folder, 'accounts'),
    ordersFolder: ordersFolder(folder),
    staticFolder: fileURLToPath(new URL('../../../demo/static', import.meta.url)),
    customerIdle,
    clock,
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let customers = 0
  return {
    url,
    sessions,
    folder,
    visitor: (headers) => new Visitor(url, headers),
    async customer(name = 'Ada') {
      customers += 1
      const email = `customer-${customers}@example.org`
      const visitor = new Visitor(url)
      const answer = await visitor.post('/account/sign-up', { name, email, password })
      if (answer.status !== 303) throw new Error(`no account for ${email}: ${answer.status}`)
      return Object.assign(visitor, { email })
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await sessions.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
