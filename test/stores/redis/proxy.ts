/**
 * A connection to a server that can be hurt in the worst moment: cut when the server has done what it was asked and before its answer
 * arrives, or slow, so that what the server said one after another arrives at once.
 */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface Proxy {
  readonly port: number
  readonly url: string
  /** The next answer is lost, and the connection with it. How often that happened is `cuts`. */
  loseNextAnswer(): void
  readonly cuts: number
  /** Cuts all connections now. */
  cut(): void
  /** Keeps back what the server says from now on. */
  hold(): void
  /** Resolves when the server has said this. */
  untilHeld(text: string): Promise<void>
  /** Lets all that was kept back arrive, in one piece. */
  release(): void
  close(): Promise<void>
}

export async function startProxy(target: { readonly host: string; readonly port: number }): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let lose = false
  let cuts = 0
  let held: Map<Socket, Buffer> | undefined
  let look = (): void => {}
  const server = createServer((near) => {
    const far = connect(target.port, target.host)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    far.on('data', (answer) => {
      if (held !== undefined) {
        held.set(near, Buffer.concat([held.get(near) ?? Buffer.alloc(0), answer]))
        return look()
      }
      if (!lose) return near.write(answer)
      lose = false
      cuts += 1
      return near.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    loseNextAnswer() {
      lose = true
    },
    get cuts() {
      return cuts
    },
    cut() {
      for (const socket of sockets) socket.destroy()
    },
    hold() {
      held = new Map()
    },
    untilHeld: (text) =>
      new Promise((resolve) => {
        look = () => {
          if ([...(held?.values() ?? [])].some((said) => said.includes(text))) resolve()
        }
        look()
      }),
    release() {
      const said = held ?? new Map<Socket, Buffer>()
      held = undefined
      for (const [near, answers] of said) near.write(answers)
    },
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
