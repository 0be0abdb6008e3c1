/**
 * Data that cannot be kept is a typed error, once, and the response goes out as the app made it; what was kept before stands.
 */
import { describe, expect, it } from 'vitest'

import { site, Visitor } from '../http/support/site.js'
import { doors } from './support/doors.js'

function nested(depth: number): unknown {
  let value: unknown = 'bottom'
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { in: value }
  return value
}

function cyclic(): unknown {
  const cycle: Record<string, unknown> = { name: 'ouroboros' }
  cycle.list = [{ cycle }]
  return cycle
}

const unserializable = 'ERR_SESSION_DATA_UNSERIALIZABLE'

const refused: [string, () => unknown, string][] = [
  ['a cycle', cyclic, unserializable],
  ['a BigInt', () => 1n, unserializable],
  ['a BigInt deep inside', () => ({ a: [{ b: 1n }] }), unserializable],
  ['arrays and objects 20,000 deep', () => nested(20_000), unserializable],
  [
    'a getter that throws',
    () => ({
      get bad(): never {
        throw new Error('no')
      },
    }),
    unserializable,
  ],
  ['a proxy that answers no key', () => new Proxy({}, { ownKeys: () => [5] as never }), unserializable],
  ['more than the limit', () => 'x'.repeat(70_000), 'ERR_SESSION_DATA_TOO_LARGE'],
  ['more bytes than the limit in fewer characters', () => '€'.repeat(22_000), 'ERR_SESSION_DATA_TOO_LARGE'],
]

/** What JSON has a form for, though another one: kept as JSON keeps it, as under express-session. */
const kept: [string, () => unknown, unknown][] = [
  ['NaN', () => Number.NaN, null],
  ['-0', () => -0, 0],
  ['a Date', () => new Date(0), '1970-01-01T00:00:00.000Z'],
  ['a Map', () => new Map([['a', 1]]), {}],
  ['a function, which is left out', () => () => 1, undefined],
  ['a symbol, which is left out', () => Symbol('no'), undefined],
  ['half a surrogate pair', () => '\ud83d', '\ud83d'],
  ['U+0000', () => '\0', '\0'],
  ['a list with holes', () => [1, , 2], [1, null, 2]], // oxlint-disable-line no-sparse-arrays
]

describe.each(doors)('%s', (_name, open) => {
  const spoiling = async (value: () => unknown) =>
    site(open({ maxDataBytes: 64 * 1024 }), (req, res) => {
      if (req.url === '/set') req.session.name = 'ann'
      if (req.url === '/spoil') req.session.value = value()
      res.setHeader('x-app', 'yes')
      res.end(JSON.stringify([req.session.name ?? null, req.url === '/' ? (req.session.value ?? null) : null]))
    })

  it.each(refused)('%s is a typed error, and the response completes', async (_kind, value, code) => {
    const where = await spoiling(value)
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    const reply = await visitor.ask('/spoil')
    expect([reply.status, reply.body, reply.headers['x-app']]).toEqual([200, '["ann",null]', 'yes'])
    await where.settled()
    expect(where.errors).toEqual([expect.objectContaining({ name: 'SessionError', code })])
    expect((await visitor.ask('/')).body).toBe('["ann",null]')
    // Nor does a visitor who comes with it, and with nothing else, get a cookie to nothing.
    expect((await where.ask('/spoil')).setCookies).toEqual([])
  })

  it.each(kept)('%s is kept as JSON has it', async (_kind, value, found) => {
    const where = await spoiling(value)
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    await visitor.ask('/spoil')
    expect(JSON.parse((await visitor.ask('/')).body)).toEqual(['ann', found ?? null])
    expect(where.errors).toEqual([])
  })
})
