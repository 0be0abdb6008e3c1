/**
 * Signing out: the session is dead on the server, and the browser is told to forget the very cookie that it was given.
 */
import { describe, expect, it } from 'vitest'

import { coatcheck, session, type CookieOptions, type Sessions } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { site, Visitor, type Handler } from '../http/support/site.js'
import { TestStore } from '../http/support/test-store.js'
import { plain, secret } from './support/doors.js'

const https = { 'x-forwarded-proto': 'https' }

const doors: [string, (cookie: CookieOptions) => Sessions][] = [
  ['coatcheck()', (cookie) => coatcheck({ secret, cookie, proxy: true })],
  ['coatcheck() over a callback store', (cookie) => coatcheck({ secret, cookie, proxy: true, store: new TestStore() })],
  ['session() over records', (cookie) => session({ ...plain, cookie, proxy: true, store: memoryStore() })],
]

const cookies: [string, CookieOptions][] = [
  ['the defaults', {}],
  ['a Domain', { domain: 'example.com' }],
  ['a Path', { path: '/app' }],
  ['Secure and SameSite=None', { secure: true, sameSite: 'none' }],
  ['Partitioned', { secure: true, partitioned: true }],
  ['a Priority and no HttpOnly', { priority: 'high', httpOnly: false }],
  ['a maxAge', { maxAge: 3_600_000 }],
]

function signingOut(sessions: Sessions, clearSiteData?: boolean): Handler {
  return async (req, res) => {
    const { user } = req.session
    if (req.url === '/app/in') req.session.user = 'ann'
    if (req.url === '/app/out') await sessions.signOut(req, { clearSiteData })
    res.end(String(user))
  }
}

/** A Set-Cookie line without what must differ. */
function attributes(line: string): string[] {
  const [, ...rest] = line.split('; ')
  return rest.filter((attribute) => !attribute.startsWith('Expires=')).sort()
}

describe.each(doors)('%s', (_name, open) => {
  it.each(cookies)('clears a cookie with the attributes it was given with: %s', async (_kind, cookie) => {
    const sessions = open(cookie)
    const visitor = new Visitor(await site(sessions, signingOut(sessions)))
    const [given] = (await visitor.ask('/app/in', { headers: https })).setCookies
    const reply = await visitor.ask('/app/out', { headers: https })
    expect([reply.body, reply.setCookies.length]).toEqual(['ann', 1])
    const [taken] = reply.setCookies as [string]
    expect(taken).toMatch(/^[\w.]+=; /)
    expect(taken).toContain('; Expires=Thu, 01 Jan 1970 00:00:00 GMT')
    expect(attributes(taken)).toEqual(attributes(given!))
  })

  it('leaves nothing for whoever kept a copy of the cookie (@fastify/secure-session CVE-2024-31999)', async () => {
    const sessions = open({})
    const visitor = new Visitor(await site(sessions, signingOut(sessions)))
    await visitor.ask('/app/in')
    const copied = new Visitor(await site(sessions, signingOut(sessions)))
    for (const [name, value] of visitor.cookies) copied.cookies.set(name, value)
    expect((await copied.ask('/app')).body).toBe('ann')
    await visitor.ask('/app/out')
    expect((await copied.ask('/app')).body).toBe('undefined')
  })

  it('sends Clear-Site-Data when it is told to, and not otherwise', async () => {
    for (const clearSiteData of [true, false]) {
      const sessions = open({})
      const visitor = new Visitor(await site(sessions, signingOut(sessions, clearSiteData)))
      await visitor.ask('/app/in')
      const { headers } = await visitor.ask('/app/out')
      expect(headers['clear-site-data']).toBe(clearSiteData ? '"cache", "cookies", "storage"' : undefined)
    }
  })
})
