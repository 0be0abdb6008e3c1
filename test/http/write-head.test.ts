/**
 * `writeHead` in every form that Node takes: the app's headers arrive as Node alone would send them, and our cookie is among them.
 */
import type { ServerResponse } from 'node:http'

import { describe, expect, it } from 'vitest'

import { session } from '../../src/index.js'
import { site, type Reply } from './support/site.js'
import { TestStore } from './support/test-store.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }

/** A response that is written by `write`, behind a session that has to be stored. */
async function answer(write: (res: ServerResponse) => unknown, timing: 'sync' | 'later' = 'later'): Promise<Reply> {
  const where = await site(session({ ...options, store: new TestStore(timing) }), (req, res) => {
    req.session.a = 1
    write(res)
    res.end('body')
  })
  const reply = await where.ask()
  expect(where.errors).toEqual([])
  return reply
}

function values(reply: Reply, name: string): string[] {
  return reply.rawHeaders.filter(
    (_value, index) => index % 2 === 1 && reply.rawHeaders[index - 1]!.toLowerCase() === name,
  )
}

const ours = expect.stringMatching(/^connect\.sid=/)

/** Arguments that the types of Node do not all know. */
type WriteHead = (...args: unknown[]) => unknown

const forms: [string, (res: ServerResponse) => unknown][] = [
  ['an object', (res) => res.writeHead(201, { 'X-App': 'a', 'Set-Cookie': ['one=1', 'two=2'] })],
  [
    'an object behind a reason',
    (res) => res.writeHead(201, 'Made', { 'X-App': 'a', 'Set-Cookie': ['one=1', 'two=2'] }),
  ],
  [
    'an object behind a reason that is undefined',
    (res) => (res.writeHead as WriteHead)(201, undefined, { 'X-App': 'a', 'Set-Cookie': ['one=1', 'two=2'] }),
  ],
  [
    'an object behind a reason that is null',
    (res) => (res.writeHead as WriteHead)(201, null, { 'X-App': 'a', 'Set-Cookie': ['one=1', 'two=2'] }),
  ],
  ['a flat list', (res) => res.writeHead(201, ['X-App', 'a', 'Set-Cookie', 'one=1', 'Set-Cookie', 'two=2'])],
  [
    'a flat list with a list in it',
    (res) => (res.writeHead as WriteHead)(201, ['X-App', 'a', 'set-cookie', ['one=1', 'two=2']]),
  ],
  [
    'a list of pairs',
    (res) =>
      (res.writeHead as WriteHead)(201, [
        ['X-App', 'a'],
        ['Set-Cookie', 'one=1'],
        ['Set-Cookie', 'two=2'],
      ]),
  ],
  [
    'a list of pairs behind a reason',
    (res) =>
      (res.writeHead as WriteHead)(201, 'Made', [
        ['X-App', 'a'],
        ['Set-Cookie', ['one=1', 'two=2']],
      ]),
  ],
  [
    'headers set before',
    (res) => {
      res.setHeader('X-App', 'a')
      res.setHeader('Set-Cookie', ['one=1', 'two=2'])
      res.writeHead(201)
    },
  ],
  [
    'headers set before and given with it',
    (res) => {
      res.setHeader('X-App', 'before')
      res.setHeader('Set-Cookie', 'lost=1')
      res.writeHead(201, { 'X-App': 'a', 'Set-Cookie': ['one=1', 'two=2'] })
    },
  ],
]

describe.each(['sync', 'later'] as const)('with a store that answers %s', (timing) => {
  it.each(forms)('%s', async (_name, write) => {
    const reply = await answer(write, timing)
    expect(reply.status).toBe(201)
    expect(reply.body).toBe('body')
    expect(values(reply, 'x-app')).toEqual(['a'])
    expect(values(reply, 'set-cookie')).toEqual(['one=1', 'two=2', ours])
  })
})

