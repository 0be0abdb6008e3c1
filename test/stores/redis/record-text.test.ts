import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  asciiUser,
  fieldOf,
  headOf,
  offsets,
  readText,
  textOf,
  userPartOf,
} from '../../../src/stores/redis/record-text.js'
import { record } from '../support.js'

const token = 'writer0001'
const wellFormed = fc.string({ unit: 'binary' })
const time = fc.integer({ min: 0, max: 36 ** 10 - 1 })

describe('the text of a record', () => {
  it('is read back to the letter, whatever the record holds', () => {
    fc.assert(
      fc.property(
        fc.record({
          data: wellFormed,
          attributes: fc.option(wellFormed, { nil: undefined }),
          version: fc.maxSafeNat().map((number) => number % 36 ** 10),
          createdAt: time,
          expiresAt: time,
          userId: fc.option(wellFormed, { nil: undefined }),
        }),
        time,
        (given, indexedUntil) => {
          expect(readText(textOf(given, token, indexedUntil))).toEqual({ record: given, indexedUntil, token })
        },
      ),
    )
  })

  it('has its fields where the scripts look for them, in bytes', () => {
    const text = Buffer.from(textOf(record({ version: 7, userId: 'žofie', attributes: '{"ž":1}' }), token, 12))
    const at = ({ start, end }: { start: number; end: number }) => text.toString('latin1', start, end)
    expect(text.toString('latin1', 0, offsets.version.end)).toBe(headOf(7))
    expect(at(offsets.expiresAt)).toBe(fieldOf(record().expiresAt))
    expect(at(offsets.createdAt)).toBe(fieldOf(record().createdAt))
    expect(at(offsets.indexedUntil)).toBe(fieldOf(12))
    expect(at(offsets.token)).toBe(token)
    const user = Buffer.from(userPartOf('žofie'))
    expect(text.subarray(offsets.user.start, offsets.user.start + user.length)).toEqual(user)
  })

  it('orders numbers as texts of one length', () => {
    const ordered = fc.property(time, time, (a, b) => fieldOf(a) < fieldOf(b) === a < b)
    expect(fc.check(ordered).counterexample).toBeNull()
  })

  it('cuts numbers to what a field holds', () => {
    expect(fieldOf(-1)).toBe('0000000000')
    expect(fieldOf(1.9)).toBe('0000000001')
    expect(fieldOf(Infinity)).toBe('zzzzzzzzzz')
  })

  it('is told from every other text', () => {
    const text = textOf(record({ userId: 'ann', attributes: '{"a":1}' }), token, 12)
    for (const other of [
      '',
      '1',
      '{}',
      '{"cookie":{}}',
      `2${text.slice(1)}`,
      text.slice(0, 55),
      `1${'?'.repeat(80)}`,
    ]) {
      expect([other, readText(other)]).toEqual([other, undefined])
    }
    expect(readText(text.replace('3:ann', '300:ann'))).toBeUndefined()
    expect(readText(text.replace('3:ann', '-3:ann'))).toBeUndefined()
  })
})

describe('a user ID in ASCII', () => {
  it('is each its own', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, (a, b) => {
        expect(asciiUser(a)).toMatch(/^[\x20-\x7e]*$/)
        expect(asciiUser(a) === asciiUser(b)).toBe(a === b)
        expect(decodeURIComponent(asciiUser(a))).toBe(a)
      }),
    )
    expect(asciiUser('%C5%BE')).not.toBe(asciiUser('ž'))
  })

  it('is left as it is where it can be', () => {
    for (const plain of ['42', 'ann@example.org', 'a b', '{tag}']) expect(asciiUser(plain)).toBe(plain)
  })
})
