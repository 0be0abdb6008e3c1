/**
 * The frame: who gets in, what every answer carries, and that looking leaves no trace in the operator's own session.
 */
import express from 'express'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { coatcheck, MemoryStore, session, type Sessions } from '../../src/index.js'
import { inspector } from '../../src/inspector/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { listen, Visitor } from '../http/support/site.js'
import { watchedRecords } from '../http/support/watched-records.js'
import { appWith } from './support/app.js'

const secret = 'the inspector’s sessions are signed with this'
const pages = ['', '/sessions', '/requests', '/live', '/assets/inspector.css', '/sessions/abc', '/nothing']

afterEach(() => vi.unstubAllEnvs())

describe('without authorize', () => {
  it('lets a developer’s own browser in', async () => {
    const app = await appWith(coatcheck({ secret }))
    const reply = await app.look()
    expect([reply.status, reply.body.includes('<h1>Overview</h1>')]).toEqual([200, true])
  })

  it.each<[string, Record<string, string>, RegExp]>([
    ['another name', { host: 'evil.example' }, /localhost, 127\.0\.0\.1/],
    ['a proxy', { 'x-forwarded-for': '127.0.0.1' }, /proxy\s+or a tunnel/],
    ['a tunnel', { forwarded: 'for=127.0.0.1' }, /proxy\s+or a tunnel/],
  ])('says why %s is kept out, on every page', async (_what, headers, why) => {
    const app = await appWith(coatcheck({ secret }))
    for (const path of pages) {
      const reply = await app.look(path, headers)
      expect([path, reply.status]).toEqual([path, 403])
      expect(reply.body).toMatch(why)
      expect(reply.body).not.toMatch(/<nav|<script|inspector\.css/)
    }
    const forged = await app.send('/end', { what: 'everyone', word: 'everyone' }, headers)
    expect(forged.status).toBe(403)
  })

  it('keeps another machine out, whatever its headers and Express’s trust proxy say', async () => {
    const sessions = coatcheck({ secret })
    const app = express()
    app.set('trust proxy', true)
    app.use('/_sessions', inspector(sessions))
    const where = await listen((req, res) => {
      // This machine may have no other address to come from.
      Object.defineProperty(req.socket, 'remoteAddress', { value: '203.0.113.7' })
      app(req, res)
    })
    for (const headers of [{}, { 'x-forwarded-for': '127.0.0.1' }, { 'x-real-ip': '127.0.0.1' }]) {
      const reply = await where.ask('/_sessions', { headers })
      expect([reply.status, reply.body.includes('another one')]).toEqual([403, true])
    }
  })

  it('is closed in production, and says so', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const app = await appWith(coatcheck({ secret, store: memoryStore() }))
    const reply = await app.look()
    expect(reply.status).toBe(403)
    expect(reply.body).toContain('inspector(sessions, { authorize })')
  })
})

describe('with authorize', () => {
  it('that alone decides, in production and for other machines as well', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const asked: (string | undefined)[] = []
    const app = await appWith(coatcheck({ secret, store: memoryStore() }), {
      authorize: async (req) => {
        asked.push(req.url)
        return req.headers['x-admin'] === 'yes'
      },
    })
    const headers = { host: 'ops.example.com', 'x-forwarded-for': '203.0.113.7' }
    expect((await app.look('/sessions', headers)).status).toBe(403)
    expect((await app.look('/sessions', { ...headers, 'x-admin': 'yes' })).status).toBe(200)
    expect(asked).toEqual(['/_sessions/sessions', '/_sessions/sessions'])
  })

  it.each([
    ['undefined', undefined],
    ['an object', {}],
    ['the text true', 'true'],
    ['1', 1],
  ])('lets nobody in who is answered with %s', async (_what, answer) => {
    const app = await appWith(coatcheck({ secret }), { authorize: () => answer as never })
    expect((await app.look()).status).toBe(403)
  })

  it('is asked for each asset and each form', async () => {
    const app = await appWith(coatcheck({ secret }), { authorize: () => false })
    for (const path of pages) expect((await app.look(path)).status).toBe(403)
    expect((await app.send('/end', { what: 'everyone', word: 'everyone' })).status).toBe(403)
  })

  it('that fails is the app’s error', async () => {
    const failure = new Error('no database')
    const app = await appWith(coatcheck({ secret }), { authorize: () => Promise.reject(failure) })
    expect((await app.look()).status).toBe(500)
    expect(app.site.errors).toEqual([failure])
  })

  it('may go by the session, mounted before the sessions or after them', async () => {
    for (const before of [false, true]) {
      const sessions = coatcheck({ secret })
      const app = await appWith(
        sessions,
        { authorize: async (req) => (await sessions.peek(req))?.userId === 'root' },
        { before },
      )
      const visitor = app.visitor()
      await visitor.ask('/in/ann')
      expect((await app.look('', { cookie: visitor.cookieHeader })).status).toBe(403)
      await visitor.ask('/in/root')
      expect((await app.look('', { cookie: visitor.cookieHeader })).status).toBe(200)
    }
  })
})

