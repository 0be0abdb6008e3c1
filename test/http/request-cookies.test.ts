/**
 * Which session a request’s cookies lead to.
 */
import { describe, expect, it } from 'vitest'

import { coatcheck, session } from '../../src/index.js'
import { sign } from './support/published.js'
import { site, Visitor, type Handler, type Middleware, type SessionedRequest } from './support/site.js'
import { TestStore } from './support/test-store.js'
import { collectWarnings } from './support/warnings.js'

const secret = 'keyboard cat'
const options = { secret, resave: false, saveUninitialized: false }

/** Answers the name that the session holds; sets it from the path /as/<name>. */
const nameOf: Handler = (req, res) => {
  const [, name] = /^\/as\/(.+)$/.exec(req.url ?? '') ?? []
  if (name !== undefined) req.session.name = name
  res.end(String(req.session.name))
}

/** A site of session() with the cookies of two visitors, `name=value` each. */
async function twoVisitors(open: () => Middleware) {
  const where = await site(open(), nameOf)
  const [ann, bob] = [new Visitor(where), new Visitor(where)]
  await ann.ask('/as/ann')
  await bob.ask('/as/bob')
  const who = async (cookie: string): Promise<string> => (await where.ask('/', { headers: { cookie } })).body
  return { where, ann: ann.cookieHeader, bob: bob.cookieHeader, who }
}

/** cookie-parser, as far as this concerns it. */
function parsed(fields: object, layer: Middleware): Middleware {
  return (req, res, next) => {
    Object.assign(req, fields)
    layer(req, res, next)
  }
}

/** cookie-parser leaves its secret on the request. */
function withSecret(given: unknown, layer: Middleware): Middleware {
  return (req, res, next) => {
    Object.assign(req, { secret: given })
    layer(req, res, next)
  }
}

describe.each([
  ['session()', () => session({ ...options, name: 'session' }), 'session=s%3Anobody.x'],
  ['coatcheck()', () => coatcheck({ secret }), 'session=nobody.x'],
])('%s', (_name, open, bad) => {
  it('finds its cookie among others, behind bad ones, and in any position', async () => {
    const { ann, who } = await twoVisitors(open)
    for (const header of [
      ann,
      `a=1; ${ann}; b=2`,
      `a=1;${ann}`,
      `${bad}; ${ann}`,
      `session=; ${bad}; session="; ${ann}`,
      `SESSION=x; ${ann}; sessions=y`,
      `${ann}; ${ann}`,
    ]) {
      expect([header, await who(header)]).toEqual([header, 'ann'])
    }
  })

  it('takes nobody for a session whose signature does not hold', async () => {
    const { ann, bob, who } = await twoVisitors(open)
    const [annId] = /[\w-]{32,43}(?=\.)/.exec(ann)!
    const [bobId] = /[\w-]{32,43}(?=\.)/.exec(bob)!
    for (const header of [bad, ann.slice(0, -1), `${ann}x`, ann.replace(annId, bobId), 'session=', 'session', '']) {
      expect([header, await who(header)]).toEqual([header, 'undefined'])
    }
  })

  it('does not ask the store about them', async () => {
    const store = new TestStore()
    const middleware =
      _name === 'session()' ? session({ ...options, store, name: 'session' }) : coatcheck({ secret, store })
    const where = await site(middleware, nameOf)
    await where.ask('/', { headers: { cookie: bad } })
    expect(store.calls).toEqual([])
  })

  it('tries the next cookie when the first one leads to a session that has ended', async () => {
    const { where, ann, bob, who } = await twoVisitors(() => {
      const layer = open()
      return (req, res, next) => {
        layer(req, res, (error) => {
          if (req.url === '/end') {
            ;(req as SessionedRequest).session.destroy(() => res.end())
          } else next(error)
        })
      }
    })
    await where.ask('/end', { headers: { cookie: ann } })
    expect(await who(`${ann}; ${bob}`)).toBe('bob')
    expect(await who(ann)).toBe('undefined')
  })

  it('has the ID of the session that was found in req.sessionID, whichever cookie brought it', async () => {
    const layer = open()
    const where = await site(layer, (req, res) => {
      if (req.url === '/end') {
        req.session.destroy(() => res.end())
        return
      }
      req.session.a = 1
      res.end(String(req.sessionID === req.session.id))
    })
    const [ann, bob] = [new Visitor(where), new Visitor(where)]
    await ann.ask('/')
    await bob.ask('/')
    await ann.ask('/end')
    const reply = await where.ask('/', { headers: { cookie: `${ann.cookieHeader}; ${bob.cookieHeader}` } })
    expect(reply.body).toBe('true')
    expect(reply.setCookies).toEqual([])
  })

  it('looks at four cookies of its name and no more', async () => {
    const { ann, who } = await twoVisitors(open)
    expect(await who(`${`${bad}; `.repeat(3)}${ann}`)).toBe('ann')
    expect(await who(`${`${bad}; `.repeat(4)}${ann}`)).toBe('undefined')
  })
})

