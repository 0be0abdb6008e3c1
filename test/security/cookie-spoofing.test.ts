/**
 * Cookies that pass themselves off as ours: prefix spoofing (rack CVE-2020-8184, Werkzeug CVE-2023-23934, Hono CVE-2026-39410,
 * PHP CVE-2022-31629), look-alikes, and duplicates.
 */
import { describe, expect, it } from 'vitest'

import { coatcheck } from '../../src/index.js'
import { site, Visitor } from '../http/support/site.js'
import { get } from '../http/support/raw-connection.js'
import { TestStore } from '../http/support/test-store.js'

const secret = 'a secret of at least thirty-two bytes'
const name = '__Host-session'

async function victimSite() {
  const store = new TestStore('later')
  const sessions = coatcheck({ secret, store, name, proxy: true, cookie: { secure: true } })
  const where = await site(sessions, (req, res) => {
    if (req.url === '/set') req.session.user = 'victim'
    res.end(String(req.session.user))
  })
  const https = { 'x-forwarded-proto': 'https' }
  const victim = new Visitor(where)
  await victim.ask('/set', { headers: https })
  return { store, where, https, value: victim.cookies.get(name)! }
}

describe('a cookie whose name only looks like __Host-session', () => {
  it.each([
    ['a nameless cookie whose value holds the name (Werkzeug CVE-2023-23934)', (value: string) => `=${name}=${value}`],
    ['another case of the prefix', (value: string) => `__host-session=${value}; __HOST-session=${value}`],
    ['U+00A0 before the name (Hono CVE-2026-39410)', (value: string) => `\xc2\xa0${name}=${value}`],
    ['a single byte A0 before the name', (value: string) => `\xa0${name}=${value}`],
    ['U+2000 before the name', (value: string) => `\xe2\x80\x80${name}=${value}`],
    ['U+FEFF before the name', (value: string) => `\xef\xbb\xbf${name}=${value}`],
    [
      'an encoded prefix (rack CVE-2020-8184)',
      (value: string) => `%5F%5FHost-session=${value}; __Host%2Dsession=${value}`,
    ],
    [
      'dots and brackets that were changed to underscores elsewhere (PHP CVE-2022-31629)',
      (value: string) => `__Host.session=${value}; __Host[session=${value}`,
    ],
    ['the name in quotes', (value: string) => `"${name}"=${value}`],
    ['the pair inside a quoted value', (value: string) => `a="b; ${name}x=${value}"`],
    ['the pair behind a comma', (value: string) => `a=b, ${name}=${value}`],
  ])('%s', async (_kind, cookie) => {
    const { where, https, value } = await victimSite()
    const connection = await where.connect()
    // The name itself is in the header, too, as a part of another one: nothing may look no further than that.
    const decoy = `${name}_=1`
    connection.send(get('/', { ...https, cookie: `${cookie(value)}; ${decoy}`, connection: 'close' }))
    const received = await connection.closed()
    expect(received).toMatch(/^HTTP\/1\.1 (?:200|400)/)
    expect(received).not.toContain('victim')
  })

  it('while the right name, with blanks around it, is found', async () => {
    const { where, https, value } = await victimSite()
    for (const cookie of [`${name}=${value}`, ` \t${name} \t= ${value} \t`, `a=b;${name}=${value}`]) {
      expect((await where.ask('/', { headers: { ...https, cookie } })).body).toBe('victim')
    }
  })
})

describe('duplicates', () => {
  it('planted before or behind the visitor’s own cookie do not hide it while they lead nowhere', async () => {
    const { where, https, value } = await victimSite()
    for (const cookie of [`${name}=planted; ${name}=${value}`, `${name}=${value}; ${name}=planted.${'A'.repeat(43)}`]) {
      expect((await where.ask('/', { headers: { ...https, cookie } })).body).toBe('victim')
    }
  })

  it('that lead to two living sessions lead to none', async () => {
    const { where, https, value } = await victimSite()
    const attacker = new Visitor(where)
    await attacker.ask('/set', { headers: https })
    const cookie = `${attacker.cookieHeader}; ${name}=${value}`
    const reply = await where.ask('/', { headers: { ...https, cookie } })
    expect([reply.body, reply.setCookies]).toEqual(['undefined', []])
  })

  it('cost four store calls at most, however many there are', async () => {
    const { store, where, https, value } = await victimSite()
    store.calls.length = 0
    const cookie = Array.from({ length: 300 }, (_, index) => `${name}=${value}${index === 0 ? '' : 'x'}`).join('; ')
    await where.ask('/', { headers: { ...https, cookie } })
    expect(store.calls.length).toBeLessThanOrEqual(4)
  })
})

describe('a forged cookie', () => {
  it('never reaches the store, be it SQL, a path or a prototype key', async () => {
    const { store, where, https } = await victimSite()
    store.calls.length = 0
    for (const id of [
      "' OR 1=1 --",
      '../../etc/passwd',
      '__proto__',
      'constructor',
      '',
      '\0',
      'A'.repeat(43),
      '*',
      '{"$gt":""}',
    ]) {
      for (const signature of ['', 'x', 'A'.repeat(43), 'undefined', '%00'.repeat(43)]) {
        const cookie = `${name}=${encodeURIComponent(id)}.${signature}`
        expect((await where.ask('/', { headers: { ...https, cookie } })).status).toBe(200)
      }
    }
    expect(store.calls).toEqual([])
  })
})
