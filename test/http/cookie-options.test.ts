/**
 * The options of the cookie, and what becomes of them in a session’s life.
 */
import { describe, expect, it } from 'vitest'

import { coatcheck, session, type CookieOptions } from '../../src/index.js'
import { site, Visitor, type Handler } from './support/site.js'
import { TestStore } from './support/test-store.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }
const minute = 60_000

const write: Handler = (req, res) => {
  req.session.a = 1
  res.end()
}

function attributesOf(line: string | undefined): string {
  return line?.replace(/^[^;]*/, '') ?? 'no cookie'
}

function expiresOf(line: string | undefined): number {
  return Date.parse(/Expires=([^;]+)/.exec(line ?? '')?.[1] ?? '')
}

describe('options', () => {
  it.each<[string, CookieOptions, string]>([
    ['none', {}, '; Path=/; HttpOnly'],
    ['httpOnly false', { httpOnly: false }, '; Path=/'],
    ['a domain', { domain: 'example.com' }, '; Domain=example.com; Path=/; HttpOnly'],
    ['a path', { path: '/' }, '; Path=/; HttpOnly'],
    ['sameSite true', { sameSite: true }, '; Path=/; HttpOnly; SameSite=Strict'],
    ['sameSite lax', { sameSite: 'lax' }, '; Path=/; HttpOnly; SameSite=Lax'],
    ['sameSite false', { sameSite: false }, '; Path=/; HttpOnly'],
    ['a priority', { priority: 'high' }, '; Path=/; HttpOnly; Priority=High'],
    ['signed and encode, which do nothing', { signed: false, encode: () => 'x' }, '; Path=/; HttpOnly'],
  ])('%s', async (_name, cookie, attributes) => {
    const where = await site(session({ ...options, cookie }), (req, res) => {
      req.session.a = 1
      res.end()
    })
    expect(attributesOf((await where.ask()).setCookies[0])).toBe(attributes)
  })

  it('Partitioned travels with Secure', async () => {
    const where = await site(
      session({ ...options, proxy: true, cookie: { partitioned: true, secure: true } }),
      (req, res) => {
        req.session.a = 1
        res.end()
      },
    )
    const { setCookies } = await where.ask('/', { headers: { 'x-forwarded-proto': 'https' } })
    expect(attributesOf(setCookies[0])).toBe('; Path=/; HttpOnly; Secure; Partitioned')
  })
})

describe('maxAge', () => {
  it('is a date in the cookie and in the store', async () => {
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store, cookie: { maxAge: minute } }), (req, res) => {
      req.session.a = 1
      res.end()
    })
    const before = Date.now()
    const { setCookies } = await where.ask()
    const after = Date.now()
    expect(expiresOf(setCookies[0])).toBeGreaterThanOrEqual(Math.floor((before + minute) / 1000) * 1000)
    expect(expiresOf(setCookies[0])).toBeLessThanOrEqual(after + minute)
    const [record] = store.records.values()
    expect(JSON.parse(record!)).toMatchObject({ cookie: { originalMaxAge: minute, path: '/', httpOnly: true } })
  })

  it('is what is left of it in a request, and whole again on the way out', async () => {
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store, cookie: { maxAge: minute } }), (req, res) => {
      req.session.a = 1
      res.end(String(req.session.cookie.maxAge))
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    const id = [...store.records.keys()][0]!
    const kept = store.record(id) as { cookie: { expires: string } }
    kept.cookie.expires = new Date(Date.now() + 30_000).toISOString()
    store.records.set(id, JSON.stringify(kept))
    expect(Number((await visitor.ask()).body)).toBeLessThanOrEqual(30_000)
    const { cookie } = store.record(id) as { cookie: { expires: string } }
    expect(Date.parse(cookie.expires)).toBeGreaterThan(Date.now() + 55_000)
  })

  it.each([
    ['set by the handler, it stays', (cookie: CookieOptions) => (cookie.maxAge = 2 * minute), 2 * minute],
    ['null, for a cookie that ends with the browser', (cookie: CookieOptions) => (cookie.maxAge = null), null],
  ])('%s', async (_name, change, originalMaxAge) => {
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store, cookie: { maxAge: minute } }), (req, res) => {
      req.session.a = 1
      change(req.session.cookie as CookieOptions)
      res.end()
    })
    const { setCookies } = await where.ask()
    expect(Number.isNaN(expiresOf(setCookies[0]))).toBe(originalMaxAge === null)
    const [record] = store.records.values()
    expect(JSON.parse(record!)).toMatchObject({ cookie: { originalMaxAge } })
  })

  it('is the session’s own once it is stored: other options make no difference to it', async () => {
    const store = new TestStore('sync')
    const before = session({ ...options, store, cookie: { maxAge: minute, sameSite: 'strict' } })
    const after = session({ ...options, store, rolling: true, cookie: { path: '/', httpOnly: false } })
    const visitor = new Visitor(await site(before, write))
    await visitor.ask()
    const later = new Visitor(await site(after, write))
    for (const [name, value] of visitor.cookies) later.cookies.set(name, value)
    expect((await later.ask()).setCookies[0]).toMatch(/; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/)
  })
})

