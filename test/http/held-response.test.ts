/**
 * The response waits for its session. The store answers when the test says so, and the client's bytes are looked at in between.
 */
import { describe, expect, it } from 'vitest'

import { session } from '../../src/index.js'
import { gate } from './support/gate.js'
import { get, type RawConnection } from './support/raw-connection.js'
import { site, Visitor, type Handler, type Site } from './support/site.js'
import { TestStore, type Call, type Method } from './support/test-store.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }

interface Held {
  readonly where: Site
  readonly store: TestStore
  readonly connection: RawConnection
  readonly call: Call
}

/** A request whose session is being stored. */
async function held(handler: Handler, method = 'GET'): Promise<Held> {
  const store = new TestStore('held')
  const where = await site(session({ ...options, store }), (req, res) => {
    req.session.a = 1
    return handler(req, res)
  })
  const connection = await where.connect()
  connection.send(get('/', { connection: 'close' }, method))
  const call = await store.next('set')
  await where.settled()
  return { where, store, connection, call }
}

describe('before the store has answered', () => {
  const endings: [string, Handler][] = [
    ['nothing', (_req, res) => res.end()],
    ['a body', (_req, res) => res.end('body')],
    ['a body with its length', (_req, res) => res.writeHead(200, { 'content-length': 4 }).end('body')],
    ['bytes', (_req, res) => res.end(Buffer.from('body'))],
    ['a redirect', (_req, res) => res.writeHead(302, { location: '/next' }).end('Found')],
    ['a callback', (_req, res) => res.end(() => {})],
    ['a large body', (_req, res) => res.end('x'.repeat(1_000_000))],
  ]

  it.each(endings)('nothing of a response that ends with %s has left', async (_name, handler) => {
    const { connection, call } = await held(handler)
    expect(connection.received).toBe('')
    call.succeed()
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 /)
  })

  it.each(['set', 'touch', 'destroy'] satisfies Method[])('of a %s, nothing has left either', async (method) => {
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store, unset: 'destroy' }), (req, res) => {
      if (req.url === '/set') req.session.a = 1
      if (req.url === '/destroy') req.session = null as never
      res.end('body')
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    store.timing = 'held'
    const connection = await where.connect()
    connection.send(get(`/${method}`, { cookie: method === 'set' ? '' : visitor.cookieHeader, connection: 'close' }))
    if (method !== 'set') (await store.next('get')).succeed()
    const call = await store.next(method)
    await where.settled()
    expect(connection.received).toBe('')
    call.succeed()
    expect(await connection.closed()).toMatch(/body$/)
  })

  it('the page behind a redirect cannot be asked for: its session is there when the redirect arrives', async () => {
    const store = new TestStore('held')
    const where = await site(session({ ...options, store }), (req, res) => {
      if (req.url === '/sign-in') {
        req.session.user = 'ann'
        res.writeHead(303, { location: '/home' })
        res.end()
      } else res.end(String(req.session.user))
    })
    const visitor = new Visitor(where)
    const redirect = visitor.ask('/sign-in')
    ;(await store.next('set')).succeed()
    expect((await redirect).headers.location).toBe('/home')
    store.timing = 'sync'
    expect((await visitor.ask('/home')).body).toBe('ann')
  })
})

