/**
 * Every way in which an app may end a response: what Node does, the held response does.
 */
import express from 'express'
import { describe, expect, it } from 'vitest'

import { session } from '../../src/index.js'
import { get } from './support/raw-connection.js'
import { listen, site, type Handler, type Middleware, type SessionedRequest } from './support/site.js'
import { TestStore, type Timing } from './support/test-store.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }
const untouched: Middleware = (_req, _res, next) => next()

/** The same handler in front of Node alone and of a session that is stored in each timing. */
const fronts: [string, () => Middleware][] = [
  ['without a session layer', () => untouched],
  ...(['sync', 'later'] satisfies Timing[]).map((timing): [string, () => Middleware] => [
    `with a store that answers ${timing}`,
    () => session({ ...options, store: new TestStore(timing) }),
  ]),
]

/** Changes the session, where there is one. */
function touchSession(req: SessionedRequest): void {
  if ((req as { session?: unknown }).session !== undefined) req.session.a = 1
}

describe.each(fronts)('%s', (_name, front) => {
  const calls: [string, Handler, string][] = [
    ['end()', (_req, res) => res.end(), ''],
    ['end(text)', (_req, res) => res.end('body'), 'body'],
    ['end(bytes)', (_req, res) => res.end(Buffer.from('body')), 'body'],
    ['end(a typed array)', (_req, res) => res.end(new Uint8Array([98, 111])), 'bo'],
    ['end(text, encoding)', (_req, res) => res.end('626f6479', 'hex'), 'body'],
    ['end(null)', (_req, res) => res.end(null), ''],
    ['end(an empty text)', (_req, res) => res.end(''), ''],
    ['write, then end()', (_req, res) => (res.write('bo'), res.end('dy')), 'body'],
  ]

  it.each(calls)('%s', async (_form, handler, body) => {
    const where = await site(front(), (req, res) => {
      touchSession(req)
      handler(req, res)
    })
    const reply = await where.ask()
    expect([reply.status, reply.body]).toEqual([200, body])
    expect(where.errors).toEqual([])
  })

  it.each<[string, (res: Parameters<Handler>[1], done: () => void) => unknown]>([
    ['end(cb)', (res, done) => res.end(done)],
    ['end(data, cb)', (res, done) => res.end('body', done)],
    ['end(data, encoding, cb)', (res, done) => res.end('body', 'utf8', done)],
    ['end(null, cb)', (res, done) => res.end(null, done)],
    [
      'end(undefined, undefined, cb)',
      (res, done) => (res.end as (...args: unknown[]) => unknown)(undefined, undefined, done),
    ],
  ])('%s calls back once, when the response has gone', async (_form, end) => {
    const seen: unknown[] = []
    const where = await site(front(), (req, res) => {
      touchSession(req)
      end(res, () => seen.push(res.writableFinished))
    })
    await where.ask()
    await where.settled()
    expect(seen).toEqual([true])
  })

  it('end() answers the response, so that calls can be chained', async () => {
    const answers: unknown[] = []
    const where = await site(front(), (req, res) => {
      touchSession(req)
      answers.push(res.end('body') === res)
    })
    await where.ask()
    expect(answers).toEqual([true])
  })

  it('setHeader() after end() throws what Node throws', async () => {
    const errors: unknown[] = []
    const where = await site(front(), (req, res) => {
      touchSession(req)
      res.end('body')
      try {
        res.setHeader('X-Late', '1')
      } catch (error) {
        errors.push({ ...(error as object), message: (error as Error).message })
      }
    })
    await where.ask()
    expect(errors).toEqual([
      { code: 'ERR_HTTP_HEADERS_SENT', message: 'Cannot set headers after they are sent to the client' },
    ])
  })

  it('an end() with a body that is none is refused to the caller, who can end it differently', async () => {
    const where = await site(front(), (req, res) => {
      touchSession(req)
      try {
        ;(res.end as (body: unknown) => unknown)(5)
      } catch (error) {
        res.end((error as { code: string }).code)
      }
    })
    expect((await where.ask()).body).toBe('ERR_INVALID_ARG_TYPE')
  })

  it('an end() that Node refuses for its status reaches the app’s error handling, which answers', async () => {
    const where = await site(front(), (req, res) => {
      touchSession(req)
      res.statusCode = 1000
      res.end('body')
    })
    const reply = await where.ask()
    expect([reply.status, reply.body]).toEqual([500, 'Invalid status code: 1000'])
  })

  it('an end() that Node refuses for its reason reaches the caller, who can end it differently', async () => {
    const where = await site(front(), (req, res) => {
      touchSession(req)
      res.statusMessage = 'an error message\nof two lines'
      try {
        res.end('body')
      } catch (error) {
        res.statusMessage = 'OK'
        res.end((error as { code: string }).code)
      }
    })
    expect((await where.ask()).body).toBe('ERR_INVALID_CHAR')
  })

  it('a second end() changes nothing', async () => {
    const where = await site(front(), (req, res) => {
      touchSession(req)
      res.end('first')
      res.on('error', () => {})
      res.end()
      res.end('second', () => {})
    })
    expect((await where.ask()).body).toBe('first')
    await where.settled()
    expect(where.errors).toEqual([])
  })

  it('a second end() with a callback, long after the first, is called back', async () => {
    let told = 0
    const where = await site(front(), (req, res) => {
      touchSession(req)
      res.end('body', () => {
        setImmediate(() => res.end(() => (told += 1)))
      })
    })
    await where.ask()
    await where.settled()
    await where.settled()
    expect(told).toBe(1)
  })
})

