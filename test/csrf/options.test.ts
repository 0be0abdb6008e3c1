/**
 * What `csrf()` accepts, and what it says of what it does not.
 */
import { describe, expect, it } from 'vitest'

import { csrf } from '../../src/csrf/index.js'
import { coatcheck, session, SessionOptionError } from '../../src/index.js'

function refusalOf(options: unknown): { code?: string; message: string } {
  try {
    csrf(options as never)
  } catch (error) {
    expect(error).toBeInstanceOf(SessionOptionError)
    return error as SessionOptionError
  }
  return { message: 'accepted' }
}

const sessions = coatcheck({ secret: 'a secret of at least thirty-two bytes' })

describe('origins', () => {
  it.each([
    'https://app.example.com',
    'https://app.example.com:8443',
    'http://localhost:3000',
    'http://[::1]:3000',
    'https://xn--bcher-kva.example',
    'capacitor://localhost',
    'chrome-extension://abcdefghijklmnop',
    'tauri://localhost:8080',
  ])('may be %s', (origin) => {
    expect(csrf({ origins: [origin] }).check(from(origin))).toEqual({ allowed: true, reason: 'listed-origin' })
  })

  it.each<[unknown, RegExp]>([
    ['https://app.example.com/', /write 'https:\/\/app\.example\.com'$/],
    ['https://app.example.com/path', /write 'https:\/\/app\.example\.com'$/],
    ['https://app.example.com?q', /write 'https:\/\/app\.example\.com'$/],
    ['https://app.example.com:443', /write 'https:\/\/app\.example\.com'$/],
    ['https://APP.example.com', /write 'https:\/\/app\.example\.com'$/],
    ['https://user:pass@app.example.com', /write 'https:\/\/app\.example\.com'$/],
    ['https://bücher.example', /write 'https:\/\/xn--bcher-kva\.example'$/],
    [' https://app.example.com', /write 'https:\/\/app\.example\.com'$/],
    ['null', /every sandboxed frame sends/],
    ['*', /name each origin/],
    ['https://*.example.com', /name each origin/],
    ['app.example.com', /is no origin/],
    ['//app.example.com', /is no origin/],
    ['file:///etc/passwd', /is no origin/],
    ['file://', /is no origin/],
    ['data:text/html,x', /is no origin/],
    ['capacitor://localhost/', /is no origin/],
    ['', /is no origin/],
    [5, /must be text/],
    [null, /must be text/],
    [/example/, /must be text/],
  ])('may not be %s', (origin, message) => {
    const refusal = refusalOf({ origins: ['https://www.example.com', origin] })
    expect(refusal).toMatchObject({ code: 'ERR_SESSION_OPTION', message: expect.stringMatching(message) as unknown })
    expect(refusal.message).toMatch(/^origins\[1\] /)
  })

  it('are an array, and nothing added to it later counts', () => {
    expect(refusalOf({ origins: 'https://app.example.com' }).message).toMatch(/must be an array/)
    const origins = ['https://a.example']
    const guard = csrf({ origins })
    origins.push('https://evil.example')
    expect(guard.check(from('https://evil.example')).allowed).toBe(false)
  })
})

function from(origin: string): { method: string; headers: Record<string, string> } {
  return { method: 'POST', headers: { origin, host: 'api.example.com', 'sec-fetch-site': 'cross-site' } }
}

describe('other options', () => {
  it.each<[unknown, RegExp]>([
    [null, /must be an object/],
    ['strict', /must be an object/],
    [{ origin: [] }, /no option origin; the options are origins, strict, proxy, tokens/],
    [{ strict: 'yes' }, /strict must be true or false/],
    [{ proxy: 1 }, /proxy must be true or false/],
    [{ tokens: true }, /csrf\(\{ tokens: \{ sessions \} \}\)/],
    [{ tokens: null }, /csrf\(\{ tokens: \{ sessions \} \}\)/],
    [{ tokens: {} }, /csrf\(\{ tokens: \{ sessions \} \}\)/],
    [{ tokens: { sessions: {} } }, /csrf\(\{ tokens: \{ sessions \} \}\)/],
    [{ tokens: { sessions: () => {} } }, /must be the object that coatcheck\(\) or session\(\) answered/],
    [{ tokens: { sessions, secret: 'x' } }, /no option tokens\.secret; the options are sessions, field, header/],
    [{ tokens: { sessions, field: '' } }, /tokens\.field must be/],
    [{ tokens: { sessions, field: 5 } }, /tokens\.field must be/],
    [{ tokens: { sessions, header: 'X CSRF' } }, /tokens\.header must be/],
    [{ tokens: { sessions, header: '' } }, /tokens\.header must be/],
  ])('%o is refused', (options, message) => {
    expect(refusalOf(options)).toMatchObject({
      code: 'ERR_SESSION_OPTION',
      message: expect.stringMatching(message) as unknown,
    })
  })

  it.each([
    undefined,
    {},
    { origins: undefined, strict: undefined, proxy: undefined, tokens: undefined },
    { strict: true, proxy: false },
    { tokens: { sessions } },
    { tokens: { sessions: session({ secret: 'x', resave: false, saveUninitialized: false }), field: undefined } },
    { tokens: { sessions: session({ secret: ['x', 'y'], resave: false, saveUninitialized: false }) } },
  ])('%o is accepted', (options) => {
    expect(typeof csrf(options)).toBe('function')
  })

  it.each([undefined, '', null])('tokens need a secret of the sessions: %o', (secret) => {
    const without = session({ secret: secret as never, resave: false, saveUninitialized: false })
    expect(refusalOf({ tokens: { sessions: without } })).toMatchObject({ code: 'ERR_SESSION_SECRET_MISSING' })
  })

  it('token() without the option says what is missing', () => {
    expect(() => csrf().token({ headers: {} })).toThrow(/csrf\(\{ tokens: \{ sessions \} \}\)/)
  })
})
