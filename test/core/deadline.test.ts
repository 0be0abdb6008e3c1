import { describe, expect, it } from 'vitest'

import { withDeadline } from '../../src/core/deadline.js'
import { fakeClock } from '../../src/testing/index.js'
import { gate } from '../http/support/gate.js'

const second = 1_000

describe('a deadline for a store', () => {
  it('hands an answer that is here straight on, and starts no timer', () => {
    const clock = fakeClock()
    expect(withDeadline('here', 'read', second, clock)).toBe('here')
    expect(withDeadline(undefined, 'read', second, clock)).toBeUndefined()
    expect(clock.pending).toBe(0)
  })

  it('leaves no timer behind when the answer or the failure comes in time', async () => {
    const clock = fakeClock()
    expect(await withDeadline(Promise.resolve(5), 'read', second, clock)).toBe(5)
    await expect(withDeadline(Promise.reject(new Error('down')), 'read', second, clock)).rejects.toThrow('down')
    expect(clock.pending).toBe(0)
  })

  it('ends the wait exactly when the time is up, with what was asked and for how long', async () => {
    const clock = fakeClock()
    let settled = false
    const answer = Promise.resolve(withDeadline(new Promise(() => {}), 'save', second, clock))
    const watched = answer.catch((error: unknown) => {
      settled = true
      return error
    })
    clock.advance(second - 1)
    await Promise.resolve()
    expect(settled).toBe(false)
    clock.advance(1)
    expect(await watched).toMatchObject({
      code: 'ERR_SESSION_STORE_TIMEOUT',
      message: expect.stringMatching(/did not answer save within 1000 ms/),
    })
  })

  it.each(['an answer', 'a failure'])('ignores %s that comes too late', async (kind) => {
    const clock = fakeClock()
    const late = gate<string>()
    const answer = Promise.resolve(withDeadline(late.passed, 'read', second, clock))
    clock.advance(second)
    if (kind === 'an answer') late.open('late')
    else late.fail(new Error('late'))
    await expect(answer).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_TIMEOUT' })
  })
})
