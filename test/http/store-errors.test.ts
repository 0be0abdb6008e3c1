/**
 * Failures that turn up when the response ends: the visitor gets the page, and then the app hears of it.
 */
import express from 'express'
import { describe, expect, it } from 'vitest'

import { coatcheck, session } from '../../src/index.js'
import { get } from './support/raw-connection.js'
import { listen, site, Visitor } from './support/site.js'
import { TestStore } from './support/test-store.js'
import { collectWarnings } from './support/warnings.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }
const down = new Error('the store is down')

function failingStore(timing: 'sync' | 'later' = 'later'): TestStore {
  const store = new TestStore(timing)
  store.takeOver.set = (call) => {
    if (timing === 'sync') call.fail(down)
    else setImmediate(() => call.fail(down))
  }
  return store
}

describe('a save that fails at the end', () => {
  it.each(['sync', 'later'] as const)('reaches next() behind the response, store answering %s', async (timing) => {
    const order: string[] = []
    const store = failingStore(timing)
    const app = express()
    app.use(session({ ...options, store }) as unknown as express.RequestHandler)
    app.get('/', (req, res) => {
      ;(req as unknown as { session: { a: number } }).session.a = 1
      res.on('finish', () => order.push('sent'))
      res.status(201).send('body')
    })
    const onError: express.ErrorRequestHandler = (error, _req, res, _next) => {
      order.push(`${(error as Error).message}, headers sent: ${res.headersSent}`)
    }
    app.use(onError)
    const where = await listen(app)
    const reply = await where.ask()
    await where.settled()
    expect([reply.status, reply.body]).toEqual([201, 'body'])
    expect(order).toEqual(['sent', 'the store is down, headers sent: true'])
  })

  it('does not cut a large response off, though Express’s own last error handler closes the connection', async () => {
    const app = express()
    app.set('env', 'test')
    app.use(session({ ...options, store: failingStore() }) as unknown as express.RequestHandler)
    const size = 5_000_000
    app.get('/', (req, res) => {
      ;(req as unknown as { session: { a: number } }).session.a = 1
      res.end(Buffer.alloc(size, 'x'))
    })
    const where = await listen(app)
    expect((await where.ask()).body).toHaveLength(size)
  })

  it('reaches next() when the client has hung up, too', async () => {
    const store = new TestStore('held')
    const where = await site(session({ ...options, store }), (req, res) => {
      req.session.a = 1
      res.end('body')
    })
    const connection = await where.connect()
    connection.send(get('/'))
    const call = await store.next('set')
    connection.abort()
    await where.settled()
    call.fail(down)
    await where.settled()
    await where.settled()
    expect(where.errors).toEqual([down])
  })

  it('is said once as a warning, and each time as an event', async () => {
    const warnings = collectWarnings()
    const sessions = session({ ...options, store: failingStore() })
    const events: unknown[] = []
    sessions.on('storeError', ({ operation, error }) => events.push([operation, error]))
    const where = await site(sessions, (req, res) => {
      req.session.a = 1
      res.end()
    })
    for (let time = 0; time < 3; time += 1) await where.ask()
    expect(events).toEqual([
      ['save', down],
      ['save', down],
      ['save', down],
    ])
    expect(await warnings.codes()).toEqual(['COATCHECK_STORE_FAILED'])
  })

  it('of a new session: express-session’s contract sends its cookie, coatcheck() does not', async () => {
    for (const [open, cookies] of [
      [(store: TestStore) => session({ ...options, store }), 1],
      [(store: TestStore) => coatcheck({ secret: options.secret, store }), 0],
    ] as const) {
      const where = await site(open(failingStore()), (req, res) => {
        req.session.a = 1
        res.end()
      })
      expect((await where.ask()).setCookies).toHaveLength(cookies)
    }
  })
})

