/**
 * Runs both sides of many cells at once and says where they differ from what is declared.
 */
import { createServer, type Server } from 'node:http'
import { actions, read } from './actions.js'
import { Bench, dispatch, start, type Call, type Side } from './bench.js'
import { noExchange, type Action, type Cell, type Exchange } from './cell.js'
import type { Difference } from './differences.js'
import { dataActions, endActions, replacingActions } from './odd-actions.js'
import { messageOf } from './observation.js'
import { parallelActions } from './parallel-actions.js'
import { responses } from './responses.js'

const everyAction: Readonly<Record<string, Action>> = {
  ...actions,
  ...responses,
  ...dataActions,
  ...replacingActions,
  ...endActions,
  ...parallelActions,
}

/** The follow-up request: another handler looks at what there is. */
const look: Action = (visit) => {
  read(visit)
  visit.res.end('seen')
}

export type Stage = 'first' | 'follow-up'

export interface Mismatch {
  readonly cell: Cell
  readonly stage: Stage
  readonly theirs: Exchange
  readonly expected: Exchange
  readonly ours: Exchange
  readonly declared: readonly string[]
}

export interface Comparison {
  readonly cells: number
  readonly exchanges: number
  readonly identical: number
  /** Alike in all but how the response is sent. */
  readonly alike: number
  readonly mismatches: readonly Mismatch[]
  /** For each declared kind, how often it was met, and some of the cells. */
  readonly met: ReadonlyMap<string, { readonly times: number; readonly examples: readonly Cell[] }>
}

/** So many cells show that a kind of difference is there. */
const examplesKept = 200

const batchSize = 50
const secondVisit = start + 10_000

export interface Clock {
  set(time: number): void
  /** Lets timers run. */
  pass(milliseconds: number): void
}

/** Compares `ours` with `theirs` on all cells. */
export async function compare(
  sides: { readonly theirs: Side; readonly ours: Side },
  cells: readonly Cell[],
  differences: readonly Difference[],
  clock: Clock,
): Promise<Comparison> {
  const server = createServer(dispatch)
  const tally = new Tally(cells.length, differences)
  for (let from = 0; from < cells.length; from += batchSize) {
    const batch = cells.slice(from, from + batchSize)
    clock.set(start)
    const ours = batch.map((cell) => new Trial(sides.ours, cell))
    const theirs = batch.map((cell) => new Trial(sides.theirs, standIn(cell, 'first', differences)))
    for (const trial of [...ours, ...theirs]) trial.begin(server, actionOf(trial.cell))
    await settle([...ours, ...theirs], clock)
    for (const [index, cell] of batch.entries()) {
      tally.add(cell, 'first', theirs[index]!.end(), ours[index]!.end())
    }
    clock.set(secondVisit)
    // From the state that ours left: a declared difference in the first visit must not hide what comes after it.
    const again = batch.map((cell, index) => {
      return new Trial(sides.theirs, standIn(cell, 'follow-up', differences), ours[index])
    })
    for (const trial of [...ours, ...again]) trial.begin(server, look)
    await settle([...ours, ...again], clock)
    for (const [index, cell] of batch.entries()) {
      tally.add(cell, 'follow-up', again[index]!.end(), ours[index]!.end())
    }
  }
  return tally
}

export function actionOf(cell: Cell): Action {
  const action = everyAction[cell.action]
  if (action === undefined) throw new Error(`no action is called ${cell.action}`)
  return action
}

/** The cell in which express-session does what ours must do in this one: mostly the same. */
function standIn(cell: Cell, stage: Stage, differences: readonly Difference[]): Cell {
  let standing = cell
  for (const { like } of differences) standing = like?.(standing, stage) ?? standing
  return standing
}

/** One side of one cell, and whether its middleware could be made at all. */
class Trial {
  readonly cell: Cell
  readonly #bench: Bench | undefined
  readonly #refusal: string | undefined
  #call: Call | undefined

