/**
 * The same over HTTP/2, whose compatibility response is another class with habits of its own.
 */
import { connect, createServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo } from 'node:net'

import { describe, expect, it, onTestFinished } from 'vitest'

import { coatcheck, session } from '../../src/index.js'
import type { Middleware, SessionedRequest } from './support/site.js'
import { TestStore } from './support/test-store.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

type Handler = (req: Http2ServerRequest & SessionedRequest, res: Http2ServerResponse) => unknown

/** One server, one client, any number of requests on one connection. */
async function http2Site(middleware: Middleware, handler: Handler) {
  const errors: unknown[] = []
  const server = createServer((req, res) => {
    middleware(req as never, res as never, (error) => {
      if (error === undefined) handler(req as never, res)
      else {
        errors.push(error)
        if (!res.headersSent) {
          res.statusCode = 500
          res.end('failed')
        }
      }
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(() => {
    client.destroy()
    server.close()
  })
  const ask = (path = '/', headers: Record<string, string> = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const stream = client.request({ ':path': path, ...headers })
      let answered: Record<string, unknown> = {}
      let body = ''
      stream.setEncoding('utf8')
      stream.on('response', (given) => {
        answered = given
      })
      stream.on('data', (chunk: string) => {
        body += chunk
      })
      stream.on('error', reject)
      stream.on('end', () => resolve({ status: Number(answered[':status']), headers: answered as never, body }))
      stream.end()
    })
  return { ask, errors, client }
}

function cookieOf(answer: Answer): string {
  const [line] = [answer.headers['set-cookie'] ?? []].flat()
  return line!.split(';', 1)[0]!
}

describe.each([
  ['session()', () => session({ ...options, store: new TestStore('later') })],
  ['coatcheck()', () => coatcheck({ secret: options.secret })],
  ['coatcheck() over a callback store', () => coatcheck({ secret: options.secret, store: new TestStore('later') })],
])('%s', (_name, open) => {
  it('keeps a visitor’s data', async () => {
    const { ask, errors } = await http2Site(open(), (req, res) => {
      req.session.views = Number(req.session.views ?? 0) + 1
      res.end(String(req.session.views))
    })
    const first = await ask()
    expect(first.body).toBe('1')
    expect((await ask('/', { cookie: cookieOf(first) })).body).toBe('2')
    expect(errors).toEqual([])
  })

  it.each<[string, (res: Http2ServerResponse) => unknown, string]>([
    ['end()', (res) => res.end(), ''],
    ['end(text, encoding, cb)', (res) => res.end('body', 'utf8', () => {}), 'body'],
    ['writeHead and end', (res) => res.writeHead(200, { 'x-app': 'a', 'set-cookie': 'one=1' }).end('body'), 'body'],
    [
      'writeHead with a reason that is undefined',
      (res) => res.writeHead(200, undefined as never, { 'x-app': 'a', 'set-cookie': 'one=1' }).end('body'),
      'body',
    ],
    ['write and end', (res) => (res.write('bo'), res.end('dy')), 'body'],
    ['end twice', (res) => (res.end('body'), res.end('again')), 'body'],
    ['flushHeaders', (res) => ((res as unknown as { flushHeaders(): void }).flushHeaders(), res.end('body')), 'body'],
  ])('%s', async (name, end, body) => {
    const { ask, errors } = await http2Site(open(), (req, res) => {
      req.session.a = 1
      end(res)
    })
    const answer = await ask()
    expect([answer.status, answer.body]).toEqual([200, body])
    const cookies = [answer.headers['set-cookie'] ?? []].flat()
    expect(cookies).toHaveLength(name.startsWith('writeHead') ? 2 : 1)
    expect(errors).toEqual([])
  })
})

describe('held', () => {
  it('a redirect does not overtake its session', async () => {
    const store = new TestStore('held')
    const { ask, client } = await http2Site(session({ ...options, store }), (req, res) => {
      req.session.a = 1
      res.writeHead(302, { location: '/next' })
      res.end('Found')
    })
    let arrived = false
    const answer = ask().then((given) => {
      arrived = true
      return given
    })
    const call = await store.next('set')
    // A ping on the same connection comes back behind whatever has been sent.
    await new Promise((resolve) => {
      client.ping(resolve)
    })
    expect(arrived).toBe(false)
    call.succeed()
    expect(await answer).toMatchObject({ status: 302, body: 'Found', headers: { location: '/next' } })
  })

  it('a client that resets its stream leaves the session stored and the server well', async () => {
    const store = new TestStore('held')
    const { ask, errors, client } = await http2Site(session({ ...options, store }), (req, res) => {
      req.session.a = 1
      res.end('body')
    })
    const stream = client.request({ ':path': '/' })
    stream.on('error', () => {})
    stream.end()
    const call = await store.next('set')
    stream.close()
    await new Promise((resolve) => {
      stream.on('close', resolve)
    })
    call.succeed()
    expect(store.records.size).toBe(1)
    store.timing = 'sync'
    expect((await ask()).status).toBe(200)
    expect(errors).toEqual([])
  })
})

describe('several Cookie fields, as HTTP/2 splits them', () => {
  it('are read as one header', async () => {
    const { ask } = await http2Site(session(options), (req, res) => {
      req.session.views = Number(req.session.views ?? 0) + 1
      res.end(String(req.session.views))
    })
    const cookie = cookieOf(await ask())
    expect((await ask('/', { cookie: ['a=1', cookie, 'b=2'] as never })).body).toBe('2')
  })
})

describe('warnings', () => {
  it('are none of ours to cause: nothing is read that HTTP/2 has not', async () => {
    const warnings: Error[] = []
    const note = (warning: Error): void => {
      warnings.push(warning)
    }
    process.on('warning', note)
    onTestFinished(() => {
      process.off('warning', note)
    })
    const { ask } = await http2Site(session({ ...options, store: new TestStore('later') }), (req, res) => {
      req.session.a = 1
      res.end('body')
    })
    await ask()
    await new Promise(setImmediate)
    expect(warnings.filter(({ name }) => name === 'UnsupportedWarning')).toEqual([])
  })
})
