/**
 * The cells: the full product that the contract is about, and smaller products around each special circumstance.
 */
import { actions } from './actions.js'
import type { Cell, Visitor } from './cell.js'
import { dataActions, endActions, replacingActions } from './odd-actions.js'
import { parallelActions } from './parallel-actions.js'
import { responseForms, responses, streamingActions } from './responses.js'
import { twistFamilies } from './twists.js'

type Axes = { readonly [Axis in keyof Cell]-?: readonly Cell[Axis][] }

const both = [false, true] as const
const newAndKnown: readonly Visitor[] = ['no cookie', 'known']

const full: Axes = {
  resave: both,
  saveUninitialized: both,
  rolling: both,
  unset: ['keep', 'destroy'],
  maxAge: both,
  touch: both,
  timing: ['async'],
  visitor: ['no cookie', 'known', 'unknown ID'],
  action: [...Object.keys(actions), ...streamingActions],
  twist: [undefined],
}

/** What most apps run with, where a circumstance does not depend on the rest. */
const usual: Axes = {
  ...full,
  resave: [false],
  rolling: [false],
  unset: ['keep'],
  maxAge: [true],
  touch: [true],
  timing: ['sync', 'async'],
  visitor: newAndKnown,
}

function product(axes: Axes): Cell[] {
  let cells: Partial<Cell>[] = [{}]
  for (const [axis, values] of Object.entries(axes)) {
    cells = cells.flatMap((cell) => values.map((value) => Object.assign({}, cell, { [axis]: value })))
  }
  return cells as Cell[]
}

const few = ['nothing', 'read only', 'modify', 'save', 'modify, save', 'regenerate, modify', 'destroy', 'set null']
const some = [
  ...few,
  'touch',
  'maxAge number',
  'reload',
  'regenerate',
  'write, modify, end',
  'regenerate, modify, save',
]
const names = (family: Readonly<Record<string, unknown>>): string[] => Object.keys(family)

/** The grid by its parts. */
export const grid: Readonly<Record<string, () => Cell[]>> = {
  'the full product': () => product(full),
  'the same with a store that answers at once, rolling and maxAge aside': () =>
    product({ ...full, rolling: [false], maxAge: [true], timing: ['sync'] }),
  'forged cookies': () =>
    product({ ...full, rolling: [false], unset: ['keep'], maxAge: [true], touch: [true], visitor: ['bad signature'] }),
  'ways to answer': () =>
    product({
      ...full,
      rolling: [false],
      unset: ['keep'],
      maxAge: [true],
      touch: [true],
      visitor: newAndKnown,
      timing: ['sync', 'async'],
      action: names(responses).filter((name) => !streamingActions.includes(name)),
    }),
  'ways to answer, unset destroy': () =>
    product({ ...usual, unset: ['destroy'], action: responseForms.map((form) => `set null › ${form}`) }),
  'its own MemoryStore': () =>
    product({
      ...full,
      rolling: [false],
      unset: ['keep'],
      touch: [true],
      timing: ['async'],
      action: [...full.action, ...names(dataActions)],
      twist: names(twistFamilies.builtIn),
    }),
  'late requests': () =>
    product({
      ...usual,
      rolling: both,
      unset: ['keep', 'destroy'],
      action: [...some, 'modify, regenerate', 'regenerate, destroy', 'write, regenerate, end'],
      twist: names(twistFamilies.late),
    }),
  'requests at the same time': () => [
    ...product({
      ...usual,
      resave: both,
      rolling: both,
      touch: both,
      visitor: ['known'],
      action: names(parallelActions),
    }),
    ...product({
      ...usual,
      resave: both,
      rolling: both,
      timing: ['async'],
      visitor: ['known'],
      action: names(parallelActions),
      twist: names(twistFamilies.builtIn),
    }),
  ],
  'HEAD requests': () => product({ ...usual, twist: ['HEAD'], action: names(responses) }),
  'forms of end': () => product({ ...usual, resave: both, touch: both, action: names(endActions) }),
  'data that is odd': () => product({ ...usual, resave: both, action: names(dataActions) }),
  'replaced objects': () =>
    product({ ...usual, resave: both, rolling: both, unset: ['keep', 'destroy'], action: names(replacingActions) }),
  'Secure and auto': () =>
    product({ ...usual, rolling: both, timing: ['async'], action: some, twist: names(twistFamilies.security) }),
  'cookie headers': () =>
    product({ ...usual, rolling: both, visitor: ['known'], action: few, twist: names(twistFamilies.cookieHeaders) }),
  settings: () => product({ ...usual, timing: ['async'], action: some, twist: names(twistFamilies.settings) }),
  'invalid settings': () => product({ ...usual, action: few, twist: names(twistFamilies.invalid) }),
  'cookie functions': () => product({ ...usual, action: some, twist: names(twistFamilies.functions) }),
  records: () =>
    product({
      ...usual,
      resave: both,
      maxAge: both,
      timing: ['async'],
      visitor: ['known'],
      action: [...some, 'reload, modify', 'load another by the store'],
      twist: names(twistFamilies.records),
    }),
  'stores of other kinds': () =>
    product({
      ...usual,
      resave: both,
      touch: both,
      action: [...some, 'modify, reload', 'load another by the store', 'save, modify'],
      twist: names(twistFamilies.habits),
    }),
  // It cannot regenerate, here as there.
  'a store that inherits nothing': () =>
    product({
      ...usual,
      resave: both,
      touch: both,
      action: [...some, 'modify, reload'].filter((name) => !name.includes('regenerate')),
      twist: names(twistFamilies.bare),
    }),
  'stores that fail': () =>
    product({
      ...usual,
      unset: ['keep', 'destroy'],
      visitor: [...newAndKnown, 'unknown ID'],
      action: [...some, 'save twice', 'modify › redirect with a body'],
      twist: names(twistFamilies.failures),
    }),
  'stores that throw': () =>
    product({
      ...usual,
      resave: both,
      visitor: [...newAndKnown, 'unknown ID'],
      action: some,
      twist: names(twistFamilies.throws),
    }),
  // Without maxAge, because the clock moves on while a store is waited for.
  'stores that never answer': () =>
    product({
      ...usual,
      resave: both,
      unset: ['keep', 'destroy'],
      maxAge: [false],
      timing: ['async'],
      action: [
        'nothing',
        'modify',
        'modify › redirect with a body',
        'save',
        'reload',
        'regenerate, modify',
        'destroy',
        'set null',
      ],
      twist: names(twistFamilies.never),
    }),
  'stores that answer twice': () =>
    product({
      ...usual,
      resave: both,
      visitor: [...newAndKnown, 'unknown ID'],
      action: some,
      twist: names(twistFamilies.twice),
    }),
}
