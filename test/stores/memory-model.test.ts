/**
 * The memory store against a plain Map, over random histories: the same answers, the same evictions, to the letter.
 */

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { KeptRecord, SessionRecord, UpdateResult } from '../../src/core/record.js'
import { MemorySessionStore } from '../../src/stores/memory/store.js'
import { fakeClock } from '../../src/testing/index.js'
import { record, start } from './support.js'

/** What the store should be: a Map in the order of the last write or touch. */
class Model {
  readonly records = new Map<string, SessionRecord>()
  readonly evicted: string[] = []
  readonly #maxSessions: number

  constructor(maxSessions: number) {
    this.#maxSessions = maxSessions
  }

  /** Which of the records that are over go first is the store's own affair, so it says which are gone. */
  create(key: string, value: SessionRecord, now: number, isGone: (key: string) => boolean): boolean {
    if (this.records.has(key)) return false
    const over = [...this.records.keys()].filter((each) => this.records.get(each)!.expiresAt <= now)
    const gone = over.filter(isGone)
    for (const each of gone) this.records.delete(each)
    if (gone.length < Math.min(2, over.length)) throw new Error('two that are over should be gone')
    while (this.records.size >= this.#maxSessions) {
      if (gone.length < over.length) throw new Error('what is over should go before what lives')
      const [victim] = [...this.records].find(([, kept]) => kept.userId === undefined) ?? [...this.records][0]!
      this.records.delete(victim)
      this.evicted.push(victim)
    }
    this.#put(key, value)
    return true
  }

  update(key: string, value: SessionRecord, expected: number): UpdateResult {
    const kept = this.records.get(key)
    if (kept === undefined) return 'missing'
    if (kept.version !== expected) return { conflict: kept }
    this.#put(key, value)
    return 'updated'
  }

  touch(key: string, expiresAt: number): boolean {
    const kept = this.records.get(key)
    if (kept === undefined) return false
    this.#put(key, { ...kept, expiresAt })
    return true
  }

  deleteWhere(matches: (key: string, kept: SessionRecord) => boolean): string[] {
    const keys = [...this.records].filter(([key, kept]) => matches(key, kept)).map(([key]) => key)
    for (const key of keys) this.records.delete(key)
    return keys
  }

  listByUser(userId: string): KeptRecord[] {
    return [...this.records]
      .map(([key, kept]) => ({ key, record: kept }))
      .filter(({ record: kept }) => kept.userId === userId)
      .sort((a, b) => b.record.createdAt - a.record.createdAt)
  }

  #put(key: string, value: SessionRecord): void {
    this.records.delete(key)
    this.records.set(key, value)
  }
}

