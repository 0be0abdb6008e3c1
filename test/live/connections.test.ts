/**
 * Connections end with their session, and keep it alive while they last.
 */
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { Server as SocketIo } from 'socket.io'
import { io as connectSocketIo, type Socket } from 'socket.io-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'

import { coatcheck, MemoryStore, session, type CoatcheckOptions, type Sessions } from '../../src/index.js'
import { liveSessions, type EventStream, type LiveOptions, type LiveSessions } from '../../src/live/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import type { SessionedRequest } from '../http/support/site.js'

const secret = 'live connections are signed with this'
const minute = 60_000

interface Place {
  readonly sessions: Sessions
  readonly live: LiveSessions
  readonly clock: ReturnType<typeof fakeClock>
  readonly server: Server
  readonly url: string
  readonly streams: EventStream[]
  /** A request; answers the cookie that the visitor has afterwards. */
  ask(path: string, cookie?: string): Promise<string | undefined>
}

async function place(options: Partial<CoatcheckOptions> = {}, liveOptions?: LiveOptions): Promise<Place> {
  const clock = fakeClock(Date.now())
  const sessions = coatcheck({ secret, clock, touchWindow: 0, idleTimeout: '10m', ...options })
  const live = liveSessions(sessions, liveOptions)
  const streams: EventStream[] = []
  const server = createServer((req, res) => {
    sessions(req, res, async () => {
      const { session: data } = req as SessionedRequest
      if (req.url === '/set') data.name = 'ann'
      if (req.url === '/in') await sessions.signIn(req, 'ann')
      if (req.url === '/out') await sessions.signOut(req)
      if (req.url === '/events') streams.push(await live.eventStream(req, res))
      else res.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    await live.close()
    server.close()
    server.closeAllConnections()
  })
  const url = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask: Place['ask'] = async (path, cookie) => {
    const [res] = (await once(
      get(`http://${url}${path}`, { headers: cookie === undefined ? {} : { cookie } }),
      'response',
    )) as [IncomingMessage]
    res.resume()
    await once(res, 'end')
    return res.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? cookie
  }
  return { sessions, live, clock, server, url, streams, ask }
}

/** A WebSocket of the visitor with this cookie, open and watched. */
async function webSocket({ sessions, live, server, url }: Place, cookie: string | undefined): Promise<WebSocket> {
  const wss = new WebSocketServer({ server, path: '/socket' })
  onTestFinished(() => wss.close())
  live.webSockets(wss)
  // The server speaks once the session is watched.
  wss.on('connection', async (ws, req) => {
    if ((await sessions.read(req)) !== undefined) ws.send('welcome')
  })
  const socket = new WebSocket(`ws://${url}/socket`, { headers: cookie === undefined ? {} : { cookie } })
  onTestFinished(() => socket.terminate())
  return socket
}

async function closed(socket: WebSocket): Promise<{ code: number; reason: string }> {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer]
  return { code, reason: String(reason) }
}

const ends: Record<string, (there: Place, cookie: string) => Promise<unknown>> = {
  'the visitor signs out': ({ ask }, cookie) => ask('/out', cookie),
  'its handle is revoked': async ({ sessions }) => sessions.revoke((await sessions.list('ann'))[0]!.handle),
  'all sessions of the user are ended': ({ sessions }) => sessions.revokeUser('ann'),
  'everyone is signed out': ({ sessions }) => sessions.revokeEveryone(),
  'the visitor signs in anew': ({ ask }, cookie) => ask('/in', cookie),
}

describe('a WebSocket is closed when', () => {
  it.each(Object.entries(ends))('%s', async (_name, end) => {
    const there = await place()
    const cookie = (await there.ask('/in'))!
    const socket = await webSocket(there, cookie)
    await once(socket, 'message')
    const closing = closed(socket)
    await end(there, cookie)
    expect(await closing).toEqual({ code: 4001, reason: 'session ended' })
  })

  it('the session reaches its absolute timeout', async () => {
    const there = await place({ absoluteTimeout: '20m' }, { checkEvery: '5m' })
    const socket = await webSocket(there, await there.ask('/in'))
    await once(socket, 'message')
    const closing = closed(socket)
    for (let passed = 0; passed < 25; passed += 5) {
      there.clock.advance(5 * minute)
      await there.ask('/')
    }
    expect(await closing).toEqual({ code: 4001, reason: 'session expired' })
  })

  it('there is no session to begin with', async () => {
    const there = await place()
    expect(await closed(await webSocket(there, undefined))).toEqual({ code: 4001, reason: 'no session' })
    expect(await closed(await webSocket(await place(), 'session=made.up'))).toMatchObject({ reason: 'no session' })
  })
})

describe('while a WebSocket is open', () => {
  it('the session does not end for want of requests', async () => {
    const there = await place({}, { checkEvery: '5m' })
    const cookie = await there.ask('/in')
    const socket = await webSocket(there, cookie)
    await once(socket, 'message')
    for (let passed = 0; passed < 60; passed += 5) {
      there.clock.advance(5 * minute)
      await there.ask('/')
    }
    expect(await there.sessions.list('ann')).toHaveLength(1)
    expect(socket.readyState).toBe(WebSocket.OPEN)
  })

  it('the session ends all the same where the app wants it so', async () => {
    const there = await place({}, { checkEvery: '4m', keepAlive: false })
    const socket = await webSocket(there, await there.ask('/in'))
    await once(socket, 'message')
    const closing = closed(socket)
    for (let passed = 0; passed < 12; passed += 4) {
      there.clock.advance(4 * minute)
      await there.ask('/')
    }
    expect(await closing).toEqual({ code: 4001, reason: 'session expired' })
  })

  it('the session is followed to a new ID by the clock, and ends there', async () => {
    const there = await place({ renewEvery: '1m' }, { checkEvery: '5s' })
    const cookie = await there.ask('/in')
    const socket = await webSocket(there, cookie)
    await once(socket, 'message')
    there.clock.advance(minute)
    const renewed = await there.ask('/', cookie)
    expect(renewed).not.toBe(cookie)
    // Past the grace, in which the old ID leads on.
    for (let passed = 0; passed < 2 * minute; passed += 5_000) {
      there.clock.advance(5_000)
      await there.ask('/')
    }
    expect(socket.readyState).toBe(WebSocket.OPEN)
    const closing = closed(socket)
    await there.sessions.revokeUser('ann')
    expect(await closing).toMatchObject({ code: 4001 })
  })

  it('a session that ended in the store alone is found by looking', async () => {
    const store = memoryStore()
    const there = await place({ store }, { checkEvery: '2s' })
    const socket = await webSocket(there, await there.ask('/in'))
    await once(socket, 'message')
    const closing = closed(socket)
    store.deleteByUser('ann')
    there.clock.advance(2_000)
    expect(await closing).toEqual({ code: 4001, reason: 'session ended' })
  })

  it('a store in trouble closes nothing', async () => {
    const store = memoryStore()
    const there = await place({ store }, { checkEvery: '2s' })
    const socket = await webSocket(there, await there.ask('/in'))
    await once(socket, 'message')
    store.close()
    there.clock.advance(2_000)
    await there.ask('/static')
    expect(socket.readyState).toBe(WebSocket.OPEN)
  })
})

it('a socket of Socket.IO is disconnected when its session ends, and one without a session stays', async () => {
  const there = await place()
  const io = new SocketIo(there.server)
  onTestFinished(() => io.close())
  there.live.socketIo(io)
  const open = async (cookie: string | undefined): Promise<Socket> => {
    const headers: Record<string, string> = cookie === undefined ? {} : { cookie }
    const socket = connectSocketIo(`http://${there.url}`, { extraHeaders: headers, reconnection: false })
    onTestFinished(() => void socket.disconnect())
    await new Promise<void>((resolve) => socket.once('connect', resolve))
    return socket
  }
  const signedIn = await open(await there.ask('/in'))
  const stranger = await open(undefined)
  const gone = new Promise<string>((resolve) => signedIn.once('disconnect', resolve))
  await there.sessions.revokeUser('ann')
  expect(await gone).toMatch(/server disconnect|transport close/)
  expect(stranger.connected).toBe(true)
})

describe('server-sent events', () => {
  async function opened(there: Place, cookie: string): Promise<{ text: () => Promise<string>; stream: EventStream }> {
    const request = get(`http://${there.url}/events`, { headers: { cookie } })
    const [res] = (await once(request, 'response')) as [IncomingMessage]
    res.setEncoding('utf8')
    let text = ''
    res.on('data', (chunk: string) => (text += chunk))
    expect(res.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    await expect.poll(() => there.streams.length).toBe(1)
    const text_ = async (): Promise<string> => {
      await once(res, 'end')
      return text
    }
    return { text: text_, stream: there.streams[0]! }
  }

  it('reach the browser, and end with the session, which is said', async () => {
    const there = await place()
    const cookie = (await there.ask('/in'))!
    const { text, stream } = await opened(there, cookie)
    expect(stream.send({ price: 1 }, { event: 'price', id: '7' })).toBe(true)
    const whole = text()
    await there.sessions.revokeUser('ann')
    expect(await whole).toBe(
      'event: price\nid: 7\ndata: {"price":1}\n\nevent: session-end\ndata: {"reason":"ended"}\n\n',
    )
    expect(stream.signal.aborted).toBe(true)
    expect(stream.send('late')).toBe(false)
  })

  it('end when the app ends them, and a line break in a name breaks nothing', async () => {
    const there = await place()
    const { text, stream } = await opened(there, (await there.ask('/in'))!)
    const whole = text()
    stream.send('x', { event: 'a\ndata: forged' })
    stream.close()
    expect(await whole).toBe('event: a data: forged\ndata: "x"\n\n')
  })
})

describe('liveSessions', () => {
  it('says what it needs', () => {
    expect(() => liveSessions({} as never)).toThrow(/the object that you mount/)
    const overCallbacks = session({ secret, resave: false, saveUninitialized: false, store: new MemoryStore() })
    expect(() => liveSessions(overCallbacks)).toThrow(/a store that can list its sessions/)
    const sessions = coatcheck({ secret })
    expect(() => liveSessions(sessions, { checkEvery: 0 })).toThrow(/checkEvery/)
    expect(() => liveSessions(sessions, { keepAlive: 'yes' } as never)).toThrow(/keepAlive/)
    expect(() => liveSessions(sessions, { every: 1 } as never)).toThrow(/no option every/)
  })
})
