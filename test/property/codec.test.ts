import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseData, serializeData } from '../../src/core/codec.js'
import { SessionError } from '../../src/core/errors.js'

describe('session data', () => {
  it('that JSON holds comes back as it was, and its text is the same the second time', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' })), (values) => {
        const text = serializeData(values, Infinity)
        expect(Buffer.from(text).toString()).toBe(text)
        const back = parseData(text)!
        expect(JSON.stringify(back)).toBe(text)
        expect(serializeData(back, Infinity)).toBe(text)
      }),
    )
  })

  it('of any kind is stored whole, or is a typed error', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
      stringUnit: 'binary',
    })
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anything), fc.nat(200), (values, limit) => {
        try {
          const text = serializeData(values, limit)
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit)
          expect(parseData(text)).toBeDefined()
        } catch (error) {
          if (!(error instanceof SessionError) || !error.code.startsWith('ERR_SESSION_DATA_')) throw error
        }
      }),
      { numRuns: 500 },
    )
  })

  it('read from any text is an object, or nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        const values: unknown = parseData(text)
        const isObject = typeof values === 'object' && values !== null && !Array.isArray(values)
        expect(values === undefined || isObject).toBe(true)
      }),
    )
  })
})
