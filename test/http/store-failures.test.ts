/**
 * Callback stores that fail, in every way that stores in the field fail.
 */
import { describe, expect, it } from 'vitest'

import { session } from '../../src/index.js'
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

/** How a store fails. */
type Manner = (call: Call) => unknown

const methods: readonly Method[] = ['get', 'set', 'touch', 'destroy']

const bad = new Error('the store is down')

const badManners: Readonly<Record<string, Manner>> = {
  'with an error at once': (call) => call.fail(bad),
  'with an error later': (call) => setImmediate(() => call.fail(bad)),
  'by throwing': () => {
    throw bad
  },
  'by rejecting': () => Promise.reject(bad),
  'with an error twice': (call) => {
    setImmediate(() => call.fail(bad))
    setImmediate(() => call.fail(bad))
  },
  'with an error after it did what was asked': (call) => {
    call.commit()
    call.fail(bad)
  },
  'by throwing after it did what was asked': (call) => {
    call.commit()
    throw bad
  },
}

describe.each(Object.entries(badManners))('a store that fails %s', (_name, manner) => {
  it('to read: the app’s error handling answers, once, and the handler never runs', async () => {
    const store = new TestStore()
    let served = 0
    const { where, visitor } = await knownVisitor(store, (req, res) => {
      served += 1
      countViews(req, res)
    })
    store.takeOver.get = manner
    expect((await visitor.ask()).status).toBe(500)
    await where.settled()
    expect(where.errors).toEqual([bad])
    expect(served).toBe(1)
  })

  it.each(['set', 'touch', 'destroy'] satisfies Method[])(
    'to %s: the page arrives as it was made, and then the app hears of it, once',
    async (method) => {
      const store = new TestStore()
      const where = await site(session({ ...options, store, unset: 'destroy' }), (req, res) => {
        if (req.url === '/set') req.session.views = Number(req.session.views ?? 0) + 1
        if (req.url === '/destroy') req.session = null as never
        res.end('body')
      })
      const visitor = new Visitor(where)
      await visitor.ask('/set')
      store.takeOver[method] = manner
      const reply = await visitor.ask(`/${method}`)
      expect([reply.status, reply.body]).toEqual([200, 'body'])
      await where.settled()
      expect(where.errors).toEqual([bad])
    },
  )

  it('when the app asks: its callback and its promise hear of it, once', async () => {
    const store = new TestStore()
    const told: unknown[] = []
    const { where, visitor } = await knownVisitor(store, async (req, res) => {
      if (req.url === '/') {
        countViews(req, res)
        return
      }
      for (const method of methods) store.takeOver[method] = manner
      await new Promise<void>((resolve) => {
        req.session.save((error) => {
          told.push(['save', error])
          resolve()
        })
      })
      await req.session.reload().catch((error: unknown) => told.push(['reload', error]))
      await req.session.destroy().catch((error: unknown) => told.push(['destroy', error]))
      store.takeOver.get = store.takeOver.set = undefined as never
      res.end()
    })
    await visitor.ask('/ask')
    await where.settled()
    expect(told).toEqual([
      ['save', bad],
      ['reload', bad],
      ['destroy', bad],
    ])
  })

  it('to destroy the old session: regenerate gives a new one all the same, and tells', async () => {
    const store = new TestStore()
    const { where, visitor } = await knownVisitor(store, async (req, res) => {
      if (req.url === '/') {
        countViews(req, res)
        return
      }
      const { id } = req.session
      store.takeOver.destroy = manner
      const outcome = await req.session.regenerate().catch((error: unknown) => error)
      res.end(JSON.stringify([outcome === bad, req.session.id === id, Object.keys(req.session)]))
    })
    expect(JSON.parse((await visitor.ask('/regenerate')).body)).toEqual([true, false, ['cookie']])
    expect(where.errors).toEqual([])
  })
})

describe('a store that fails without saying why', () => {
  it.each<[string, Manner]>([
    ['rejects with nothing', () => Promise.reject()],
    ['rejects with null', () => Promise.reject(null)],
    [
      'throws nothing',
      () => {
        throw undefined
      },
    ],
  ])('%s: that is a failure, and never a success', async (_name, manner) => {
    const store = new TestStore()
    const { where, visitor } = await knownVisitor(store)
    store.takeOver.set = manner
    expect((await visitor.ask()).status).toBe(200)
    await where.settled()
    expect(where.errors).toHaveLength(1)
    store.takeOver.get = manner
    expect((await visitor.ask()).status).toBe(500)
  })
})
