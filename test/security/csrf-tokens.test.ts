/**
 * CSRF tokens: who has one of another session, of another time or of another purpose has nothing.
 */
import crypto, { createHash, createHmac, hkdfSync } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'

import { deriveKey, type KeyPurpose } from '../../src/core/keys.js'
import { ancestorOf } from '../../src/core/marks.js'
import { csrf } from '../../src/csrf/index.js'
import { coatcheck, session } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { listen, Visitor, type Middleware, type Site } from '../http/support/site.js'

const secret = 'a secret of at least thirty-two bytes'

type Sessions = ReturnType<typeof coatcheck>

const doors: [string, (secret: string | string[], store: ReturnType<typeof memoryStore>) => Sessions][] = [
  ['coatcheck()', (given, store) => coatcheck({ secret: given, store })],
  ['session()', (given, store) => session({ secret: given, store, resave: false, saveUninitialized: false })],
]

/** Answers its token and its session's ID to whoever asks, which a real app never does. */
function shop(sessions: Sessions): Promise<Site> {
  const guard = csrf({ tokens: { sessions } })
  const app = express()
  app.use(sessions as Middleware as express.RequestHandler)
  app.use(express.urlencoded(), guard)
  app.get('/form', (req, res) => {
    res.json({ token: guard.token(req), id: req.sessionID })
  })
  app.post('/sign-in', (req, res) => {
    req.session.regenerate(() => {
      Object.assign(req.session, { user: 'ann' })
      res.json({ token: guard.token(req) })
    })
  })
  app.post('/sign-out', (req, res) => {
    req.session.destroy(() => res.end())
  })
  app.post('/order', (_req, res) => {
    res.send('ordered')
  })
  return listen(app)
}

async function formOf(visitor: Visitor): Promise<{ token: string; id: string }> {
  return JSON.parse((await visitor.ask('/form')).body) as { token: string; id: string }
}

async function order(visitor: Visitor, token: string, path = '/order'): Promise<number> {
  return (await visitor.ask(path, { method: 'POST', form: { _csrf: token } })).status
}

describe.each(doors)('%s', (_name, open) => {
  it('a token of another session is refused', async () => {
    const where = await shop(open(secret, memoryStore()))
    const [ann, mallory] = [new Visitor(where), new Visitor(where)]
    const [own, others] = [(await formOf(ann)).token, (await formOf(mallory)).token]
    expect(await order(ann, others)).toBe(403)
    expect(await order(ann, own)).toBe(200)
    expect(await order(mallory, others)).toBe(200)
  })

  // GHSA-2ccf-ffrj-m4qw, Symfony CVE-2022-24895.
  it('a token from before sign-in dies with the old ID, and the new one lives', async () => {
    const ann = new Visitor(await shop(open(secret, memoryStore())))
    const before = (await formOf(ann)).token
    const signedIn = await ann.ask('/sign-in', { method: 'POST', form: { _csrf: before } })
    const { token } = JSON.parse(signedIn.body) as { token: string }
    expect(await order(ann, before)).toBe(403)
    expect(await order(ann, token)).toBe(200)
  })

  it('a token of a session that was ended is refused', async () => {
    const ann = new Visitor(await shop(open(secret, memoryStore())))
    const { token } = await formOf(ann)
    expect(await order(ann, token, '/sign-out')).toBe(200)
    expect(await order(ann, token)).toBe(403)
  })

  it('a visitor without a session has no token that would do', async () => {
    const where = await shop(open(secret, memoryStore()))
    const { token } = await formOf(new Visitor(where))
    expect(await order(new Visitor(where), token)).toBe(403)
    expect(await order(new Visitor(where), '')).toBe(403)
  })

  it('a token made under any secret in use is taken, and under a removed one is not', async () => {
    const store = memoryStore()
    const ann = new Visitor(await shop(open(['old'.repeat(12)], store)))
    const { token } = await formOf(ann)
    const after = async (...secrets: string[]): Promise<number> => {
      const moved = new Visitor(await shop(open(secrets, store)))
      for (const [name, value] of ann.cookies) moved.cookies.set(name, value)
      return order(moved, token)
    }
    expect(await after('new'.repeat(12), 'old'.repeat(12))).toBe(200)
    expect(await after('new'.repeat(12))).toBe(403)
  })
})

