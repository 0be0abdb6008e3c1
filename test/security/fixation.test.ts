/**
 * Session fixation: an attacker who plants an ID, or knows the one from before sign-in, gains nothing.
 * (passport CVE-2022-25896, Fiber CVE-2024-38513, Symfony CVE-2023-46733.)
 */
import { createHmac } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { coatcheck, MemoryStore, session } from '../../src/index.js'
import { deriveKey } from '../../src/core/keys.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { sign } from '../http/support/published.js'
import { site, Visitor, type Handler, type Middleware } from '../http/support/site.js'
import { TestStore } from '../http/support/test-store.js'

const secret = 'a secret of at least thirty-two bytes'
const plain = { secret, resave: false, saveUninitialized: false }

const signIn: Handler = async (req, res) => {
  if (req.url === '/cart') req.session.cart = ['tea']
  if (req.url === '/sign-in') {
    await req.session.regenerate()
    req.session.user = 'victim'
  }
  res.end(JSON.stringify({ user: req.session.user ?? null, cart: req.session.cart ?? null, id: req.sessionID }))
}

/** Writes the user to the object from before the new ID, which is easily done. */
const staleSignIn: Handler = async (req, res) => {
  if (req.url !== '/sign-in') return signIn(req, res)
  const stale = req.session
  await stale.regenerate()
  stale.user = 'victim'
  await stale.save().catch(() => {})
  res.end()
  return undefined
}

const doors: [string, () => Middleware, (id: string) => string][] = [
  [
    'session()',
    () => session({ ...plain, store: new MemoryStore() }),
    (id) => `connect.sid=${encodeURIComponent(`s:${sign(id, secret)}`)}`,
  ],
  [
    'session() over a store of records',
    () => session({ ...plain, store: memoryStore() }),
    (id) => `connect.sid=${encodeURIComponent(`s:${sign(id, secret)}`)}`,
  ],
  [
    'coatcheck()',
    () => coatcheck({ secret }),
    (id) =>
      `session=${id}.${createHmac('sha256', deriveKey(secret, 'cookie signature')).update(id).digest('base64url')}`,
  ],
]

describe.each(doors)('%s', (_name, open, signed) => {
  it('never adopts an ID that the store does not know, though it is well signed', async () => {
    const where = await site(open(), signIn)
    const planted = 'A'.repeat(43)
    const visitor = new Visitor(where)
    const [name, value] = signed(planted).split('=') as [string, string]
    visitor.cookies.set(name, value)
    const reply = JSON.parse((await visitor.ask('/cart')).body) as { id: string }
    expect(reply.id).not.toBe(planted)
    expect(visitor.cookies.get(name)).not.toBe(value)
    // Nor is there a session under it now.
    const attacker = await where.ask('/', { headers: { cookie: signed(planted) } })
    expect(JSON.parse(attacker.body)).toMatchObject({ user: null, cart: null })
  })

  it('the ID from before sign-in is dead afterwards, and the new one is another', async () => {
    const where = await site(open(), signIn)
    const victim = new Visitor(where)
    const before = JSON.parse((await victim.ask('/cart')).body) as { id: string }
    const planted = victim.cookieHeader
    const after = JSON.parse((await victim.ask('/sign-in')).body) as { id: string }
    expect(after.id).not.toBe(before.id)
    const attacker = await where.ask('/', { headers: { cookie: planted } })
    expect(JSON.parse(attacker.body)).toMatchObject({ user: null, cart: null })
    expect(JSON.parse((await victim.ask('/')).body)).toMatchObject({ user: 'victim' })
  })

  it('the user written to an object from before sign-in does not reach the old ID', async () => {
    const where = await site(open(), staleSignIn)
    const victim = new Visitor(where)
    await victim.ask('/cart')
    const planted = victim.cookieHeader
    await victim.ask('/sign-in')
    const attacker = await where.ask('/', { headers: { cookie: planted } })
    expect(JSON.parse(attacker.body)).toMatchObject({ user: null })
  })

  it('a request in flight with the old ID brings it back neither by its save nor by its end', async () => {
    let victim: Visitor | undefined
    const handler: Handler = async (req, res) => {
      if (req.url !== '/slow') return signIn(req, res)
      // While this request runs, the visitor signs in in another tab.
      await victim!.ask('/sign-in')
      req.session.cart = ['coffee']
      await req.session.save().catch(() => {})
      req.session.late = true
      res.end()
      return undefined
    }
    const where = await site(open(), handler)
    victim = new Visitor(where)
    await victim.ask('/cart')
    const planted = victim.cookieHeader
    const slow = await where.ask('/slow', { headers: { cookie: planted } })
    expect(slow.setCookies).toEqual([])
    const attacker = await where.ask('/', { headers: { cookie: planted } })
    expect(JSON.parse(attacker.body)).toMatchObject({ user: null, cart: null })
  })
})

describe('an ID in a URL, a header or a body', () => {
  it('is none: the cookie alone counts', async () => {
    const where = await site(session({ ...plain, name: 'sid' }), signIn)
    const victim = new Visitor(where)
    await victim.ask('/cart')
    const value = victim.cookies.get('sid')!
    for (const [path, headers] of [
      [`/?sid=${value}`, {}],
      [`/;sid=${value}`, {}],
      ['/', { sid: value }],
      ['/', { 'x-session-id': value }],
      ['/', { authorization: `Bearer ${value}` }],
      ['/', { cookie2: `sid=${value}` }],
    ] as const) {
      const reply = await where.ask(path, { headers })
      expect({ path, ...(JSON.parse(reply.body) as object) }).toMatchObject({ path, cart: null })
    }
  })
})

describe('an event says when an unknown ID came', () => {
  it('with its reason', async () => {
    const sessions = session({ ...plain, store: new TestStore() })
    const reasons: string[] = []
    sessions.on('rejected', ({ reason }) => reasons.push(reason))
    const where = await site(sessions, signIn)
    const cookie = `connect.sid=${encodeURIComponent(`s:${sign('unknown', secret)}`)}`
    await where.ask('/', { headers: { cookie } })
    expect(reasons).toEqual(['unknown'])
  })
})
