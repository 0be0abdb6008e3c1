/**
 * A store that is down, slow, wrong or hostile signs nobody in, hangs no request, and loses nobody’s session.
 */
import { describe, expect, it } from 'vitest'

import { coatcheck, MemoryStore, session, type SessionRecord } from '../../src/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { gate } from '../http/support/gate.js'
import { site, Visitor, type Handler, type SessionedRequest } from '../http/support/site.js'
import { TestStore } from '../http/support/test-store.js'
import { watchedRecords } from '../http/support/watched-records.js'

const secret = 'a secret of at least thirty-two bytes'
const plain = { secret, resave: false, saveUninitialized: false }

const whoAmI: Handler = (req, res) => {
  if (req.url?.startsWith('/as/') === true) req.session.user = req.url.slice(4)
  res.end(String(req.session.user))
}

type Answer = (record: SessionRecord) => unknown

const answers: [string, Answer][] = [
  ['null', () => null],
  ['text', () => 'garbage'],
  ['a number', () => 1],
  ['true', () => true],
  ['a list', (record) => [record]],
  ['an empty object', () => ({})],
  ['a session object instead of a record', () => ({ cookie: {}, user: 'mallory' })],
  ['data that is no text', (record) => ({ ...record, data: { user: 'mallory' } })],
  ['data that is no JSON', (record) => ({ ...record, data: 'user=mallory' })],
  ['data that is half of it', (record) => ({ ...record, data: record.data.slice(0, -3) })],
  ['data that is a list', (record) => ({ ...record, data: '[{"user":"mallory"}]' })],
  ['data of an old schema', (record) => ({ ...record, version: undefined })],
  ['a deadline that is no number', (record) => ({ ...record, expiresAt: 'never' })],
  ['a deadline of NaN', (record) => ({ ...record, expiresAt: Number.NaN })],
  ['a record that expired', (record) => ({ ...record, expiresAt: 1 })],
  ['a record of 1970', (record) => ({ ...record, createdAt: 0 })],
  ['attributes that are no JSON', (record) => ({ ...record, attributes: '<html>' })],
  ['a rejected promise', () => Promise.reject(new Error('down'))],
  ['a promise of garbage', () => Promise.resolve('garbage')],
]

describe('a store of records that answers a read with', () => {
  it.each(answers)('%s: nobody is signed in', async (_name, answer) => {
    const store = watchedRecords()
    const { read } = store
    let wrong = false
    const store2 = Object.assign(store, {
      read: (key: string) => {
        const record = read.call(store, key) as SessionRecord
        return wrong && record !== undefined ? answer(record) : record
      },
    })
    const where = await site(coatcheck({ secret, store: store2, onStoreError: 'continue' }), whoAmI)
    const strict = await site(coatcheck({ secret, store: store2 }), whoAmI)
    const visitor = new Visitor(where)
    await visitor.ask('/as/ann')
    wrong = true
    for (const door of [where, strict]) {
      const reply = await door.ask('/', { headers: { cookie: visitor.cookieHeader } })
      expect([200, 500]).toContain(reply.status)
      expect(reply.body).not.toContain('ann')
      expect(reply.body).not.toContain('mallory')
    }
  })

  it('the right record: its visitor is signed in, so that the above says something', async () => {
    const where = await site(coatcheck({ secret, store: watchedRecords() }), whoAmI)
    const visitor = new Visitor(where)
    await visitor.ask('/as/ann')
    expect((await visitor.ask('/')).body).toBe('ann')
  })

  it('one row that nobody can read locks its visitor out of nothing but that row', async () => {
    const store = watchedRecords()
    const sessions = coatcheck({ secret, store })
    const failures: string[] = []
    sessions.on('storeError', ({ operation }) => failures.push(operation))
    const where = await site(sessions, whoAmI)
    const visitor = new Visitor(where)
    await visitor.ask('/as/ann')
    const [key, record] = Object.entries(store.contents())[0]!
    void store.update(key, { ...record, data: 'spoilt', version: 2 }, 1)
    const reply = await visitor.ask('/as/bob')
    expect([reply.status, reply.body, reply.setCookies.length]).toEqual([200, 'bob', 1])
    expect((await visitor.ask('/')).body).toBe('bob')
    expect(failures).toEqual(['read'])
  })
})