const anyKey = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 12 }).map((index) => `key-${index}`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('__proto__', '', 'é', 'a\0', '\ud83d', '😀', 'Ā'.repeat(40), 'x'.repeat(300)),
  },
)
const users = ['ann', 'bob', 'ann@example.com', '', 'ω', '\ude00']
const anyUser = fc.option(fc.constantFrom(...users), { nil: undefined })
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .integer({ min: 0, max: 400 })
    .map((length) => `{"theme":"dark","language":"de-DE","cart":["${'mug,'.repeat(length)}"]}`),
  fc
    .nat({ max: 9_999 })
    .map((views) => `{"views":${views},"user":{"name":"Customer ${views}","role":"customer"},"flash":[]}`),
  fc.constantFrom(70_000, 300_000).map((length) => 'y'.repeat(length)),
)
const deadline = fc.integer({ min: 1, max: 200 }).map((after) => start + after)
const fields = fc.record({
  data: text,
  attributes: fc.option(text, { nil: undefined }),
  userId: anyUser,
  expiresAt: deadline,
})

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('create' as const), key: anyKey, fields }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('update' as const), key: anyKey, fields, late: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('touch' as const), key: anyKey, deadline }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('replace' as const), key: anyKey, newKey: anyKey, fields }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('delete' as const), key: anyKey }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('deleteByUser' as const),
      userId: fc.constantFrom(...users),
      except: anyKey,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), milliseconds: fc.integer({ min: 1, max: 30 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Enough texts for the store to learn from, and gone again. */
function teach(store: MemorySessionStore): void {
  for (let views = 0; views < 300; views += 1) {
    store.create(
      'pupil',
      record({ data: `{"views":${views},"user":{"name":"Customer ${views}","role":"customer"},"flash":[]}` }),
    )
    store.delete('pupil')
  }
}

/** Plays a history on both, and compares every answer and what is left in the end. */
function play(steps: readonly Step[], maxSessions: number, packFrom?: number): void {
  const clock = fakeClock(start)
  const evicted: string[] = []
  const store = new MemorySessionStore({ clock, maxSessions, onEvict: (kept) => evicted.push(kept.key) }, packFrom)
  const model = new Model(maxSessions)
  if (packFrom === 0) teach(store)
  let versions = 0

  function create(key: string, values: Partial<SessionRecord>): readonly [unknown, unknown] {
    versions += 1
    const value = record({ ...values, version: versions, createdAt: start + versions })
    const created = store.create(key, value)
    return [created, model.create(key, value, clock.now(), (each) => store.read(each) === undefined)]
  }

  /** The store's answer, and the model's. */
  function apply(action: Step): readonly [unknown, unknown] {
    switch (action.do) {
      case 'create':
        return create(action.key, action.fields)
      case 'update': {
        const { version, createdAt } = model.records.get(action.key) ?? record()
        const next = record({ ...action.fields, version: version + 1, createdAt })
        const expected = action.late ? version + 1 : version
        return [store.update(action.key, next, expected), model.update(action.key, next, expected)]
      }
      case 'touch':
        return [store.touch(action.key, action.deadline), model.touch(action.key, action.deadline)]
      case 'replace':
        model.records.delete(action.key)
        store.delete(action.key)
        return create(action.newKey, action.fields)
      case 'delete':
        return [store.delete(action.key), model.records.delete(action.key)]
      case 'deleteByUser': {
        const keys = model.deleteWhere((key, kept) => kept.userId === action.userId && key !== action.except)
        return [[...store.deleteByUser(action.userId, action.except)].sort(), keys.sort()]
      }
      case 'wait':
        return [clock.advance(action.milliseconds), undefined]
      case 'sweep':
      default: {
        const over = model.deleteWhere((_, { expiresAt }) => expiresAt <= clock.now())
        return [
          [store.sweep(clock.now()), store.sweep(clock.now())],
          [over.length, 0],
        ]
      }
    }
  }

  for (const action of steps) {
    const [answer, expected] = apply(action)
    expect(answer).toEqual(expected)
    expect(store.count()).toBe(model.records.size)
    expect(evicted).toEqual(model.evicted)
  }
  const scanned = store.scan(undefined, 1_000).records
  expect(new Map(scanned.map(({ key, record: kept }) => [key, kept]))).toEqual(model.records)
  for (const [key, kept] of model.records) expect(store.read(key)).toEqual(kept)
  for (const userId of users) expect(store.listByUser(userId)).toEqual(model.listByUser(userId))
}

describe('the memory store over any history is what a Map would be', () => {
  const history = fc.array(step, { maxLength: 60, size: 'max' })

  it('with room enough', () => {
    const property = fc.property(history, (steps) => play(steps, 1_000))
    expect(() => fc.assert(property, { numRuns: 150 })).not.toThrow()
  })

  it('when few fit, and evicts what the model evicts', () => {
    const property = fc.property(history, fc.integer({ min: 1, max: 8 }), (steps, most) => play(steps, most))
    expect(() => fc.assert(property, { numRuns: 250 })).not.toThrow()
  })

  it('when it packs from the first byte on', () => {
    const property = fc.property(history, (steps) => play(steps, 1_000, 0))
    expect(() => fc.assert(property, { numRuns: 150 })).not.toThrow()
  })
})