  constructor(side: Side, cell: Cell, from?: Trial) {
    this.cell = cell
    try {
      this.#bench = new Bench(side, cell)
      if (from !== undefined && from.#bench !== undefined) this.#bench.adopt(from.#bench)
    } catch (error) {
      this.#refusal = messageOf(error)
    }
  }

  begin(server: Server, action: Action): void {
    this.#call = this.#bench?.call(server, action)
  }

  /** What the store holds is about to be asked for. */
  look(): void {
    this.#bench?.store.look()
  }

  /** Waits for a store that never answers. */
  get isHeldUp(): boolean {
    return !this.answered && this.#bench?.twist.faults?.never !== undefined
  }

  get answered(): boolean {
    return this.#call === undefined || this.#call.line.arrival() === 'all'
  }

  end(): Exchange {
    return this.#call?.finish() ?? { ...noExchange, errors: [this.#refusal!] }
  }
}

/** What ours gives a store to answer, and how many questions of one request may run into it. */
const storeTimeout = 5000
const waitsAtMost = 3

const turnsAfterwards = 6
const turnsAtMost = 40

/** Until everyone has an answer, or nothing can come any more: no store here takes longer than a turn of the event loop. */
async function settle(trials: readonly Trial[], clock: Clock): Promise<void> {
  await untilAnswered(trials)
  for (let wait = 0; wait < waitsAtMost && trials.some((trial) => trial.isHeldUp); wait += 1) {
    clock.pass(storeTimeout)
    await untilAnswered(trials)
  }
  for (const trial of trials) trial.look()
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

async function untilAnswered(trials: readonly Trial[]): Promise<void> {
  let waiting = trials
  let spare = turnsAfterwards
  for (let turn = 0; turn < turnsAtMost && spare > 0; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    waiting = waiting.filter((trial) => !trial.answered)
    if (waiting.length === 0) spare -= 1
  }
}

class Tally implements Comparison {
  readonly cells: number
  readonly mismatches: Mismatch[] = []
  readonly met = new Map<string, { times: number; examples: Cell[] }>()
  exchanges = 0
  identical = 0
  alike = 0
  readonly #differences: readonly Difference[]

  constructor(cells: number, differences: readonly Difference[]) {
    this.cells = cells
    this.#differences = differences
  }

  add(cell: Cell, stage: Stage, theirs: Exchange, ours: Exchange): void {
    this.exchanges += 1
    let expected = theirs
    let standing = cell
    const declared: string[] = []
    let onlySending = true
    for (const { name, like, rewrite, onlySending: small } of this.#differences) {
      const other = like?.(standing, stage)
      const changed = rewrite?.(expected, cell, stage) ?? expected
      if (other === undefined && same(changed, expected)) continue
      standing = other ?? standing
      expected = changed
      declared.push(name)
      onlySending &&= small === true
    }
    if (!same(expected, ours)) {
      this.mismatches.push({ cell, stage, theirs, expected, ours, declared })
      return
    }
    if (declared.length === 0) this.identical += 1
    else if (onlySending) this.alike += 1
    for (const name of declared) {
      const met = this.met.get(name) ?? { times: 0, examples: [] }
      this.met.set(name, met)
      met.times += 1
      if (met.examples.length < examplesKept) met.examples.push(cell)
    }
  }
}

function same(one: Exchange, other: Exchange): boolean {
  return one === other || fieldsApart(one, other).length === 0
}

/** The fields that differ. */
export function fieldsApart(one: Exchange, other: Exchange): (keyof Exchange)[] {
  return fields.filter((field) => !alike(one[field], other[field]))
}

const fields = Object.keys(noExchange) as (keyof Exchange)[]

function alike(one: Exchange[keyof Exchange], other: Exchange[keyof Exchange]): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return one === other
  return one.length === other.length && one.every((line, index) => line === other[index])
}