describe('a store that throws at once', () => {
  const deeds: [string, (req: SessionedRequest) => unknown][] = [
    ['reads', (req) => req.session.user],
    ['writes', (req) => (req.session.late = true)],
    ['saves', (req) => req.session.save().catch(() => {})],
    [
      'regenerates and saves',
      async (req) => {
        await req.session.regenerate().catch(() => {})
        req.session.user = 'ann'
        await req.session.save().catch(() => {})
      },
    ],
    ['destroys', (req) => req.session.destroy().catch(() => {})],
    ['reloads and writes', (req) => req.session.reload().catch(() => {})],
  ]

  it.each(deeds)(
    'from any of its calls on, leaves each request an answer and the process its life: a handler that %s',
    async (_name, deed) => {
      for (let right = 0; right < 8; right += 1) {
        const store = watchedRecords()
        const where = await site(coatcheck({ secret, store, touchWindow: 0 }), async (req, res) => {
          if (req.url === '/as/ann') req.session.user = 'ann'
          else await deed(req)
          res.end('body')
        })
        const visitor = new Visitor(where)
        await visitor.ask('/as/ann')
        const last = store.calls.length + right
        for (const method of ['create', 'read', 'update', 'touch', 'delete', 'replace'] as const) {
          store.before[method] = () => {
            if (store.calls.length > last) throw new Error('down')
          }
        }
        for (let time = 0; time < 2; time += 1) {
          const { status, body } = await visitor.ask('/')
          expect([
            [200, 'body'],
            [500, 'down'],
          ]).toContainEqual([status, body])
        }
        await where.settled()
        for (const error of where.errors) expect(error).toMatchObject({ message: 'down' })
      }
    },
  )
})

describe('a failed read destroys nothing', () => {
  it.each([
    ['with unset: destroy', { unset: 'destroy' }],
    ['without', {}],
    ['with resave and saveUninitialized', { resave: true, saveUninitialized: true, unset: 'destroy' }],
  ] as const)('%s', async (_name, options) => {
    for (const failure of ['error', 'timeout'] as const) {
      const clock = fakeClock(Date.now())
      const store = new TestStore('later')
      const where = await site(session({ ...plain, ...options, store, clock }), whoAmI)
      const visitor = new Visitor(where)
      await visitor.ask('/as/ann')
      store.calls.length = 0
      const reading = gate()
      store.takeOver.get = (call) => {
        reading.open()
        if (failure === 'error') setImmediate(() => call.fail(new Error('down')))
      }
      const reply = visitor.ask('/')
      await reading.passed
      if (failure === 'timeout') clock.advance(5_000)
      expect((await reply).status).toBe(500)
      expect(store.calls.map((call) => call.split(' ', 1)[0])).toEqual(['get'])
      delete store.takeOver.get
      expect((await visitor.ask('/')).body).toBe('ann')
    }
  })
})

describe('a store that loses writes', () => {
  it('has signed nobody in by a save that failed', async () => {
    const store = watchedRecords()
    const where = await site(coatcheck({ secret, store }), async (req, res) => {
      if (req.url === '/sign-in') {
        await req.session.regenerate()
        req.session.user = 'ann'
      }
      res.end(String(req.session.user))
    })
    store.before.create = () => Promise.reject(new Error('down'))
    const visitor = new Visitor(where)
    await visitor.ask('/sign-in')
    delete store.before.create
    expect((await visitor.ask('/')).body).toBe('undefined')
    await where.settled()
    expect(where.errors).toHaveLength(1)
  })

  it('answers another visitor’s question with that visitor’s record alone', async () => {
    const store = new MemoryStore()
    const where = await site(session({ ...plain, store }), whoAmI)
    const [ann, bob] = [new Visitor(where), new Visitor(where)]
    await ann.ask('/as/ann')
    await bob.ask('/as/bob')
    const many = await Promise.all(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? ann : bob).ask('/')))
    expect(many.map(({ body }) => body)).toEqual(many.map((_, index) => (index % 2 === 0 ? 'ann' : 'bob')))
  })
})

describe('onStoreError: continue', () => {
  it('serves a request whose session cannot be read with an empty one, which is not kept and gets no cookie', async () => {
    const store = new TestStore('later')
    const where = await site(coatcheck({ secret, store, onStoreError: 'continue' }), (req, res) => {
      const { user } = req.session
      req.session.user = 'somebody'
      res.end(String(user))
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    const before = [...store.records]
    store.takeOver.get = (call) => call.fail(new Error('down'))
    const reply = await visitor.ask()
    expect([reply.status, reply.body, reply.setCookies]).toEqual([200, 'undefined', []])
    expect([...store.records]).toEqual(before)
    delete store.takeOver.get
    expect((await visitor.ask()).body).toBe('somebody')
  })
})
