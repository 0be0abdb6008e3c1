/**
 * What fails in silence elsewhere is said once, with a code and the cure.
 */
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { coatcheck, MemoryStore, session, type CookieOptions } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { site } from './support/site.js'
import { collectWarnings } from './support/warnings.js'

const secret = 'a secret of at least thirty-two bytes'
const plain = { secret, resave: false, saveUninitialized: false }

function production(): void {
  vi.stubEnv('NODE_ENV', 'production')
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
}

describe('at construction', () => {
  it('a session() that is told everything says nothing', async () => {
    const warnings = collectWarnings()
    session(plain)
    expect(await warnings.codes()).toEqual([])
  })

  it.each([
    ['resave', { secret, saveUninitialized: false }, 'COATCHECK_DEFAULT_RESAVE', /pass resave: false/],
    [
      'saveUninitialized',
      { secret, resave: false },
      'COATCHECK_DEFAULT_SAVE_UNINITIALIZED',
      /saveUninitialized: false/,
    ],
    ['secret', { resave: false, saveUninitialized: false }, 'COATCHECK_NO_SECRET', /pass session\(\{ secret \}\)/],
  ])('session() without %s', async (_name, options, code, cure) => {
    const warnings = collectWarnings()
    session(options)
    const said = await warnings.all()
    expect(said.map((each) => each.code)).toEqual([code])
    expect(said[0]!.message).toMatch(cure)
  })

  it.each(['express-session', 'a,express-session', '*'])(
    'NO_DEPRECATION=%s silences the defaults, as it did',
    async (value) => {
      vi.stubEnv('NO_DEPRECATION', value)
      onTestFinished(() => {
        vi.unstubAllEnvs()
      })
      const warnings = collectWarnings()
      session({ secret })
      expect(await warnings.codes()).toEqual([])
    },
  )

  it('the memory of the process is named as such in production, and nowhere else', async () => {
    const warnings = collectWarnings()
    session(plain)
    coatcheck({ secret })
    expect(await warnings.codes()).toEqual([])
    production()
    session(plain)
    session({ ...plain, store: new MemoryStore() })
    coatcheck({ secret })
    session({ ...plain, store: memoryStore() })
    coatcheck({ secret, store: memoryStore() })
    expect(await warnings.codes()).toEqual(Array.from({ length: 3 }, () => 'COATCHECK_MEMORY_STORE'))
  })

  it.each<[string, string, CookieOptions, RegExp]>([
    ['SameSite=None without Secure', 'sid', { sameSite: 'none' }, /SameSite=None needs Secure; set cookie\.secure/],
    ['Partitioned without Secure', 'sid', { partitioned: true }, /Partitioned needs Secure/],
    ['__Secure- without Secure', '__Secure-sid', {}, /needs Secure/],
    ['__Host- without Secure', '__Host-sid', {}, /needs Secure/],
    ['__host- in another case without Secure', '__hOsT-sid', {}, /needs Secure/],
    ['__Host- with a Domain', '__Host-sid', { secure: true, domain: 'a.com' }, /allows no Domain/],
    ['__Host- with a Path', '__Host-sid', { secure: true, path: '/app' }, /needs Path=\//],
  ])(
    'a cookie that browsers refuse, %s: session() warns, coatcheck() refuses',
    async (_name, name, cookie, message) => {
      const warnings = collectWarnings()
      session({ ...plain, name, cookie })
      const said = await warnings.all()
      expect(said.map(({ code }) => code)).toEqual(['COATCHECK_COOKIE_REFUSED_BY_BROWSERS'])
      expect(said[0]!.message).toMatch(message)
      expect(() => coatcheck({ secret, name, cookie })).toThrow(message)
    },
  )

  it('a cookie that browsers take is no reason to speak', async () => {
    const warnings = collectWarnings()
    for (const [name, cookie] of [
      ['__Host-sid', { secure: true }],
      ['__Secure-sid', { secure: true, domain: 'a.com', path: '/app' }],
      ['sid', { secure: true, sameSite: 'none', partitioned: true }],
      ['sid', { secure: 'auto', sameSite: 'auto' }],
    ] as [string, CookieOptions][]) {
      session({ ...plain, name, cookie })
      coatcheck({ secret, name, cookie })
    }
    expect(await warnings.codes()).toEqual([])
  })
})

describe('at the moment a cookie is sent', () => {
  it('one that browsers refuse is told once, whoever made it so', async () => {
    const warnings = collectWarnings()
    const where = await site(coatcheck({ secret, cookie: () => ({ sameSite: 'none' }) }), (req, res) => {
      req.session.a = 1
      res.end()
    })
    await where.ask()
    await where.ask()
    expect(await warnings.codes()).toEqual(['COATCHECK_COOKIE_REFUSED_BY_BROWSERS'])
  })

  it('one that is too large for browsers is told with its size', async () => {
    const warnings = collectWarnings()
    const where = await site(session({ ...plain, genid: () => 'x'.repeat(4_096) }), (req, res) => {
      req.session.a = 1
      res.end()
    })
    await where.ask()
    const said = await warnings.all()
    expect(said.map(({ code }) => code)).toEqual(['COATCHECK_COOKIE_REFUSED_BY_BROWSERS'])
    expect(said[0]!.message).toMatch(/4\d{3} bytes, more than 4096; shorten what genid returns/)
  })
})

describe('each hint', () => {
  it('is said once for each layer, as a SessionWarning', async () => {
    const warnings = collectWarnings()
    session({ secret, resave: false })
    session({ secret, resave: false })
    const said = await warnings.all()
    expect(said.map(({ name, code }) => [name, code])).toEqual([
      ['SessionWarning', 'COATCHECK_DEFAULT_SAVE_UNINITIALIZED'],
      ['SessionWarning', 'COATCHECK_DEFAULT_SAVE_UNINITIALIZED'],
    ])
  })

  it('has no secret and no session ID in it', async () => {
    const warnings = collectWarnings()
    let id = ''
    const where = await site(coatcheck({ secret, cookie: () => ({ secure: true, sameSite: 'none' }) }), (req, res) => {
      req.session.a = 1
      id = req.sessionID
      res.end()
    })
    await where.ask()
    for (const { message } of await warnings.all()) {
      expect(message).not.toContain(secret)
      expect(message).not.toContain(id)
    }
    expect(await warnings.codes()).toEqual(['COATCHECK_SECURE_COOKIE_OVER_HTTP'])
  })
})
