/**
 * Session fixation: an attacker who plants an ID, or knows the one from before sign-in, gains nothing.
 * (passport CVE-2022-25896, Fiber CVE-2024-38513, Symfony CVE-2023-46733.)
 */
import { createHmac } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { coatcheck, MemoryStore, session, type Sessions } from '../../src/index.js'
import { deriveKey } from '../../src/core/keys.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { sign } from '../http/support/published.js'
import { site, Visitor, type Handler } from '../http/support/site.js'

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

const doors: [string, () => Sessions, (id: string) => string][] = [
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
  it('never adopts an ID that the store does not know, though it is well signed (Fiber CVE-2024-38513)', async () => {
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

  it('the ID from before sign-in is dead afterwards, and the new one is another (passport CVE-2022-25896)', async () => {
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

describe('signing in', () => {
  it.each<[string, () => Sessions]>([
    ['coatcheck()', () => coatcheck({ secret })],
    ['session() over a store of records', () => session({ ...plain, store: memoryStore() })],
  ])(
    'gives a new ID every time, also to the user who is signed in already (Symfony CVE-2023-46733), %s',
    async (_name, open) => {
      const sessions = open()
      const where = await site(sessions, async (req, res) => {
        if (req.url === '/sign-in') await sessions.signIn(req, 'victim')
        if (req.url === '/again') await sessions.reauthenticate(req)
        res.end(JSON.stringify({ user: sessions.info(req)?.userId ?? null, id: req.sessionID }))
      })
      const victim = new Visitor(where)
      const ids: string[] = []
      const cookies: string[] = []
      for (const path of ['/sign-in', '/sign-in', '/again', '/']) {
        const { user, id } = JSON.parse((await victim.ask(path)).body) as { user: string; id: string }
        expect(user).toBe('victim')
        ids.push(id)
        cookies.push(victim.cookieHeader)
      }
      expect(new Set(ids).size).toBe(3)
      for (const cookie of cookies.slice(0, 2)) {
        expect(JSON.parse((await where.ask('/', { headers: { cookie } })).body)).toMatchObject({ user: null })
      }
    },
  )
})

describe('an ID in a URL, a header or a body', () => {
  it.each([
    ['session()', () => session({ ...plain, name: 'sid' })],
    ['coatcheck()', () => coatcheck({ secret, name: 'sid' })],
  ])('is none: the cookie alone counts, %s', async (_name, open) => {
    const where = await site(open(), signIn)
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
  it.each(doors)('with its reason, %s', async (_name, open, signed) => {
    const sessions = open()
    const reasons: string[] = []
    sessions.on('rejected', ({ reason }) => reasons.push(reason))
    const where = await site(sessions, signIn)
    await where.ask('/', { headers: { cookie: signed('A'.repeat(43)) } })
    expect(reasons).toEqual(['unknown'])
  })
})