describe('sessions that get a new ID by the clock', () => {
  async function renewing() {
    const clock = fakeClock()
    const sessions = coatcheck({ secret, clock, store: memoryStore({ clock }), renewEvery: '10m', passportUser: true })
    const guard = csrf({ tokens: { sessions } })
    const app = express()
    app.use(sessions, express.urlencoded(), guard)
    app.get('/form', (req, res) => {
      res.json({ token: guard.token(req), id: req.sessionID })
    })
    app.post('/order', (_req, res) => {
      res.send('ordered')
    })
    app.post('/sign-in', (req, res, next) => {
      sessions.signIn(req, 'ann').then(() => res.end(), next)
    })
    app.post('/bind/:user', (req, res) => {
      Object.assign(req.session, { passport: { user: req.params.user } })
      res.end()
    })
    app.post('/unbind', (req, res) => {
      Object.assign(req.session, { passport: undefined })
      res.end()
    })
    app.post('/prove', (req, res, next) => {
      sessions.reauthenticate(req).then(() => res.end(), next)
    })
    const ann = new Visitor(await listen(app))
    const later = async (): Promise<{ token: string; id: string }> => {
      clock.advance(11 * 60_000)
      return formOf(ann)
    }
    return { ann, later }
  }

  it('keep their tokens: those of the page that brings the new ID, and those of tabs from before', async () => {
    const { ann, later } = await renewing()
    const first = await formOf(ann)
    const second = await later()
    const third = await later()
    const fourth = await later()
    expect(new Set([second.id, third.id, fourth.id]).size).toBe(3)
    for (const { token } of [fourth, third, second, first]) expect(await order(ann, token)).toBe(200)
  })

  it.each(['/sign-in', '/prove'])('lose them at %s all the same', async (path) => {
    const { ann, later } = await renewing()
    const { token } = await formOf(ann)
    await order(ann, token, '/sign-in')
    const before = await later()
    const renewed = await later()
    expect(await order(ann, renewed.token, path)).toBe(200)
    for (const old of [token, before.token, renewed.token]) expect(await order(ann, old)).toBe(403)
    const after = await later()
    for (const old of [token, before.token, renewed.token]) expect(await order(ann, old)).toBe(403)
    expect(await order(ann, after.token)).toBe(200)
  })

  it('keep them with their ID, whoever the app’s own data says they belong to', async () => {
    const { ann, later } = await renewing()
    await formOf(ann)
    const { token } = await later()
    for (const path of ['/bind/ann', '/order', '/bind/ben', '/order', '/unbind', '/order']) {
      expect(await order(ann, token, path)).toBe(200)
    }
  })

  it('are no way to the tokens of another session', async () => {
    const { ann, later } = await renewing()
    await formOf(ann)
    await later()
    const { ann: mallory, later: latersToo } = await renewing()
    await formOf(mallory)
    expect(await order(ann, (await latersToo()).token)).toBe(403)
  })
})

/** A session, and whether a token is taken for one of it. */
function fixture() {
  const sessions = coatcheck({ secret })
  const guard = csrf({ tokens: { sessions } })
  const req = { method: 'POST', url: '/', headers: {} } as { sessionID?: string; session?: unknown }
  sessions(req as never, {} as never, () => {})
  const id = req.sessionID!
  const check = (token: unknown, more: object = {}): boolean => {
    Object.assign(req, { headers: {}, body: { _csrf: token }, ...more })
    return guard.check(req as never).allowed
  }
  return { check, id, owner: ancestorOf(id, {}) }
}

function tokenUnder(key: crypto.BinaryLike | crypto.KeyObject, owner: string, salt = Buffer.alloc(16, 7)): string {
  const mac = createHmac('sha256', key).update(salt).update(owner).digest()
  return Buffer.concat([salt, mac]).toString('base64url')
}

