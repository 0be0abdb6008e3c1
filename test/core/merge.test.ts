/**
 * The three-way merge, rule by rule, and as a property.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { settle } from '../../src/core/conflicts.js'
import { isSameJson, mergeData } from '../../src/core/merge.js'

describe('merging two changes of one session', () => {
  it.each([
    ['keeps members that each side added', {}, { a: 1 }, { b: 2 }, { a: 1, b: 2 }, []],
    ['keeps what one side changed', { a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 1 }, { a: 2, b: 1 }, []],
    [
      'keeps changes at different paths of one object',
      { o: { a: 1, b: 1 } },
      { o: { a: 2, b: 1 } },
      { o: { a: 1, b: 2 } },
      { o: { a: 2, b: 2 } },
      [],
    ],
    ['keeps a deletion', { a: 1, b: 1 }, { b: 1 }, { a: 1, b: 2 }, { b: 2 }, []],
    ['keeps what the other side deleted', { a: 1, b: 1 }, { a: 1, b: 2 }, { b: 1 }, { b: 2 }, []],
    ['keeps both appends, theirs first', { l: [0] }, { l: [0, 1] }, { l: [0, 2] }, { l: [0, 2, 1] }, []],
    ['keeps both beginnings of a list', {}, { l: [1] }, { l: [2] }, { l: [2, 1] }, []],
    ['keeps both beginnings of an object', {}, { o: { a: 1 } }, { o: { b: 1 } }, { o: { b: 1, a: 1 } }, []],
    ['takes one change that both made once', { n: 1 }, { n: 2 }, { n: 2 }, { n: 2 }, []],
    ['takes one list that both made once', {}, { l: ['tea'] }, { l: ['tea'] }, { l: ['tea'] }, []],
    ['gives a path that both changed to the later writer', { n: 1 }, { n: 2 }, { n: 3 }, { n: 2 }, ['/n']],
    ['names a path inside objects', { o: { n: 1 } }, { o: { n: 2 } }, { o: { n: 3 } }, { o: { n: 2 } }, ['/o/n']],
    [
      'gives a list that one side rewrote to the later writer',
      { l: [1, 2] },
      { l: [2] },
      { l: [1, 2, 3] },
      { l: [2] },
      ['/l'],
    ],
    ['gives a deletion against a change to the later writer', { a: 1 }, {}, { a: 2 }, {}, ['/a']],
    ['writes paths as JSON Pointers', { 'a/b~c': 1 }, { 'a/b~c': 2 }, { 'a/b~c': 3 }, { 'a/b~c': 2 }, ['/a~1b~0c']],
    ['tells null from absent', { a: 1 }, { a: null }, { a: 1, b: 1 }, { a: null, b: 1 }, []],
  ])('%s', (_rule, base, mine, theirs, value, conflicts) => {
    const merged = mergeData(base, mine, theirs)
    expect([merged.value, merged.conflicts]).toEqual([value, conflicts])
  })

  it.each([
    ['a change on each side', { a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 2 }, ['/a'], ['/b']],
    ['a member that one side added', {}, { a: { b: 1 } }, { c: 1 }, ['/a'], ['/c']],
    ['a deletion', { a: 1, b: 1 }, { b: 1 }, { a: 1, b: 2 }, ['/a'], ['/b']],
    ['changes inside one object', { o: { a: 1, b: 1 } }, { o: { a: 2, b: 1 } }, { o: { a: 1 } }, ['/o/a'], ['/o/b']],
    ['a list that both appended to', { l: [] }, { l: [1] }, { l: [2] }, ['/l'], ['/l']],
    ['a path that both changed: on neither side', { n: 1, m: 1 }, { n: 2, m: 2 }, { n: 3, m: 1 }, ['/m'], []],
    ['one change that both made: on neither side', { n: 1 }, { n: 2, m: 1 }, { n: 2 }, ['/m'], []],
    ['all of it, where one side changed nothing', { n: 1 }, { n: 2 }, { n: 1 }, ['/'], []],
  ])('names %s', (_what, base, mine, theirs, changedHere, changedThere) => {
    expect(mergeData(base, mine, theirs)).toMatchObject({ mine: changedHere, theirs: changedThere })
  })

  it('keeps a key called __proto__ an own key, and touches no prototype', () => {
    const { value } = mergeData({}, JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"b":2}}'))
    expect(JSON.stringify(value)).toBe('{"__proto__":{"b":2,"a":1}}')
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
  })
})

const values = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
// What JSON has no word for does not reach the merge: it works on parsed texts.
const texts = values.map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>)

const isRight = (base: Record<string, unknown>, mine: Record<string, unknown>, theirs: Record<string, unknown>) => {
  const merged = mergeData(base, mine, theirs).value as Record<string, unknown>
  return ['a', 'b', 'c'].every((key) => {
    if (isSameJson(base[key], theirs[key])) return isSameJson(merged[key], mine[key])
    return !isSameJson(base[key], mine[key]) || isSameJson(merged[key], theirs[key])
  })
}

describe('whatever the values', () => {
  it('members that only one side touched are as that side left them', () => {
    expect(() => fc.assert(fc.property(texts, texts, texts, isRight))).not.toThrow()
  })

  it('a side that changed nothing takes nothing away', () => {
    fc.assert(
      fc.property(texts, texts, (base, changed) => {
        expect(mergeData(base, changed, base)).toMatchObject({ value: changed, conflicts: [], theirs: [] })
        expect(mergeData(base, base, changed)).toMatchObject({ value: changed, conflicts: [], mine: [] })
      }),
    )
  })
})

const deep = (inner: string): string => '{"a":'.repeat(20_000) + inner + '}'.repeat(20_000)

describe('settling a conflict', () => {
  it('takes the later text whole when it is told to overwrite', () => {
    expect(settle('overwrite', '{"a":1}', '{"a":2}', '{"b":1}')).toEqual({
      data: '{"a":2}',
      paths: ['/'],
      mine: [],
      theirs: [],
    })
  })

  it('is an error with a code when it is told to reject, and none where nobody else wrote', () => {
    expect(() => settle('reject', '{}', '{"a":1}', '{"b":1}')).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_CONFLICT' }),
    )
    expect(settle('reject', '{}', '{"a":1}', '{}')).toMatchObject({ data: '{"a":1}', paths: [] })
  })

  it.each([
    ['both fit together', '{}', '{"a":1}', '{"b":2}', 13, undefined],
    ['they fit alone but not together', '{}', '{"a":1}', '{"b":2}', 12, 'ERR_SESSION_DATA_TOO_LARGE'],
    [
      'what is stored was over the limit before, and mine changes nothing',
      '{"a":1}',
      '{"a":1}',
      '{"a":1,"b":2}',
      8,
      undefined,
    ],
    ['bytes count, not characters', '{}', '{"a":"ä"}', '{"b":"ä"}', 17, 'ERR_SESSION_DATA_TOO_LARGE'],
  ] as const)('keeps to a limit: %s', (_, base, mine, theirs, limit, code) => {
    const merge = () => settle('merge', base, mine, theirs, limit)
    if (code === undefined) expect(merge).not.toThrow()
    else expect(merge).toThrow(expect.objectContaining({ code }))
  })

  it('gives values that are too deep to walk to the later writer', () => {
    expect(settle('merge', deep('1'), deep('2'), deep('3'))).toMatchObject({ data: deep('2'), paths: ['/'] })
  })
})
