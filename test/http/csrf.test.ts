/**
 * The guard on real servers: Express, node:http, TLS, HTTP/2, and the upgrade of a WebSocket.
 */
import { createServer, request as plainRequest, type IncomingMessage } from 'node:http'
import { connect, createServer as createServer2 } from 'node:http2'
import { createServer as createTlsServer, request as tlsRequest } from 'node:https'
import type { AddressInfo, Server } from 'node:net'

import express, { type ErrorRequestHandler } from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { csrf, CsrfError, type CsrfGuard, type CsrfOptions } from '../../src/csrf/index.js'
import { coatcheck, SessionError } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { listen, site, Visitor } from './support/site.js'

const secret = 'a secret of at least thirty-two bytes'
const elsewhere = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
const here = { 'sec-fetch-site': 'same-origin' }

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function expressApp(guard: CsrfGuard, settings: Readonly<Record<string, unknown>> = {}): express.Express {
  const app = express()
  for (const [name, value] of Object.entries(settings)) app.set(name, value)
  app.use(guard)
  app.use((_req, res) => {
    res.end('done')
  })
  return app
}

describe('under Express', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    '%s from the app’s own pages goes on, and from elsewhere is 403',
    async (method) => {
      const where = await listen(expressApp(csrf()))
      expect(await where.ask('/', { method, headers: here })).toMatchObject({ status: 200, body: 'done' })
      expect((await where.ask('/', { method, headers: elsewhere })).status).toBe(403)
    },
  )

  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE'])('%s from elsewhere goes on', async (method) => {
    const where = await listen(expressApp(csrf({ strict: true })))
    expect((await where.ask('/', { method, headers: elsewhere })).status).toBe(200)
  })

  it('answers in production with no word of why', async () => {
    // Where Express puts it instead.
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => log.mockRestore())
    const where = await listen(expressApp(csrf(), { env: 'production' }))
    const { body } = await where.ask('/', { method: 'POST', headers: elsewhere })
    expect(body).toContain('Forbidden')
    expect(body).not.toMatch(/origin|csrf|Sec-Fetch/i)
    await where.settled()
    expect(String(log.mock.calls)).toContain('csrf({ origins: [...] })')
  })

  it('hands an error to the app’s own handling that says what to do, and nothing of the request', async () => {
    const errors: unknown[] = []
    const app = expressApp(csrf())
    const note: ErrorRequestHandler = (error, _req, _res, next) => {
      errors.push(error)
      next(error)
    }
    app.use(note)
    const where = await listen(app)
    const headers = { ...elsewhere, cookie: 'session=precious', host: 'private.internal' }
    await where.ask('/precious', { method: 'POST', headers })
    const [error] = errors as [CsrfError]
    expect(error).toBeInstanceOf(CsrfError)
    expect(error).toBeInstanceOf(SessionError)
    expect(error).toMatchObject({
      name: 'CsrfError',
      code: 'ERR_SESSION_CSRF_ORIGIN',
      reason: 'cross-site',
      status: 403,
      statusCode: 403,
      expose: false,
      message: expect.stringContaining('csrf({ origins: [...] })') as unknown,
    })
    expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/precious|evil|private/)
  })

  it('makes out its scheme by trust proxy', async () => {
    const headers = { 'x-forwarded-proto': 'https', origin: 'https://shop.example', host: 'shop.example' }
    const post = { method: 'POST', headers }
    const trusting = await listen(expressApp(csrf(), { 'trust proxy': true }))
    expect((await trusting.ask('/', post)).status).toBe(200)
    const distrusting = await listen(expressApp(csrf()))
    expect((await distrusting.ask('/', post)).status).toBe(403)
    const told = await listen(expressApp(csrf({ proxy: true })))
    expect((await told.ask('/', post)).status).toBe(200)
  })

  it('takes forms of origins that are listed', async () => {
    const where = await listen(expressApp(csrf({ origins: ['https://app.example.com'] })))
    const ask = (origin: string): Promise<{ status: number }> =>
      where.ask('/', { method: 'POST', headers: { 'sec-fetch-site': 'same-site', origin } })
    expect((await ask('https://app.example.com')).status).toBe(200)
    expect((await ask('https://evil.example.com')).status).toBe(403)
  })

  it('lets through what says nothing of where it comes from, and not when strict', async () => {
    const lenient = await listen(expressApp(csrf()))
    const strict = await listen(expressApp(csrf({ strict: true })))
    expect((await lenient.ask('/', { method: 'POST' })).status).toBe(200)
    expect((await strict.ask('/', { method: 'POST' })).status).toBe(403)
    expect((await strict.ask('/', { method: 'POST', headers: here })).status).toBe(200)
  })

  it('check() tells what would happen, and refuses nothing', async () => {
    const guard = csrf()
    const told: unknown[] = []
    const app = express()
    app.use((req, _res, next) => {
      told.push(guard.check(req))
      next()
    })
    app.use((_req, res) => {
      res.end('done')
    })
    const where = await listen(app)
    expect((await where.ask('/', { method: 'POST', headers: elsewhere })).status).toBe(200)
    expect(told).toEqual([{ allowed: false, reason: 'cross-site' }])
  })
})

