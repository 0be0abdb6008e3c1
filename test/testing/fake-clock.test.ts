import { describe, expect, it } from 'vitest'

import { fakeClock } from '../../src/testing/index.js'

describe('fakeClock', () => {
  it('stands still at its start, the same for every test', () => {
    expect(fakeClock().now()).toBe(Date.UTC(2026, 0, 1))
    expect(fakeClock(5).now()).toBe(5)
  })

  it('runs due tasks in the order of their due times, each at its own time', () => {
    const clock = fakeClock(1_000)
    const ran: [string, number][] = []
    const note = (name: string) => () => ran.push([name, clock.now()])
    clock.after(30, note('third'))
    clock.after(10, note('first'))
    clock.after(10, note('second'))
    clock.after(31, note('too late'))
    clock.advance(30)
    expect(ran).toEqual([
      ['first', 1_010],
      ['second', 1_010],
      ['third', 1_030],
    ])
    expect(clock.now()).toBe(1_030)
    expect(clock.pending).toBe(1)
  })

  it('runs a task that a task asked for, if it falls due', () => {
    const clock = fakeClock(0)
    const times: number[] = []
    const again = (): void => {
      times.push(clock.now())
      clock.after(10, again)
    }
    clock.after(10, again)
    clock.advance(35)
    expect(times).toEqual([10, 20, 30])
    expect(clock.now()).toBe(35)
  })

  it('runs nothing that was called off, not even by a task that runs before it', () => {
    const clock = fakeClock(0)
    let ran = 0
    const callOff = clock.after(10, () => (ran += 1))
    const callOffLater = clock.after(20, () => (ran += 1))
    clock.after(15, callOffLater)
    callOff()
    callOff()
    clock.advance(100)
    expect(ran).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('does not run a task in the call that asks for it, even with no time to wait', () => {
    const clock = fakeClock(0)
    let ran = false
    clock.after(0, () => (ran = true))
    expect(ran).toBe(false)
    clock.advance(0)
    expect(ran).toBe(true)
  })

  it('set goes forwards like advance', () => {
    const clock = fakeClock(100)
    const times: number[] = []
    clock.after(50, () => times.push(clock.now()))
    clock.set(200)
    expect(times).toEqual([150])
    expect(clock.now()).toBe(200)
  })

  it('set goes backwards as a system clock does: nothing runs, and tasks wait as long as they had to', () => {
    const clock = fakeClock(1_000)
    let ran = 0
    clock.after(50, () => (ran += 1))
    clock.set(400)
    expect([clock.now(), ran]).toEqual([400, 0])
    clock.advance(49)
    expect(ran).toBe(0)
    clock.advance(1)
    expect(ran).toBe(1)
  })

  it('stops where a task throws, and can go on', () => {
    const clock = fakeClock(0)
    const ran: string[] = []
    clock.after(10, () => {
      throw new Error('from the task')
    })
    clock.after(20, () => ran.push('later'))
    expect(() => clock.advance(100)).toThrow('from the task')
    expect(clock.now()).toBe(10)
    clock.advance(10)
    expect(ran).toEqual(['later'])
  })

  it('refuses times that are none', () => {
    expect(() => fakeClock().advance(-1)).toThrow(RangeError)
    expect(() => fakeClock().advance(Number.NaN)).toThrow(RangeError)
    expect(() => fakeClock().set(Number.NaN)).toThrow(RangeError)
  })
})
