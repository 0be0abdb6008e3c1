/**
 * Live connections: sockets and event streams that live as long as the session they belong to, and no longer.
 *
 *     const live = liveSessions(sessions)
 *     webSocketServer.on('connection', (ws, req) => live.watch(req, () => ws.close(4001, 'session ended')))
 *
 * A request is over in a moment; a connection is not. Whoever signs out, is signed out by an administrator in another process, or stays away for too
 * long must lose it, too.
 */
import { groundOf } from '../core/ground-of.js'
import type { EndReason } from './watched-sessions.js'
import { eventStream, type EventStream, type EventStreamRequest, type EventStreamResponse } from './event-stream.js'
import { readLiveOptions, type LiveOptions } from './options.js'
import { watchSocketIo, type SocketIoServer } from './socket-io.js'
import { watchWebSockets, type WebSocketOptions, type WebSocketServerLike } from './web-sockets.js'
import { WatchedSessions } from './watched-sessions.js'

export type { EndReason, EventStream, LiveOptions, SocketIoServer, WebSocketOptions, WebSocketServerLike }

/** As much of the mounted object as is needed here. */
export interface ReadsSessions {
  read(req: never): Promise<{ readonly id: string } | undefined>
}

export interface LiveSessions {
  /**
   * Calls `onEnd` once, when the request's session ends, wherever that happens; at once for a request that has none. Answers a function that stops
   * watching: call it when the connection closes. While it is watched, the session does not end for want of requests, unless `keepAlive` is off.
   */
  watch(req: object, onEnd: (reason: EndReason) => void): Promise<() => void>
  /**
   * Closes each WebSocket of a server of `ws` when its session ends, with code 4001. Sockets without a session are closed when they open, unless
   * `anonymous` is set.
   */
  webSockets(server: WebSocketServerLike, options?: WebSocketOptions): void
  /** Disconnects each socket of a Socket.IO server when its session ends. Sockets without a session stay, as Socket.IO's own guards decide. */
  socketIo(server: SocketIoServer): void
  /** Answers a request with server-sent events that end with its session. */
  eventStream(req: EventStreamRequest, res: EventStreamResponse): Promise<EventStream>
  /** Stops watching everything. The connections stay open. */
  close(): Promise<void>
}

/** Throws ERR_SESSION_STORE_SHAPE over a store that cannot list its sessions, ERR_SESSION_OPTION for an option that cannot be. */
export function liveSessions(sessions: ReadsSessions & object, options: LiveOptions = {}): LiveSessions {
  const { ground } = groundOf(sessions, 'liveSessions')
  const watched = new WatchedSessions(ground, readLiveOptions(options))
  const watch: LiveSessions['watch'] = async (req, onEnd) => {
    const session = await sessions.read(req as never)
    if (session !== undefined) return watched.add(session.id, onEnd)
    onEnd('none')
    return () => {}
  }
  return {
    watch,
    webSockets: (server, settings) => watchWebSockets(server, watch, settings),
    socketIo: (server) => watchSocketIo(server, watch),
    eventStream: (req, res) => eventStream(req, res, watch),
    close: () => watched.close(),
  }
}
