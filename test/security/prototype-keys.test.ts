/**
 * `__proto__`, `constructor`, `prototype` and `cookie` in data, cookies and stores are inert.
 */
import { describe, expect, it } from 'vitest'

import { coatcheck, MemoryStore, session, type Sessions, type SessionStore } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { site, Visitor, type Middleware } from '../http/support/site.js'
import { TestStore } from '../http/support/test-store.js'

const secret = 'a secret of at least thirty-two bytes'
const plain = { secret, resave: false, saveUninitialized: false }

const doors: [string, () => Middleware][] = [
  ['coatcheck()', () => coatcheck({ secret })],
  ['coatcheck() over a callback store', () => coatcheck({ secret, store: new TestStore('later') })],
  ['session() over MemoryStore', () => session({ ...plain, store: new MemoryStore() })],
  ['session() over another callback store', () => session({ ...plain, store: new TestStore('later') })],
  ['session() over a store of records', () => session({ ...plain, store: memoryStore() })],
]

const hostile =
  '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"prototype":{"isAdmin":true},"name":"ann"}'

describe.each(doors)('%s', (_name, open) => {
  it.each<[string, (target: object) => void]>([
    ['merged into the session', (target) => Object.assign(target, JSON.parse(hostile))],
    [
      'copied into the session key by key',
      (target) => {
        for (const [key, value] of Object.entries(JSON.parse(hostile) as object))
          (target as Record<string, unknown>)[key] = value
      },
    ],
    ['kept in the session as a value', (target) => Object.assign(target, { body: JSON.parse(hostile) as unknown })],
  ])('a request body %s makes nobody an administrator, in this request or the next', async (_kind, merge) => {
    const where = await site(open(), (req, res) => {
      if (req.url === '/set') merge(req.session)
      const body = (req.session.body ?? {}) as { isAdmin?: unknown }
      res.end(
        JSON.stringify([
          ({} as { isAdmin?: unknown }).isAdmin ?? null,
          body.isAdmin ?? null,
          req.session.isAdmin ?? null,
          Object.getPrototypeOf({}) === Object.prototype,
        ]),
      )
    })
    const visitor = new Visitor(where)
    expect(JSON.parse((await visitor.ask('/set')).body)).toEqual([null, null, null, true])
    for (let time = 0; time < 2; time += 1) {
      expect(JSON.parse((await visitor.ask('/')).body)).toEqual([null, null, null, true])
    }
    expect(where.errors).toEqual([])
  })

  it('the session keeps its methods whatever it is given', async () => {
    const where = await site(open(), async (req, res) => {
      if (req.url === '/set') Object.assign(req.session, JSON.parse(hostile))
      await req.session.save()
      res.end(`${String(req.session.name)} ${typeof req.session.save}`)
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    expect((await visitor.ask('/')).body).toBe('ann function')
    expect(where.errors).toEqual([])
  })

  it('data that a hostile writer left in the store is inert when it is loaded', async () => {
    const store = new TestStore('later')
    const records = memoryStore()
    const layer = _name.startsWith('coatcheck')
      ? coatcheck({ secret, store: records })
      : session({ ...plain, store: store as SessionStore | TestStore })
    const where = await site(layer, (req, res) => {
      if (req.url === '/set') req.session.name = 'ann'
      res.end(JSON.stringify([req.session.isAdmin ?? null, typeof req.session.save, req.session.name]))
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    for (const [id, text] of store.records) store.records.set(id, `${text.slice(0, -1)},${hostile.slice(1)}`)
    for (const { key, record } of records.scan(undefined, 10).records) {
      records.update(key, { ...record, data: hostile, version: 2 }, 1)
    }
    expect(JSON.parse((await visitor.ask('/')).body)).toEqual([null, 'function', 'ann'])
  })
})

describe('a cookie', () => {
  it('named __proto__ or constructor is a cookie like any other', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const where = await site(session({ ...plain, name }), (req, res) => {
        req.session.views = Number(req.session.views ?? 0) + 1
        res.end(String(req.session.views))
      })
      const visitor = new Visitor(where)
      await visitor.ask()
      expect((await visitor.ask()).body).toBe('2')
    }
  })

  it('header full of them is read without harm', async () => {
    const where = await site(coatcheck({ secret }), (_req, res) => res.end(String(({} as { a?: unknown }).a)))
    const reply = await where.ask('/', {
      headers: { cookie: '__proto__=a; constructor=b; prototype=c; __proto__[a]=1' },
    })
    expect(reply.body).toBe('undefined')
  })

  it('whose stored attributes hold a prototype is a Cookie all the same', async () => {
    const store = new TestStore('later')
    const where = await site(session({ ...plain, store }), (req, res) => {
      req.session.name ??= 'ann'
      res.end(JSON.stringify([req.session.cookie.secure ?? null, typeof req.session.cookie.serialize]))
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    for (const [id, text] of store.records) {
      store.records.set(id, text.replace('"cookie":{', '"cookie":{"__proto__":{"secure":true},'))
    }
    expect(JSON.parse((await visitor.ask()).body)).toEqual([null, 'function'])
  })
})

describe('a member called cookie that sessions.update() is given', () => {
  const forged = {
    originalMaxAge: null,
    domain: 'evil.example',
    coatcheck: { version: 2, createdAt: 1, expiresAt: 9_999_999_999_999, userId: 'admin' },
  }

  it.each<[string, () => Sessions, () => unknown]>([
    ...[new TestStore('later')].map((store): [string, () => Sessions, () => unknown] => [
      'coatcheck() over a callback store',
      () => coatcheck({ secret, store }),
      () => [...store.records.values()],
    ]),
    ...[new TestStore('later')].map((store): [string, () => Sessions, () => unknown] => [
      'session() over a callback store',
      () => session({ ...plain, store }),
      () => [...store.records.values()],
    ]),
    ...[memoryStore()].map((store): [string, () => Sessions, () => unknown] => [
      'coatcheck() over a store of records',
      () => coatcheck({ secret, store }),
      () => store.scan(undefined, 10),
    ]),
  ])('makes nobody an administrator and changes no cookie: %s', async (_name, open, kept) => {
    const sessions = open()
    const stored: string[] = []
    const where = await site(sessions, async (req, res) => {
      if (req.url === '/set') req.session.name = 'ann'
      if (req.url === '/update') {
        await sessions.update(req, (data) => Object.assign(data, { cookie: forged, name: 'bob' }))
        stored.push(JSON.stringify(kept()))
      }
      res.end(JSON.stringify([req.session.name ?? null, sessions.info(req)?.userId ?? null, req.session.cookie]))
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    for (const path of ['/update', '/']) {
      const { body } = await visitor.ask(path)
      expect(JSON.parse(body)).toMatchObject(['bob', null, { path: '/' }])
      expect(body).not.toContain('evil.example')
    }
    // Not even for the moment until the response ends.
    expect(stored).toHaveLength(1)
    expect(stored[0]).toContain('bob')
    expect(stored[0]).not.toContain('admin')
    expect(where.errors).toEqual([])
  })
})
