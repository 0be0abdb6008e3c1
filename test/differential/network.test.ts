/**
 * The connection in memory changes nothing: over a real socket, and behind Express, a sample of the cells looks the same.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Bench, dispatch, start, type Side } from './bench.js'
import type { Cell, Exchange } from './cell.js'
import { actionOf } from './comparison.js'
import { grid } from './grid.js'
import { coatcheck, expressSession } from './sides.js'
import { twistOf } from './twists.js'

const app = express().disable('x-powered-by').use(dispatch)

const frameworks = [
  { name: 'node:http', server: createServer(dispatch) },
  { name: 'Express 5', server: createServer(app) },
]

// The rest needs TLS, puts on the request what Express forbids, or never ends.
const sample = Object.values(grid)
  .flatMap((part) => part())
  .filter((cell) => {
    const { encrypted, before, faults } = twistOf(cell)
    return encrypted !== true && before === undefined && faults?.never === undefined
  })
  .filter((_, index) => index % 151 === 0)

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: start })
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
  return () => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  }
})

describe.for(frameworks)('over a network, with $name', ({ server }) => {
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())))

  test.for([expressSession, coatcheck])('$name does the same as in memory', { timeout: 60_000 }, async (side) => {
    const { port } = server.address() as AddressInfo
    let compared = 0
    for (const cell of sample) {
      const inMemory = await inMemoryExchange(side, cell)
      if (inMemory === undefined) continue
      const overNetwork = await networkExchange(side, cell, port)
      // How far a response got when the store answered is a race on a network, and exact only without.
      expect({ cell, ...overNetwork, arrived: [] }).toEqual({ cell, ...inMemory, arrived: [] })
      compared += 1
    }
    expect(compared).toBeGreaterThan(sample.length * 0.9)
  })
})

const bare: Server = createServer(dispatch)

async function inMemoryExchange(side: Side, cell: Cell): Promise<Exchange | undefined> {
  const bench = benchOf(side, cell)
  const call = bench?.call(bare, actionOf(cell))
  await turns(20)
  bench?.store.look()
  await turns(2)
  return call?.line.arrival() === 'all' ? call.finish() : undefined
}

async function networkExchange(side: Side, cell: Cell, port: number): Promise<Exchange> {
  const bench = benchOf(side, cell)!
  const call = await bench.callOver(port, actionOf(cell))
  for (let waited = 0; call.line.arrival() !== 'all' && waited < 20_000; waited += 1) await turns(1)
  await turns(20)
  bench.store.look()
  await turns(2)
  return call.finish()
}

/** Nothing where the options are refused. */
function benchOf(side: Side, cell: Cell): Bench | undefined {
  try {
    return new Bench(side, cell)
  } catch {
    return undefined
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