describe('the response as it arrives', () => {
  it.each([
    ['a text', 'héllo', Buffer.byteLength('héllo')],
    ['bytes', Buffer.from([0, 255, 10, 13]), 4],
    ['nothing', undefined, 0],
  ])('has the Content-Length of %s and its whole body, as Node would have sent it', async (_name, body, length) => {
    const { connection, call } = await held((_req, res) => res.end(body))
    call.succeed()
    const received = await connection.closed()
    expect(received).toMatch(new RegExp(`^content-length: ${length}\\r$`, 'im'))
    expect(received).not.toMatch(/^transfer-encoding/im)
    const sent = body === undefined ? '' : Buffer.from(body as string).toString('latin1')
    expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe(sent)
  })

  it.each([
    [204, 'GET'],
    [304, 'GET'],
    [200, 'HEAD'],
    [404, 'HEAD'],
  ])('has no body where the status is %d of a %s', async (status, method) => {
    const { connection, call } = await held((_req, res) => res.writeHead(status).end('body'), method)
    expect(connection.received).toBe('')
    call.succeed()
    const received = await connection.closed()
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(received.endsWith('\r\n\r\n')).toBe(true)
    expect(received).toMatch(/^set-cookie: connect\.sid=/im)
  })

  it('keeps an encoding that was given for the body', async () => {
    const { connection, call } = await held((_req, res) => res.end('ff00', 'hex'))
    call.succeed()
    expect((await connection.closed()).slice(-2)).toBe('\xff\0')
  })

  it('carries headers and cookies of the app, and ours behind them', async () => {
    const { connection, call } = await held((_req, res) => {
      res.setHeader('Set-Cookie', ['a=1', 'b=2'])
      res.setHeader('X-App', 'yes')
      res.end()
    })
    call.succeed()
    const received = await connection.closed()
    expect(received).toMatch(/Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nSet-Cookie: connect\.sid=[^\r]*\r\n/)
    expect(received).toContain('X-App: yes')
  })

  it('is sent once, on a connection that stays good for the next request', async () => {
    const store = new TestStore('held')
    const where = await site(session({ ...options, store }), (req, res) => {
      req.session.a = 1
      res.end(req.url)
    })
    const connection = await where.connect()
    for (const path of ['/one', '/two']) {
      connection.send(get(path))
      ;(await store.next('set')).succeed()
      await connection.until((received) => received.endsWith(path))
    }
    expect(connection.received.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
  })
})

describe('while the response waits, it is over for the app', () => {
  it('headers and status are refused or ignored as Node does it after end()', async () => {
    const outcomes: unknown[] = []
    const attempt = (work: () => unknown): void => {
      try {
        outcomes.push(work() ?? 'ignored')
      } catch (error) {
        outcomes.push((error as { code: string }).code)
      }
    }
    const { connection, call } = await held((_req, res) => {
      res.setHeader('X-App', 'yes')
      res.end('body')
      outcomes.push(res.headersSent)
      attempt(() => res.setHeader('X-Late', '1'))
      attempt(() => res.appendHeader('X-Late', '1'))
      attempt(() => res.removeHeader('X-App'))
      attempt(() => res.writeHead(500))
      attempt(() => res.flushHeaders())
      res.statusCode = 500
      res.statusMessage = 'Late'
    })
    const sent = 'ERR_HTTP_HEADERS_SENT'
    expect(outcomes).toEqual([true, sent, sent, sent, sent, 'ignored'])
    call.succeed()
    const received = await connection.closed()
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(received).toContain('X-App: yes')
    expect(received).not.toContain('X-Late')
    expect(received).toMatch(/body$/)
  })

  it('and who logs it afterwards is told the status that was sent', async () => {
    const logged: unknown[] = []
    const { connection, call } = await held((_req, res) => {
      res.once('finish', () => logged.push(res.statusCode, res.statusMessage))
      res.end('body')
      res.statusCode = 500
      res.statusMessage = 'Late'
    })
    call.succeed()
    await connection.closed()
    expect(logged).toEqual([200, 'OK'])
  })

  it('what somebody else had put in the place of its methods is there again when it goes out', async () => {
    const written: unknown[] = []
    const { connection, call } = await held((_req, res) => {
      const { setHeader } = res
      res.setHeader = function (name, value) {
        written.push(name)
        return setHeader.call(res, name, value)
      }
      res.end('body')
    })
    call.succeed()
    expect(await connection.closed()).toMatch(/^set-cookie: connect\.sid=/im)
    expect(written).toEqual(['Set-Cookie'])
  })

  it('a write is refused, and its callback hears why', async () => {
    const errors: unknown[] = []
    let answer: unknown
    const { connection, call } = await held((_req, res) => {
      res.end('body')
      answer = res.write('late', (error) => errors.push(error))
      res.write('later')
    })
    expect(answer).toBe(false)
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_STREAM_WRITE_AFTER_END' })])
    call.succeed()
    expect(await connection.closed()).toMatch(/\r\n\r\nbody$/)
  })

  it('a head that is written is not sent ahead by flushHeaders()', async () => {
    const { connection, call } = await held((_req, res) => {
      res.writeHead(302, { location: '/' })
      res.end('body')
      res.flushHeaders()
    })
    expect(connection.received).toBe('')
    call.succeed()
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 302 Found\r\n/)
  })

  it('neither an informational response nor trailers are sent into the middle of it', async () => {
    const { connection, call } = await held((_req, res) => {
      res.write('bo')
      res.end('dy')
      res.writeContinue()
      res.writeProcessing()
      res.writeEarlyHints({ link: '</style.css>; rel=preload' })
      res.addTrailers({ 'x-late': 'yes' })
    })
    call.succeed()
    const received = await connection.closed()
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(received.match(/HTTP\/1\.1/g)).toHaveLength(1)
    expect(received).toMatch(/\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n$/)
  })

  it('a second end() is ignored, and its callback hears of the first one', async () => {
    const told: string[] = []
    const { connection, call } = await held((_req, res) => {
      res.end('first', () => told.push('first'))
      res.end('second', () => told.push('second'))
      res.end()
    })
    expect(told).toEqual([])
    call.succeed()
    expect(await connection.closed()).toMatch(/\r\n\r\nfirst$/)
    expect(told.sort()).toEqual(['first', 'second'])
  })

  it('and nothing of all that stays on the response afterwards', async () => {
    let keys: readonly string[] = []
    let before: readonly string[] = []
    const { connection, call } = await held((_req, res) => {
      before = Object.keys(res)
      res.once('finish', () => {
        keys = Object.keys(res)
      })
      res.end('body')
    })
    call.succeed()
    await connection.closed()
    // Node's own writeHead leaves these two.
    expect(keys.filter((key) => !before.includes(key) && !/^status(?:Code|Message)$/.test(key))).toEqual([])
  })

  it('what happens to req.session is not this response’s any more', async () => {
    const { store, connection, call } = await held((req, res) => {
      res.end('body')
      req.session.late = true
      req.session = null as never
    })
    call.succeed()
    expect(await connection.closed()).toMatch(/^set-cookie: connect\.sid=/im)
    expect(store.calls).toHaveLength(1)
  })
})

