/**
 * Any data that a handler may put into its session, beside another request that puts in other data: the response completes, and what is found
 * afterwards is what JSON makes of it, or what was there before and one typed error.
 */
import * as fc from 'fast-check'

import { doors } from '../lib/doors.mjs'
import { ask } from '../lib/in-process.mjs'

const limit = 64 * 1024

function nested(depth, arrays) {
  let value = 'bottom'
  for (let level = 0; level < depth; level += 1) value = arrays ? [value] : { in: value }
  return value
}

function cycle() {
  const value = { list: [] }
  value.list.push(value)
  return value
}

/** Values by what makes them, so that a case can be printed and made again. */
const makers = {
  cycle,
  BigInt: () => 1n,
  'BigInt inside': () => [{ a: [1n] }],
  NaN: () => Number.NaN,
  '-0': () => -0,
  Date: () => new Date(0),
  'invalid Date': () => new Date(Number.NaN),
  Map: () => new Map([[1, 2]]),
  Buffer: () => Buffer.from('abc'),
  function: () => () => 1,
  symbol: () => Symbol('s'),
  undefined: () => undefined,
  null: () => null,
  'half a pair': () => '\ud83d',
  'U+0000': () => 'a\0b',
  'own __proto__': () => JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}'),
  cookie: () => ({ cookie: { coatcheck: { userId: 'admin' } } }),
  'throwing getter': () => Object.defineProperty({}, 'a', { enumerable: true, get: () => { throw new Error('no') } }), // prettier-ignore
  'growing getter': () => {
    let reads = 0
    return Object.defineProperty({}, 'a', { enumerable: true, get: () => (reads += 1) })
  },
  'throwing toJSON': () => ({ toJSON: () => { throw new Error('no') } }), // prettier-ignore
  'toJSON of nothing': () => ({ toJSON: () => undefined }),
  'throwing proxy': () => new Proxy({}, { get: () => { throw new Error('no') }, ownKeys: () => ['a'] }), // prettier-ignore
  'revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  },
  'sparse array': () => Object.assign([], { 5: 1 }),
  'no prototype': () => Object.assign(Object.create(null), { a: 1 }),
  frozen: () => Object.freeze({ a: Object.freeze([1]) }),
}

const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...Object.keys(makers)).map((made) => ({ made })) },
  { weight: 4, arbitrary: fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 }).map((json) => ({ json })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(500, 1_500, 3_000, 5_000, 6_000, 7_000, 9_000, 20_000), fc.boolean())
      .map(([depth, arrays]) => ({ depth, arrays })),
  },
  { weight: 1, arbitrary: fc.integer({ min: limit - 40, max: limit + 40 }).map((size) => ({ size })) },
)

const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'list') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'cookie',
      'id',
      'req',
      'toJSON',
      'toString',
      'hasOwnProperty',
      '',
      '0',
      '__defineGetter__',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
)

/** `define` puts it there past setters, as JSON.parse does. */
const deed = fc.record({ how: fc.constantFrom('set', 'define', 'update', 'save', 'replace', 'nest'), key, value })

export const data = {
  name: 'data',
  async open() {
    return {
      arbitrary: fc.record({
        door: fc.nat(doors.length - 1),
        conflict: fc.constantFrom('merge', 'overwrite', 'reject'),
        one: fc.array(deed, { minLength: 1, maxLength: 4 }),
        /** What another request of the same session does meanwhile. */
        other: fc.array(deed, { maxLength: 2 }),
      }),
      check: run,
      close: () => {},
    }
  },
}

function make({ made, json, depth, arrays, size }) {
  if (made !== undefined) return makers[made]()
  if (depth !== undefined) return nested(depth, arrays)
  if (size !== undefined) return 'x'.repeat(size)
  return structuredClone(json)
}

async function run({ door, conflict, one, other }) {
  const sessions = doors[door].open({ conflict, maxDataBytes: limit })
  const begun = await ask(sessions, undefined, (req) => void Object.assign(req.session, { owner: 'ann', list: [1] }))
  const cookie = begun.setCookie
  const before = await seen(sessions, cookie)

  const replies = await Promise.all([one, other].map((deeds) => act(sessions, cookie, deeds)))
  const plain = {}
  const clean =
    plain.isAdmin === undefined &&
    Object.getPrototypeOf(plain) === Object.prototype &&
    typeof plain.toString === 'function'
  if (!clean) throw new Error('the prototype of all objects was changed')
  for (const { status, errors } of replies) {
    if (status !== 200) throw new Error(`answered ${status}`, { cause: errors[0] })
    const untyped = errors.find((error) => error?.name !== 'SessionError')
    if (untyped !== undefined) throw new Error('an error without a code', { cause: untyped })
  }

  const after = await seen(sessions, cookie)
  if (after.user !== undefined) throw new Error(`the session became that of ${String(after.user)}`)
  if (typeof after.text !== 'string') throw new Error('the session is gone')
  if (JSON.stringify(JSON.parse(after.text)) !== after.text)
    throw new Error('what is kept is not what JSON would write')
  // Where every request was told that nothing of it could be kept, what was there before stands.
  if (replies.every(({ errors, kept }) => errors.length > 0 && !kept) && after.text !== before.text) {
    throw new Error('a save that failed has changed the session', { cause: [before.text, after.text] })
  }
  await sessions.close()
}

/** Does what it is told, and puts up with what it is refused. `kept`: something was stored before the end. */
async function act(sessions, cookie, deeds) {
  let kept = false
  const reply = await ask(sessions, cookie, async (req) => {
    for (const { how, key: name, value: described } of deeds) {
      // A revoked proxy in the place of the cookie throws at whoever looks at it, and what it throws is the app's own.
      if (name === 'cookie' && described.made === 'revoked proxy') continue
      const made = make(described)
      try {
        if (how === 'set') req.session[name] = made
        if (how === 'define')
          Object.defineProperty(req.session, name, {
            value: made,
            enumerable: true,
            configurable: true,
            writable: true,
          })
        if (how === 'nest') req.session.list = { [name]: made }
        if (how === 'replace') Object.assign(req.session, { [name]: made })
        if (how === 'save') {
          req.session[name] = made
          await req.session.save()
          kept = true
        }
        if (how === 'update') {
          await sessions.update(req, (values) => void (values[name] = made))
          kept = true
        }
      } catch (error) {
        const meant =
          error?.name === 'SessionError' ||
          /^Cannot (?:assign|redefine)|^Invalid|object that is not iterable/.test(error?.message)
        if (!meant) throw error
      }
    }
  })
  return { ...reply, kept }
}

async function seen(sessions, cookie) {
  let found = {}
  const { status, errors } = await ask(sessions, cookie, (req) => {
    const { cookie: _, ...values } = req.session
    found = { text: JSON.stringify(values), user: sessions.info(req)?.userId }
  })
  if (status !== 200) throw new Error('the session cannot be read any more', { cause: errors[0] })
  return found
}
