import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { SessionError } from '../../src/core/errors.js'
import { cookieSizeLimit, setCookieLine, type CookieAttributes } from '../../src/core/set-cookie.js'
import { coatcheck, session } from '../../src/index.js'
import { site } from '../http/support/site.js'

/** RFC 6265 section 4.1.1, with Partitioned and Priority, each attribute once and in our order. */
const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
const octets = '[\\x21\\x23-\\x2b\\x2d-\\x3a\\x3c-\\x5b\\x5d-\\x7e]*'
const text = '[\\x20-\\x3a\\x3c-\\x7e]+'
const date =
  '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \\d{4} \\d\\d:\\d\\d:\\d\\d GMT'
const line = new RegExp(
  `^${token}=${octets}(?:; Domain=${text})?(?:; Path=${text})?(?:; Expires=${date})?(?:; HttpOnly)?(?:; Secure)?` +
    '(?:; Partitioned)?(?:; Priority=(?:Low|Medium|High))?(?:; SameSite=(?:Strict|Lax|None))?$',
)

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom<unknown>('; Secure', 'a\r\nb', 5, {}, [], true, '__proto__'),
)

/** Mostly what is accepted, so that most lines are made of several attributes. */
function mostly(...good: unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: hostile })
}

const attributes = fc.record(
  {
    domain: mostly('example.com', '.a.b', 'localhost', null),
    path: mostly('/', '/app', '/a b', ''),
    expires: fc.oneof(
      {
        weight: 12,
        arbitrary: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(Date.UTC(9999, 11, 31)) }),
      },
      { weight: 1, arbitrary: fc.constant(new Date(Number.NaN)) },
      { weight: 1, arbitrary: hostile },
    ),
    httpOnly: mostly(true, false),
    secure: mostly(true, false),
    partitioned: mostly(true, false, undefined),
    priority: mostly('low', 'Medium', 'HIGH', undefined),
    sameSite: mostly(true, false, 'lax', 'Strict', 'none'),
  },
  { requiredKeys: [] },
)

/** An ID of well-formed text that a cookie has room for: what genid returns beyond that is told, and is the app's own doing. */
function fits(id: string): boolean {
  return Buffer.from(id).toString() === id && encodeURIComponent(id).length < 3_900
}

const refusal = /^option (?:name|value|domain|path|expires|priority|sameSite) is invalid$/

describe('every Set-Cookie line', () => {
  it('keeps the grammar, or is a typed error that names the attribute', () => {
    let accepted = 0
    fc.assert(
      fc.property(
        fc.oneof(
          { weight: 9, arbitrary: fc.constant('session') },
          { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
        ),
        fc.oneof(
          { weight: 9, arbitrary: fc.constant('value') },
          { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
        ),
        attributes,
        (name, value, given) => {
          try {
            const made = setCookieLine(name, value, given as CookieAttributes)
            expect(made).toMatch(line)
            accepted += 1
          } catch (error) {
            if (!(error instanceof SessionError) || !refusal.test(error.message)) throw error
          }
        },
      ),
      { numRuns: 2_000 },
    )
    expect(accepted).toBeGreaterThan(500)
  })

  it('of a response keeps the grammar and browsers’ limit, once for our name, whatever the ID and the app’s cookies are', async () => {
    let id = 'id'
    let own: string[] = []
    let runs = 0
    const doors = [
      session({ secret: 'x', resave: false, saveUninitialized: false, name: 'session', genid: () => id }),
      coatcheck({ secret: 'x', genid: () => id }),
    ]
    const sites = await Promise.all(
      doors.map((door) =>
        site(door, (req, res) => {
          req.session.a = 1
          if (own.length > 0) res.setHeader('Set-Cookie', own)
          res.end()
        }),
      ),
    )
    const appCookie = fc.constantFrom('a=1', 'b=2; Path=/', 'sessions=3')
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }).filter(fits),
        fc.array(appCookie, { maxLength: 3 }),
        async (given, cookies) => {
          // Every ID once: one that is taken already is refused.
          id = `${given}${(runs += 1)}`
          own = cookies
          for (const where of sites) {
            const { status, setCookies } = await where.ask()
            expect(status).toBe(200)
            expect(setCookies.slice(0, -1)).toEqual(cookies)
            const ours = setCookies.filter((each) => each.startsWith('session='))
            expect(ours).toHaveLength(1)
            expect(ours[0]).toMatch(line)
            const [pair] = ours[0]!.split(';', 1)
            expect(pair!.length - 1).toBeLessThanOrEqual(cookieSizeLimit)
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})
