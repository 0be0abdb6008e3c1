/**
 * Parts of the shop by themselves, where the way through its pages is too long.
 */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TraceStep } from 'coatcheck'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { builtShop } from './support/built-shop.js'

interface Drawer {
  read(name: string): Promise<{ readonly count: number } | undefined>
  names(): Promise<readonly string[]>
  add(name: string, document: { readonly count: number }): Promise<boolean>
  change(name: string, change: (document: { readonly count: number }) => { readonly count: number }): Promise<void>
}

interface Bar {
  readonly from: number
  readonly width: number
  readonly took: number
  readonly cut: boolean
}

interface Waterfall {
  readonly bars: readonly Bar[]
  readonly total: number
  readonly app: number
  readonly before: number
  readonly after: number
}

const { Drawer } = (await import(builtShop('shop/drawer.js').href)) as { Drawer: new (folder: string) => Drawer }
const { waterfallOf } = (await import(builtShop('inspection/waterfall.js').href)) as {
  waterfallOf(steps: readonly TraceStep[]): Waterfall
}
const { fromNow } = (await import(builtShop('views/times.js').href)) as {
  fromNow(time: number, language: string, now: number): string
}

const steps = (...times: readonly (readonly [TraceStep['name'], number])[]): readonly TraceStep[] =>
  times.map(([name, at]) => ({ name, at, outcome: '' }))

describe('a drawer', () => {
  let folder: string
  let drawer: Drawer
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coatcheck-drawer-'))
    drawer = new Drawer(folder)
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('takes a document of a name once, however many put one in', async () => {
    const added = await Promise.all([1, 2, 3].map(async (count) => drawer.add('one', { count })))
    expect(added.filter(Boolean)).toHaveLength(1)
    expect((await drawer.read('one'))!.count).toBe(added.indexOf(true) + 1)
  })

  test('loses no change of several at once', async () => {
    await drawer.add('one', { count: 0 })
    await Promise.all(
      Array.from({ length: 20 }, async () => drawer.change('one', ({ count }) => ({ count: count + 1 }))),
    )
    expect(await drawer.read('one')).toEqual({ count: 20 })
  })

  test('goes on after a change that failed', async () => {
    await drawer.add('one', { count: 0 })
    const failing = drawer.change('one', () => {
      throw new Error('no')
    })
    const following = drawer.change('one', ({ count }) => ({ count: count + 1 }))
    await expect(failing).rejects.toThrow('no')
    await following
    expect(await drawer.read('one')).toEqual({ count: 1 })
  })

  test('shows no draft that a killed server left behind', async () => {
    await writeFile(join(folder, 'x.draft'), '{"count":')
    await drawer.add('one', { count: 1 })
    expect(await drawer.names()).toEqual(['one'])
    expect((await readdir(folder)).sort((a, b) => a.localeCompare(b))).toEqual(['one.json', 'x.draft'])
  })

  test('opens no file beyond its folder', async () => {
    expect(await drawer.read('../outside')).toBeUndefined()
    await expect(drawer.add('../outside', { count: 1 })).rejects.toThrow('no file name')
    await expect(drawer.add('', { count: 1 })).rejects.toThrow('no file name')
  })
})

describe('the waterfall of a request', () => {
  test('has the time of each step, and of the session layer before and after the app', () => {
    const { bars, total, app, before, after } = waterfallOf(
      steps(['request', 10], ['cookie', 40], ['handle', 50], ['commit', 90], ['send', 100]),
    )
    expect(bars.map(({ took }) => took)).toEqual([10, 30, 10, 40, 10])
    expect([total, app, before, after]).toEqual([100, 10, 40, 50])
    expect(bars.map(({ from, width }) => [from, width])).toEqual([
      [0, 100],
      [100, 300],
      [400, 100],
      [500, 400],
      [900, 100],
    ])
  })

  test('cuts the bar of the app short when the others would be dots, and that one alone', () => {
    const { bars } = waterfallOf(steps(['request', 35], ['handle', 100_000], ['commit', 100_035]))
    expect(bars.map(({ cut }) => cut)).toEqual([false, true, false])
    expect(bars.map(({ width }) => width)).toEqual([350, 300, 350])
  })

  test('keeps every bar in the chart and wide enough to be seen', () => {
    for (const times of [
      [0, 0, 0],
      [0, 5, 5],
      [1, 100_000, 100_001],
      [100_000, 100_000, 100_000],
    ] as const) {
      const { bars } = waterfallOf(steps(['request', times[0]], ['handle', times[1]], ['return', times[2]]))
      for (const { from, width } of bars) {
        expect(width).toBeGreaterThanOrEqual(6)
        expect(from).toBeGreaterThanOrEqual(0)
        expect(from + width).toBeLessThanOrEqual(1000.1)
      }
    }
  })
})

test.each([
  [0, 'now'],
  [-5000, '5 seconds ago'],
  [-120_000, '2 minutes ago'],
  [30 * 86_400_000, 'in 30 days'],
])('a moment %d milliseconds away is %j', (distance, said) => {
  expect(fromNow(1e12 + distance, 'en', 1e12)).toBe(said)
})
