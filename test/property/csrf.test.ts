import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { deriveKey } from '../../src/core/keys.js'
import { csrf } from '../../src/csrf/index.js'
import { TokenMaker } from '../../src/csrf/tokens.js'

const maker = new TokenMaker([deriveKey('newest', 'csrf token'), deriveKey('older', 'csrf token')])
const older = new TokenMaker([deriveKey('older', 'csrf token')])
const id = fc.string({ unit: 'grapheme', maxLength: 200 })

describe('tokens', () => {
  it('are known again with their own ID, and with no other', () => {
    fc.assert(
      fc.property(id, id, (one, other) => {
        fc.pre(one !== other)
        for (const token of [maker.make(one), older.make(one)]) {
          expect(maker.isOf(one, token)).toBe(true)
          expect(maker.isOf(other, token)).toBe(false)
        }
        expect(older.isOf(one, maker.make(one))).toBe(false)
      }),
    )
  })

  it('with any character changed are none', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const character = fc.oneof(
      fc.constantFrom(...alphabet.split('')),
      fc.string({ unit: 'binary', minLength: 0, maxLength: 2 }),
    )
    fc.assert(
      fc.property(id, fc.nat({ max: 63 }), character, (of, at, replacement) => {
        const token = maker.make(of)
        const changed = token.slice(0, at) + replacement + token.slice(at + 1)
        expect(maker.isOf(of, changed)).toBe(changed === token)
      }),
      { numRuns: 1_000 },
    )
  })

  it('with any bytes changed are none, however many', () => {
    fc.assert(
      fc.property(id, fc.uint8Array({ minLength: 48, maxLength: 48 }), (of, noise) => {
        fc.pre(noise.some((byte) => byte !== 0))
        const bytes = Buffer.from(maker.make(of), 'base64url').map((byte, at) => byte ^ noise[at]!)
        expect(maker.isOf(of, Buffer.from(bytes).toString('base64url'))).toBe(false)
      }),
      { numRuns: 1_000 },
    )
  })

  it('are never equal, and have no part in common that a compressor could find', () => {
    fc.assert(
      fc.property(id, (of) => {
        const tokens = Array.from({ length: 50 }, () => maker.make(of))
        expect(new Set(tokens).size).toBe(50)
        // Eight characters, 48 bits, in the same place: by chance once in 2^37 runs.
        for (let at = 0; at <= 56; at += 8) {
          expect(new Set(tokens.map((token) => token.slice(at, at + 8))).size).toBe(50)
        }
        for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9_-]{64}$/)
      }),
      { numRuns: 50 },
    )
  })

  it('made up of any text are none, and no reason to throw', () => {
    fc.assert(
      fc.property(id, fc.string({ unit: 'binary' }), (of, text) => {
        expect(maker.isOf(of, text)).toBe(false)
      }),
    )
  })
})

function hostOf(origin: string): string {
  return origin
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/:\d*$/, '')
}

describe('the guard', () => {
  const headerText = fc.option(
    fc.oneof(
      fc.constantFrom(
        'same-origin',
        'none',
        'cross-site',
        'null',
        'http://a.example',
        'https://a.example',
        'a.example',
      ),
      fc.string({ unit: 'binary', maxLength: 40 }),
    ),
    { nil: undefined },
  )

  it('has an answer to any headers, and lets nothing through that names another origin', () => {
    const guards = [csrf(), csrf({ strict: true }), csrf({ proxy: true, origins: ['https://b.example'] })]
    fc.assert(
      fc.property(headerText, headerText, headerText, headerText, headerText, (site, origin, host, proto, upgrade) => {
        const headers = {
          'sec-fetch-site': site,
          origin,
          host,
          'x-forwarded-proto': proto,
          'x-forwarded-host': origin?.replace(/^https?:\/\//, ''),
          upgrade,
        }
        for (const guard of guards) {
          const { allowed } = guard.check({ method: 'POST', headers })
          if (site === 'same-origin' || site === 'none') expect(allowed).toBe(true)
          else if (allowed && origin !== undefined) {
            expect(['b.example', hostOf(host ?? '')]).toContain(hostOf(origin))
          }
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