describe('two living sessions at once', () => {
  it('under session(): the first is it, as it is for express-session', async () => {
    const { ann, bob, who } = await twoVisitors(() => session({ ...options, name: 'session' }))
    expect(await who(`${ann}; ${bob}`)).toBe('ann')
    expect(await who(`${bob}; ${ann}`)).toBe('bob')
  })

  it('under coatcheck(): neither is, for one of them was planted, and an event says so', async () => {
    const sessions = coatcheck({ secret })
    const reasons: string[] = []
    sessions.on('rejected', ({ reason }) => reasons.push(reason))
    const { ann, bob, who } = await twoVisitors(() => sessions)
    expect(await who(`${ann}; ${bob}`)).toBe('undefined')
    expect(await who(`${bob}; ${ann}`)).toBe('undefined')
    expect(reasons).toEqual(['ambiguous', 'ambiguous'])
    expect(await who(`${ann}; ${ann}`)).toBe('ann')
  })
})

async function knownAs(headers: Record<string, string>): Promise<string> {
  const store = new TestStore()
  store.records.set('known', JSON.stringify({ cookie: { path: '/', expires: null }, name: 'ann' }))
  const where = await site(session({ ...options, store }), nameOf)
  return (await where.ask('/', { headers })).body
}

describe('the cookie of express-session', () => {
  const value = `s:${sign('known', secret)}`

  it('is read encoded, raw, and in double quotes', async () => {
    expect(await knownAs({ cookie: `connect.sid=${encodeURIComponent(value)}` })).toBe('ann')
    expect(await knownAs({ cookie: `connect.sid=${value}` })).toBe('ann')
    expect(await knownAs({ cookie: `connect.sid="${value}"` })).toBe('ann')
  })

  it('without its prefix is none', async () => {
    expect(await knownAs({ cookie: `connect.sid=${value.slice(2)}` })).toBe('undefined')
  })
})

const raw = `s:${sign('known', secret)}`

async function whoIs(fields: object, headers = {}): Promise<string> {
  const store = new TestStore()
  store.records.set('known', JSON.stringify({ cookie: { path: '/', expires: null }, name: 'ann' }))
  store.records.set('other', JSON.stringify({ cookie: { path: '/', expires: null }, name: 'bob' }))
  const layer = session({ ...options, store })
  const where = await site(parsed(fields, layer), nameOf)
  return (await where.ask('/', { headers })).body
}

describe('what cookie-parser has read before', () => {
  it('signedCookies is believed, for it was verified there', async () => {
    expect(await whoIs({ signedCookies: { 'connect.sid': 'known' } })).toBe('ann')
  })

  it('cookies still needs a signature that holds', async () => {
    expect(await whoIs({ cookies: { 'connect.sid': raw } })).toBe('ann')
    expect(await whoIs({ cookies: { 'connect.sid': 'known' } })).toBe('undefined')
    expect(await whoIs({ cookies: { 'connect.sid': `s:${sign('known', 'another secret')}` } })).toBe('undefined')
  })

  it('counts only where the header has nothing', async () => {
    const headers = { cookie: `connect.sid=${raw}` }
    expect(await whoIs({ signedCookies: { 'connect.sid': 'other' } }, headers)).toBe('ann')
  })

  it.each([
    ['false, as cookie-parser says of a bad signature', { signedCookies: { 'connect.sid': false } }],
    ['an empty text', { signedCookies: { 'connect.sid': '' } }],
    ['an object, as JSON cookies are', { signedCookies: { 'connect.sid': { id: 'known' } } }],
    ['a list', { cookies: { 'connect.sid': [raw] } }],
    ['nothing', { signedCookies: undefined, cookies: null }],
  ])('is nothing where it is %s', async (_name, fields) => {
    expect(await whoIs(fields)).toBe('undefined')
  })

  it('is not believed by coatcheck(), which reads the header itself', async () => {
    const layer = coatcheck({ secret })
    const visitor = new Visitor(await site(layer, nameOf))
    await visitor.ask('/as/ann')
    const ticket = visitor.cookies.get('session')!
    const [id] = ticket.split('.')
    for (const fields of [{ signedCookies: { session: id } }, { cookies: { session: ticket } }]) {
      expect((await (await site(parsed(fields, layer), nameOf)).ask()).body).toBe('undefined')
    }
  })
})

