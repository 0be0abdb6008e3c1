/**
 * The whole decision tables, walked against §6 of the contract in its own words: each rule is written here once more, in the
 * shape the contract gives it, and every combination of inputs must agree.
 */
import { describe, expect, it } from 'vitest'

import { decideCommit, decideCookie, type CommitState, type CookieState } from '../../src/core/decisions.js'

/** Every combination of these flags. */
function combinations<Key extends string>(keys: readonly Key[]): Record<Key, boolean>[] {
  return Array.from({ length: 2 ** keys.length }, (_, bits) =>
    Object.fromEntries(keys.map((key, index) => [key, (bits & (1 << index)) !== 0])),
  ) as Record<Key, boolean>[]
}

const cookieKeys = [
  'present',
  'known',
  'modified',
  'savedByApp',
  'expiring',
  'barred',
  'saveUninitialized',
  'rolling',
  'outdated',
] as const satisfies readonly (keyof CookieState)[]

const commitKeys = [
  'present',
  'identified',
  'destroyedByApp',
  'destroyUnset',
  'known',
  'modified',
  'saved',
  'savedByApp',
  'unreachable',
  'saveUninitialized',
  'touchDue',
  'renewalDue',
] as const satisfies readonly (keyof CommitState)[]

const cookieStates: readonly CookieState[] = combinations(cookieKeys)
const commitStates: readonly CommitState[] = combinations(commitKeys)

/** The states in which `rule` does not hold: a test expects none, and shows those there are. */
function broken<State>(states: readonly State[], rule: (state: State) => boolean): readonly State[] {
  return states.filter((state) => !rule(state))
}

/** The same state, but for what does not matter to it. */
function irrelevant(state: CookieState): CookieState {
  return state.known
    ? { ...state, saveUninitialized: !state.saveUninitialized, savedByApp: !state.savedByApp }
    : { ...state, rolling: !state.rolling, outdated: !state.outdated, expiring: !state.expiring }
}

describe('the cookie', () => {
  it('follows the contract in every combination that the contract knows', () => {
    const known = cookieStates.filter(({ savedByApp, outdated }) => !savedByApp && !outdated)
    expect(known).toHaveLength(2 ** 7)
    expect(broken(known, (state) => decideCookie(state) === contractOfCookie(state))).toEqual([])
  })

  it('is sent for a new session that the app saved, or its record could never be reached', () => {
    const saved = cookieStates.filter(({ present, known, savedByApp }) => present && !known && savedByApp)
    expect(broken(saved, (state) => decideCookie(state) === (state.barred ? 'barred' : 'send'))).toEqual([])
  })

  it('is sent anew for a known session when the one in the browser is outdated', () => {
    const outdated = cookieStates.filter((state) => state.present && state.known && state.outdated)
    expect(broken(outdated, (state) => decideCookie(state) === (state.barred ? 'barred' : 'send'))).toEqual([])
  })

  it('never travels without a session, nor over a connection it must not take', () => {
    const absent = cookieStates.filter(({ present }) => !present)
    const barred = cookieStates.filter((state) => state.barred)
    expect(broken(absent, (state) => decideCookie(state) === 'none')).toEqual([])
    expect(broken(barred, (state) => decideCookie(state) !== 'send')).toEqual([])
  })

  it('of a known session does not depend on saveUninitialized or savedByApp, of a new one not on rolling', () => {
    expect(broken(cookieStates, (state) => decideCookie(state) === decideCookie(irrelevant(state)))).toEqual([])
  })
})

describe('the store', () => {
  const present = commitStates.filter((state) => state.present)
  const absent = commitStates.filter((state) => !state.present)

  it('follows the contract in every combination that the contract knows', () => {
    const known = commitStates.filter(
      ({ savedByApp, unreachable, destroyedByApp, renewalDue }) =>
        !savedByApp && !unreachable && !destroyedByApp && !renewalDue,
    )
    expect(known).toHaveLength(2 ** 8)
    expect(broken(known, (state) => decideCommit(state) === contractOfCommit(state))).toEqual([])
  })

  it('is not asked to destroy a second time what the app has destroyed', () => {
    const destroyed = absent.filter(({ destroyedByApp }) => destroyedByApp)
    expect(broken(destroyed, (state) => decideCommit(state) === 'none')).toEqual([])
  })

  it('is never given a record that no cookie leads to', () => {
    const unreachable = present.filter((state) => state.unreachable)
    expect(broken(unreachable, (state) => decideCommit(state) !== 'save')).toEqual([])
  })

  it('is never touched for a session that the visitor did not bring', () => {
    const unknown = commitStates.filter(({ known }) => !known)
    expect(broken(unknown, (state) => decideCommit(state) !== 'touch')).toEqual([])
  })

  it('saves what was changed after the app saved it, and nothing that was not', () => {
    const saved = present.filter(
      (state) => state.identified && state.savedByApp && !state.unreachable && !state.renewalDue,
    )
    expect(broken(saved, (state) => (decideCommit(state) === 'save') === !state.saved)).toEqual([])
  })

  it('renews the ID of a session that the visitor brought when it is due, whatever else is', () => {
    const due = present.filter((state) => state.identified && state.renewalDue)
    expect(broken(due, (state) => (decideCommit(state) === 'renew') === state.known)).toEqual([])
    const others = commitStates.filter((state) => !state.renewalDue)
    expect(broken(others, (state) => decideCommit(state) !== 'renew')).toEqual([])
  })

  it('destroys only what is not there', () => {
    expect(broken(present, (state) => decideCommit(state) !== 'destroy')).toEqual([])
  })
})

/** §6, "Set-Cookie": new or regenerated, send if saveUninitialized or modified; known, send if rolling, or expires and modified. */
function contractOfCookie({
  present,
  known,
  modified,
  expiring,
  barred,
  saveUninitialized,
  rolling,
}: CookieState): string {
  const due = known ? rolling || (expiring && modified) : saveUninitialized || modified
  if (!present || !due) return 'none'
  return barred ? 'barred' : 'send'
}

/** §6, "Store call", points 1 to 7. */
function contractOfCommit(state: CommitState): string {
  if (state.destroyUnset && !state.present && state.identified) return 'destroy'
  if (!state.present || !state.identified) return 'none'
  const uninitialized = !state.saveUninitialized && !state.known
  if (uninitialized ? state.modified : !state.saved) return 'save'
  return state.known && state.touchDue ? 'touch' : 'none'
}
