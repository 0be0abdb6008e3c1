/**
 * A response that hands out or depends on a session is not cacheable for others (Flask CVE-2023-30861, Hono CVE-2026-44457).
 */
import { describe, expect, it } from 'vitest'

import { coatcheck, session } from '../../src/index.js'
import { site, Visitor, type Handler } from '../http/support/site.js'

const secret = 'a secret of at least thirty-two bytes'

/** Answers with the headers that the query asks for, and changes the session where the path says so. */
const handler: Handler = async (req, res) => {
  const { pathname, searchParams } = new URL(req.url!, 'http://localhost')
  for (const [name, value] of searchParams) res.setHeader(name, value)
  if (pathname === '/set') req.session.a = Date.now()
  if (pathname === '/regenerate') await req.session.regenerate()
  if (pathname === '/destroy') await req.session.destroy()
  res.end('body')
}

function query(headers: Record<string, string>): string {
  return `?${new URLSearchParams(headers).toString()}`
}

describe('a response that hands out the cookie (Flask CVE-2023-30861)', () => {
  it.each<[string | undefined, string]>([
    [undefined, 'private'],
    ['public', 'private'],
    ['public, max-age=60', 'private, max-age=60'],
    ['max-age=60, s-maxage=600', 'private, max-age=60'],
    ['S-MaxAge=600, PUBLIC', 'private'],
    ['private', 'private'],
    ['no-store', 'no-store'],
    ['no-cache', 'private, no-cache'],
    ['PRIVATE, max-age=5', 'PRIVATE, max-age=5'],
    ['private="x-user"', 'private, private="x-user"'],
    ['must-revalidate', 'private, must-revalidate'],
  ])('and says Cache-Control: %s, goes out with %s', async (given, sent) => {
    const where = await site(coatcheck({ secret }), handler)
    const reply = await where.ask(`/set${given === undefined ? '' : query({ 'cache-control': given })}`)
    expect(reply.setCookies).toHaveLength(1)
    expect(reply.headers['cache-control']).toBe(sent)
    expect(reply.headers.vary).toBe('Cookie')
  })

  it('or takes it back is private, or a cache would sign others out with it', async () => {
    const sessions = coatcheck({ secret })
    const where = await site(sessions, async (req, res) => {
      if (req.url === '/out') await sessions.signOut(req)
      else req.session.a = 1
      res.setHeader('Cache-Control', 'public, max-age=60')
      res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask('/')
    const reply = await visitor.ask('/out')
    expect(reply.setCookies).toEqual([expect.stringMatching(/^session=; Path=\/; Expires=Thu, 01 Jan 1970/)])
    expect(reply.headers['cache-control']).toBe('private, max-age=60')
  })

  it('is no other when it is written with writeHead, streamed, or a redirect', async () => {
    for (const end of [
      (res: Parameters<Handler>[1]) => res.writeHead(200, { 'Cache-Control': 'public, max-age=60' }).end(),
      (res: Parameters<Handler>[1]) => (
        res.setHeader('Cache-Control', 'public, max-age=60'),
        res.write('x'),
        res.end()
      ),
      (res: Parameters<Handler>[1]) =>
        res.writeHead(301, { 'Cache-Control': 'public, max-age=60', location: '/' }).end(),
      (res: Parameters<Handler>[1]) =>
        res.writeHead(200, ['Cache-Control', 'public', 'Cache-Control', 'max-age=60']).end(),
    ]) {
      const where = await site(coatcheck({ secret }), (req, res) => {
        req.session.a = 1
        end(res)
      })
      const reply = await where.ask()
      expect(reply.setCookies).toHaveLength(1)
      expect(reply.headers['cache-control']).toBe('private, max-age=60')
    }
  })
})

describe('a response to a visitor who has a session', () => {
  it('is private where the app says nothing, so that a cache which ignores Vary keeps it from others (Hono CVE-2026-44457)', async () => {
    const visitor = new Visitor(await site(coatcheck({ secret }), handler))
    await visitor.ask('/set')
    expect((await visitor.ask('/')).headers['cache-control']).toBe('private')
    expect((await visitor.ask(`/${query({ 'cache-control': 'public, max-age=60' })}`)).headers['cache-control']).toBe(
      'public, max-age=60',
    )
  })

  it('that ends the session is private, too', async () => {
    const visitor = new Visitor(await site(coatcheck({ secret }), handler))
    await visitor.ask('/set')
    expect((await visitor.ask('/destroy')).headers['cache-control']).toBe('private')
  })

  it('that gives it a new ID is private whatever the app says', async () => {
    const visitor = new Visitor(await site(coatcheck({ secret }), handler))
    await visitor.ask('/set')
    const reply = await visitor.ask(`/regenerate${query({ 'cache-control': 'public' })}`)
    expect(reply.setCookies).toHaveLength(1)
    expect(reply.headers['cache-control']).toBe('private')
  })
})

describe('a response to a stranger', () => {
  it('may be cached, and varies by Cookie', async () => {
    const where = await site(coatcheck({ secret }), handler)
    const reply = await where.ask(`/${query({ 'cache-control': 'public, max-age=60' })}`)
    expect(reply.headers['cache-control']).toBe('public, max-age=60')
    expect(reply.headers.vary).toBe('Cookie')
    expect((await where.ask('/')).headers['cache-control']).toBeUndefined()
  })
})

describe('Vary', () => {
  it.each([
    ['Accept-Encoding', 'Accept-Encoding, Cookie'],
    ['cookie', 'cookie'],
    ['Accept, COOKIE', 'Accept, COOKIE'],
    ['*', '*'],
    ['Cookie-Preference', 'Cookie-Preference, Cookie'],
  ])('%s becomes %s', async (given, sent) => {
    const where = await site(coatcheck({ secret }), handler)
    expect((await where.ask(`/${query({ vary: given })}`)).headers.vary).toBe(sent)
  })
})

describe('session()', () => {
  it('leaves headers as express-session does', async () => {
    const where = await site(session({ secret, resave: false, saveUninitialized: false }), handler)
    const reply = await where.ask(`/set${query({ 'cache-control': 'public' })}`)
    expect(reply.setCookies).toHaveLength(1)
    expect(reply.headers['cache-control']).toBe('public')
    expect(reply.headers.vary).toBeUndefined()
  })
})
