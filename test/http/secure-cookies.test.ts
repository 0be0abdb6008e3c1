/**
 * Secure cookies: over which requests they travel, and what `auto` makes of them.
 */
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'

import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'

import { session, type CookieOptions } from '../../src/index.js'
import { listen, site, Visitor, type Handler, type SessionedRequest } from './support/site.js'
import { TestStore } from './support/test-store.js'
import { collectWarnings } from './support/warnings.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }

const write: Handler = (req, res) => {
  req.session.a = 1
  res.end()
}

describe('is a request secure?', () => {
  const secure = { secure: true }
  const https = { 'x-forwarded-proto': 'https' }

  it.each<[string, boolean | undefined, Record<string, string>, number]>([
    ['proxy not set, header there', undefined, https, 0],
    ['proxy false, header there', false, https, 0],
    ['proxy true, header there', true, https, 1],
    ['proxy true, no header', true, {}, 0],
    ['proxy true, http', true, { 'x-forwarded-proto': 'http' }, 0],
    ['proxy true, any case and spaces', true, { 'x-forwarded-proto': ' HTTPS ' }, 1],
    ['proxy true, first of several', true, { 'x-forwarded-proto': 'https, http' }, 1],
    ['proxy true, not the first of several', true, { 'x-forwarded-proto': 'http, https' }, 0],
    ['proxy true, an empty header', true, { 'x-forwarded-proto': '' }, 0],
    ['proxy true, something longer', true, { 'x-forwarded-proto': 'httpsx' }, 0],
  ])('%s', async (_name, proxy, headers, cookies) => {
    const where = await site(session({ ...options, proxy, cookie: secure }), write)
    expect((await where.ask('/', { headers })).setCookies).toHaveLength(cookies)
  })

  it.each([
    [true, undefined, 1],
    [false, undefined, 0],
    [true, false, 0],
    [true, true, 1],
  ])('Express with trust proxy %s and proxy %s: %d cookie', async (trust, proxy, cookies) => {
    const app = express()
    app.set('trust proxy', trust)
    app.use(session({ ...options, proxy, cookie: secure }) as unknown as express.RequestHandler)
    app.use((req, res) => {
      write(req as unknown as SessionedRequest, res)
    })
    const where = await listen(app)
    expect((await where.ask('/', { headers: https })).setCookies).toHaveLength(cookies)
  })

  it.each([false, undefined, true])('a TLS connection is, with proxy %s', async (proxy) => {
    const layer = session({ ...options, proxy, cookie: secure })
    // A shared key instead of certificates, which a test would have to carry about.
    const psk = Buffer.alloc(16, 1)
    const tls = { ciphers: 'PSK-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' as const }
    const server = createServer({ ...tls, pskCallback: () => psk }, (req, res) => {
      layer(req, res, () => write(req as SessionedRequest, res))
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    onTestFinished(() => {
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const cookies = await new Promise((resolve, reject) => {
      const client = { ...tls, pskCallback: () => ({ psk, identity: 'test' }), checkServerIdentity: () => undefined }
      const asked = request({ host: '127.0.0.1', port, agent: false, ...client }, (res) => {
        res.resume()
        resolve(res.headers['set-cookie'])
      })
      asked.on('error', reject)
      asked.end()
    })
    expect(cookies).toEqual([expect.stringMatching(/; Secure$/)])
  })
})

describe('a Secure cookie on a plain request', () => {
  it('is not sent, its session is not stored, and the cure is said once', async () => {
    const warnings = collectWarnings()
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store, cookie: { secure: true } }), write)
    for (let time = 0; time < 2; time += 1) expect((await where.ask()).setCookies).toEqual([])
    expect(store.calls).toEqual([])
    const said = await warnings.all()
    expect(said.map(({ code }) => code)).toEqual(['COATCHECK_SECURE_COOKIE_OVER_HTTP'])
    expect(said[0]!.message).toMatch(/trust proxy/)
  })

  it('leaves a session that the app saves itself stored', async () => {
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store, cookie: { secure: true } }), async (req, res) => {
      req.session.a = 1
      await req.session.save()
      res.end()
    })
    expect((await where.ask()).setCookies).toEqual([])
    expect(store.records.size).toBe(1)
  })

  it('serves a visitor whose session was born over TLS, without a new cookie', async () => {
    const where = await site(
      session({ ...options, proxy: true, rolling: true, cookie: { secure: true } }),
      (req, res) => {
        req.session.views = Number(req.session.views ?? 0) + 1
        res.end(String(req.session.views))
      },
    )
    const visitor = new Visitor(where)
    await visitor.ask('/', { headers: { 'x-forwarded-proto': 'https' } })
    const reply = await visitor.ask('/')
    expect([reply.body, reply.setCookies]).toEqual(['2', []])
  })
})

async function cookieOf(cookie: CookieOptions | (() => CookieOptions), headers: Record<string, string>) {
  const where = await site(session({ ...options, proxy: true, cookie }), write)
  return (await where.ask('/', { headers })).setCookies[0]!.replace(/^[^;]*/, '')
}

describe('auto', () => {
  const https = { 'x-forwarded-proto': 'https' }

  it.each<[string, CookieOptions | (() => CookieOptions)]>([
    ['as an object', { secure: 'auto', sameSite: 'auto' }],
    ['from a function', () => ({ secure: 'auto', sameSite: 'auto' })],
  ])('%s: Secure and SameSite=None over TLS, SameSite=Lax and no Secure without', async (_name, cookie) => {
    expect(await cookieOf(cookie, https)).toBe('; Path=/; HttpOnly; Secure; SameSite=None')
    expect(await cookieOf(cookie, {})).toBe('; Path=/; HttpOnly; SameSite=Lax')
  })

  it('is settled when a session is born, and stays as it was', async () => {
    const store = new TestStore('sync')
    const layer = session({
      ...options,
      store,
      proxy: true,
      rolling: true,
      cookie: { secure: 'auto', sameSite: 'auto' },
    })
    const visitor = new Visitor(await site(layer, write))
    expect((await visitor.ask('/')).setCookies[0]).toMatch(/SameSite=Lax$/)
    expect((await visitor.ask('/', { headers: https })).setCookies[0]).toMatch(/SameSite=Lax$/)
    const [record] = store.records.values()
    expect(JSON.parse(record!)).toMatchObject({ cookie: { secure: false, sameSite: 'lax' } })
  })

  it('is settled anew by a regenerate', async () => {
    const layer = session({ ...options, proxy: true, cookie: { secure: 'auto', sameSite: 'auto' } })
    const where = await site(layer, (req, res) => {
      req.session.a = 1
      if (req.url === '/again') req.session.regenerate(() => res.end())
      else res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask('/')
    expect((await visitor.ask('/again', { headers: https })).setCookies[0]).toMatch(/Secure; SameSite=None$/)
  })
})
