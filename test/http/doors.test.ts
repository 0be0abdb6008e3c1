import { createHmac } from 'node:crypto'

import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { deriveKey } from '../../src/core/keys.js'
import type { Secret } from '../../src/core/secrets.js'
import { coatcheck, MemoryStore, session } from '../../src/index.js'
import { expressSession } from './support/published.js'
import { site, Visitor, type Handler, type Middleware } from './support/site.js'

const secret = 'a secret of at least thirty-two bytes'
const plain = { secret, resave: false, saveUninitialized: false }

const countViews: Handler = (req, res) => {
  req.session.views = Number(req.session.views ?? 0) + 1
  res.end(String(req.session.views))
}

const doors: [string, () => Middleware][] = [
  ['session()', () => session(plain)],
  ['coatcheck()', () => coatcheck({ secret })],
]

describe.each(doors)('%s', (_name, open) => {
  it('keeps a visitor’s data from request to request', async () => {
    const visitor = new Visitor(await site(open(), countViews))
    for (const views of ['1', '2', '3']) expect((await visitor.ask()).body).toBe(views)
  })

  it('keeps visitors apart', async () => {
    const where = await site(open(), countViews)
    const [one, other] = [new Visitor(where), new Visitor(where)]
    await one.ask()
    expect((await other.ask()).body).toBe('1')
    expect((await one.ask()).body).toBe('2')
    expect(one.cookieHeader).not.toBe(other.cookieHeader)
  })

  it('gives a visitor the cookie once, when there is something to remember', async () => {
    const visitor = new Visitor(
      await site(open(), (req, res) => {
        if (req.url === '/write') req.session.a = 1
        res.end()
      }),
    )
    expect((await visitor.ask('/read')).setCookies).toEqual([])
    expect((await visitor.ask('/write')).setCookies).toHaveLength(1)
    expect((await visitor.ask('/read')).setCookies).toEqual([])
  })

  it('has id, cookie, store and request on the session and its request', async () => {
    const where = await site(open(), (req, res) => {
      const { session: current } = req
      res.end(
        JSON.stringify([
          current.id === req.sessionID,
          current.req === req,
          Object.keys(current),
          typeof req.sessionStore.get,
          'visits' in current,
        ]),
      )
    })
    expect(JSON.parse((await where.ask()).body)).toEqual([true, true, ['cookie'], 'function', false])
  })

  it('is inert the second time, whatever its options', async () => {
    const first = open()
    const second = session({ ...plain, name: 'second' })
    const both: Middleware = (req, res, next) => {
      first(req, res, (error) => (error === undefined ? second(req, res, next) : next(error)))
    }
    const visitor = new Visitor(await site(both, countViews))
    const { setCookies } = await visitor.ask()
    expect(setCookies).toHaveLength(1)
    expect(setCookies[0]).not.toContain('second')
    expect((await visitor.ask()).body).toBe('2')
  })
})

describe('the cookie of session()', () => {
  it('is connect.sid with Path and HttpOnly, signed in the form of express-session', async () => {
    const where = await site(session(plain), countViews)
    const { setCookies } = await where.ask()
    expect(setCookies).toEqual([expect.stringMatching(/^connect\.sid=s%3A[\w-]{32}\.[\w%]{43,}; Path=\/; HttpOnly$/)])
  })

  it.each([
    ['name', { name: 'a' }, 'a'],
    ['key', { key: 'b' }, 'b'],
    ['name before key', { key: 'b', name: 'a' }, 'a'],
  ])('is named by %s', async (_name, options, name) => {
    const where = await site(session({ ...plain, ...options }), countViews)
    expect((await where.ask()).setCookies[0]).toMatch(new RegExp(`^${name}=`))
  })

  it('is one that express-session knows, and takes one of express-session', async () => {
    const store = new MemoryStore()
    const ours = await site(session({ ...plain, store }), countViews)
    const theirs = await site(expressSession({ ...plain, store }), countViews)
    const visitor = new Visitor(ours)
    const other = new Visitor(theirs)
    await visitor.ask()
    other.cookies.set('connect.sid', visitor.cookies.get('connect.sid')!)
    expect((await other.ask()).body).toBe('2')
    expect((await visitor.ask()).body).toBe('3')

    const born = new Visitor(theirs)
    await born.ask()
    const moved = new Visitor(ours)
    moved.cookies.set('connect.sid', born.cookies.get('connect.sid')!)
    expect((await moved.ask()).body).toBe('2')
  })
})

describe('the cookie of coatcheck()', () => {
  it('is session with HttpOnly, SameSite=Lax and Path=/ in development', async () => {
    const where = await site(coatcheck({ secret }), countViews)
    const { setCookies } = await where.ask()
    expect(setCookies).toEqual([
      expect.stringMatching(/^session=[\w-]{43}\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/),
    ])
  })

  it('is __Host-session and Secure in production', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const where = await site(coatcheck({ secret, store: new MemoryStore(), proxy: true }), countViews)
    const { setCookies } = await where.ask('/', { headers: { 'x-forwarded-proto': 'https' } })
    expect(setCookies).toEqual([
      expect.stringMatching(/^__Host-session=[\w-]{43}\.[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ])
  })

  it.each([
    ['a Domain', { domain: 'example.com' }],
    ['a Path', { path: '/app' }],
  ])('has no __Host- prefix in production where it has %s', async (_name, cookie) => {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const where = await site(coatcheck({ secret, store: new MemoryStore(), proxy: true, cookie }), countViews)
    const { setCookies } = await where.ask('/app', { headers: { 'x-forwarded-proto': 'https' } })
    expect(setCookies[0]).toMatch(/^session=/)
  })

  it('is signed with a key of its own, derived from the secret for this purpose', async () => {
    const where = await site(coatcheck({ secret }), countViews)
    const visitor = new Visitor(where)
    await visitor.ask()
    const [id] = visitor.cookies.get('session')!.split('.') as [string]
    const signedWith = (key: Secret): string =>
      `session=${id}.${createHmac('sha256', key).update(id).digest('base64url')}`
    expect(`session=${visitor.cookies.get('session')}`).toBe(signedWith(deriveKey(secret, 'cookie signature')))
    for (const key of [secret, deriveKey(secret, 'store key')]) {
      expect((await where.ask('/', { headers: { cookie: signedWith(key) } })).body).toBe('1')
    }
  })

  it('is not one of session(), nor the other way round, though the secret is the same', async () => {
    const store = new MemoryStore()
    const old = new Visitor(await site(session({ ...plain, store, name: 'session' }), countViews))
    const modern = new Visitor(await site(coatcheck({ secret, store }), countViews))
    await old.ask()
    await modern.ask()
    const [oldCookie, modernCookie] = [old.cookieHeader, modern.cookieHeader]
    old.cookies.set('session', modernCookie.slice('session='.length))
    modern.cookies.set('session', oldCookie.slice('session='.length))
    expect((await old.ask()).body).toBe('1')
    expect((await modern.ask()).body).toBe('1')
  })
})
