import { describe, expect, it } from 'vitest'

import { parseData, serializeData } from '../../src/core/codec.js'
import { SessionError, type SessionErrorCode } from '../../src/core/errors.js'

function errorOf(attempt: () => unknown): SessionError | undefined {
  try {
    attempt()
    return undefined
  } catch (error) {
    if (error instanceof SessionError) return error
    throw error
  }
}

function codeOf(attempt: () => unknown): SessionErrorCode | undefined {
  return errorOf(attempt)?.code
}

function nested(depth: number): unknown {
  let value: unknown = 'bottom'
  for (let level = 0; level < depth; level += 1) value = [value]
  return value
}

describe('what JSON can hold', () => {
  it('is the very text of JSON.stringify', () => {
    const values = {
      b: 1,
      a: 'é😀\u2028\0',
      2: null,
      date: new Date(0),
      off: undefined,
      list: [undefined, Number.NaN, -0],
    }
    expect(serializeData(values, 1_000)).toBe(JSON.stringify(values))
  })

  it('keeps lone surrogates as escapes, so that every store can hold the text', () => {
    const text = serializeData({ half: '\ud83d' }, 1_000)
    expect(text).toBe('{"half":"\\ud83d"}')
    expect(parseData(text)).toEqual({ half: '\ud83d' })
  })

  it('comes back as it was', () => {
    const values = { cart: [{ id: 1, name: 'Tea' }], empty: {}, zero: 0, no: false, nothing: null }
    expect(parseData(serializeData(values, 1_000))).toEqual(values)
  })
})

describe('what JSON cannot hold is a typed error', () => {
  const cycle: Record<string, unknown> = {}
  cycle.self = cycle

  it.each<[string, object]>([
    ['a cycle', cycle],
    ['a BigInt', { big: 1n }],
    ['20,000 arrays in each other', { deep: nested(20_000) }],
    [
      'a getter that throws',
      Object.defineProperty({}, 'bad', {
        enumerable: true,
        get() {
          throw new Error('no')
        },
      }),
    ],
    [
      'a toJSON that throws',
      {
        toJSON() {
          throw new Error('no')
        },
      },
    ],
    ['a toJSON that answers nothing', { toJSON() {} }],
    ['a toJSON that answers a number', { toJSON: () => 5 }],
    ['a toJSON that answers an array', { toJSON: () => [] }],
    ['a toJSON that answers null', { toJSON: () => null }],
  ])('%s', (_name, values) => {
    expect(codeOf(() => serializeData(values, Infinity))).toBe('ERR_SESSION_DATA_UNSERIALIZABLE')
  })

  it('with the cause, and on one line', () => {
    expect(() => serializeData(cycle, Infinity)).toThrow(/^the session holds a value that JSON cannot hold.*[^\n]$/)
    expect(errorOf(() => serializeData({ big: 1n }, Infinity))?.cause).toBeInstanceOf(TypeError)
  })
})

describe('the limit', () => {
  const overhead = '{"v":""}'.length

  it.each([
    ['one byte a character', 'a', 1],
    ['two bytes a character', 'é', 2],
    ['three bytes a character', '€', 3],
    ['four bytes for two units', '😀', 4],
  ])('is counted in bytes of UTF-8: %s', (_name, character, bytes) => {
    const values = { v: character.repeat(100) }
    const size = overhead + bytes * 100
    expect(codeOf(() => serializeData(values, size))).toBeUndefined()
    expect(codeOf(() => serializeData(values, size - 1))).toBe('ERR_SESSION_DATA_TOO_LARGE')
  })

  it('is told with both sizes and what to do', () => {
    expect(() => serializeData({ v: 'a'.repeat(100) }, 50)).toThrow(/108 bytes.*limit of 50.*maxDataBytes/)
  })
})

describe('reading what a store gave back', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', 'garbage'],
    ['cut JSON', '{"a":'],
    ['null', 'null'],
    ['a number', '5'],
    ['a text', '"text"'],
    ['an array', '[1]'],
    ['true', 'true'],
    ['two objects', '{}{}'],
    ['code', 'process.exit()'],
  ])('%s is no session', (_name, text) => {
    expect(parseData(text)).toBeUndefined()
  })

  it('keeps `__proto__` as an own key and leaves the prototype alone', () => {
    const values = parseData('{"__proto__":{"isAdmin":true}}')!
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype)
    expect(values.isAdmin).toBeUndefined()
    expect(Object.keys(values)).toEqual(['__proto__'])
  })
})