describe('a save of the app’s own that nobody waits for', () => {
  it('is through before the response leaves', async () => {
    const store = new TestStore('held')
    const where = await site(session({ ...options, store }), (req, res) => {
      req.session.a = 1
      void req.session.save()
      res.writeHead(302, { location: '/next' })
      res.end()
    })
    const connection = await where.connect()
    connection.send(get('/', { connection: 'close' }))
    const call = await store.next('set')
    await where.settled()
    expect(connection.received).toBe('')
    call.succeed()
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 302/)
    expect(store.calls).toHaveLength(1)
  })

  it.each([
    ['session()', (store: TestStore) => session({ ...options, store })],
    ['coatcheck()', (store: TestStore) => coatcheck({ secret: options.secret, store })],
  ])('stores a new session once under %s', async (_name, open) => {
    const store = new TestStore('later')
    const where = await site(open(store), (req, res) => {
      req.session.a = 1
      void req.session.save()
      void req.session.save()
      res.end()
    })
    expect((await where.ask()).setCookies).toHaveLength(1)
    await where.settled()
    expect(where.errors).toEqual([])
    expect(store.records.size).toBe(1)
  })

  it('that fails is tried again when the response ends', async () => {
    const store = new TestStore('later')
    let failures = 1
    store.takeOver.set = (call) => {
      setImmediate(() => {
        failures -= 1
        if (failures === 0) call.fail(down)
        else call.succeed()
      })
    }
    const where = await site(session({ ...options, store }), (req, res) => {
      req.session.a = 1
      void req.session.save()
      res.end()
    })
    expect((await where.ask()).setCookies).toHaveLength(1)
    expect(store.records.size).toBe(1)
  })

  it('that fails for good is told to the app as every failure at the end is, and its cookie stays away', async () => {
    const where = await site(coatcheck({ secret: options.secret, store: failingStore() }), (req, res) => {
      req.session.a = 1
      void req.session.save()
      res.end('body')
    })
    const reply = await where.ask()
    await where.settled()
    expect([reply.status, reply.body, reply.setCookies]).toEqual([200, 'body', []])
    expect(where.errors).toEqual([down])
  })

  it('that fails does not end the process', async () => {
    const rejections: unknown[] = []
    const note = (reason: unknown): void => {
      rejections.push(reason)
    }
    process.on('unhandledRejection', note)
    const where = await site(session({ ...options, store: failingStore() }), async (req, res) => {
      req.session.a = 1
      void req.session.save()
      void req.session.reload()
      void req.session.regenerate()
      await new Promise(setImmediate)
      await new Promise(setImmediate)
      void req.session.destroy()
      res.end()
    })
    await where.ask()
    await where.settled()
    process.off('unhandledRejection', note)
    expect(rejections).toEqual([])
  })
})

describe('data that cannot be stored', () => {
  const cycle: Record<string, unknown> = {}
  cycle.self = cycle

  const doors = [
    ['session()', (store: TestStore) => session({ ...options, store, maxDataBytes: 1_000 })],
    ['coatcheck()', (store: TestStore) => coatcheck({ secret: options.secret, store, maxDataBytes: 1_000 })],
  ] as const

  const values: [string, unknown, string][] = [
    ['a cycle', cycle, 'ERR_SESSION_DATA_UNSERIALIZABLE'],
    ['a BigInt', 1n, 'ERR_SESSION_DATA_UNSERIALIZABLE'],
    ['more than the limit', 'x'.repeat(1_000), 'ERR_SESSION_DATA_TOO_LARGE'],
  ]

  describe.each(doors)('%s', (_name, open) => {
    it.each(values)(
      '%s: the response goes out as it was made, and the app hears why, once',
      async (_kind, value, code) => {
        const store = new TestStore('later')
        const where = await site(open(store), (req, res) => {
          req.session.value = value
          res.writeHead(201, { 'x-app': 'yes' })
          res.end('body')
        })
        const reply = await where.ask()
        expect([reply.status, reply.body, reply.headers['x-app'], reply.setCookies]).toEqual([201, 'body', 'yes', []])
        await where.settled()
        expect(where.errors).toEqual([expect.objectContaining({ code })])
        expect(store.records.size).toBe(0)
      },
    )

    it.each(values)('%s, in a response that streams: the app hears why, once', async (_kind, value, code) => {
      const where = await site(open(new TestStore('later')), (req, res) => {
        req.session.value = value
        res.write('one ')
        res.end('two')
      })
      expect((await where.ask()).body).toBe('one two')
      await where.settled()
      expect(where.errors).toEqual([expect.objectContaining({ code })])
    })

    it.each(values)('%s, in a save of the app’s own: the promise rejects', async (_kind, value, code) => {
      const where = await site(open(new TestStore('later')), async (req, res) => {
        req.session.value = value
        const error = await req.session.save().catch((reason: unknown) => reason)
        delete req.session.value
        res.end((error as { code: string }).code)
      })
      expect((await where.ask()).body).toBe(code)
      expect(where.errors).toEqual([])
    })

    it('what was stored before stands', async () => {
      const where = await site(open(new TestStore('later')), (req, res) => {
        if (req.url === '/set') req.session.a = 1
        if (req.url === '/spoil') req.session.value = cycle
        res.end(JSON.stringify(req.session.a))
      })
      const visitor = new Visitor(where)
      await visitor.ask('/set')
      await visitor.ask('/spoil')
      expect((await visitor.ask('/')).body).toBe('1')
    })
  })
})