describe('rolling', () => {
  it.each([
    [false, undefined, 0],
    [true, undefined, 1],
    [true, minute, 1],
    [false, minute, 0],
  ])('%s with maxAge %s: a reading visitor gets %d cookie', async (rolling, maxAge, cookies) => {
    const where = await site(session({ ...options, rolling, cookie: { maxAge } }), (req, res) => {
      if (req.url === '/set') req.session.a = 1
      res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    expect((await visitor.ask('/')).setCookies).toHaveLength(cookies)
  })

  it('gives no cookie to a visitor whose session is not stored', async () => {
    const where = await site(session({ ...options, rolling: true }), (_req, res) => res.end())
    expect((await where.ask()).setCookies).toEqual([])
  })
})

describe('a cookie that cannot be sent', () => {
  it('leaves the response as it was, without one; the app hears why, behind it', async () => {
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store }), (req, res) => {
      req.session.a = 1
      req.session.cookie.expires = new Date(Number.NaN)
      res.end('body')
    })
    const reply = await where.ask()
    expect([reply.status, reply.body, reply.setCookies]).toEqual([200, 'body', []])
    await where.settled()
    expect(where.errors).toEqual([expect.objectContaining({ code: 'ERR_SESSION_COOKIE' })])
    expect(store.records.size).toBe(0)
  })

  it.each([
    ['sameSite', { sameSite: 'x; Secure' }],
    ['domain', { domain: 'a.com; Secure' }],
    ['path', { path: '/;x' }],
    ['priority', { priority: 'urgent' }],
  ])('from a function: %s', async (option, cookie) => {
    let asked = 0
    const where = await site(
      session({ ...options, cookie: () => ((asked += 1) > 0 ? (cookie as CookieOptions) : {}) }),
      (req, res) => {
        req.session.a = 1
        res.end('body')
      },
    )
    const reply = await where.ask('/;x')
    await where.settled()
    expect([reply.status, reply.body, reply.setCookies]).toEqual([200, 'body', []])
    expect(where.errors).toEqual([expect.objectContaining({ message: `option ${option} is invalid` })])
  })
})

/** A site that hands on what its middleware throws, as Express does. */
function guarded(answer: unknown) {
  const layer = session({ ...options, cookie: () => answer as never })
  return site((req, res, next) => {
    try {
      layer(req, res, next)
    } catch (error) {
      next(error)
    }
  }, write)
}

describe('a cookie function', () => {
  it('is asked with the request, and its answer is the new session’s', async () => {
    const where = await site(
      session({ ...options, cookie: (req) => ({ sameSite: req.headers['x-embedded'] === '1' ? 'strict' : 'lax' }) }),
      (req, res) => {
        req.session.a = 1
        res.end()
      },
    )
    expect((await where.ask('/', { headers: { 'x-embedded': '1' } })).setCookies[0]).toMatch(/SameSite=Strict$/)
    expect((await where.ask('/')).setCookies[0]).toMatch(/SameSite=Lax$/)
  })

  it('is asked again for a regenerated session', async () => {
    const where = await site(
      session({
        ...options,
        cookie: (req) => ({ sameSite: (req as { strict?: boolean }).strict === true ? 'strict' : 'lax' }),
      }),
      (req, res) => {
        ;(req as unknown as { strict: boolean }).strict = true
        req.session.regenerate(() => res.end())
      },
    )
    expect((await where.ask()).setCookies[0]).toMatch(/SameSite=Strict$/)
  })

  it.each([undefined, null, 'lax', 5])('that answers %s is an error that says so', async (answer) => {
    const where = await guarded(answer)
    expect((await where.ask()).status).toBe(500)
    expect(where.errors).toEqual([expect.objectContaining({ code: 'ERR_SESSION_OPTION' })])
  })

  it('has the safe defaults of coatcheck() beneath it', async () => {
    const where = await site(coatcheck({ secret: 'x', cookie: () => ({ sameSite: 'strict' }) }), (req, res) => {
      req.session.a = 1
      res.end()
    })
    expect(attributesOf((await where.ask()).setCookies[0])).toBe('; Path=/; HttpOnly; SameSite=Strict')
  })
})

describe('coatcheck() with a cookie that expires', () => {
  it('moves the browser’s date along with the store’s, and no more often', async () => {
    const where = await site(coatcheck({ secret: 'x', cookie: { maxAge: minute }, touchWindow: 0 }), (req, res) => {
      if (req.url === '/set') req.session.a = 1
      res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    expect((await visitor.ask('/')).setCookies).toHaveLength(1)

    const sparing = await site(coatcheck({ secret: 'x', cookie: { maxAge: minute } }), (req, res) => {
      if (req.url === '/set') req.session.a = 1
      res.end()
    })
    const other = new Visitor(sparing)
    await other.ask('/set')
    expect((await other.ask('/')).setCookies).toEqual([])
  })

  it('keeps an own maxAge of a session, and gives it to the browser', async () => {
    const where = await site(coatcheck({ secret: 'x' }), (req, res) => {
      if (req.url === '/remember') req.session.cookie.maxAge = 30 * 24 * 60 * minute
      req.session.a = 1
      res.end(String(req.session.cookie.originalMaxAge))
    })
    const visitor = new Visitor(where)
    await visitor.ask('/')
    const reply = await visitor.ask('/remember')
    expect(expiresOf(reply.setCookies[0])).toBeGreaterThan(Date.now() + 29 * 24 * 60 * minute)
    expect((await visitor.ask('/')).body).toBe(String(30 * 24 * 60 * minute))
  })
})
