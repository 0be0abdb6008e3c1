import { describe, expect, it } from 'vitest'

import { Cookie } from '../../src/index.js'

const minute = 60_000

describe('a new Cookie', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['a list', []],
  ])('of %s has the defaults', (_name, given) => {
    expect(new Cookie(given)).toMatchObject({
      path: '/',
      httpOnly: true,
      maxAge: null,
      expires: null,
      originalMaxAge: null,
    })
  })

  it.each(['x', 5, true, () => {}])('of %s is refused', (given) => {
    expect(() => new Cookie(given as never)).toThrow('argument options must be a object')
  })

  it('can be called in the old way', () => {
    const made = Object.create(Cookie.prototype) as Cookie
    Cookie.call(made, { path: '/app' })
    expect(made).toMatchObject({ path: '/app', httpOnly: true })
  })

  it('takes over its options, unknown ones too, but neither data nor methods nor a prototype', () => {
    const options = JSON.parse(
      '{"path":"/app","color":"red","data":{"path":"/x"},"toJSON":1,"serialize":1,"__proto__":{"secure":true}}',
    ) as object
    const made = new Cookie(options)
    expect(made).toMatchObject({ path: '/app', color: 'red' })
    expect(made.secure).toBeUndefined()
    expect(made).toBeInstanceOf(Cookie)
    expect('color' in made.data).toBe(false)
    expect(JSON.parse(JSON.stringify(made))).toEqual({
      originalMaxAge: null,
      expires: null,
      httpOnly: true,
      path: '/app',
    })
    expect(made.serialize('a', 'b')).toBe('a=b; Path=/app; HttpOnly')
  })

  it('between expires and maxAge the one that is listed last wins', () => {
    const expires = new Date(Date.now() + 5 * minute)
    expect(new Cookie({ maxAge: minute, expires }).expires).toBe(expires)
    expect(new Cookie({ expires, maxAge: minute }).originalMaxAge).toBe(minute)
  })
})

describe('maxAge', () => {
  it('is a date from now on, counted down, and kept to the millisecond in originalMaxAge', () => {
    for (const maxAge of [1, 2_000, 3_000_000_000]) {
      const made = new Cookie({ maxAge })
      expect(made.originalMaxAge).toBe(maxAge)
      expect(made.expires).toBeInstanceOf(Date)
      expect(made.maxAge).toBeGreaterThan(maxAge - 1_000)
      expect(made.maxAge).toBeLessThanOrEqual(maxAge)
    }
  })

  it('may be a Date, as in old code', () => {
    const date = new Date(Date.now() + minute)
    expect(new Cookie({ maxAge: date }).expires).toBe(date)
  })

  it.each([null, undefined, false, ''])('%j is stored as it is', (maxAge) => {
    const made = new Cookie({ maxAge: minute })
    made.maxAge = maxAge as never
    expect(made.expires).toBe(maxAge)
    expect(made.maxAge).toBe(maxAge)
  })

  it.each(['60000', {}, [], true, () => {}])('%j is refused', (maxAge) => {
    expect(() => new Cookie({ maxAge })).toThrow('maxAge must be a number or Date')
  })
})

describe('expires', () => {
  it('set, makes originalMaxAge what is left until then', () => {
    const made = new Cookie()
    made.expires = new Date(Date.now() + minute)
    expect(made.originalMaxAge).toBeGreaterThan(minute - 1_000)
    expect(made.originalMaxAge).toBeLessThanOrEqual(minute)
    made.expires = null
    expect(made.originalMaxAge).toBeNull()
  })

  it('is kept in _expires, which stores read', () => {
    const made = new Cookie({ maxAge: minute })
    expect(made._expires).toBe(made.expires)
    expect(Object.keys(made)).toContain('_expires')
  })
})

describe('the stored form', () => {
  it('is that of express-session, in its order, and nothing undefined in it', () => {
    const expires = new Date('2030-01-01T00:00:00.000Z')
    const made = new Cookie({
      expires,
      secure: true,
      sameSite: 'lax',
      domain: 'a.com',
      priority: 'high',
      partitioned: true,
    })
    made.originalMaxAge = minute
    expect(JSON.stringify(made)).toBe(
      '{"originalMaxAge":60000,"partitioned":true,"priority":"high","expires":"2030-01-01T00:00:00.000Z","secure":true,' +
        '"httpOnly":true,"domain":"a.com","path":"/","sameSite":"lax"}',
    )
    expect(JSON.stringify(new Cookie())).toBe('{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}')
    expect(made.toJSON()).toEqual(made.data)
  })
})

describe('serialize()', () => {
  it('writes an unsigned cookie with the attributes', () => {
    expect(new Cookie({ secure: true, sameSite: true }).serialize('name', 'a value;')).toBe(
      'name=a%20value%3B; Path=/; HttpOnly; Secure; SameSite=Strict',
    )
  })

  it('refuses what cannot be sent', () => {
    expect(() => new Cookie({ domain: 'a;b' }).serialize('name', 'x')).toThrow('option domain is invalid')
    expect(() => new Cookie().serialize('a name', 'x')).toThrow('option name is invalid')
  })
})
