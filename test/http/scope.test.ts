/**
 * Which requests the middleware serves: by path, by the store's connection.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'

import { coatcheck, MemoryStore, session } from '../../src/index.js'
import { rawConnection } from './support/raw-connection.js'
import { listen, site, Visitor, type SessionedRequest } from './support/site.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }

/** Did the request get a session? */
const hasSession = (req: object, res: { end(text: string): unknown }): unknown =>
  res.end(String('session' in req || 'sessionID' in req || 'sessionStore' in req))

describe('the path of the cookie', () => {
  it.each([
    ['/app', '/app', true],
    ['/app', '/app/', true],
    ['/app', '/app/page?x=1', true],
    ['/app', '/app?x=/', true],
    ['/app', '/', false],
    ['/app', '/other', false],
    ['/app', '/apple', false],
    ['/app', '/APP', false],
    ['/app', '/%61pp', false],
    ['/app', '/other?/app', false],
    ['/app/', '/app/page', true],
    ['/app/', '/app', false],
    ['/', '/anything', true],
  ])('%s: a request for %s is served: %s', async (path, url, served) => {
    for (const layer of [session({ ...options, cookie: { path } }), coatcheck({ secret: 'x', cookie: { path } })]) {
      expect((await (await site(layer, hasSession)).ask(url)).body).toBe(String(served))
    }
  })

  it('is compared with what the visitor asked for, wherever the middleware is mounted', async () => {
    const app = express()
    app.use('/app', session({ ...options, cookie: { path: '/app' } }) as unknown as express.RequestHandler)
    app.use((req, res) => {
      hasSession(req, res)
    })
    const where = await listen(app)
    expect((await where.ask('/app/page')).body).toBe('true')
    expect((await where.ask('/page')).body).toBe('false')
  })

  it('of a cookie function is asked for each request', async () => {
    const layer = session({ ...options, cookie: (req) => ({ path: req.url?.startsWith('/a') === true ? '/a' : '/b' }) })
    const where = await site(layer, hasSession)
    expect((await where.ask('/a')).body).toBe('true')
    expect((await where.ask('/b/c')).body).toBe('true')
    expect((await where.ask('/c')).body).toBe('false')
  })

  it.each([
    ['GET http://localhost/app HTTP/1.1', 'true'],
    ['GET http://localhost/other HTTP/1.1', 'false'],
    ['OPTIONS * HTTP/1.1', 'false'],
    ['GET //app HTTP/1.1', 'false'],
    ['GET /app#x HTTP/1.1', 'true'],
  ])('%s is served: %s', async (line, served) => {
    const where = await site(session({ ...options, cookie: { path: '/app' } }), hasSession)
    const connection = await where.connect()
    connection.send(`${line}\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    expect(await connection.closed()).toMatch(new RegExp(`${served}$`))
  })

  it('OPTIONS * goes by under the root path, too', async () => {
    const where = await site(session(options), hasSession)
    const connection = await where.connect()
    connection.send('OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    expect(await connection.closed()).toMatch(/false$/)
  })

  it('hears of no URL that crashes it', async () => {
    const server = createServer((req, res) => {
      session(options)(req, res, () => {
        hasSession(req, res)
      })
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    const { port } = server.address() as AddressInfo
    for (const url of ['/%', '/%ff', '/a?%', '//', '/..//', 'http://[', '/\xff', '/?', '/#']) {
      const connection = await rawConnection(port)
      connection.send(`GET ${url} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
      expect(`${url} ${await connection.closed()}`).toMatch(/ HTTP\/1\.1 (?:200|400)/)
    }
  })
})

describe('the connection of the store', () => {
  it('lost, has requests go by without a session until it is back', async () => {
    const store = new MemoryStore()
    const where = await site(session({ ...options, store }), (req, res) => {
      if ((req as { session?: unknown }).session === undefined) {
        hasSession(req, res)
        return
      }
      req.session.views = Number(req.session.views ?? 0) + 1
      res.end(String(req.session.views))
    })
    const visitor = new Visitor(where)
    expect((await visitor.ask()).body).toBe('1')
    store.emit('disconnect')
    expect((await visitor.ask()).body).toBe('false')
    store.emit('connect')
    expect((await visitor.ask()).body).toBe('2')
  })

  it('lost in the middle of a request, leaves that request its session', async () => {
    const store = new MemoryStore()
    const where = await site(session({ ...options, store }), (req, res) => {
      req.session.views = Number(req.session.views ?? 0) + 1
      if (req.url === '/lose') store.emit('disconnect')
      res.end(String(req.session.views))
    })
    const visitor = new Visitor(where)
    await visitor.ask('/lose')
    store.emit('connect')
    expect((await visitor.ask('/')).body).toBe('2')
  })

  it('is listened to once, however many middlewares share the store', async () => {
    const store = new MemoryStore()
    const layers = Array.from({ length: 20 }, () => session({ ...options, store }))
    expect(store.listenerCount('connect')).toBe(1)
    expect(store.listenerCount('disconnect')).toBe(1)
    store.emit('disconnect')
    for (const layer of layers.slice(0, 2)) expect((await (await site(layer, hasSession)).ask()).body).toBe('false')
  })

  it('counts for coatcheck() as well', async () => {
    const store = new MemoryStore()
    const where = await site(coatcheck({ secret: 'x', store }), hasSession)
    store.emit('disconnect')
    expect((await where.ask()).body).toBe('false')
  })
})

describe('middlewares that share a store', () => {
  it('each give a regenerated session the ID and cookie of their own options', async () => {
    const store = new MemoryStore()
    let next = 0
    const one = session({ ...options, store, name: 'one', genid: () => `one-${(next += 1)}`, cookie: { path: '/one' } })
    const two = session({ ...options, store, name: 'two', genid: () => `two-${(next += 1)}`, cookie: { path: '/two' } })
    const where = await listen((req, res) => {
      const layer = req.url === '/one' ? one : two
      layer(req, res, () => {
        const current = req as SessionedRequest
        current.session.regenerate(() => res.end(`${current.sessionID} ${current.session.cookie.path}`))
      })
    })
    for (const name of ['one', 'two', 'one']) {
      const reply = await where.ask(`/${name}`)
      expect(reply.body).toMatch(new RegExp(`^${name}-\\d+ /${name}$`))
      expect(reply.setCookies[0]).toMatch(new RegExp(`^${name}=s%3A${name}-\\d+`))
    }
  })
})
