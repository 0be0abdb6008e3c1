/**
 * WebSockets of the `ws` package, or of whatever has its shape.
 */
import type { EndReason } from './watched-sessions.js'

/** A server of `ws`, as far as it is needed here. */
export interface WebSocketServerLike {
  on(event: 'connection', listener: (socket: WebSocketLike, req: object) => void): unknown
}

interface WebSocketLike {
  close(code?: number, reason?: string): void
  once(event: 'close', listener: () => void): unknown
}

export interface WebSocketOptions {
  /** Lets sockets stay that have no session. Default `false`: they are closed when they open. */
  readonly anonymous?: boolean | undefined
}

/** From the range that RFC 6455 leaves to applications. */
const sessionEnded = 4001

const texts: Readonly<Record<EndReason, string>> = {
  ended: 'session ended',
  expired: 'session expired',
  none: 'no session',
}

export function watchWebSockets(
  server: WebSocketServerLike,
  watch: (req: object, onEnd: (reason: EndReason) => void) => Promise<() => void>,
  { anonymous = false }: WebSocketOptions = {},
): void {
  server.on('connection', (socket, req) => {
    let open = true
    const watching = watch(req, (reason) => {
      if (open && !(reason === 'none' && anonymous)) socket.close(sessionEnded, texts[reason])
    })
    // A store that fails never leaves a connection to somebody who cannot be known.
    watching.catch(() => socket.close(1011, 'session store failed'))
    socket.once('close', () => {
      open = false
      watching.then(
        (stop) => stop(),
        () => {},
      )
    })
  })
}
