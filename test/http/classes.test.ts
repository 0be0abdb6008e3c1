/**
 * `Store`, `MemoryStore`, `Cookie` and `Session` as existing stores and apps use them: called, inherited from, or never constructed at all.
 */
import { EventEmitter } from 'node:events'
import { inherits } from 'node:util'

import { describe, expect, it } from 'vitest'

import { Cookie, MemoryStore, Session, session, Store } from '../../src/index.js'
import { site, Visitor, type SessionedRequest } from './support/site.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }

type Callback = (error?: unknown, value?: unknown) => void

/** The methods of a store, to be put on any prototype. */
function storeMethods(records = new Map<string, string>()) {
  return {
    get(id: string, callback: Callback): void {
      const text = records.get(id)
      callback(null, text === undefined ? null : JSON.parse(text))
    },
    set(id: string, value: object, callback: Callback): void {
      records.set(id, JSON.stringify(value))
      callback()
    },
    destroy(id: string, callback: Callback): void {
      records.delete(id)
      callback()
    },
  }
}

/** Old code’s way of making a class. */
function es5Store(callsParent: boolean): new () => Store {
  function OldStore(this: Store): void {
    if (callsParent) (Store as unknown as (this: Store, given: object) => void).call(this, { some: 'options' })
  }
  inherits(OldStore, Store)
  Object.assign(OldStore.prototype as object, storeMethods())
  return OldStore as unknown as new () => Store
}

class ModernStore extends Store {
  readonly given: unknown
  constructor(given?: unknown) {
    super(given)
    this.given = given
  }
}
Object.assign(ModernStore.prototype, storeMethods())

class ExtendedMemoryStore extends MemoryStore {
  gets = 0
  override get(...args: Parameters<MemoryStore['get']>): unknown {
    this.gets += 1
    return super.get(...args)
  }
}

function OldMemoryStore(this: MemoryStore): void {
  MemoryStore.call(this)
}
inherits(OldMemoryStore, MemoryStore)

/** A session made in the old way. */
function Mine(this: Session, req: SessionedRequest): void {
  ;(Session as unknown as (this: Session, host: SessionedRequest, values: object) => void).call(this, req, { a: 1 })
}
inherits(Mine, Session)

const stores: [string, () => Store][] = [
  ['an ES5 class that calls Store', () => new (es5Store(true))()],
  ['an ES5 class that never calls Store', () => new (es5Store(false))()],
  ['a class that extends Store', () => new ModernStore({ some: 'options' })],
  ['MemoryStore', () => new MemoryStore()],
  ['a class that extends MemoryStore', () => new ExtendedMemoryStore()],
  ['an ES5 class that calls MemoryStore', () => new (OldMemoryStore as unknown as new () => Store)()],
  ['a MemoryStore whose method was replaced', () => Object.assign(new MemoryStore(), storeMethods())],
]

describe.each(stores)('a store made by %s', (_name, make) => {
  it('is a Store and an EventEmitter', () => {
    const store = make()
    expect(store).toBeInstanceOf(Store)
    expect(store).toBeInstanceOf(EventEmitter)
    let heard = 0
    store.on('connect', () => (heard += 1))
    store.emit('connect')
    expect(heard).toBe(1)
  })

  it('serves sessions, reload, regenerate and destroy', async () => {
    const where = await site(session({ ...options, store: make() }), async (req, res) => {
      if (req.url === '/set') req.session.name = 'ann'
      if (req.url === '/regenerate') {
        await req.session.regenerate()
        req.session.name = 'bob'
      }
      if (req.url === '/reload') await req.session.reload()
      const { name } = req.session
      if (req.url === '/destroy') await req.session.destroy()
      res.end(String(name))
    })
    const visitor = new Visitor(where)
    const bodies: string[] = []
    for (const path of ['/set', '/', '/reload', '/regenerate', '/', '/destroy', '/']) {
      bodies.push((await visitor.ask(path)).body)
    }
    expect(bodies).toEqual(['ann', 'ann', 'ann', 'bob', 'bob', 'bob', 'undefined'])
    expect(where.errors).toEqual([])
  })
})

