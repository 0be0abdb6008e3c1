/**
 * Requests and responses that are hardly any: what ws and socket.io recipes hand to the middleware.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'

import { describe, expect, it, onTestFinished } from 'vitest'

import { coatcheck, session, type Sessions } from '../../src/index.js'
import { site, Visitor, type Middleware, type SessionedRequest } from './support/site.js'
import { TestStore } from './support/test-store.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }

function run(middleware: Middleware, req: object, res: object): Promise<unknown> {
  return new Promise((resolve) => {
    middleware(req as IncomingMessage, res as ServerResponse, resolve)
  })
}

describe.each([
  ['session()', (store: TestStore) => session({ ...options, store })],
  ['coatcheck()', (store: TestStore) => coatcheck({ secret: options.secret, store })],
])('%s', (_name, open) => {
  it('gives a bare request with a bare response its session', async () => {
    const middleware = open(new TestStore())
    const where = await site(middleware, (req, res) => {
      req.session.user = 'ann'
      res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    const req = { headers: { cookie: visitor.cookieHeader }, url: '/ws' } as unknown as SessionedRequest
    const res = {}
    expect(await run(middleware, req, res)).toBeUndefined()
    expect(req.session.user).toBe('ann')
    expect(res).toEqual({})
  })

  it('gives a stranger an empty session, and stores nothing', async () => {
    const store = new TestStore()
    const req = { headers: {}, url: '/' } as unknown as SessionedRequest
    expect(await run(open(store), req, {})).toBeUndefined()
    expect(Object.keys(req.session)).toEqual(['cookie'])
    expect(store.calls).toEqual([])
  })

  it('takes a request without a url for one of the root', async () => {
    const req = { headers: {} } as unknown as SessionedRequest
    expect(await run(open(new TestStore()), req, {})).toBeUndefined()
    expect(req.session.id).toBe(req.sessionID)
  })

  it('saves what a socket changes, when it is told to', async () => {
    const store = new TestStore()
    const middleware = open(store)
    const where = await site(middleware, (req, res) => {
      req.session.messages = Number(req.session.messages ?? 0)
      res.end(String(req.session.messages))
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    const req = { headers: { cookie: visitor.cookieHeader }, url: '/' } as unknown as SessionedRequest
    await run(middleware, req, {})
    for (let message = 1; message <= 3; message += 1) {
      req.session.messages = message
      await req.session.save()
    }
    expect((await visitor.ask()).body).toBe('3')
  })

  it('does not touch a response that can end but cannot write a head', async () => {
    const ended: unknown[] = []
    const res = { end: (...args: unknown[]) => ended.push(args) }
    const req = { headers: {}, url: '/' } as unknown as SessionedRequest
    expect(await run(open(new TestStore()), req, res)).toBeUndefined()
    res.end('body')
    expect(ended).toEqual([['body']])
  })
})

describe('read()', () => {
  const doors: [string, (store: TestStore) => Sessions][] = [
    ['session()', (store) => session({ ...options, store })],
    ['coatcheck()', (store) => coatcheck({ secret: options.secret, store })],
  ]

  it.each(doors)('of %s gives a WebSocket upgrade the session of its visitor', async (_name, open) => {
    const sessions = open(new TestStore())
    const where = await site(sessions, (req, res) => {
      req.session.user = 'ann'
      res.end(req.session.id)
    })
    const visitor = new Visitor(where)
    const id = (await visitor.ask()).body

    const server = createServer()
    server.on('upgrade', (req: SessionedRequest, socket) => {
      void sessions.read(req).then((found) => {
        socket.end(JSON.stringify([found?.user, found?.id, req.session === found, req.sessionID]))
      })
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    onTestFinished(() => {
      server.close()
    })
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket'
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\nCookie: ${visitor.cookieHeader}\r\n\r\n`)
    let received = ''
    for await (const chunk of socket) received += String(chunk)
    expect(JSON.parse(received)).toEqual(['ann', id, true, id])
  })

  it.each(doors)('of %s gives a visitor without a session nothing, and stores nothing', async (_name, open) => {
    const store = new TestStore()
    const sessions = open(store)
    const strangers = [{}, { cookie: 'session=x; connect.sid=x' }, { cookie: '' }]
    for (const headers of strangers) {
      const req = { headers, url: '/' } as unknown as SessionedRequest
      expect(await sessions.read(req)).toBeUndefined()
      expect('session' in req).toBe(false)
    }
    expect(store.calls).toEqual([])
  })

  it('rejects when the store fails: that is no stranger', async () => {
    const store = new TestStore()
    const sessions = coatcheck({ secret: options.secret, store })
    const visitor = new Visitor(
      await site(sessions, (req, res) => {
        req.session.a = 1
        res.end()
      }),
    )
    await visitor.ask()
    store.takeOver.get = (call) => call.fail(new Error('down'))
    const req = { headers: { cookie: visitor.cookieHeader } } as unknown as SessionedRequest
    await expect(sessions.read(req)).rejects.toThrow('down')
  })

  it('gives a request that came through the middleware the session it has', async () => {
    const sessions = coatcheck({ secret: options.secret })
    const where = await site(sessions, async (req, res) => {
      res.end(String((await sessions.read(req)) === req.session))
    })
    expect((await where.ask()).body).toBe('true')
  })
})
