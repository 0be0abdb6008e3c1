/**
 * The drop-in against the published express-session, over the whole grid.
 */
import { assert, beforeAll, describe, expect, test, vi } from 'vitest'
import { compare, type Clock, type Comparison } from './comparison.js'
import { differences } from './differences.js'
import { differencesPage } from './document.js'
import { grid } from './grid.js'
import { report } from './report.js'
import { coatcheck, comparedVersion, expressSession } from './sides.js'

const sides = { theirs: expressSession, ours: coatcheck }

const clock: Clock = {
  set: (time) => void vi.setSystemTime(time),
  pass: (milliseconds) => void vi.advanceTimersByTime(milliseconds),
}

describe('session(options) beside the published express-session', () => {
  let comparison: Comparison

  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
    // The hints about what goes wrong in some cells have tests of their own.
    vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
    const cells = Object.values(grid).flatMap((part) => part())
    comparison = await compare(sides, cells, differences, clock)
    return () => {
      vi.useRealTimers()
      vi.restoreAllMocks()
    }
  }, 180_000)

  test('does the same in every cell, apart from the declared differences', () => {
    assert.equal(comparison.mismatches.length, 0, report(comparison.mismatches))
  })

  test.for(differences.map(({ name }) => name))('would fail without the entry: %s', async (name) => {
    const others = differences.filter((other) => other.name !== name)
    const examples = comparison.met.get(name)?.examples ?? []
    const { mismatches } = await compare(sides, examples, others, clock)
    expect(mismatches.length).toBeGreaterThan(0)
  })

  test('has its differences written down', async () => {
    await expect(differencesPage(differences, comparison, comparedVersion)).toMatchFileSnapshot(
      '../../docs/differences.md',
    )
  })
})
