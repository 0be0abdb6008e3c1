/**
 * Data that cannot be kept is a typed error, once, and the response goes out as the app made it; what was kept before stands. Members of
 * a request's body that an app merges into its session, whatever they are called, end no response and break no session.
 */
import { describe, expect, it } from 'vitest'

import { site, Visitor, type Handler } from '../http/support/site.js'
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

describe.each(doors)('%s, an object in the place of the session', (_name, open) => {
  it('that throws at whoever looks at it ends no response, and the app hears of it once', async () => {
    const where = await site(open(), (req, res) => {
      if (req.url === '/set') req.session.name = 'ann'
      if (req.url === '/spoil') {
        const bad = {
          get value(): never {
            throw new Error('the app’s own')
          },
        }
        ;(req as { session: unknown }).session = bad
      }
      res.end(req.url)
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    expect(await visitor.ask('/spoil')).toMatchObject({ status: 200, body: '/spoil' })
    await where.settled()
    expect(where.errors).toEqual([expect.objectContaining({ message: 'the app’s own' })])
    expect(await visitor.ask('/')).toMatchObject({ status: 200, body: '/' })
  })
})

/** Bodies as `JSON.parse` makes them, with names of ours. */
const bodies = [
  '{"cookie":{"maxAge":"x"}}',
  '{"cookie":{"maxAge":{}}}',
  '{"cookie":{"expires":"x","originalMaxAge":"x","_expires":{}}}',
  '{"cookie":{"toJSON":1,"serialize":1,"data":1,"__proto__":{}}}',
  '{"cookie":{"path":{"toString":1,"valueOf":1}}}',
  '{"cookie":{"domain":{},"path":5,"sameSite":[],"secure":"x","httpOnly":null}}',
  '{"cookie":5}',
  '{"cookie":null}',
  '{"cookie":[]}',
  '{"id":1,"req":{}}',
  '{"id":null,"req":null,"toString":1,"hasOwnProperty":1,"valueOf":1,"toJSON":1}',
  '{"__proto__":{"save":1},"constructor":1,"prototype":1}',
  '{"":1,"0":1,"__defineGetter__":1}',
]

describe.each(doors)('%s, a body merged into the session', (_name, open) => {
  // `id` and `req` cannot be set on a session, which throws as it does under express-session; sessions.update() takes them and drops them.
  const settable = bodies.filter((body) => !body.startsWith('{"id"'))
  const body = (req: { url?: string | undefined }) => JSON.parse(decodeURIComponent(req.url!.split('?')[1]!)) as object

  it.each(settable)('leaves a response and a session that works: %s', async (text) => {
    const handler: Handler = (req, res) => {
      if (req.url!.startsWith('/set')) req.session.name = 'ann'
      if (req.url!.startsWith('/merge')) Object.assign(req.session, body(req))
      res.end(String(req.session.name))
    }
    const where = await site(open(), handler)
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    expect(await visitor.ask(`/merge?${encodeURIComponent(text)}`)).toMatchObject({ status: 200, body: 'ann' })
    expect(await visitor.ask('/')).toMatchObject({ status: 200, body: 'ann' })
    await where.settled()
    for (const error of where.errors) expect(error).toMatchObject({ code: 'ERR_SESSION_COOKIE' })
  })

  it.each(bodies)('by sessions.update(), leaves both as well: %s', async (text) => {
    const sessions = open()
    const where = await site(sessions, async (req, res) => {
      if (req.url!.startsWith('/set')) req.session.name = 'ann'
      if (req.url!.startsWith('/merge')) await sessions.update(req, (data) => Object.assign(data, body(req)))
      if (req.url === '/count') await sessions.update(req, (data) => void (data.count = 1))
      res.end(`${String(req.session.name)} ${String(req.session.count)}`)
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    expect(await visitor.ask(`/merge?${encodeURIComponent(text)}`)).toMatchObject({ status: 200 })
    expect(await visitor.ask('/count')).toMatchObject({ status: 200, body: 'ann 1' })
    expect(await visitor.ask('/')).toMatchObject({ status: 200, body: 'ann 1' })
    expect(where.errors).toEqual([])
  })
})

describe.each(doors)('%s, sessions.update()', (_name, open) => {
  it.each([1_000, 3_000, 5_000])(
    'takes data %i deep, which JSON can write, or says in a typed error that it cannot',
    async (depth) => {
      const sessions = open()
      const where = await site(sessions, async (req, res) => {
        if (req.url === '/set') req.session.name = 'ann'
        if (req.url === '/deep') {
          req.session.deep = nested(depth)
          req.session.other = [nested(depth)]
          await sessions.update(req, (data) => void (data.count = 1))
        }
        res.end(String(req.session.name))
      })
      const visitor = new Visitor(where)
      await visitor.ask('/set')
      await visitor.ask('/deep')
      await where.settled()
      for (const error of where.errors) expect(error).toMatchObject({ name: 'SessionError', code: unserializable })
      expect((await visitor.ask('/')).body).toBe('ann')
    },
  )

  it('of a session that holds what cannot be kept is refused before anything is written', async () => {
    const sessions = open()
    let code: unknown
    const where = await site(sessions, async (req, res) => {
      if (req.url === '/set') req.session.name = 'ann'
      if (req.url === '/spoil') {
        req.session.value = cyclic()
        await sessions
          .update(req, (data) => void (data.count = 1))
          .catch((error: unknown) => (code = (error as { code?: unknown }).code))
      }
      res.end(String(req.session.count))
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    await visitor.ask('/spoil')
    expect(code).toBe(unserializable)
    expect((await visitor.ask('/')).body).toBe('undefined')
  })
})
