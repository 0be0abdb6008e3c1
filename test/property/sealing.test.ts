/**
 * Whatever a session holds comes back out of its encryption, and nothing that was changed does.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { SessionRecord } from '../../src/core/record.js'
import { Sealing } from '../../src/core/sealing.js'

const sealing = new Sealing({ keys: ['a key of at least thirty-two bytes, for tests'] })
const older = new Sealing({ keys: ['another key, of thirty-two bytes at the least'] })
const both = new Sealing({
  keys: ['a key of at least thirty-two bytes, for tests', 'another key, of thirty-two bytes at the least'],
})

const name = fc.string({ unit: 'binary', maxLength: 40 })
const text = fc.dictionary(name, fc.jsonValue()).map((values) => JSON.stringify(values))
const record: fc.Arbitrary<SessionRecord> = fc.record({
  data: text,
  attributes: fc.option(text, { nil: undefined }),
  version: fc.nat(),
  createdAt: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  expiresAt: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  userId: fc.option(name, { nil: undefined }),
})

const faults = ['plain', 'unknown key', 'changed']

describe('encryption at rest', () => {
  it('gives back every record to the letter, whichever key sealed it', () => {
    fc.assert(
      fc.property(name, record, fc.boolean(), (key, given, isOlder) => {
        const opened = both.open(key, (isOlder ? older : sealing).seal(key, given))
        expect({ ...(opened as SessionRecord) }).toStrictEqual({ ...given })
      }),
    )
  })

  it('opens nothing of which a character was changed', () => {
    const character = fc.oneof(
      fc.string({ minLength: 1, maxLength: 1 }),
      fc.constantFrom(...Array.from('AZaz09-_+/="}{\\ \n\0')),
    )
    fc.assert(
      fc.property(record, fc.nat(), character, (given, place, other) => {
        const sealed = sealing.seal('key', given)
        const at = place % sealed.data.length
        fc.pre(sealed.data[at] !== other)
        const data = sealed.data.slice(0, at) + other + sealed.data.slice(at + 1)
        expect(faults).toContain(sealing.open('key', { ...sealed, data }))
      }),
      { numRuns: 2_000 },
    )
  })

  it('opens nothing of which a bit of the bytes was changed, or that is longer or shorter', () => {
    const twist = fc.oneof(
      fc.record({ kind: fc.constant('bit' as const), at: fc.nat() }),
      fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
      fc.record({ kind: fc.constant('end' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }) }),
    )
    fc.assert(
      fc.property(record, twist, (given, change) => {
        const sealed = sealing.seal('key', given)
        let bytes = Buffer.from(sealed.data.slice(21 + 47, -2), 'base64url')
        if (change.kind === 'bit') {
          const bit = change.at % (bytes.length * 8)
          bytes[bit >> 3]! ^= 1 << (bit & 7)
        } else if (change.kind === 'cut') bytes = bytes.subarray(0, change.at % bytes.length)
        else bytes = Buffer.concat([bytes, change.bytes])
        const data = sealed.data.slice(0, 21 + 47) + bytes.toString('base64url') + '"}'
        expect(sealing.open('key', { ...sealed, data })).toBe('changed')
      }),
      { numRuns: 1_000 },
    )
  })

  it('opens nothing in another place', () => {
    fc.assert(
      fc.property(name, record, name, record, (key, given, otherKey, other) => {
        const place = ({ userId, createdAt, version }: SessionRecord, at: string): string =>
          fc.stringify([at, userId, createdAt, version])
        fc.pre(place(given, key) !== place(other, otherKey))
        const moved = { ...other, attributes: undefined, data: sealing.seal(key, given).data }
        expect(sealing.open(otherKey, moved)).toBe('changed')
      }),
    )
  })

  it('survives whatever stands in a store', () => {
    const odd = fc.oneof(
      fc.string(),
      fc.string().map((inside) => `{"coatcheck:sealed":"${inside}"}`),
      fc.stringMatching(/^[\w-]{0,120}$/).map((inside) => `{"coatcheck:sealed":"1${inside}"}`),
    )
    fc.assert(
      fc.property(record, odd, (given, data) => {
        expect(faults).toContain(both.open('key', { ...given, data }))
      }),
      { numRuns: 1_000 },
    )
  })
})
