import { describe, expect, it } from 'vitest'

import type { SessionStore } from '../../src/core/record.js'
import { startSweeper } from '../../src/core/sweeper.js'
import { fakeClock } from '../../src/testing/index.js'
import { gate } from '../http/support/gate.js'

const minute = 60_000

/** Long enough for a sweep that answers at once to have arranged the next one. */
function turn(): Promise<void> {
  return new Promise(setImmediate)
}

/** A store that only sweeps, with the answers it gives in order; a function throws or answers later. */
function sweepable(answers: (number | (() => unknown))[]) {
  const times: number[] = []
  const sweep = (now: number): unknown => {
    times.push(now)
    const answer = answers.shift() ?? 0
    return typeof answer === 'function' ? answer() : answer
  }
  return { store: { sweep } as unknown as SessionStore, times }
}

describe('the sweeper', () => {
  it('sweeps by its own clock, once an interval, while there is nothing to sweep', async () => {
    const clock = fakeClock(0)
    const { store, times } = sweepable([])
    startSweeper(store, minute, clock, () => {})
    expect(times).toEqual([])
    for (let round = 0; round < 3; round += 1) {
      clock.advance(minute)
      await turn()
    }
    expect(times).toEqual([minute, 2 * minute, 3 * minute])
  })

  it('goes on soon while there is more, with a pause for requests between two batches', async () => {
    const clock = fakeClock(0)
    const { store, times } = sweepable([100, 100, 1, 0])
    startSweeper(store, minute, clock, () => {})
    clock.advance(minute)
    await turn()
    for (let round = 0; round < 4; round += 1) {
      clock.advance(20)
      await turn()
    }
    expect(times).toEqual([minute, minute + 20, minute + 40, minute + 60])
    clock.advance(minute)
    await turn()
    expect(times).toHaveLength(5)
  })

  it('never has two sweeps at once', async () => {
    const clock = fakeClock(0)
    const sweep = gate<number>()
    const { store, times } = sweepable([() => sweep.passed])
    startSweeper(store, minute, clock, () => {})
    clock.advance(minute)
    await turn()
    clock.advance(10 * minute)
    await turn()
    expect(times).toHaveLength(1)
    sweep.open(0)
    await turn()
    clock.advance(minute)
    await turn()
    expect(times).toHaveLength(2)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
  ])('tells of a store that %s, and tries again an interval later', async (_name, failing) => {
    const clock = fakeClock(0)
    const errors: unknown[] = []
    const { store, times } = sweepable([failing])
    startSweeper(store, minute, clock, (error) => errors.push(error))
    clock.advance(minute)
    await turn()
    expect(errors).toEqual([new Error('down')])
    clock.advance(minute)
    await turn()
    expect(times).toEqual([minute, 2 * minute])
  })

  it('leaves nothing behind when it is stopped', () => {
    const clock = fakeClock(0)
    const stop = startSweeper(sweepable([]).store, minute, clock, () => {})
    stop()
    stop()
    expect(clock.pending).toBe(0)
  })

  it.each([
    ['is answered', () => Promise.resolve(5)],
    ['fails', () => Promise.reject(new Error('closed'))],
  ])('stays stopped when a sweep that was under way %s, without a word', async (_name, answer) => {
    const clock = fakeClock(0)
    const errors: unknown[] = []
    const { store } = sweepable([answer])
    const stop = startSweeper(store, minute, clock, (error) => errors.push(error))
    clock.advance(minute)
    stop()
    await turn()
    expect(clock.pending).toBe(0)
    expect(errors).toEqual([])
  })

  it('does not keep the process alive', () => {
    const kinds: unknown[] = []
    const clock = {
      now: () => 0,
      after(_milliseconds: number, _task: () => void, background?: 'background') {
        kinds.push(background)
        return () => {}
      },
    }
    startSweeper(sweepable([]).store, minute, clock, () => {})
    expect(kinds).toEqual(['background'])
  })
})
