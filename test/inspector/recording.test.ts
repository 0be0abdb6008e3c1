/**
 * The inspector's memory: bounded, and true to the clock.
 */
import { describe, expect, it } from 'vitest'

import { History } from '../../src/inspector/recording/history.js'
import { Latencies, RecentLatencies } from '../../src/inspector/recording/latencies.js'
import { Latest } from '../../src/inspector/recording/latest.js'
import { Tallies } from '../../src/inspector/recording/tallies.js'
import { fakeClock } from '../../src/testing/index.js'

const second = 1000
const minute = 60 * second
const start = Date.UTC(2026, 0, 1)

describe('tallies', () => {
  it('count by the second, and forget by the second', () => {
    const clock = fakeClock(start)
    const tallies = new Tallies(['a', 'b'], clock)
    tallies.add('a')
    clock.advance(30 * second)
    tallies.add('a')
    tallies.add('b')
    expect([tallies.recent('a', 60), tallies.recent('b', 60)]).toEqual([2, 1])
    clock.advance(30 * second)
    expect(tallies.recent('a', 60)).toBe(1)
    clock.advance(30 * second)
    expect(tallies.recent('a', 60)).toBe(0)
    expect([tallies.total('a'), tallies.total('b')]).toEqual([2, 1])
  })

  it('answer columns that stay what they are while time goes on', () => {
    const clock = fakeClock(start)
    const tallies = new Tallies(['a'], clock)
    for (let index = 0; index < 10; index += 1) {
      tallies.add('a')
      clock.advance(7 * second)
    }
    const before = tallies.columns('a', 120, 15)
    expect(before).toHaveLength(120)
    expect(before.slice(-5)).toEqual([3, 2, 2, 2, 1])
    clock.advance(4 * second)
    expect(tallies.columns('a', 120, 15).slice(-5)).toEqual([3, 2, 2, 2, 1])
    clock.advance(15 * second)
    expect(tallies.columns('a', 120, 15).slice(-5)).toEqual([2, 2, 2, 1, 0])
  })

  it('know nothing of half an hour ago, nor after a long sleep', () => {
    const clock = fakeClock(start)
    const tallies = new Tallies(['a'], clock)
    tallies.add('a')
    clock.advance(31 * minute)
    expect(tallies.columns('a', 120, 15).every((value) => value === 0)).toBe(true)
    tallies.add('a')
    clock.advance(500 * minute)
    expect(tallies.recent('a', 1800)).toBe(0)
  })

  it('stand still while the clock goes back', () => {
    const clock = fakeClock(start)
    const tallies = new Tallies(['a'], clock)
    tallies.add('a')
    clock.set(start - minute)
    tallies.add('a')
    expect(tallies.recent('a', 60)).toBe(2)
  })
})

describe('latencies', () => {
  it.each([0.0002, 0.012, 1, 37, 900, 45_000])('tell %s ms within a tenth', (milliseconds) => {
    const latencies = new Latencies()
    latencies.add(milliseconds)
    const told = latencies.quantile(0.5)!
    expect(Math.abs(told - milliseconds) / milliseconds).toBeLessThan(0.1)
  })

  it('tell the share that took no longer', () => {
    const latencies = new Latencies()
    for (let index = 1; index <= 100; index += 1) latencies.add(index <= 98 ? 1 : 500)
    expect(latencies.quantile(0.5)).toBeCloseTo(1, 1)
    expect(latencies.quantile(0.98)).toBeCloseTo(1, 1)
    expect(latencies.quantile(0.99)! / 500).toBeCloseTo(1, 1)
  })

  it('take what is out of all measure, and answer nothing where there was nothing', () => {
    const latencies = new Latencies()
    expect(latencies.quantile(0.5)).toBeUndefined()
    for (const odd of [0, -1, Infinity, 1e12]) latencies.add(odd)
    expect(latencies.count).toBe(4)
    expect(latencies.quantile(1)).toBeGreaterThan(50_000)
  })

  it('of a while are given up column by column', () => {
    const clock = fakeClock(start)
    const recent = new RecentLatencies(clock, 4, 15)
    recent.add(1)
    clock.advance(15 * second)
    recent.add(100)
    expect(recent.columns().map(({ count }) => count)).toEqual([0, 0, 1, 1])
    expect(recent.recent(1).quantile(0.5)! / 100).toBeCloseTo(1, 1)
    clock.advance(45 * second)
    expect(recent.columns().map(({ count }) => count)).toEqual([1, 0, 0, 0])
    clock.advance(minute)
    expect(recent.recent(4).count).toBe(0)
  })
})

describe('the latest', () => {
  it('are as many as there is room for, the newest first', () => {
    const latest = new Latest<number>(3)
    expect([...latest]).toEqual([])
    for (const item of [1, 2]) latest.add(item)
    expect([...latest]).toEqual([2, 1])
    for (const item of [3, 4, 5]) latest.add(item)
    expect([...latest]).toEqual([5, 4, 3])
  })
})

describe('a history', () => {
  it('follows a session through its IDs, and counts what repeats', () => {
    const clock = fakeClock(start)
    const history = new History(clock)
    const steps: (() => void)[] = [
      () => history.add('created', { handle: 'old' }),
      () => history.add('created', { handle: 'other' }),
      () => history.add('saved', { handle: 'old' }),
      () => history.add('saved', { handle: 'old' }),
      () => history.add('regenerated', { handle: 'new', previousHandle: 'old' }),
      () => history.add('revoked', { handle: 'new', by: 'user' }),
    ]
    for (const step of steps) {
      step()
      clock.advance(second)
    }
    const told = history.of('new').map(({ entry, times }) => [entry.name, entry.detail, times])
    expect(told).toEqual([
      ['revoked', 'user', 1],
      ['regenerated', undefined, 1],
      ['saved', undefined, 2],
      ['created', undefined, 1],
    ])
    expect(history.of('nobody')).toEqual([])
  })

  it('keeps what is rare though a thousand saves come after it', () => {
    const history = new History(fakeClock(start))
    history.add('created', { handle: 'one' })
    for (let index = 0; index < 50_000; index += 1) history.add('saved', { handle: `h${index % 7}` })
    expect(history.of('one')).toHaveLength(1)
    expect(history.latest(10)).toHaveLength(1)
  })
})
