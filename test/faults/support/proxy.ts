/**
 * A wire between a client and a server that can be cut where it hurts most.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

import { onTestFinished } from 'vitest'

export interface Proxy {
  readonly port: number
  /** Cuts the next `times` connections that carry a reply, each in the middle of it. Resolves when all are cut. */
  cutReplies(times: number): Promise<void>
}

export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let cuts = 0
  let allCut: (() => void) | undefined

  const server = createServer((client) => {
    const engine = connect(target, '127.0.0.1')
    const hangUp = (): void => {
      client.destroy()
      engine.destroy()
    }
    for (const socket of [client, engine]) {
      sockets.add(socket)
      socket.on('error', hangUp)
      socket.on('close', () => {
        sockets.delete(socket)
        hangUp()
      })
    }
    client.on('data', (chunk) => engine.write(chunk))
    engine.on('data', (chunk) => {
      if (cuts === 0) {
        client.write(chunk)
        return
      }
      cuts -= 1
      client.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), hangUp)
      if (cuts === 0) allCut?.()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return {
    port: (server.address() as AddressInfo).port,
    cutReplies: (times) =>
      new Promise((resolve) => {
        cuts = times
        allCut = resolve
      }),
  }
}