describe('the secret of a request', () => {
  it('signs where the options have none, and says once that it does', async () => {
    const warnings = collectWarnings()
    const layer = session({ resave: false, saveUninitialized: false })
    const visitor = new Visitor(await site(withSecret(secret, layer), nameOf))
    await visitor.ask('/as/ann')
    expect((await visitor.ask('/')).body).toBe('ann')
    const id = /s%3A([\w-]+)\./.exec(visitor.cookieHeader)![1]!
    expect(visitor.cookies.get('connect.sid')).toBe(encodeURIComponent(`s:${sign(id, secret)}`))
    expect(await warnings.codes()).toEqual(['COATCHECK_NO_SECRET'])
  })

  it('may change from request to request', async () => {
    const layer = session({ resave: false, saveUninitialized: false })
    const one = await site(withSecret('one', layer), nameOf)
    const other = await site(withSecret('other', layer), nameOf)
    const [ann, bob] = [new Visitor(one), new Visitor(other)]
    for (let round = 0; round < 2; round += 1) {
      await ann.ask('/as/ann')
      await bob.ask('/as/bob')
    }
    expect((await ann.ask('/')).body).toBe('ann')
    expect((await bob.ask('/')).body).toBe('bob')
    expect((await other.ask('/', { headers: { cookie: ann.cookieHeader } })).body).toBe('undefined')
  })

  it('missing, is an error of the request', async () => {
    const where = await site(session({ resave: false, saveUninitialized: false }), nameOf)
    const reply = await where.ask()
    expect([reply.status, reply.body]).toEqual([500, 'secret option required for sessions'])
    expect(where.errors).toEqual([expect.objectContaining({ code: 'ERR_SESSION_SECRET_MISSING' })])
  })

  it('does not count where the options have one', async () => {
    const visitor = new Visitor(await site(withSecret('ignored', session(options)), nameOf))
    await visitor.ask('/as/ann')
    const id = /s%3A([\w-]+)\./.exec(visitor.cookieHeader)![1]!
    expect(visitor.cookies.get('connect.sid')).toBe(encodeURIComponent(`s:${sign(id, secret)}`))
  })
})

describe('several secrets', () => {
  it.each([
    ['session()', (secrets: string[], store: TestStore) => session({ ...options, secret: secrets, store }), 0],
    ['coatcheck()', (secrets: string[], store: TestStore) => coatcheck({ secret: secrets, store }), 1],
  ])('under %s: the first signs, all verify, and the modern door re-issues', async (_name, open, reissued) => {
    const store = new TestStore()
    const before = new Visitor(await site(open(['old'], store), nameOf))
    await before.ask('/as/ann')
    const old = before.cookieHeader
    const rotated = await site(open(['new', 'old'], store), nameOf)
    const visitor = new Visitor(rotated)
    const [name, value] = old.split('=') as [string, string]
    visitor.cookies.set(name, value)
    const reply = await visitor.ask('/')
    expect([reply.body, reply.setCookies.length]).toEqual(['ann', reissued])
    // Once is enough.
    expect((await visitor.ask('/')).setCookies).toEqual([])
    const after = await site(open(['new'], store), nameOf)
    expect((await after.ask('/', { headers: { cookie: old } })).body).toBe('undefined')
    const kept = (await after.ask('/', { headers: { cookie: visitor.cookieHeader } })).body
    expect(kept).toBe(reissued === 1 ? 'ann' : 'undefined')
  })
})
