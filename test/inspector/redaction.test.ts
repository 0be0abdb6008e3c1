/**
 * What of a session's data is not shown.
 */
import { describe, expect, it } from 'vitest'

import { redaction } from '../../src/inspector/looking/redaction.js'
import { dataTree } from '../../src/inspector/pages/data-tree.js'

const none = (_text: string): boolean => false

describe('by default', () => {
  const redact = redaction(undefined)

  it.each([
    'password',
    'passwd',
    'userPassword',
    'password_hash',
    'PASSPHRASE',
    'secret',
    'clientSecret',
    'token',
    'access_token',
    'refreshToken',
    'csrf',
    '_csrf',
    'csrfToken',
    'xsrf-token',
    'authorization',
    'Authorization',
    'apiKey',
    'api_key',
    'private-key',
    'sessionId',
    'sid',
    'cookie',
    'otp',
    'pin',
    'cvv',
    'card',
    'cardHolder',
    'credit_card',
    'iban',
    'ssn',
    'jwt',
    'codeVerifier',
    'nonce',
    'credentials',
  ])('%s is hidden', (name) => {
    expect(redact(['user', name], 'anything')).toBe(true)
  })

  it.each([
    'name',
    'email',
    'cart',
    'discard',
    'postcard',
    'spinner',
    'opinion',
    'language',
    'views',
    'passenger',
    '0',
  ])('%s is shown', (name) => {
    expect(redact(['user', name], 'anything')).toBe(false)
  })

  it.each([
    ['a signed token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'],
    ['a private key', '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE'],
    ['credentials of a header', 'Bearer abcdef'],
    ['a URL with a password', 'postgres://app:hunter2@db.internal/app'],
    ['a card’s number', '4242 4242 4242 4242'],
    ['a card’s number without gaps', '378282246310005'],
    ['a card’s number as a number', 4242424242424242],
    ['a session’s ID', 'Npt56ph-t9f0v0h4w0Hpt95wdt0lljqcSyWT8VRO1d8'],
    ['a link with a session’s ID', '/return?to=CCcsBQ8Qqco3XGZsjftVgFbni9k2BxFr&more=1'],
    ['a signed session cookie', 's:Zm9vYmFyYmF6cXV4cXV1eA.c2lnbmF0dXJl'],
  ])('%s is hidden by its looks', (_what, value) => {
    expect(redact(['note'], value)).toBe(true)
  })

  it.each([
    ['a sentence', 'Bearing gifts'],
    ['a URL', 'https://example.org/a?b=c'],
    ['a UUID', '0b0a3c1e-9d0f-4f58-8f0a-3f1f5f6f7f8f'],
    ['a slug', 'the-quick-brown-fox-jumps-over-the-lazy-dog-42'],
    ['a moment', 1_764_205_200_009],
    ['a number with another check digit', '4242 4242 4242 4243'],
    ['a phone number', '+44 20 7946 0958'],
  ])('%s is shown', (_what, value) => {
    expect(redact(['note'], value)).toBe(false)
  })
})

describe('what the app marks', () => {
  it('is hidden by name, by path and by expression, beside the defaults', () => {
    const redact = redaction(['taxId', 'profile.email', /^diagnos/g])
    expect(redact(['taxId'], 1)).toBe(true)
    expect(redact(['profile', 'email'], 'a')).toBe(true)
    expect(redact(['email'], 'a')).toBe(false)
    for (let times = 0; times < 3; times += 1) expect(redact(['diagnosis'], 'a')).toBe(true)
    expect(redact(['password'], 'a')).toBe(true)
  })

  it('may be decided by a function, which shows nothing that is hidden by default', () => {
    const redact = redaction((path, value) => path[0] === 'medical' || value === 'x')
    expect(redact(['medical'], {})).toBe(true)
    expect(redact(['any'], 'x')).toBe(true)
    expect(redact(['any'], 'y')).toBe(false)
    expect(redaction(() => false)(['password'], 'y')).toBe(true)
  })

  it('is refused at construction where it cannot be', () => {
    for (const option of ['password', [1], 5, {}]) {
      expect(() => redaction(option as never)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_OPTION' }))
    }
  })
})

describe('the tree', () => {
  const shown = (data: Record<string, unknown>, holdsId = none): string =>
    dataTree(data, redaction(undefined), holdsId).text

  it('hides a value with all that is in it', () => {
    const text = shown({ card: { holder: 'Ada', number: '1' }, cart: ['tea'] })
    expect(text).not.toContain('Ada')
    expect(text).toContain('tea')
  })

  it('hides the session’s ID as a value and as a name', () => {
    const text = shown({ back: 'see secret-id here', 'of secret-id': 1 }, (value) => value.includes('secret-id'))
    expect(text).not.toContain('secret-id')
  })

  it('can be nothing but text, whatever the data is', () => {
    const text = shown({ '<b>': '<script>alert(1)</script>', a: '"onclick=' })
    expect(text).not.toMatch(/<script|<b>/)
    expect(text).not.toContain('"onclick=')
  })

  it('is bounded, however much there is', () => {
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, { a: 'b'.repeat(2000) }]))
    let deep: Record<string, unknown> = {}
    for (let depth = 0; depth < 200; depth += 1) deep = { deep, list: [1, 2, 3] }
    for (const data of [wide, deep, { list: Array.from({ length: 5000 }, () => [[['x']]]) }]) {
      expect(shown(data).length).toBeLessThan(400_000)
    }
    expect(shown(wide)).toContain('and 4,900 more')
  })
})
