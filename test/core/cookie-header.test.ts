import { describe, expect, it } from 'vitest'

import { cookieValues } from '../../src/core/cookie-header.js'

const name = '__Host-session'

describe('finding our cookie', () => {
  it.each([
    ['alone', 'session=1', ['1']],
    ['among others', 'a=0; session=1; b=2', ['1']],
    ['without a space behind the semicolon', 'a=0;session=1;b=2', ['1']],
    ['with spaces and tabs around name and value', 'a=0;\t session \t=\t 1 \t; b=2', ['1']],
    ['with an equals sign in its value', 'session=a=b==', ['a=b==']],
    ['empty', 'session=', ['']],
    ['in double quotes', 'session="1"', ['1']],
    ['in double quotes with spaces around', 'session= "1" ', ['1']],
    ['percent-encoded', 'session=s%3Aa.b%2B', ['s:a.b+']],
    ['percent-encoded beyond ASCII', 'session=%C3%A9', ['é']],
    ['with text that only looks percent-encoded', 'session=100%', ['100%']],
    ['with a broken sequence of bytes', 'session=%C3%28', ['%C3%28']],
    ['twice', 'session=1; session=2', ['1', '2']],
    ['behind lone semicolons', ';; ;session=1;;', ['1']],
    ['behind $Version', '$Version=1; session=1; $Path=/', ['1']],
  ])('%s', (_name, header, values) => {
    expect(cookieValues(header, 'session')).toEqual(values)
  })

  it.each([
    ['no header text', ''],
    ['another name', 'other=1'],
    ['a name without a value', 'session'],
    ['a value without a name', '=session'],
    ['a nameless value that holds our pair', '=session=1'],
    ['a longer name', 'sessions=1; xsession=1'],
    ['our pair inside the value of another', 'a=session=1; b="session=1"'],
    ['another case', 'Session=1; SESSION=1'],
    ['an encoded name', '%73ession=1; session%20=1'],
    ['a quoted name', '"session"=1'],
    ['a comma for a semicolon', 'a=1,session=1'],
    ['a line feed before the name', 'a=1;\nsession=1'],
    ['a vertical tab, a form feed or U+0000 before the name', '\vsession=1; \fsession=1; \0session=1'],
  ])('not: %s', (_name, header) => {
    expect(cookieValues(header, 'session')).toEqual([])
  })

  it('takes a lone double quote for what it is', () => {
    expect(cookieValues('session="', 'session')).toEqual(['"'])
    expect(cookieValues('session="a', 'session')).toEqual(['"a'])
    expect(cookieValues('session=""', 'session')).toEqual([''])
  })

  it('knows cookies that are named like members of every object', () => {
    for (const member of ['__proto__', 'constructor', 'prototype', 'toString']) {
      expect(cookieValues(`${member}=1`, member)).toEqual(['1'])
      expect(cookieValues(`${member}=1`, 'session')).toEqual([])
    }
  })
})

describe('no other name passes for a name with a prefix', () => {
  it.each([
    ['case variants', '__host-session=1; __HOST-session=1; __Host-Session=1'],
    ['a nameless cookie', '=__Host-session=1'],
    ['U+00A0 before the name, as the bytes of UTF-8', '\u00c2\u00a0__Host-session=1'],
    ['U+00A0 before and behind, as one character', '\u00a0__Host-session=1; __Host-session\u00a0=1'],
    ['U+2000, as the bytes of UTF-8', '\u00e2\u0080\u0080__Host-session=1'],
    ['U+FEFF', '\ufeff__Host-session=1'],
    ['an encoded prefix', '%5F%5FHost-session=1; __Host%2Dsession=1'],
    ['full-width letters', '\uff3f\uff3fHost-session=1'],
    ['PHP-style name mangling', '_.Host-session=1; __Host.session=1; __Host[session]=1'],
  ])('%s', (_name, header) => {
    expect(cookieValues(header, name)).toEqual([])
  })
})

describe('duplicates', () => {
  it('are all answered in their order, four at most', () => {
    const header = Array.from({ length: 9 }, (_, index) => `session=${index}`).join('; ')
    expect(cookieValues(header, 'session')).toEqual(['0', '1', '2', '3'])
  })

  it('are counted by their own name alone', () => {
    const header = 'other=x; '.repeat(50) + 'session=1'
    expect(cookieValues(header, 'session')).toEqual(['1'])
  })
})

describe('hostile headers', () => {
  it('of any byte are read without an error', () => {
    for (let code = 0; code <= 0xff; code += 1) {
      const byte = String.fromCharCode(code)
      for (const header of [byte, `session=${byte}`, `${byte}session=1`, `session${byte}=1`, `a=${byte};session=1`]) {
        expect(cookieValues(header, 'session').length).toBeLessThanOrEqual(1)
      }
      expect(cookieValues(`${byte}=1; session=2`, 'session')).toEqual(['2'])
    }
  })

  const shapes: Readonly<Record<string, (count: number) => string>> = {
    'nothing but semicolons': (count) => ';'.repeat(count),
    'nothing but spaces': (count) => ' '.repeat(count),
    'nothing but equals signs': (count) => '='.repeat(count),
    'nothing but double quotes': (count) => `session=${'"'.repeat(count)}`,
    'thousands of a=;': (count) => 'a=;'.repeat(count / 3),
    'our name again and again without a value': (count) => 'session'.repeat(count / 7),
    'our name and spaces': (count) => `session${' '.repeat(count)}`,
    'a value that ends in spaces': (count) => `session=x${' '.repeat(count)}x`,
    'spaces before each semicolon': (count) => `session=x${' '.repeat(50)};`.repeat(count / 60),
    'percent signs': (count) => `session=${'%'.repeat(count)}`,
    escapes: (count) => `session=${'%41'.repeat(count / 3)}`,
    'almost our name': (count) => 'sessio=1;'.repeat(count / 9),
  }

  it.each(Object.entries(shapes))('of %s take time in proportion to their length', (_name, shape) => {
    const small = median(shape(2_000))
    const large = median(shape(64_000))
    // 32 times the length: a quadratic reader would need 1,024 times as long.
    expect(large).toBeLessThan(Math.max(small, 0.001) * 32 * 8)
  })
})

/** Milliseconds for one reading, the middle of several runs of many. */
function median(header: string): number {
  const rounds = Math.max(1, Math.floor(200_000 / header.length))
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now()
    for (let round = 0; round < rounds; round += 1) cookieValues(header, 'session')
    return (performance.now() - start) / rounds
  })
  return times.sort((one, other) => one - other)[2]!
}