describe('an end() of another layer, beneath ours, that throws', () => {
  it('reaches the app’s error handling, which answers', async () => {
    const layer = session({ ...options, store: new TestStore('sync') })
    const where = await site(
      (req, res, next) => {
        const { end } = res
        let failures = 1
        res.end = ((...args: unknown[]) => {
          failures -= 1
          if (failures === 0) throw new Error('not yet')
          return (end as (...all: unknown[]) => unknown).apply(res, args)
        }) as typeof res.end
        layer(req, res, next)
      },
      (req, res) => {
        touchSession(req)
        res.end('body')
      },
    )
    const reply = await where.ask()
    expect([reply.status, reply.body]).toEqual([500, 'not yet'])
  })
})

/** As in an app that does not look at headersSent. */
const carelessErrorHandler: express.ErrorRequestHandler = (_error, _req, res, _next) => {
  try {
    res.status(500).json({ ok: false })
  } catch {
    // What this throws is not looked at either.
  }
}

describe('Express 5', () => {
  it.each<[string, (res: express.Response) => unknown, number, string]>([
    ['send', (res) => res.send('body'), 200, 'body'],
    ['json', (res) => res.json({ a: 1 }), 200, '{"a":1}'],
    ['sendStatus', (res) => res.sendStatus(404), 404, 'Not Found'],
    ['redirect', (res) => res.redirect('/next'), 302, 'Found. Redirecting to /next'],
    ['status and end', (res) => res.status(204).end(), 204, ''],
  ])('%s', async (_name, end, status, body) => {
    const app = express()
    app.use(session({ ...options, store: new TestStore('later') }) as unknown as express.RequestHandler)
    app.get('/', (req, res) => {
      touchSession(req as unknown as SessionedRequest)
      end(res)
    })
    const where = await listen(app)
    const reply = await where.ask()
    expect([reply.status, reply.body, reply.setCookies.length]).toEqual([status, body, 1])
  })

  it('a status from a program error, as Express 4 lets it pass, ends in the 500 of the error handler', async () => {
    const app = express()
    app.set('env', 'test')
    app.use(session(options) as unknown as express.RequestHandler)
    app.get('/', (req, res) => {
      touchSession(req as unknown as SessionedRequest)
      res.statusCode = 'ECONNREFUSED' as never
      res.end('body')
    })
    expect((await (await listen(app)).ask()).status).toBe(500)
  })

  it('an error thrown after the response ended leaves that response as it was', async () => {
    const store = new TestStore('held')
    const app = express()
    app.use(session({ ...options, store }) as unknown as express.RequestHandler)
    app.get('/', (req, res) => {
      touchSession(req as unknown as SessionedRequest)
      res.json({ ok: true })
      throw new Error('afterwards')
    })
    app.use(carelessErrorHandler)
    const where = await listen(app)
    const connection = await where.connect()
    connection.send(get('/', { connection: 'close' }))
    ;(await store.next('set')).succeed()
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 200 OK[^]*\{"ok":true\}$/)
  })
})