describe('other forms', () => {
  it.each<[string, (res: ServerResponse) => unknown]>([
    ['a status alone', (res) => res.writeHead(201)],
    ['a status and a reason', (res) => res.writeHead(201, 'Made')],
    ['an empty object', (res) => res.writeHead(201, {})],
    ['an empty list', (res) => res.writeHead(201, [])],
    ['null for headers', (res) => (res.writeHead as WriteHead)(201, null)],
    ['a status as text', (res) => (res.writeHead as WriteHead)('201')],
    ['headers without a prototype', (res) => (res.writeHead as WriteHead)(201, Object.create(null))],
    ['flushHeaders', (res) => ((res.statusCode = 201), res.flushHeaders())],
    ['chaining', (res) => res.writeHead(201).setMaxListeners(5)],
  ])('%s', async (_name, write) => {
    const reply = await answer(write)
    expect(reply.status).toBe(201)
    expect(reply.setCookies).toEqual([ours])
  })

  it('a header given twice keeps both values, in every form', async () => {
    for (const headers of [
      { 'X-App': 'a', 'x-app': 'b' },
      ['X-App', 'a', 'x-app', 'b'],
      [
        ['X-App', 'a'],
        ['X-App', 'b'],
      ],
    ]) {
      expect(values(await answer((res) => (res.writeHead as WriteHead)(200, headers)), 'x-app')).toEqual(['a', 'b'])
    }
  })

  it('numbers are sent as text', async () => {
    const reply = await answer((res) => res.writeHead(200, { 'Content-Length': 4, 'X-Number': 5 }))
    expect(reply.headers).toMatchObject({ 'content-length': '4', 'x-number': '5' })
  })

  it('a reason arrives', async () => {
    const where = await site(session(options), (req, res) => {
      req.session.a = 1
      res.writeHead(404, 'Nothing Here', { 'X-App': 'a' })
      res.end()
    })
    const connection = await where.connect()
    connection.send('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 404 Nothing Here\r\n/)
  })

  it('headers of the app may come after ours', async () => {
    const reply = await answer((res) => {
      res.writeHead(200)
      // Node has fixed the headers with writeHead; nobody can add to them, and ours are there.
      expect(() => res.setHeader('X-Late', '1')).toThrow(/after they are sent/)
    })
    expect(reply.setCookies).toEqual([ours])
  })
})

describe('what Node refuses, the app hears of', () => {
  it.each<[string, unknown[]]>([
    ['a list of odd length', [200, ['X-App']]],
    ['an invalid name', [200, { 'X App': 'a' }]],
    ['an invalid value', [200, { 'X-App': 'a\r\nb' }]],
    ['an undefined value', [200, ['X-App', undefined]]],
    ['an invalid status', [99, {}]],
    ['a status that is none', ['nonsense']],
  ])('%s', async (_name, args) => {
    const codes: unknown[] = []
    const attempt = (res: ServerResponse): void => {
      try {
        ;(res.writeHead as WriteHead)(...args)
      } catch (error) {
        codes.push((error as { code: string }).code)
      }
    }
    const bare = await site(
      (_req, _res, next) => next(),
      (_req, res) => {
        attempt(res)
        res.statusCode = 200
        res.end('recovered')
      },
    )
    const held = await site(session(options), (req, res) => {
      req.session.a = 1
      attempt(res)
      res.statusCode = 200
      res.end('recovered')
    })
    expect((await bare.ask()).body).toBe('recovered')
    const reply = await held.ask()
    expect(reply.body).toBe('recovered')
    expect(reply.setCookies).toEqual([ours])
    expect(codes).toEqual([codes[0], codes[0]])
    expect(codes[0]).toMatch(/^ERR_/)
  })

  it('a second writeHead()', async () => {
    const where = await site(session(options), (req, res) => {
      req.session.a = 1
      res.writeHead(200)
      try {
        res.writeHead(500)
      } catch (error) {
        res.end((error as { code: string }).code)
      }
    })
    const reply = await where.ask()
    expect(reply.body).toBe('ERR_HTTP_HEADERS_SENT')
    expect(reply.setCookies).toHaveLength(1)
  })
})
