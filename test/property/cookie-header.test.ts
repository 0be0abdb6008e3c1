import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { cookieValues } from '../../src/core/cookie-header.js'
import { TicketSigner } from '../../src/core/secrets.js'
import { setCookieLine } from '../../src/core/set-cookie.js'

/** Text as it arrives in a header: any bytes, as latin1. */
const headerText = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom('session', '=', ';', '; ', ' ', '\t', '"', '%', '%41', ',', '__proto__', '\xa0'),
      },
      {
        weight: 1,
        arbitrary: fc.string({ unit: fc.integer({ min: 0, max: 0xff }).map((code) => String.fromCharCode(code)) }),
      },
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))

/** The rule in its plainest form: split at semicolons, trim blanks, compare names. */
function plainly(header: string, name: string): string[] {
  const values: string[] = []
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals === -1 || trim(pair.slice(0, equals)) !== name) continue
    let value = trim(pair.slice(equals + 1))
    if (value.length >= 2 && value.startsWith('"') && value.endsWith('"')) value = value.slice(1, -1)
    try {
      values.push(decodeURIComponent(value))
    } catch {
      values.push(value)
    }
  }
  return values.slice(0, 4)
}

function trim(text: string): string {
  return text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '')
}

describe('reading cookies', () => {
  it('answers what the plain rule answers, for any header', () => {
    fc.assert(
      fc.property(headerText, fc.constantFrom('session', '__proto__', 'a'), (header, name) => {
        expect(cookieValues(header, name)).toEqual(plainly(header, name))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('serialise, then parse', () => {
  const name = fc.string({
    unit: fc.constantFrom(...Array.from("abcXYZ019!#$%&'*+-.^_`|~")),
    minLength: 1,
    maxLength: 20,
  })
  const value = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => Buffer.from(text).toString() === text)

  it('is the identity for every name and value that is accepted, among whatever else is there', () => {
    fc.assert(
      fc.property(name, value, headerText, (given, text, other) => {
        const pair = setCookieLine(given, encodeURIComponent(text), {})
        const found = cookieValues(`${pair}; ${other}`, given)
        expect(found[0]).toBe(text)
      }),
    )
  })

  it('is the identity for tickets: what was issued verifies, and is the same ID', () => {
    fc.assert(
      fc.property(value, fc.constantFrom('express-session', 'compact'), (id, form) => {
        fc.pre(id !== '')
        const signer = new TicketSigner(['a secret'], form)
        const [text] = cookieValues(setCookieLine('session', signer.issue(id), {}), 'session')
        expect(signer.verify(text!)).toEqual({ id, secretIndex: 0 })
      }),
    )
  })

  it('any other text than what was issued verifies as nothing', () => {
    const signer = new TicketSigner(['a secret'], 'express-session')
    const issued = decodeURIComponent(signer.issue('apple'))
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 80 }),
          fc
            .tuple(fc.nat(issued.length), fc.string({ unit: 'binary', maxLength: 3 }), fc.nat(3))
            .map(([at, put, cut]) => issued.slice(0, at) + put + issued.slice(at + cut)),
        ),
        (text) => {
          expect(signer.verify(text) === undefined).toBe(text !== issued)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