describe('a token', () => {
  it('is HMAC-SHA-256 over salt and a hash of the ID, under a key of its own: a change would end every token in use', () => {
    const { check, id } = fixture()
    const key = Buffer.from(hkdfSync('sha256', secret, '', 'coatcheck csrf token', 32))
    const owner = createHash('sha256').update(`coatcheck ancestor ${id}`).digest('base64url')
    expect(check(tokenUnder(key, owner))).toBe(true)
  })

  // next-auth CVE-2023-48309.
  it.each(['cookie signature', 'store key', 'handle encryption', 'handle integrity'] satisfies KeyPurpose[])(
    'of another purpose is refused: %s',
    (purpose) => {
      const { check, owner } = fixture()
      expect(check(tokenUnder(deriveKey(secret, purpose), owner))).toBe(false)
    },
  )

  it('under the secret itself is refused, and so are the ID, the cookie and its signature', () => {
    const { check, id, owner } = fixture()
    const key = deriveKey(secret, 'csrf token')
    const signature = createHmac('sha256', deriveKey(secret, 'cookie signature')).update(id).digest('base64url')
    for (const other of [id, owner, `${id}.${signature}`, signature, `${id}${id}`.slice(0, 64)]) {
      expect(check(other)).toBe(false)
    }
    for (const other of [tokenUnder(secret, owner), tokenUnder(key, id)]) expect(check(other)).toBe(false)
  })

  it('without its salt, which would be the same on every page, is refused', () => {
    const { check, owner } = fixture()
    const key = deriveKey(secret, 'csrf token')
    const bare = createHmac('sha256', key).update(owner).digest()
    expect(check(bare.toString('base64url'))).toBe(false)
    expect(check(Buffer.concat([Buffer.alloc(16), bare]).toString('base64url'))).toBe(false)
  })

  it('whose salt takes over a part of the owner is none of the rest of it', () => {
    const { check, owner } = fixture()
    const key = deriveKey(secret, 'csrf token')
    const whole = Buffer.concat([Buffer.alloc(8), Buffer.from(owner.slice(0, 8))])
    expect(check(tokenUnder(key, owner.slice(8), whole))).toBe(false)
  })

  it('with any bit flipped, cut or lengthened anywhere is refused', () => {
    const { check, owner } = fixture()
    const bytes = Buffer.from(tokenUnder(deriveKey(secret, 'csrf token'), owner), 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      expect(check(flipped.toString('base64url'))).toBe(false)
    }
    const text = bytes.toString('base64url')
    for (let length = 0; length < text.length; length += 1) expect(check(text.slice(0, length))).toBe(false)
    for (const more of ['A', '=', '==', ' ', '\n', '\u0000', text]) {
      expect(check(text + more)).toBe(false)
      expect(check(more + text)).toBe(false)
    }
  })

  it('has one spelling: what a lenient decoder would read as the same bytes is refused', () => {
    const { check, owner } = fixture()
    const text = tokenUnder(deriveKey(secret, 'csrf token'), owner, Buffer.alloc(16, 0xfb))
    expect(text).toMatch(/[-_]/)
    expect(check(text)).toBe(true)
    expect(check(text.replaceAll('-', '+').replaceAll('_', '/'))).toBe(false)
    expect(check(`${text.slice(0, 10)}\u0141${text.slice(11)}`)).toBe(false)
  })

  it('of another type than text is refused', () => {
    const { check, owner } = fixture()
    const token = tokenUnder(deriveKey(secret, 'csrf token'), owner)
    for (const odd of [
      [token],
      { 0: token },
      { toString: () => token },
      5,
      true,
      null,
      undefined,
      Buffer.from(token),
    ]) {
      expect(check(odd)).toBe(false)
    }
  })

  it('in the URL, in a cookie or inherited by the body is none', () => {
    const { check, owner } = fixture()
    const _csrf = tokenUnder(deriveKey(secret, 'csrf token'), owner)
    expect(check(_csrf)).toBe(true)
    for (const more of [
      { body: undefined, query: { _csrf } },
      { body: undefined, url: `/?_csrf=${_csrf}` },
      { body: undefined, params: { _csrf } },
      { body: undefined, cookies: { _csrf }, headers: { cookie: `_csrf=${_csrf}` } },
      { body: Object.create({ _csrf }) as object },
      { body: `_csrf=${_csrf}` },
    ]) {
      expect(check(undefined, more)).toBe(false)
    }
  })

  it('counts for nothing once its session was ended, though the request still knows the ID', () => {
    const { check, owner } = fixture()
    const token = tokenUnder(deriveKey(secret, 'csrf token'), owner)
    expect(check(token, { session: undefined })).toBe(false)
    expect(check(token, { session: null })).toBe(false)
  })

  it('is compared in constant time, with every secret', () => {
    const { timingSafeEqual } = crypto
    const compared: number[] = []
    crypto.timingSafeEqual = (one, other) => {
      compared.push(one.byteLength)
      return timingSafeEqual(one, other)
    }
    syncBuiltinESMExports()
    onTestFinished(() => {
      crypto.timingSafeEqual = timingSafeEqual
      syncBuiltinESMExports()
    })
    const { check, owner } = fixture()
    expect(check(tokenUnder(deriveKey(secret, 'csrf token'), owner))).toBe(true)
    expect(check('A'.repeat(64))).toBe(false)
    expect(compared).toEqual([32, 32])
  })
})

describe('secrecy', () => {
  it('nothing that can be seen of the guard or of the sessions shows a secret', async () => {
    const { inspect } = await import('node:util')
    const sessions = coatcheck({ secret })
    const guard = csrf({ tokens: { sessions } })
    for (const value of [sessions, guard]) {
      const seen = inspect(value, { showHidden: true, depth: 10 }) + JSON.stringify(value)
      expect(seen).not.toContain(secret)
      expect(seen).not.toContain(deriveKey(secret, 'csrf token').export().toString('hex'))
    }
  })
})
