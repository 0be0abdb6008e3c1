/**
 * The shop as a process of its own, which a test may kill and start again where it was.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtShop } from './built-shop.js'

export interface ShopProcess {
  readonly url: string
  readonly pid: number
  /** What it has printed since it was started last. */
  said(): string
  /** Ends the process as a power cut would, and waits until it is gone. */
  kill(): Promise<void>
  /** Starts it again, with the same data on the same port. */
  start(): Promise<void>
  /** Asks it to close and answers its exit code. */
  close(): Promise<number | null>
  /** Kills what still runs and takes its files away. */
  remove(): Promise<void>
}

/** `port` may be taken; the shop then takes another. Without one it gets one that is free, and comes back to it. */
export async function startShopProcess(port?: number): Promise<ShopProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-shop-'))
  const wanted = port ?? (await freePort())
  let shop = await spawnShop(folder, wanted)
  const gone = async (signal: NodeJS.Signals): Promise<number | null> => {
    const { child } = shop
    child.kill(signal)
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    return child.exitCode
  }
  return {
    get url() {
      return `http://127.0.0.1:${shop.port}`
    },
    get pid() {
      return shop.child.pid!
    },
    said: () => shop.said(),
    async kill() {
      await gone('SIGKILL')
    },
    async start() {
      shop = await spawnShop(folder, wanted)
    },
    async close() {
      return gone('SIGTERM')
    },
    async remove() {
      await gone('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface RunningShop {
  readonly child: ChildProcess
  readonly port: number
  said(): string
}

async function spawnShop(folder: string, wanted: number): Promise<RunningShop> {
  const child = spawn(process.execPath, [fileURLToPath(builtShop('server.js'))], {
    env: { ...process.env, PORT: String(wanted), HOST: '127.0.0.1', SHOP_DATA: folder, SESSION_SECRET: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const hear = (text: string): void => {
    said += text
  }
  child.stderr.setEncoding('utf8').on('data', hear)
  child.stdout.setEncoding('utf8').on('data', hear)
  const isOpen = /is open: \S+:(\d+)\n/
  while (!isOpen.test(said)) {
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the shop did not open:\n${said}`)
  }
  return { child, port: Number(isOpen.exec(said)![1]), said: () => said }
}

/** A port that was free a moment ago. The shop has to come back to the same one, so it cannot leave the choice to the system. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
