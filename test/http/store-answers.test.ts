/**
 * Callback stores that answer in every way that stores in the field answer, and in some that they should not.
 */
import { describe, expect, it } from 'vitest'

import { coatcheck, session } from '../../src/index.js'
import { site, Visitor, type Handler, type Site } from './support/site.js'
import { TestStore, type Call, type Method } from './support/test-store.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }

/** Stores in its session how often it was asked. */
const countViews: Handler = (req, res) => {
  req.session.views = Number(req.session.views ?? 0) + 1
  res.end(String(req.session.views))
}

async function knownVisitor(
  store: TestStore,
  handler: Handler = countViews,
): Promise<{ where: Site; visitor: Visitor }> {
  const where = await site(session({ ...options, store }), handler)
  const visitor = new Visitor(where)
  await visitor.ask()
  return { where, visitor }
}

/** Answers a question in some turn of its own. */
type Manner = (call: Call) => unknown

const goodManners: Readonly<Record<string, Manner>> = {
  'at once': (call) => call.succeed(),
  'on the next tick': (call) => process.nextTick(call.succeed),
  'in a microtask': (call) => Promise.resolve().then(call.succeed),
  'in a turn of its own': (call) => setImmediate(call.succeed),
  'by callback, with a promise that fulfils besides': (call) => Promise.resolve().then(() => call.succeed()),
  'by callback, with a promise that fulfils before the callback': (call) => {
    setImmediate(call.succeed)
    return Promise.resolve('done')
  },
  'twice at once': (call) => {
    call.succeed()
    call.succeed()
  },
  'twice in turns of their own': (call) => {
    setImmediate(call.succeed)
    setImmediate(call.succeed)
  },
  'once at once and once later': (call) => {
    call.succeed()
    setImmediate(call.succeed)
  },
  'well, and then with an error': (call) => {
    call.succeed()
    setImmediate(() => call.fail(new Error('too late')))
  },
  'well, and then throws': (call) => {
    call.succeed()
    throw new Error('too late')
  },
  'well, and then rejects': async (call) => {
    call.succeed()
    throw new Error('too late')
  },
  'again from its catch, as promise wrappers do when a callback throws': (call) =>
    Promise.resolve()
      .then(call.succeed)
      .catch((error: unknown) => call.fail(error)),
}

const methods: readonly Method[] = ['get', 'set', 'touch', 'destroy']

describe.each(Object.entries(goodManners))('a store that answers %s', (_name, manner) => {
  it('serves each request once, and no error is seen', async () => {
    const store = new TestStore()
    for (const method of methods) store.takeOver[method] = manner
    let served = 0
    const { where, visitor } = await knownVisitor(store, (req, res) => {
      served += 1
      countViews(req, res)
    })
    expect((await visitor.ask()).body).toBe('2')
    await where.settled()
    expect(served).toBe(2)
    expect(where.errors).toEqual([])
  })

  it('answers touch, reload, save, regenerate and destroy once each', async () => {
    const store = new TestStore()
    for (const method of methods) store.takeOver[method] = manner
    const told: string[] = []
    const { where, visitor } = await knownVisitor(store, (req, res) => {
      if (req.url === '/touch') res.end()
      else if (req.url === '/all') {
        req.session.reload(() => {
          told.push('reload')
          req.session.save(() => {
            told.push('save')
            req.session.regenerate(() => {
              told.push('regenerate')
              req.session.destroy(() => {
                told.push('destroy')
                res.end()
              })
            })
          })
        })
      } else countViews(req, res)
    })
    await visitor.ask('/touch')
    await visitor.ask('/all')
    await where.settled()
    expect(told).toEqual(['reload', 'save', 'regenerate', 'destroy'])
    expect(where.errors).toEqual([])
  })
})

describe('a store on files', () => {
  it('says ENOENT for a session it has not, and the visitor gets a new one', async () => {
    const store = new TestStore()
    const { where, visitor } = await knownVisitor(store)
    store.takeOver.get = (call) => call.fail(Object.assign(new Error('no such file'), { code: 'ENOENT' }))
    const reply = await visitor.ask()
    expect([reply.status, reply.body, reply.setCookies.length]).toEqual([200, '1', 1])
    expect(where.errors).toEqual([])
  })
})

describe('a store that answers what is no session', () => {
  it.each<[string, unknown]>([
    ['text', 'garbage'],
    ['a number', 5],
    ['true', true],
    ['an array', []],
    ['an object without a cookie', { user: 'mallory' }],
    ['an object whose cookie is null', { cookie: null, user: 'mallory' }],
    ['an object whose cookie is text', { cookie: 'x', user: 'mallory' }],
  ])('%s: the app’s error handling answers, and nobody is signed in', async (_name, answer) => {
    const store = new TestStore()
    const { where, visitor } = await knownVisitor(store, (req, res) => {
      if (req.url === '/') countViews(req, res)
      else res.end(String(req.session.user))
    })
    store.takeOver.get = (call) => call.answer(null, answer)
    const reply = await visitor.ask('/user')
    expect(reply.status).toBe(500)
    expect(where.errors).toEqual([expect.objectContaining({ code: 'ERR_SESSION_STORE_ANSWER' })])
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['false', false],
    ['0', 0],
    ['an empty text', ''],
  ])('%s: the visitor gets a new one', async (_name, answer) => {
    const store = new TestStore()
    const { visitor } = await knownVisitor(store)
    store.takeOver.get = (call) => call.answer(null, answer)
    expect((await visitor.ask()).body).toBe('1')
  })

  it.each<[string, unknown]>([
    ['text', 'garbage'],
    ['a number', 5],
    ['an object without a cookie', { user: 'mallory' }],
    ['a session of another layer', { cookie: { originalMaxAge: null, expires: null, path: '/' }, user: 'mallory' }],
    ['an envelope that holds no record', { cookie: { coatcheck: { version: 'x' } }, user: 'mallory' }],
    ['an envelope that is text', { cookie: { coatcheck: 'x' }, user: 'mallory' }],
  ])('%s, under coatcheck(): the visitor gets a new one', async (_name, answer) => {
    const store = new TestStore()
    const where = await site(coatcheck({ secret: options.secret, store }), (req, res) => {
      req.session.views = Number(req.session.views ?? 0) + 1
      res.end(`${String(req.session.views)} ${String(req.session.user)}`)
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    store.takeOver.get = (call) => call.answer(null, call.id.length === 43 ? answer : null)
    expect((await visitor.ask()).body).toBe('1 undefined')
  })
})

describe('what the app throws', () => {
  it('in its handler is not taken for a failure of a store that answers at once', async () => {
    const store = new TestStore('sync')
    let caught: unknown
    store.takeOver.get = (call) => {
      try {
        call.succeed()
      } catch (error) {
        caught = error
      }
    }
    const { where, visitor } = await knownVisitor(store, (req, res) => {
      if (req.url === '/throw') throw new Error('a bug of the app')
      countViews(req, res)
    })
    expect((await visitor.ask('/throw')).body).toBe('a bug of the app')
    expect(caught).toBeUndefined()
    expect(where.errors).toHaveLength(1)
  })
})
