/**
 * Cross-site request forgery: a page of somebody else makes the visitor's browser send what the visitor never meant to.
 */
import express from 'express'
import { describe, expect, it } from 'vitest'

import { csrf, type CsrfOptions } from '../../src/csrf/index.js'
import { coatcheck } from '../../src/index.js'
import { listen, Visitor, type Reply, type Site } from '../http/support/site.js'

const secret = 'a secret of at least thirty-two bytes'
const host = 'bank.example'

/** A bank that is served over https, behind a proxy, with its guard in front of everything that counts. */
function bank(options?: CsrfOptions): Promise<Site> {
  const app = express()
  app.set('trust proxy', true)
  app.use(coatcheck({ secret, cookie: { sameSite: 'none', secure: true } }))
  app.use(express.urlencoded(), csrf(options))
  app.post('/sign-in', (req, res, next) => {
    req.session.regenerate((error) => {
      Object.assign(req.session, { user: (req.body as { user: string }).user })
      if (!error) res.send('signed in')
      else next(error)
    })
  })
  app.post('/pay', (req, res) => {
    res.send(`paid by ${(req.session as { user?: string }).user ?? 'nobody'}`)
  })
  return listen(app)
}

const forwarded = { host, 'x-forwarded-proto': 'https' }

function post(who: Visitor | Site, path: string, headers: object, form: Record<string, string> = {}): Promise<Reply> {
  return who.ask(path, { method: 'POST', headers: { ...forwarded, ...headers }, form })
}

async function signedIn(where: Site): Promise<Visitor> {
  const visitor = new Visitor(where)
  const own = { 'sec-fetch-site': 'same-origin', origin: `https://${host}` }
  expect((await post(visitor, '/sign-in', own, { user: 'ann' })).status).toBe(200)
  return visitor
}

/** What browsers of every age send along with a form of the attacker's. */
function attacks(origin: string, site: 'cross-site' | 'same-site'): [string, Record<string, string>][] {
  return [
    ['a browser of today', { 'sec-fetch-site': site, origin }],
    ['a browser that sends Origin alone', { origin }],
    ['a browser that hides the origin', { 'sec-fetch-site': site, origin: 'null' }],
    ['a browser that leaves Origin out', { 'sec-fetch-site': site }],
  ]
}

describe('forged payment', () => {
  it.each(attacks('https://evil.example', 'cross-site'))('from another site is refused: %s', async (_name, headers) => {
    const ann = await signedIn(await bank())
    expect((await post(ann, '/pay', headers)).status).toBe(403)
  })

  it('of the bank’s own page goes through', async () => {
    const ann = await signedIn(await bank())
    expect((await post(ann, '/pay', { origin: `https://${host}` })).body).toBe('paid by ann')
  })
})

describe('same-site subdomain attacker', () => {
  // SameSite cookies are sent along: to a browser this is one site.
  it.each(attacks(`https://user-content.${host}`, 'same-site'))('is refused: %s', async (_name, headers) => {
    const ann = await signedIn(await bank())
    expect((await post(ann, '/pay', headers)).status).toBe(403)
  })
})

describe('login CSRF', () => {
  it.each(attacks('https://evil.example', 'cross-site'))(
    'nobody is signed in to the attacker’s account: %s',
    async (_name, headers) => {
      const reply = await post(await bank(), '/sign-in', headers, { user: 'mallory' })
      expect(reply.status).toBe(403)
      expect(reply.setCookies).toEqual([])
    },
  )
})

describe('null origin from a sandboxed iframe', () => {
  it('is nobody’s own origin, and cannot be allowed', async () => {
    const ann = await signedIn(await bank())
    expect((await post(ann, '/pay', { origin: 'null' })).status).toBe(403)
    expect((await post(ann, '/pay', { origin: 'null', host: '' })).status).not.toBe(200)
    expect(() => csrf({ origins: ['null'] })).toThrow(/every sandboxed frame/)
  })
})

describe('origin with another scheme or port', () => {
  it.each([
    ['the unencrypted page that a network attacker made', `http://${host}`],
    ['another app on this host', `https://${host}:8443`],
    ['another app on this host, unencrypted', `http://${host}:8080`],
  ])('is refused: %s', async (_name, origin) => {
    const ann = await signedIn(await bank())
    expect((await post(ann, '/pay', { origin })).status).toBe(403)
  })
})

describe('Host spoofing', () => {
  it.each(['x-forwarded-host', 'x-host', 'x-original-host', 'x-forwarded-server', 'forwarded'])(
    '%s does not make the attacker’s origin the app’s own',
    async (name) => {
      const ann = await signedIn(await bank())
      const value = name === 'forwarded' ? 'host=evil.example;proto=https' : 'evil.example'
      expect((await post(ann, '/pay', { origin: 'https://evil.example', [name]: value })).status).toBe(403)
    },
  )
})

describe('listed origins', () => {
  const options = { origins: ['https://app.bank.example'] }

  it.each([
    'https://app.bank.example.evil.example',
    'https://evil.example/https://app.bank.example',
    'https://xapp.bank.example',
    'https://app.bank.example:444',
    'http://app.bank.example',
    'https://app.bank.example, https://evil.example',
    'https://app.bank.example@evil.example',
    'https://app.bank.example\u00a0',
    'HTTPS://APP.BANK.EXAMPLE',
  ])('are compared whole: %s is none', async (origin) => {
    const guard = csrf(options)
    for (const site of ['cross-site', 'same-site', undefined]) {
      const headers = { host, origin, ...(site === undefined ? {} : { 'sec-fetch-site': site }) }
      expect(guard.check({ method: 'POST', headers })).toMatchObject({ allowed: false })
    }
  })
})

describe('method override', () => {
  const elsewhere = { 'sec-fetch-site': 'cross-site' }

  /** As the package method-override does it. */
  const override: express.RequestHandler = (req, _res, next) => {
    Object.assign(req, { originalMethod: req.method })
    req.method = /_method=(\w+)/.exec(req.url)?.[1] ?? req.method
    next()
  }

  function overridden(): Promise<Site> {
    const app = express()
    app.use(override, csrf())
    app.use((req, res) => {
      res.send(req.method)
    })
    return listen(app)
  }

  it('a POST that calls itself GET is a POST', async () => {
    const where = await overridden()
    const reply = await where.ask('/?_method=GET', { method: 'POST', headers: elsewhere })
    expect(reply.status).toBe(403)
  })

  it('a GET that calls itself DELETE is a DELETE', async () => {
    const where = await overridden()
    expect((await where.ask('/?_method=DELETE', { headers: elsewhere })).status).toBe(403)
    expect((await where.ask('/', { headers: elsewhere })).body).toBe('GET')
  })
})

describe('headers of every kind', () => {
  it('that a browser never sends are no way in', () => {
    const guard = csrf()
    for (const site of [
      '',
      ' ',
      'same-origin ',
      'same-origin;q=1',
      '"same-origin"',
      'SAME-ORIGIN',
      'same-origin, none',
    ]) {
      expect(guard.check({ method: 'POST', headers: { host, 'sec-fetch-site': site } })).toMatchObject({
        allowed: false,
        reason: 'unknown-source',
      })
    }
  })
})