describe('every answer', () => {
  it('carries the strict headers', async () => {
    const app = await appWith(coatcheck({ secret }))
    const replies = [
      ...(await Promise.all(pages.filter((path) => path !== '/live').map((path) => app.look(path)))),
      await app.look('/end'),
      await app.look('', { host: 'evil.example' }),
      await app.send('/end', { what: 'sessions', handle: 'x' }),
    ]
    for (const { headers } of replies) {
      const policy = headers['content-security-policy']
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toMatch(/unsafe|\*|data:|https?:/)
      expect(headers).toMatchObject({
        'cache-control': 'no-store, no-transform',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'referrer-policy': 'same-origin',
      })
    }
  })

  it('holds no script, no style and no handler of its own, and asks for nothing elsewhere', async () => {
    const app = await appWith(coatcheck({ secret }))
    const visitor = app.visitor()
    await visitor.ask('/in/ann')
    for (const path of ['', '/sessions', '/requests', '/requests/1']) {
      const { body } = await app.look(path)
      expect(body).not.toMatch(
        /<style|<script(?! src="\/_sessions\/assets\/inspector\.js">)|\son\w+=|\sstyle=|javascript:/,
      )
      expect(body.replaceAll('http://www.w3.org', '')).not.toMatch(/(?:src|href|action)="(?!\/_sessions[/"]|#)/)
    }
  })

  it('is an answer to HEAD without a body, the live one included', async () => {
    const app = await appWith(coatcheck({ secret }))
    for (const path of ['', '/sessions', '/live', '/assets/inspector.js']) {
      const reply = await app.site.ask(`/_sessions${path}`, { method: 'HEAD' })
      expect([path, reply.status, reply.body]).toEqual([path, 200, ''])
    }
  })
})

describe('the operator’s own session', () => {
  const doors: [string, (store: ReturnType<typeof watchedRecords>) => Sessions][] = [
    ['coatcheck()', (store) => coatcheck({ secret, store, touchWindow: 0, cookie: { maxAge: 60_000 } })],
    ['coatcheck() with renewal', (store) => coatcheck({ secret, store, touchWindow: 0, renewEvery: 1, rolling: true })],
    [
      'session() that saves everything',
      (store) => session({ secret, store, resave: true, saveUninitialized: true, rolling: true, touchWindow: 0 }),
    ],
  ]
  describe.each(doors)('under %s', (_name, open) => {
    it.each([
      ['after', false],
      ['before', true],
    ] as const)('is neither begun nor used by looking, mounted %s the sessions', async (_where, before) => {
      const store = watchedRecords()
      const app = await appWith(open(store), {}, { before })
      const stranger = app.visitor()
      expect((await stranger.ask('/_sessions')).setCookies).toEqual([])
      expect(store.contents()).toEqual({})
      const operator = app.visitor()
      await operator.ask('/set')
      const stored = store.contents()
      const cookies = new Map(operator.cookies)
      for (const path of ['', '/sessions', '/requests', '/sessions/abc', '/assets/icon.svg']) {
        const reply = await operator.ask(`/_sessions${path}`)
        expect([path, reply.setCookies]).toEqual([path, []])
      }
      expect(store.contents()).toEqual(stored)
      expect(operator.cookies).toEqual(cookies)
    })
  })

  it('keeps what authorize has put into it', async () => {
    const sessions = coatcheck({ secret })
    const app = await appWith(sessions, {
      authorize: (req) => {
        ;(req as unknown as { session: Record<string, unknown> }).session.looked = true
        return true
      },
    })
    const operator = app.visitor()
    const reply = await operator.ask('/_sessions')
    expect([reply.status, reply.setCookies.length]).toEqual([200, 1])
    const [kept] = (await sessions.scan()).sessions
    expect((await sessions.find(kept!.handle))?.data).toEqual({ looked: true })
  })
})

