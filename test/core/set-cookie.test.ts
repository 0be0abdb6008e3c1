import { describe, expect, it } from 'vitest'

import { SessionError } from '../../src/core/errors.js'
import { checkedName, setCookieLine, type CookieAttributes } from '../../src/core/set-cookie.js'

const moment = new Date('2026-01-01T12:00:00.500Z')

function attributes(given: CookieAttributes): string {
  return setCookieLine('n', 'v', given).slice('n=v'.length)
}

/** The error of an attribute that cannot be sent. */
function refusal(option: string): SessionError {
  return new SessionError('ERR_SESSION_COOKIE', `option ${option} is invalid`)
}

/** Is this character of a value sent, as it is? */
const accepted = (code: number): boolean => {
  try {
    return setCookieLine('n', `a${String.fromCharCode(code)}b`, {}) === `n=a${String.fromCharCode(code)}b`
  } catch {
    return false
  }
}

describe('a Set-Cookie line', () => {
  it('is name and value where there is nothing more to say', () => {
    expect(setCookieLine('name', 'value', {})).toBe('name=value')
  })

  it('has its attributes in the order of express-session', () => {
    const line = setCookieLine('n', 'v', {
      sameSite: 'lax',
      priority: 'high',
      partitioned: true,
      secure: true,
      httpOnly: true,
      expires: moment,
      path: '/app',
      domain: 'example.com',
    })
    expect(line).toBe(
      'n=v; Domain=example.com; Path=/app; Expires=Thu, 01 Jan 2026 12:00:00 GMT; HttpOnly; Secure; Partitioned; Priority=High; SameSite=Lax',
    )
  })

  it.each<[string, CookieAttributes, string]>([
    ['sameSite true', { sameSite: true }, '; SameSite=Strict'],
    ['sameSite strict', { sameSite: 'STRICT' }, '; SameSite=Strict'],
    ['sameSite none', { sameSite: 'none' }, '; SameSite=None'],
    ['priority in any case', { priority: 'LoW' }, '; Priority=Low'],
    ['priority medium', { priority: 'medium' }, '; Priority=Medium'],
    ['a domain with a leading dot', { domain: '.example.com' }, '; Domain=.example.com'],
    ['a domain of one label', { domain: 'localhost' }, '; Domain=localhost'],
    ['a path with spaces and dots', { path: '/a b/../c' }, '; Path=/a b/../c'],
    ['nothing set', { sameSite: false, priority: '', domain: null, path: '', expires: null, secure: false }, ''],
  ])('writes %s', (_name, given, text) => {
    expect(attributes(given)).toBe(text)
  })

  it('never has Max-Age, which express-session never sends', () => {
    expect(attributes({ expires: moment, maxAge: 5 } as CookieAttributes)).toBe(
      '; Expires=Thu, 01 Jan 2026 12:00:00 GMT',
    )
  })

  it.each([
    ['the epoch', 0, 'Thu, 01 Jan 1970 00:00:00 GMT'],
    ['the last second before the epoch', -1, 'Wed, 31 Dec 1969 23:59:59 GMT'],
    ['2038', 2 ** 31 * 1000, 'Tue, 19 Jan 2038 03:14:08 GMT'],
    ['9999', Date.UTC(9999, 11, 31, 23, 59, 59), 'Fri, 31 Dec 9999 23:59:59 GMT'],
  ])('writes the date of %s, whatever was written before', (_name, time, text) => {
    for (const before of [0, time, moment.getTime(), -1_000, -1_001]) {
      attributes({ expires: new Date(before) })
      expect(attributes({ expires: new Date(time) })).toBe(`; Expires=${text}`)
    }
  })
})

describe('no option smuggles an attribute or a header in', () => {
  const injections = [
    '; Secure',
    ';',
    'a;Domain=evil.example',
    'a\r\nSet-Cookie: b=c',
    'a\n',
    '\r',
    '\0',
    'a\x7f',
    '\x1f',
  ]

  it.each(injections.map((text) => [JSON.stringify(text), text]))('%s', (_name, text) => {
    expect(() => attributes({ path: `/${text}` })).toThrow(refusal('path'))
    expect(() => attributes({ domain: `example.com${text}` })).toThrow(refusal('domain'))
    expect(() => attributes({ priority: `high${text}` })).toThrow(refusal('priority'))
    expect(() => attributes({ sameSite: `lax${text}` })).toThrow(refusal('sameSite'))
    expect(() => setCookieLine(`n${text}`, 'v', {})).toThrow(refusal('name'))
    expect(() => setCookieLine('n', `v${text}`, {})).toThrow(refusal('value'))
  })

  it.each([
    ['a path beyond ASCII', { path: '/é' }, 'path'],
    ['a path that is no text', { path: 5 }, 'path'],
    ['a path that only looks like text', { path: { toString: () => '/; Secure' } }, 'path'],
    ['a domain with a space', { domain: 'exa mple.com' }, 'domain'],
    ['a domain with an empty label', { domain: 'example..com' }, 'domain'],
    ['a domain with a port', { domain: 'example.com:80' }, 'domain'],
    ['a domain with a comma', { domain: 'a.com, b.com' }, 'domain'],
    ['a domain that is no text', { domain: ['example.com'] }, 'domain'],
    ['an unknown priority', { priority: 'urgent' }, 'priority'],
    ['a priority that is a member of every object', { priority: 'constructor' }, 'priority'],
    ['an unknown sameSite', { sameSite: 'auto' }, 'sameSite'],
    ['a sameSite that is a member of every object', { sameSite: '__proto__' }, 'sameSite'],
    ['an invalid date', { expires: new Date(Number.NaN) }, 'expires'],
    ['a date as text', { expires: '2026-01-01' }, 'expires'],
    ['true for a date', { expires: true }, 'expires'],
    ['a number for a date', { expires: 5 }, 'expires'],
  ])('%s', (_name, given, option) => {
    expect(() => attributes(given as CookieAttributes)).toThrow(refusal(option))
  })
})

describe('names and values', () => {
  it.each(['session', '__Host-session', 'connect.sid', "!#$%&'*+-.^_`|~", '0'])('%s is a name', (name) => {
    expect(checkedName(name)).toBe(name)
  })

  it.each(['', ' ', 'a b', 'a=b', 'a;b', 'a,b', 'a"b', 'a/b', 'a(b', 'é', 'a\t', 'a\n', '\u00a0a'])(
    '%j is none',
    (name) => {
      expect(() => checkedName(name)).toThrow(refusal('name'))
    },
  )

  it('a value is made of the characters that RFC 6265 allows, and of no other', () => {
    const allowed = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]$/
    const codes = Array.from({ length: 0x300 }, (_, code) => code)
    expect(codes.filter(accepted)).toEqual(codes.filter((code) => allowed.test(String.fromCharCode(code))))
  })
})