describe('finish', () => {
  it('comes when the response has gone, and writableEnded with it', async () => {
    const seen: unknown[] = []
    const { connection, call } = await held((_req, res) => {
      res.on('finish', () => seen.push('finish'))
      res.end('body', 'utf8', () => seen.push('callback'))
      seen.push(res.writableEnded)
    })
    expect(seen).toEqual([false])
    call.succeed()
    await connection.closed()
    // Which of the two comes first is Node's own choice, and another one since version 24.
    expect(new Set(seen)).toEqual(new Set([false, 'finish', 'callback']))
    expect(seen).toHaveLength(3)
  })
})

describe('a client that hangs up', () => {
  it('while the response waits: the session is stored, and nothing breaks', async () => {
    const { where, store, connection, call } = await held((_req, res) => res.end('body'))
    connection.abort()
    await where.settled()
    call.succeed()
    await where.settled()
    expect(store.records.size).toBe(1)
    expect(where.errors).toEqual([])
  })

  it('before the handler ends: the session is stored when it does, and not without', async () => {
    const store = new TestStore('sync')
    const arrived = gate<() => unknown>()
    const hungUp = gate()
    const where = await site(session({ ...options, store }), (req, res) => {
      req.session.a = 1
      res.on('close', () => hungUp.open())
      arrived.open(() => res.end('body'))
    })
    const connection = await where.connect()
    connection.send(get('/'))
    const finish = await arrived.passed
    connection.abort()
    await hungUp.passed
    expect(store.calls).toEqual([])
    finish()
    expect(store.records.size).toBe(1)
  })
})
