/**
 * Reading a Cookie header costs what its length says and no more, and looks at no more than four cookies of our name (Go CVE-2025-58186,
 * where thousands of `a=;` took memory without a bound).
 */
import { describe, expect, it } from 'vitest'

import { cookieValues } from '../../src/core/cookie-header.js'
import { site, Visitor } from '../http/support/site.js'
import { watchedRecords } from '../http/support/watched-records.js'
import { doors } from './support/doors.js'

/** Headers that are expensive to read in one wrong way or another. */
const shapes: Readonly<Record<string, (length: number) => string>> = {
  'five thousand a=; and more (Go CVE-2025-58186)': (length) => 'a=;'.repeat(length / 3),
  'semicolons alone': (length) => ';'.repeat(length),
  'blanks before each semicolon': (length) => `session=x${' '.repeat(length)};`,
  'our name, blanks, and no equals sign': (length) => `session${' \t'.repeat(length / 2)}`,
  'our name again and again': (length) => 'session'.repeat(length / 7),
  'almost our name': (length) => 'sessio=1;'.repeat(length / 9),
  'a value of escapes': (length) => `session=${'%41'.repeat(length / 3)}`,
  'a value of broken escapes': (length) => `session=${'%'.repeat(length)}`,
  'a value of quotes': (length) => `session=${'"'.repeat(length)}`,
  'bytes of other alphabets': (length) => '\xc2\xa0=\xff;'.repeat(length / 5),
}

/** A text that counts the characters that are looked at, which no other load of the machine changes. */
class CountedText {
  looked = 0
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  get length(): number {
    return this.#text.length
  }

  charCodeAt(position: number): number {
    this.looked += 1
    return this.#text.charCodeAt(position)
  }

  startsWith(other: string, position?: number): boolean {
    this.looked += other.length
    return this.#text.startsWith(other, position)
  }

  indexOf(other: string, from = 0): number {
    const found = this.#text.indexOf(other, from)
    this.looked += (found === -1 ? this.#text.length : found + other.length) - from
    return found
  }

  includes(other: string): boolean {
    return this.indexOf(other) !== -1
  }

  slice(from: number, to: number): string {
    this.looked += to - from
    return this.#text.slice(from, to)
  }
}

function looksFor(header: string): number {
  const counted = new CountedText(header)
  cookieValues(counted as unknown as string, 'session')
  return counted.looked
}

describe('a header of', () => {
  it.each(Object.entries(shapes))('%s: four times the length is four times the work', (_name, shape) => {
    // Far beyond what Node lets through: a square would be sixteen times the work.
    // With our own cookie at the end, so that the whole of it is read.
    const looks = (length: number): number => looksFor(`${shape(length)};session=1`)
    const [once, fourTimes] = [looks(250_000), looks(1_000_000)]
    expect(once).toBeGreaterThan(0)
    expect(fourTimes).toBeLessThan(once * 4.1 + 100)
    expect(fourTimes).toBeLessThan(10 * 1_000_000)
  })
})

describe('however many cookies of our name there are', () => {
  it('four are read, the first ones', () => {
    const header = Array.from({ length: 5_000 }, (_, index) => `session=${index}`).join(';')
    expect(cookieValues(header, 'session')).toEqual(['0', '1', '2', '3'])
  })

  it.each(doors)(
    '%s: a header of the largest size that Node takes is served, and the visitor’s own cookie in it is found',
    async (_name, open) => {
      const where = await site(open({ name: 'session' }), (req, res) => {
        const { user } = req.session
        if (req.url === '/set') req.session.user = 'victim'
        res.end(String(user))
      })
      const victim = new Visitor(where)
      await victim.ask('/set')
      for (const shape of Object.values(shapes)) {
        const filler = shape(15_000).replaceAll('session', 'sessiom')
        for (const cookie of [`${victim.cookieHeader};${filler}`, `${filler};${victim.cookieHeader}`]) {
          const { status, body } = await where.ask('/', { headers: { cookie } })
          expect([status, body]).toEqual([200, 'victim'])
        }
      }
      expect(where.errors).toEqual([])
    },
  )

  it('the store is asked for four sessions at most', async () => {
    const store = watchedRecords()
    const [[, open]] = doors as [(typeof doors)[number]]
    const where = await site(open({ store }), (req, res) => {
      if (req.url === '/set') req.session.user = 'somebody'
      res.end()
    })
    const visitors = Array.from({ length: 8 }, () => new Visitor(where))
    for (const visitor of visitors) await visitor.ask('/set')
    store.calls.length = 0
    const cookie = visitors.map(({ cookieHeader }) => cookieHeader).join('; ')
    await where.ask('/', { headers: { cookie } })
    expect(store.calls.length).toBeLessThanOrEqual(4)
  })
})