describe('under node:http', () => {
  it('goes on for its own origin, and calls next with the error for another', async () => {
    const where = await site(csrf(), (_req, res) => res.end('done'))
    const ask = (origin: string): Promise<{ status: number }> =>
      where.ask('/', { method: 'POST', headers: { origin, host: 'shop.example:8080' } })
    expect((await ask('http://shop.example:8080')).status).toBe(200)
    await ask('http://shop.example')
    expect(where.errors).toMatchObject([{ code: 'ERR_SESSION_CSRF_ORIGIN', reason: 'other-origin' }])
  })

  it('calls next in the same turn, and once', () => {
    const calls: unknown[][] = []
    const guard = csrf()
    guard({ method: 'GET', headers: {} }, {}, (...args) => calls.push(args))
    guard({ method: 'POST', headers: elsewhere }, {}, (...args) => calls.push(args))
    expect(calls).toEqual([[], [expect.any(CsrfError)]])
  })
})

// A shared key instead of certificates, which a test would have to carry about.
const psk = Buffer.alloc(16, 1)
const tls = { ciphers: 'PSK-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' as const }
const tlsClient = { ...tls, pskCallback: () => ({ psk, identity: 'test' }), checkServerIdentity: () => undefined }

describe('over TLS', () => {
  it('the origin is an https one, whatever the options say', async () => {
    const guards = [csrf(), csrf({ proxy: false }), csrf({ proxy: true })]
    const server = createTlsServer({ ...tls, pskCallback: () => psk }, (req, res) => {
      res.end(JSON.stringify(guards.map((guard) => guard.check(req))))
    })
    const port = await portOf(server)
    const ask = (origin: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const headers = { origin, host: 'shop.example' }
        const asked = tlsRequest(
          { host: '127.0.0.1', port, method: 'POST', headers, agent: false, ...tlsClient },
          (res) => {
            res.on('data', (chunk: Buffer) => resolve(JSON.parse(chunk.toString())))
          },
        )
        asked.on('error', reject)
        asked.end()
      })
    expect(await ask('https://shop.example')).toEqual(guards.map(() => ({ allowed: true, reason: 'same-origin' })))
    expect(await ask('http://shop.example')).toEqual(guards.map(() => ({ allowed: false, reason: 'other-scheme' })))
  })
})

describe('over HTTP/2', () => {
  async function http2Site(options?: CsrfOptions) {
    const guard = csrf(options)
    const server = createServer2({ settings: { enableConnectProtocol: true } }, (req, res) => {
      guard(req, res, (error) => {
        res.statusCode = error?.status ?? 200
        res.end()
      })
    })
    // An extended CONNECT (RFC 8441) arrives here.
    server.on('connect', (req, res) => {
      res.statusCode = guard.check(req).allowed ? 200 : 403
      res.end()
    })
    const port = await portOf(server)
    const client = connect(`http://127.0.0.1:${port}`)
    onTestFinished(() => {
      client.destroy()
    })
    await new Promise((resolve) => {
      client.once('remoteSettings', resolve)
    })
    const ask = (headers: Readonly<Record<string, string>>): Promise<number> =>
      new Promise((resolve, reject) => {
        const stream = client.request({ ':path': '/', ':authority': 'shop.example', ...headers })
        stream.on('response', (given) => resolve(Number(given[':status'])))
        stream.on('error', reject)
        stream.end()
      })
    return { ask }
  }

  it('goes by the authority', async () => {
    const { ask } = await http2Site()
    const post = { ':method': 'POST' }
    expect(await ask({ ...post, origin: 'http://shop.example' })).toBe(200)
    expect(await ask({ ...post, origin: 'http://evil.example' })).toBe(403)
    expect(await ask({ ...post, ...elsewhere })).toBe(403)
    expect(await ask({ ...post, ...here })).toBe(200)
    expect(await ask(elsewhere)).toBe(200)
  })

  it('a WebSocket (extended CONNECT) from elsewhere is refused', async () => {
    const { ask } = await http2Site()
    const handshake = { ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'http' }
    expect(await ask({ ...handshake, origin: 'http://shop.example' })).toBe(200)
    expect(await ask({ ...handshake, origin: 'http://evil.example' })).toBe(403)
  })
})

