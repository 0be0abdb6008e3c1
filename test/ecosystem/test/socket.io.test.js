/**
 * socket.io: the middleware on its engine (`io.engine.use`), which is the way of today, and wrapped for a namespace, the way before.
 */
'use strict'

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { describe, test } = require('node:test')

const session = require('express-session')
const { Server } = require('socket.io')
const { io: connectClient } = require('socket.io-client')

const { everywhere, open, send } = require('../support/site')

const platforms = everywhere.filter(({ name }) => !name.endsWith('http2'))

/** How the middleware is put before the sockets. */
const ways = {
  'io.engine.use': (io, sessions) => io.engine.use(sessions),
  'io.engine.use, at the handshake only': (io, sessions) => {
    io.engine.use((req, res, next) => (req._query.sid === undefined ? sessions(req, res, next) : next()))
  },
  'io.use with {} as the response': (io, sessions) => io.use((socket, next) => sessions(socket.request, {}, next)),
  "io.use with the request's own response": (io, sessions) =>
    io.use((socket, next) => sessions(socket.request, socket.request.res ?? {}, next)),
}

async function site(t, platform, way) {
  const sessions = session({ secret: 'socket.io', resave: false, saveUninitialized: false, rolling: true })
  const opened = await open(t, platform, (app) => {
    app.use(sessions)
    app.use('/sign-in', (req, res) => {
      req.session.user = 'ann'
      send(res, 200, {})
    })
    app.use('/put', (req, res) => {
      req.session.items = [...(req.session.items ?? []), req.body.item]
      send(res, 200, {})
    })
    app.use('/sign-out', (req, res, next) => {
      req.session.destroy((error) => (error ? next(error) : send(res, 200, {})))
    })
    app.use('/me', (req, res) => {
      const { cookie, ...data } = req.session
      send(res, 200, data)
    })
  })
  const io = new Server(opened.server, { serveClient: false })
  way(io, sessions)
  io.use((socket, next) => (socket.request.session.user ? next() : next(new Error('sign in first'))))
  io.on('connection', (socket) => {
    const { request } = socket
    const answer = (respond) => (error) => {
      const { cookie, ...data } = request.session ?? {}
      respond(error ? { error: error.message } : data)
    }
    socket.on('look', (respond) => answer(respond)())
    socket.on('put', (item, respond) => {
      request.session.items = [...(request.session.items ?? []), item]
      request.session.save(answer(respond))
    })
    socket.on('reload', (respond) => request.session.reload(answer(respond)))
    socket.on('reload-and-put', (item, respond) => {
      request.session.reload((error) => {
        if (error) return answer(respond)(error)
        request.session.items = [...(request.session.items ?? []), item]
        request.session.save(answer(respond))
      })
    })
  })
  t.after(() => io.close())

  const connect = async (visitor, transport) => {
    const cookie = Object.entries(visitor.cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; ')
    const socket = connectClient(opened.url, {
      ...{
        transports: [transport],
        extraHeaders: cookie === '' ? {} : { cookie },
        forceNew: true,
        reconnection: false,
      },
    })
    t.after(() => socket.close())
    await Promise.race([
      once(socket, 'connect'),
      once(socket, 'connect_error').then(([error]) => Promise.reject(error)),
    ])
    return { ask: (...message) => socket.timeout(5000).emitWithAck(...message) }
  }
  return { ...opened, connect }
}

for (const platform of platforms) {
  for (const [name, way] of Object.entries(ways)) {
    for (const transport of ['polling', 'websocket']) {
      describe(`${name}, by ${transport}, on ${platform.name}`, () => {
        test('a stranger is refused', async (t) => {
          const { connect, visitor } = await site(t, platform, way)
          await assert.rejects(connect(visitor(), transport), { message: 'sign in first' })
        })

        test('a socket has the session of its visitor, and the site sees what it saves', async (t) => {
          const { connect, visitor } = await site(t, platform, way)
          const ann = visitor()
          await ann.post('/sign-in')
          await ann.post('/put', { item: 'umbrella' })
          const socket = await connect(ann, transport)
          assert.deepEqual(await socket.ask('look'), { user: 'ann', items: ['umbrella'] })
          assert.deepEqual(await socket.ask('put', 'coat'), { user: 'ann', items: ['umbrella', 'coat'] })
          assert.deepEqual((await ann.get('/me')).json.items, ['umbrella', 'coat'])
        })

        test('a socket that reloads sees what the site saved, and that the session is over', async (t) => {
          const { connect, visitor } = await site(t, platform, way)
          const ann = visitor()
          await ann.post('/sign-in')
          const socket = await connect(ann, transport)
          await ann.post('/put', { item: 'umbrella' })
          assert.deepEqual((await socket.ask('reload-and-put', 'coat')).items, ['umbrella', 'coat'])
          assert.deepEqual((await ann.get('/me')).json.items, ['umbrella', 'coat'])
          await ann.post('/sign-out')
          assert.deepEqual(await socket.ask('reload'), { error: 'failed to load session' })
        })
      })
    }
  }
  describe(platform.name, () => {
    test('the handshake by polling renews the cookie of a rolling session', async (t) => {
      const { visitor } = await site(t, platform, ways['io.engine.use'])
      const ann = visitor()
      await ann.post('/sign-in')
      const handshake = await ann.get('/socket.io/?EIO=4&transport=polling')
      assert.equal(handshake.status, 200)
      assert.match(handshake.setCookie.join('\n'), new RegExp(`^connect\\.sid=s%3A${ann.id}\\.`))
      const stranger = visitor()
      await stranger.get('/socket.io/?EIO=4&transport=polling')
      assert.equal(stranger.id, undefined)
    })
  })
}
