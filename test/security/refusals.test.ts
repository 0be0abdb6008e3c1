/**
 * Insecure settings are refused at start, with an error that says what to change (requirement 10).
 */
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { coatcheck, type CoatcheckOptions } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { collectWarnings } from '../http/support/warnings.js'

const secret = 'a secret of at least thirty-two bytes'

describe('coatcheck() refuses', () => {
  it.each<[string, Partial<CoatcheckOptions>, RegExp]>([
    ['__Host- without Secure', { name: '__Host-s' }, /set cookie\.secure/],
    [
      '__Host- with a Domain',
      { name: '__Host-s', cookie: { secure: true, domain: 'a.com' } },
      /leave cookie\.domain out/,
    ],
    ['__Host- with a Path', { name: '__Host-s', cookie: { secure: true, path: '/a' } }, /leave cookie\.path out/],
    ['__Secure- without Secure', { name: '__Secure-s' }, /set cookie\.secure/],
    ['SameSite=None without Secure', { cookie: { sameSite: 'none' } }, /set cookie\.secure, or sameSite: 'lax'/],
    ['Partitioned without Secure', { cookie: { partitioned: true } }, /set cookie\.secure/],
  ])('%s', (_name, options, cure) => {
    expect(() => coatcheck({ secret, ...options })).toThrow(cure)
  })

  it('short secrets in production, and cookies made insecure there', () => {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const store = memoryStore()
    expect(() => coatcheck({ secret: 'short', store })).toThrow(/at least 32 bytes/)
    expect(() => coatcheck({ secret, store, cookie: { secure: false, sameSite: 'none' } })).toThrow(/SameSite=None/)
    expect(() => coatcheck({ secret, store, name: '__Host-s', cookie: { secure: false } })).toThrow(/needs Secure/)
    expect(coatcheck({ secret, store })).toBeTypeOf('function')
  })

  it('nothing of the memory of the process in production, but says so once', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const warnings = collectWarnings()
    const sessions = coatcheck({ secret })
    onTestFinished(() => sessions.close())
    expect(await warnings.codes()).toEqual(['COATCHECK_MEMORY_STORE'])
  })
})