describe('the upgrade of a WebSocket', () => {
  async function webSocketSite(guard: CsrfGuard) {
    const server = createServer()
    server.on('upgrade', (req: IncomingMessage, socket) => {
      const { allowed } = guard.check(req)
      socket.end(
        allowed
          ? 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'
          : 'HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n',
      )
    })
    const port = await portOf(server)
    const open = (headers: Readonly<Record<string, string>>): Promise<number> =>
      new Promise((resolve, reject) => {
        const upgrade = { connection: 'Upgrade', upgrade: 'websocket', host: 'shop.example' }
        const asked = plainRequest({ host: '127.0.0.1', port, headers: { ...upgrade, ...headers }, agent: false })
        asked.on('upgrade', (res, socket) => {
          socket.destroy()
          resolve(res.statusCode!)
        })
        asked.on('response', (res) => {
          res.resume()
          resolve(res.statusCode!)
        })
        asked.on('error', reject)
        asked.end()
      })
    return { open }
  }

  const guards: [string, CsrfGuard][] = [
    ['without tokens', csrf()],
    ['with tokens, which a WebSocket cannot bring', csrf({ tokens: { sessions: coatcheck({ secret }) } })],
  ]

  it.each(guards)('is a GET, and yet not safe: %s', async (_name, guard) => {
    const { open } = await webSocketSite(guard)
    expect(await open({ origin: 'http://shop.example' })).toBe(101)
    expect(await open({ origin: 'http://evil.example' })).toBe(403)
    expect(await open({ origin: 'http://shop.example', 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await open({ origin: 'null' })).toBe(403)
    expect(await open({ 'sec-fetch-site': 'same-origin', origin: 'http://shop.example' })).toBe(101)
  })

  it('behind a proxy that speaks TLS is known by the listed origin, or by proxy: true', async () => {
    const headers = { origin: 'https://shop.example', 'x-forwarded-proto': 'https' }
    expect(await (await webSocketSite(csrf())).open(headers)).toBe(403)
    expect(await (await webSocketSite(csrf({ proxy: true }))).open(headers)).toBe(101)
    expect(await (await webSocketSite(csrf({ origins: ['https://shop.example'] }))).open(headers)).toBe(101)
  })

  it('that nobody listens for is a request, and is refused as one', async () => {
    const where = await site(csrf(), (_req, res) => res.end('done'))
    const handshake = { connection: 'Upgrade', upgrade: 'websocket' }
    expect((await where.ask('/', { headers: { ...handshake, ...here } })).status).toBe(200)
    await where.ask('/', { headers: { ...handshake, ...elsewhere } })
    expect(where.errors).toMatchObject([{ reason: 'cross-site' }])
  })
})

describe('tokens', () => {
  function shop(sessions = coatcheck({ secret })) {
    const guard = csrf({ tokens: { sessions } })
    const app = express()
    app.use(sessions)
    app.use(express.urlencoded(), express.json())
    app.use(guard)
    app.get('/form', (req, res) => {
      res.send(guard.token(req))
    })
    app.get('/forms', (req, res) => {
      res.json([guard.token(req), guard.token(req)])
    })
    app.post('/order', (_req, res) => {
      res.send('ordered')
    })
    return app
  }

  it('an anonymous visitor’s form is taken: the token keeps the new session, with one write', async () => {
    const sessions = coatcheck({ secret })
    const told: string[] = []
    sessions.on('created', () => told.push('created'))
    sessions.on('saved', () => told.push('saved'))
    const visitor = new Visitor(await listen(shop(sessions)))
    const [token, other] = JSON.parse((await visitor.ask('/forms')).body) as [string, string]
    expect(visitor.cookies.size).toBe(1)
    expect(told).toEqual(['created'])
    for (const each of [token, other, token]) {
      expect((await visitor.ask('/order', { method: 'POST', form: { _csrf: each } })).body).toBe('ordered')
    }
    expect(told).toEqual(['created'])
  })

  it('a known visitor’s form costs no write', async () => {
    const sessions = coatcheck({ secret })
    const visitor = new Visitor(await listen(shop(sessions)))
    await visitor.ask('/form')
    const told: string[] = []
    sessions.on('saved', () => told.push('saved'))
    const { body, setCookies } = await visitor.ask('/form')
    expect((await visitor.ask('/order', { method: 'POST', form: { _csrf: body } })).status).toBe(200)
    expect(setCookies).toEqual([])
    expect(told).toEqual([])
  })

  it('a store that fails lets the page go out, and is told of where stores are', async () => {
    const store = memoryStore()
    store.create = (() => Promise.reject(new Error('the store is down'))) as never
    const sessions = coatcheck({ secret, store })
    const failures: unknown[] = []
    sessions.on('storeError', ({ error }) => failures.push(error))
    const errors: unknown[] = []
    const app = shop(sessions)
    const note: ErrorRequestHandler = (error, _req, _res, _next) => {
      errors.push(error)
    }
    app.use(note)
    const where = await listen(app)
    const reply = await where.ask('/form')
    await where.settled()
    expect(reply).toMatchObject({ status: 200, setCookies: [] })
    expect(errors).toEqual([new Error('the store is down')])
    expect(failures[0]).toEqual(errors[0])
  })

  it('a page without a token keeps no session', async () => {
    const where = await listen(shop())
    expect((await where.ask('/nothing')).setCookies).toEqual([])
  })

  it('is taken from the header too, and the header comes first', async () => {
    const visitor = new Visitor(await listen(shop()))
    const token = (await visitor.ask('/form')).body
    const post = (header: string, form: Record<string, string> = {}): Promise<{ status: number }> =>
      visitor.ask('/order', { method: 'POST', form, headers: { 'x-csrf-token': header } })
    expect((await post(token)).status).toBe(200)
    expect((await post('wrong', { _csrf: token })).status).toBe(403)
    expect((await post('', { _csrf: token })).status).toBe(403)
  })

  it('has the field and the header that the app names, and no others', async () => {
    const sessions = coatcheck({ secret })
    const guard = csrf({ tokens: { sessions, field: 'ticket', header: 'X-XSRF-Token' } })
    const app = express()
    app.use(sessions, express.urlencoded(), guard)
    app.use((req, res) => {
      res.send(guard.token(req))
    })
    const visitor = new Visitor(await listen(app))
    const token = (await visitor.ask('/')).body
    const status = async (form: Record<string, string>, headers = {}): Promise<number> =>
      (await visitor.ask('/', { method: 'POST', form, headers })).status
    expect(await status({ ticket: token })).toBe(200)
    expect(await status({}, { 'x-xsrf-token': token })).toBe(200)
    expect(await status({ _csrf: token })).toBe(403)
    expect(await status({}, { 'x-csrf-token': token })).toBe(403)
  })

  it('does not make up for a wrong origin', async () => {
    const visitor = new Visitor(await listen(shop()))
    const token = (await visitor.ask('/form')).body
    const reply = await visitor.ask('/order', { method: 'POST', form: { _csrf: token }, headers: elsewhere })
    expect(reply.status).toBe(403)
  })

  it('without a session in front says where the sessions belong', async () => {
    const sessions = coatcheck({ secret })
    const guard = csrf({ tokens: { sessions } })
    const where = await site(guard, (req, res) => res.end(guard.token(req)))
    await where.ask('/', { method: 'POST' })
    await where.ask('/')
    expect(where.errors).toMatchObject([
      { code: 'ERR_SESSION_CSRF_TOKEN', reason: 'no-session' },
      { code: 'ERR_SESSION_NO_SESSION' },
    ])
  })

  it('are of their own sessions, and not of others that serve the request', async () => {
    const guard = csrf({ tokens: { sessions: coatcheck({ secret, name: 'own' }) } })
    const others = coatcheck({ secret, name: 'others' })
    const where = await site(
      (req, res, next) => others(req, res, () => guard(req, res, next)),
      (req, res) => res.end(guard.token(req)),
    )
    await where.ask('/', { method: 'POST' })
    await where.ask('/')
    expect(where.errors).toMatchObject([{ reason: 'no-session' }, { code: 'ERR_SESSION_NO_SESSION' }])
  })

  it('of an order without one says where it belongs', async () => {
    const errors: CsrfError[] = []
    const app = shop()
    const note: ErrorRequestHandler = (error: CsrfError, _req, res, _next) => {
      errors.push(error)
      res.status(error.status).end()
    }
    app.use(note)
    const visitor = new Visitor(await listen(app))
    await visitor.ask('/form')
    expect((await visitor.ask('/order', { method: 'POST', form: {}, headers: here })).status).toBe(403)
    expect(errors).toMatchObject([{ code: 'ERR_SESSION_CSRF_TOKEN', reason: 'no-token' }])
  })
})