describe('forms', () => {
  it.each<[string, Record<string, string>]>([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['another origin of this site', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' }],
    ['another origin, by its Origin alone', { origin: 'http://127.0.0.1:1' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['nobody who says so', {}],
  ])('of %s do nothing', async (_what, headers) => {
    const sessions = coatcheck({ secret })
    const app = await appWith(sessions)
    await app.visitor().ask('/in/ann')
    for (const path of ['/confirm', '/end']) {
      const reply = await app.send(path, { what: 'user', user: 'ann' }, headers)
      expect([path, reply.status]).toEqual([path, 403])
    }
    expect(await sessions.list('ann')).toHaveLength(1)
  })

  it('are taken by POST alone', async () => {
    const sessions = coatcheck({ secret })
    const app = await appWith(sessions)
    await app.visitor().ask('/in/ann')
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
      const reply = await app.site.ask('/_sessions/end?what=user&user=ann', {
        method,
        headers: { 'sec-fetch-site': 'same-origin' },
      })
      expect([method, reply.status, reply.headers.allow]).toEqual([method, 405, 'GET, HEAD, POST'])
    }
    expect(await sessions.list('ann')).toHaveLength(1)
  })
})

describe('mounted', () => {
  it('by Express, in front of and behind body parsers of every kind', async () => {
    const parsers = [
      [],
      [express.urlencoded({ extended: false })],
      [express.urlencoded({ extended: true })],
      [express.text({ type: '*/*' })],
      [express.raw({ type: '*/*' })],
    ]
    for (const parser of parsers) {
      const sessions = coatcheck({ secret })
      const app = express()
      app.use(sessions)
      if (parser.length > 0) app.use(parser)
      app.use('/ops/sessions', inspector(sessions))
      app.get('/set', (req, res) => {
        ;(req.session as unknown as Record<string, unknown>).views = 1
        res.end()
      })
      const where = await listen(app)
      for (let index = 0; index < 3; index += 1) await new Visitor(where).ask('/set')
      const { body } = await where.ask('/ops/sessions/sessions')
      const handles = [...body.matchAll(/name="handle"\s+value="([^"]+)"/g)].map(([, handle]) => handle!)
      expect(handles).toHaveLength(3)
      const form = new URLSearchParams({ what: 'sessions' })
      for (const handle of handles.slice(0, 2)) form.append('handle', handle)
      const reply = await fetch(`http://127.0.0.1:${where.port}/ops/sessions/end`, {
        method: 'POST',
        body: form,
        redirect: 'manual',
        headers: { 'sec-fetch-site': 'same-origin' },
      })
      expect([reply.status, reply.headers.get('location')]).toEqual([303, '/ops/sessions/sessions?ended=2'])
      expect(await sessions.count()).toBe(1)
    }
  })

  it('on a bare server, which it leaves alone outside of its path', async () => {
    const sessions = coatcheck({ secret })
    const page = inspector(sessions, { path: '/ops' })
    const where = await listen((req, res) => page(req, res))
    expect((await where.ask('/ops/sessions')).body).toContain('href="/ops/assets/inspector.css"')
    expect((await where.ask('/other')).status).toBe(404)
    expect((await where.ask('/opsish')).status).toBe(404)
    page.close()
  })

  it('is refused at construction over what it cannot show', () => {
    const callbacks = session({ secret, resave: false, saveUninitialized: false, store: new MemoryStore() })
    const shape = expect.objectContaining({ code: 'ERR_SESSION_STORE_SHAPE' }) as unknown
    expect(() => inspector(callbacks)).toThrow(shape)
    expect(() => inspector((() => {}) as never)).toThrow(shape)
    const option = expect.objectContaining({ code: 'ERR_SESSION_OPTION' }) as unknown
    for (const options of [null, { path: 'a' }, { authorize: true }, { trace: 1 }, { redact: 'a' }, { other: 1 }]) {
      expect(() => inspector(coatcheck({ secret }), options as never)).toThrow(option)
    }
  })
})
