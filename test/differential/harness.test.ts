/**
 * The harness itself: it finds nothing where there is nothing, and it finds what was broken on purpose.
 */
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Cell } from './cell.js'
import { compare, fieldsApart } from './comparison.js'
import { differences, type Difference } from './differences.js'
import { grid } from './grid.js'
import { saboteurs } from './saboteurs.js'
import { coatcheck, expressSession } from './sides.js'

const clock = { set: (time: number) => void vi.setSystemTime(time), pass: () => {} }
const everything = Object.values(grid).flatMap((part) => part())
const each = (step: number): Cell[] => everything.filter((_, index) => index % step === 0)

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
  return () => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  }
})

describe('the harness of the differential test', () => {
  test('finds no difference between express-session and itself', async () => {
    const cells = each(29)
    const comparison = await compare({ theirs: expressSession, ours: expressSession }, cells, [], clock)
    expect(comparison.mismatches).toEqual([])
    expect(comparison.identical).toBe(cells.length * 2)
  }, 60_000)

  test.for(saboteurs)('sees an express-session that $name', async (saboteur) => {
    const broken = { name: saboteur.name, factory: saboteur.break(expressSession.factory) }
    const { mismatches } = await compare({ theirs: expressSession, ours: broken }, each(149), [], clock)
    const fields = new Set(mismatches.flatMap(({ theirs, ours }) => fieldsApart(theirs, ours)))
    expect([...fields]).toEqual(expect.arrayContaining([...saboteur.shows]))
  })

  test.for(saboteurs)('sees a coatcheck that $name, whatever is declared', async (saboteur) => {
    const broken = { name: saboteur.name, factory: saboteur.break(coatcheck.factory) }
    const { mismatches } = await compare({ theirs: expressSession, ours: broken }, each(149), differences, clock)
    const fields = new Set(mismatches.flatMap(({ expected, ours }) => fieldsApart(expected, ours)))
    expect([...fields]).toEqual(expect.arrayContaining([...saboteur.shows]))
  })

  test('fails where a declared difference does not look as declared', async () => {
    const declared = differences.find((difference) => difference.rewrite !== undefined)
    const wrong: Difference = { ...declared!, rewrite: (theirs) => ({ ...theirs, status: 299 }) }
    const cells = each(997)
    const comparison = await compare({ theirs: expressSession, ours: expressSession }, cells, [wrong], clock)
    expect(comparison.mismatches).toHaveLength(cells.length * 2)
    expect(comparison.met.size).toBe(0)
  })
})
