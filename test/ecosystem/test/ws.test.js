/**
 * WebSocket upgrades with ws: the middleware is called with a bare `{}` as the response, and a socket's handlers use the session.
 */
'use strict'

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { describe, test } = require('node:test')

const session = require('express-session')
const { WebSocket, WebSocketServer } = require('ws')

const { everywhere, open, send } = require('../support/site')

const platforms = everywhere.filter(({ name }) => !name.endsWith('http2'))

/** A site whose sockets are for the signed-in, and answer each message after doing what it says with the session. */
async function site(t, platform, { saveUninitialized = false } = {}) {
  const sessions = session({ secret: 'ws', resave: false, saveUninitialized })
  const opened = await open(t, platform, (app) => {
    app.use(sessions)
    app.use('/sign-in', (req, res) => {
      req.session.user = 'ann'
      send(res, 200, {})
    })
    app.use('/sign-out', (req, res, next) => {
      req.session.destroy((error) => (error ? next(error) : send(res, 200, {})))
    })
    app.use('/put', (req, res) => {
      req.session.items = [...(req.session.items ?? []), req.body.item]
      send(res, 200, {})
    })
    app.use('/me', (req, res) => {
      const { cookie, ...data } = req.session
      send(res, 200, data)
    })
  })

  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  const ids = []
  opened.server.on('upgrade', (req, socket, head) => {
    sessions(req, {}, (error) => {
      ids.push(req.sessionID)
      if (error || !req.session.user) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
        return
      }
      sockets.handleUpgrade(req, socket, head, (accepted) => sockets.emit('connection', accepted, req))
    })
  })
  sockets.on('connection', (socket, req) => {
    const answer = (error) => {
      const { cookie, ...data } = req.session ?? {}
      socket.send(JSON.stringify(error ? { error: error.message } : data))
    }
    socket.on('message', (message) => {
      const [action, value] = message.toString().split(' ')
      if (action === 'look') answer()
      else if (action === 'put') {
        req.session.items = [...(req.session.items ?? []), value]
        req.session.save(answer)
      } else if (action === 'touch') {
        req.session.touch().save(answer)
      } else if (action === 'reload') req.session.reload(answer)
      else if (action === 'sign-out') req.session.destroy(answer)
    })
  })

  const connect = async (visitor) => {
    const cookie = Object.entries(visitor.cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; ')
    const socket = new WebSocket(opened.url.replace('http', 'ws'), { headers: cookie === '' ? {} : { cookie } })
    t.after(() => socket.terminate())
    await Promise.race([
      once(socket, 'open'),
      once(socket, 'unexpected-response').then(([, res]) => Promise.reject(new Error(`${res.statusCode}`))),
    ])
    return {
      ask: async (message) => {
        socket.send(message)
        const [answer] = await once(socket, 'message', { signal: AbortSignal.timeout(5000) })
        return JSON.parse(answer.toString())
      },
    }
  }
  return { ...opened, connect, ids }
}

for (const platform of platforms) {
  describe(platform.name, () => {
    test('an upgrade without a session is refused', async (t) => {
      const { connect, visitor } = await site(t, platform)
      await assert.rejects(connect(visitor()), { message: '401' })
    })

    test('an upgrade with a forged cookie is refused', async (t) => {
      const { connect, visitor } = await site(t, platform)
      const ann = visitor()
      await ann.post('/sign-in')
      const cookie = decodeURIComponent(ann.cookies['connect.sid'])
      const forged = encodeURIComponent(`${cookie.slice(0, -3)}${cookie.endsWith('AAA') ? 'BBB' : 'AAA'}`)
      await assert.rejects(connect(visitor({ 'connect.sid': forged })), { message: '401' })
      await connect(ann)
    })

    test('a socket sees the session that its visitor has on the site', async (t) => {
      const { connect, visitor, ids } = await site(t, platform)
      const ann = visitor()
      await ann.post('/sign-in')
      await ann.post('/put', { item: 'umbrella' })
      const socket = await connect(ann)
      assert.deepEqual(await socket.ask('look'), { user: 'ann', items: ['umbrella'] })
      assert.deepEqual(ids, [ann.id])
    })

    test('what a socket saves, the site sees', async (t) => {
      const { connect, visitor } = await site(t, platform)
      const ann = visitor()
      await ann.post('/sign-in')
      const socket = await connect(ann)
      await socket.ask('put umbrella')
      await socket.ask('put coat')
      assert.deepEqual((await ann.get('/me')).json, { user: 'ann', items: ['umbrella', 'coat'] })
    })

    test('what the site saves, a socket sees after a reload', async (t) => {
      const { connect, visitor } = await site(t, platform)
      const ann = visitor()
      await ann.post('/sign-in')
      const socket = await connect(ann)
      await ann.post('/put', { item: 'umbrella' })
      assert.deepEqual(await socket.ask('look'), { user: 'ann' })
      assert.deepEqual(await socket.ask('reload'), { user: 'ann', items: ['umbrella'] })
      await socket.ask('put coat')
      assert.deepEqual((await ann.get('/me')).json.items, ['umbrella', 'coat'])
    })

    test('a socket ends the session on the site, and the site on a socket', async (t) => {
      const { connect, visitor } = await site(t, platform)
      const [ann, ben] = [visitor(), visitor()]
      await ann.post('/sign-in')
      await ben.post('/sign-in')
      const socket = await connect(ann)
      assert.deepEqual(await socket.ask('sign-out'), {})
      assert.deepEqual((await ann.get('/me')).json, {})
      const other = await connect(ben)
      await ben.post('/sign-out')
      assert.deepEqual(await other.ask('reload'), { error: 'failed to load session' })
      await assert.rejects(connect(ben), { message: '401' })
    })
  })
}
