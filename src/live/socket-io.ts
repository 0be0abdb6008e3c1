/**
 * Sockets of Socket.IO.
 */
import type { EndReason } from './watched-sessions.js'

/** A server, or a namespace, of Socket.IO, as far as it is needed here. */
export interface SocketIoServer {
  on(event: 'connection', listener: (socket: SocketLike) => void): unknown
}

interface SocketLike {
  readonly request: object
  disconnect(close?: boolean): unknown
  once(event: 'disconnect', listener: () => void): unknown
}

export function watchSocketIo(
  server: SocketIoServer,
  watch: (req: object, onEnd: (reason: EndReason) => void) => Promise<() => void>,
): void {
  server.on('connection', (socket) => {
    let connected = true
    const watching = watch(socket.request, (reason) => {
      if (connected && reason !== 'none') socket.disconnect(true)
    })
    watching.catch(() => socket.disconnect(true))
    socket.once('disconnect', () => {
      connected = false
      watching.then(
        (stop) => stop(),
        () => {},
      )
    })
  })
}
