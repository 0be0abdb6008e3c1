import { describe, expect, it } from 'vitest'

import { milliseconds, timerMilliseconds } from '../../src/core/duration.js'
import { SessionOptionError } from '../../src/core/errors.js'

describe('durations', () => {
  it('may be 0 where that means something', () => {
    expect(milliseconds('touchWindow', 0, 0)).toBe(0)
    expect(() => milliseconds('touchWindow', -1, 0)).toThrow(/^touchWindow must be a number of milliseconds from 0 on/)
  })

  it('that a timer waits for are those that a timer can wait for', () => {
    expect(timerMilliseconds('storeTimeout', 2 ** 31 - 1)).toBe(2 ** 31 - 1)
    expect(() => timerMilliseconds('storeTimeout', 2 ** 31)).toThrow(/^storeTimeout must be 24 days at most/)
    expect(() => timerMilliseconds('storeTimeout', 0)).toThrow(SessionOptionError)
  })

  it.each<[unknown, number]>([
    [1_500, 1_500],
    [1, 1],
    ['250ms', 250],
    ['30s', 30_000],
    ['15m', 900_000],
    ['1.5h', 5_400_000],
    ['30d', 2_592_000_000],
    ['2 weeks', 1_209_600_000],
    ['100', 100],
  ])('%j is %d ms', (given, expected) => {
    expect(milliseconds('idleTimeout', given)).toBe(expected)
  })

  it.each([
    ['nothing at all', 0],
    ['less than a millisecond', 0.5],
    ['nothing', ''],
    ['words', 'an hour'],
    ['an unknown unit', '5 fortnights'],
    ['a negative number', -1],
    ['a negative text', '-1h'],
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
    ['null', null],
    ['undefined', undefined],
    ['true', true],
    ['a date', new Date(0)],
    ['an object', { minutes: 5 }],
    ['a BigInt', 5n],
  ])('%s is refused with the name of the option and an example', (_name, given) => {
    const attempt = (): number => milliseconds('idleTimeout', given)
    expect(attempt).toThrow(SessionOptionError)
    expect(attempt).toThrow(/^idleTimeout must be .*'30m'/)
  })
})