describe('methods that are replaced after the middleware was made', () => {
  it('are the ones that are called', async () => {
    const store = new MemoryStore()
    const where = await site(session({ ...options, store }), (req, res) => {
      req.session.name ??= 'ann'
      res.end(String(req.session.name))
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    const called: string[] = []
    for (const method of ['get', 'touch', 'set'] as const) {
      const own = store[method].bind(store) as (...args: unknown[]) => unknown
      ;(store as unknown as Record<string, unknown>)[method] = (...args: unknown[]) => {
        called.push(method)
        return own(...args)
      }
    }
    expect((await visitor.ask()).body).toBe('ann')
    expect(called).toEqual(['get', 'touch'])
  })
})

describe('Store', () => {
  it('has regenerate, load and createSession on its prototype', () => {
    for (const method of ['regenerate', 'load', 'createSession'] as const) {
      expect(Store.prototype[method]).toBeTypeOf('function')
    }
  })

  it('regenerate() and load() answer promises without a callback', async () => {
    const store = new MemoryStore()
    const where = await site(session({ ...options, store }), async (req, res) => {
      req.session.name = 'ann'
      await req.session.save()
      const { id } = req.session
      const loaded = (await store.load(id)) as Session
      const missing: unknown = await store.load('missing')
      await req.sessionStore.regenerate(req)
      res.end(JSON.stringify([loaded.name, loaded.id === id, missing ?? null, req.session.id !== id]))
    })
    expect(JSON.parse((await where.ask()).body)).toEqual(['ann', true, null, true])
  })

  it('load() gives a session that can be saved and destroyed without a request', async () => {
    const store = new ModernStore()
    const where = await site(session({ ...options, store }), (req, res) => {
      req.session.name ??= 'ann'
      res.end(`${String(req.session.name)} ${req.sessionID}`)
    })
    const visitor = new Visitor(where)
    const id = (await visitor.ask()).body.slice('ann '.length)
    const loaded = await new Promise<Session>((resolve) => {
      store.load(id, (_error, value) => resolve(value!))
    })
    expect(loaded).toBeInstanceOf(Session)
    expect(loaded.cookie).toBeInstanceOf(Cookie)
    loaded.name = 'bob'
    await loaded.save()
    expect((await visitor.ask()).body).toMatch(/^bob/)
    loaded.name = 'changed'
    await loaded.reload()
    await loaded.destroy()
    expect((await visitor.ask()).body).toMatch(/^ann/)
  })

  it('load() tells errors and what is missing apart', async () => {
    const store = new ModernStore()
    const told: unknown[] = []
    store.load('missing', (...args) => told.push(args))
    store.get = (_id, callback) => callback(new Error('down'))
    store.load('any', (...args) => told.push(args))
    expect(told).toEqual([[], [new Error('down')]])
  })

  it('createSession() makes a stored object the session of a request, with a live cookie on both', () => {
    const store = new MemoryStore()
    const req = { sessionID: 'id', sessionStore: store } as SessionedRequest
    const expires = '2030-01-01T00:00:00.000Z'
    const stored = { cookie: { originalMaxAge: 60_000, expires, path: '/app', httpOnly: false }, name: 'ann' }
    const made = store.createSession(req, stored)
    expect(req.session).toBe(made)
    expect(stored.cookie).toBeInstanceOf(Cookie)
    expect(made.cookie.expires).toEqual(new Date(expires))
    expect(made.cookie).toMatchObject({ originalMaxAge: 60_000, path: '/app', httpOnly: false })
    expect(made.name).toBe('ann')
  })

  it.each([
    ['nothing', {}],
    ['null', { cookie: null }],
    ['text', { cookie: 'x' }],
  ])('createSession() refuses a stored object whose cookie is %s, and says what to do', (_name, stored) => {
    const store = new MemoryStore()
    expect(() => store.createSession({ sessionID: 'id', sessionStore: store }, stored)).toThrow(
      /has no cookie.*clear it from the store/,
    )
  })

  it('is told apart from a bare EventEmitter, which serves new sessions and loads old ones', async () => {
    const store = Object.assign(new EventEmitter(), storeMethods())
    const where = await site(session({ ...options, store: store as never }), (req, res) => {
      req.session.views = Number(req.session.views ?? 0) + 1
      res.end(String(req.session.views))
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    expect((await visitor.ask()).body).toBe('2')
  })
})

describe('Session', () => {
  it('can be called and inherited from in the old way', () => {
    const req = { sessionID: 'id', sessionStore: new MemoryStore() } as SessionedRequest
    const made = new (Mine as unknown as new (host: SessionedRequest) => Session)(req)
    expect([made.id, made.a, made.req === (req as never), made instanceof Session]).toEqual(['id', 1, true, true])
  })

  it('has its methods on its prototype, none of them enumerable', () => {
    const names = ['touch', 'resetMaxAge', 'save', 'reload', 'destroy', 'regenerate']
    expect(names.every((name) => typeof Session.prototype[name] === 'function')).toBe(true)
    expect(Object.keys(Session.prototype).filter((name) => names.includes(name))).toEqual([])
  })
})

describe('the function itself', () => {
  it('has the classes as its properties', () => {
    expect(Object.entries(session)).toEqual(
      expect.arrayContaining(Object.entries({ Store, MemoryStore, Session, Cookie })),
    )
  })
})
