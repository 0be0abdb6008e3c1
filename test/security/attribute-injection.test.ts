/**
 * Attribute and header injection through options and IDs (cookie CVE-2024-47764, Hono CVE-2026-29086), and headers that get lost
 * (on-headers CVE-2025-7339).
 */
import { describe, expect, it } from 'vitest'

import { coatcheck, session, type CookieOptions } from '../../src/index.js'
import { site } from '../http/support/site.js'

const plain = { secret: 'keyboard cat', resave: false, saveUninitialized: false }

const injections = [
  'x; Domain=evil.example',
  'x\r\nSet-Cookie: evil=1',
  'x\nX-Evil: 1',
  'x;Secure',
  'x\0',
  'x,y=z; Path=/',
]

describe('what an option smuggles in (cookie CVE-2024-47764)', () => {
  it.each(injections.map((text) => [JSON.stringify(text), text]))('%s: is refused at start', (_shown, text) => {
    for (const cookie of [{ path: `/${text}` }, { domain: text }, { sameSite: text }, { priority: text }]) {
      if ('path' in cookie && !/[;\0\r\n]/.test(text)) continue
      expect(() => session({ ...plain, cookie: cookie as CookieOptions })).toThrow(/is invalid/)
      expect(() => coatcheck({ secret: 'x', cookie: cookie as CookieOptions })).toThrow(/is invalid/)
    }
    expect(() => session({ ...plain, name: text })).toThrow(/name is invalid/)
    expect(() => coatcheck({ secret: 'x', name: text })).toThrow(/name is invalid/)
  })

  it.each(injections.map((text) => [JSON.stringify(text), text]))(
    '%s: set later, keeps its cookie from being sent (Hono CVE-2026-29086)',
    async (_shown, text) => {
      for (const key of ['path', 'domain', 'sameSite', 'priority'] as const) {
        if (key === 'path' && !/[;\0\r\n]/.test(text)) continue
        const where = await site(session(plain), (req, res) => {
          req.session.a = 1
          ;(req.session.cookie as unknown as Record<string, unknown>)[key] = text
          res.end('body')
        })
        const reply = await where.ask()
        expect([reply.status, reply.body, reply.setCookies]).toEqual([200, 'body', []])
        expect(reply.rawHeaders.join('\n').toLowerCase()).not.toContain('evil')
      }
    },
  )
})

describe('what an ID smuggles in', () => {
  it.each(injections.map((text) => [JSON.stringify(text), text]))(
    '%s: stays inside the value, encoded',
    async (_shown, text) => {
      for (const open of [
        () => session({ ...plain, genid: () => text }),
        () => coatcheck({ secret: 'x', genid: () => text }),
      ]) {
        const where = await site(open(), (req, res) => {
          req.session.a = 1
          res.end('body')
        })
        const reply = await where.ask()
        expect(reply.setCookies).toHaveLength(1)
        expect(reply.setCookies[0]).toMatch(/^[\w.]+=[\w.%!'()*~-]+; Path=\/; HttpOnly(?:; SameSite=Lax)?$/)
        expect(reply.headers['x-evil']).toBeUndefined()
      }
    },
  )

  it('half a surrogate pair cannot be sent, and breaks no response', async () => {
    const where = await site(session({ ...plain, genid: () => '\ud83d' }), (req, res) => {
      req.session.a = 1
      res.end('body')
    })
    const reply = await where.ask()
    await where.settled()
    expect([reply.status, reply.body, reply.setCookies]).toEqual([200, 'body', []])
    expect(where.errors).toHaveLength(1)
  })
})

describe('headers of the app, in whatever form they are given', () => {
  it('neither lose our cookie nor are lost to it (on-headers CVE-2025-7339)', async () => {
    const cookies = ['app=1', 'app=2']
    for (const headers of [
      { 'Set-Cookie': cookies },
      ['Set-Cookie', 'app=1', 'Set-Cookie', 'app=2'],
      [
        ['Set-Cookie', 'app=1'],
        ['Set-Cookie', 'app=2'],
      ],
    ]) {
      for (const args of [
        [200, headers],
        [200, 'OK', headers],
        [200, undefined, headers],
      ]) {
        const where = await site(coatcheck({ secret: 'x' }), (req, res) => {
          req.session.a = 1
          ;(res.writeHead as (...all: unknown[]) => unknown)(...args)
          res.end()
        })
        const { setCookies } = await where.ask()
        expect(setCookies.slice(0, 2)).toEqual(cookies)
        expect(setCookies[2]).toMatch(/^session=/)
        expect(setCookies).toHaveLength(3)
      }
    }
  })
})
