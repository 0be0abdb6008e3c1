import { describe, expect, it } from 'vitest'

import { coatcheck, session } from '../../src/index.js'
import { site, Visitor } from './support/site.js'
import { TestStore } from './support/test-store.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }

describe('genid', () => {
  it('is called with the request, at once, for each new session', async () => {
    const seen: unknown[] = []
    const layer = session({
      ...options,
      genid: (req: { url?: string }) => {
        seen.push(req.url)
        return `id-${seen.length}`
      },
    })
    const where = await site(layer, (req, res) => {
      req.session.a = 1
      res.end(req.sessionID)
    })
    expect((await where.ask('/one')).body).toBe('id-1')
    expect((await where.ask('/two')).body).toBe('id-2')
    expect(seen).toEqual(['/one', '/two'])
  })

  it('still finds the old session on the request in a regenerate', async () => {
    const seen: unknown[] = []
    const layer = session({
      ...options,
      genid: (req: { session?: { user?: unknown } }) => {
        seen.push(req.session?.user)
        return `id-${seen.length}`
      },
    })
    const where = await site(layer, (req, res) => {
      req.session.user = 'ann'
      req.session.regenerate(() => res.end(req.sessionID))
    })
    expect((await where.ask()).body).toBe('id-2')
    expect(seen).toEqual([undefined, 'ann'])
  })

  it('that throws is an error of the request', async () => {
    const layer = session({
      ...options,
      genid: () => {
        throw new Error('no ID today')
      },
    })
    const where = await site(layer, (_req, res) => res.end('served'))
    const reply = await where.ask()
    expect([reply.status, reply.body]).toEqual([500, 'no ID today'])
  })

  it.each(['sync', 'later'] as const)(
    'that throws in a regenerate is an error of that call, store answering %s',
    async (timing) => {
      let calls = 0
      const layer = session({
        ...options,
        store: new TestStore(timing),
        genid: () => {
          calls += 1
          if (calls > 1) throw new Error('no ID today')
          return 'first'
        },
      })
      const where = await site(layer, async (req, res) => {
        const error = await req.session.regenerate().catch((reason: unknown) => reason)
        res.end((error as Error).message)
      })
      expect((await where.ask()).body).toBe('no ID today')
    },
  )

  it.each([
    ['a promise', Promise.resolve('id')],
    ['a number', 5],
    ['nothing', undefined],
    ['an object', {}],
  ])('that answers %s makes a session that is neither stored nor given a cookie', async (_name, id) => {
    for (const open of [
      (store: TestStore) => session({ ...options, store, genid: () => id }),
      (store: TestStore) => coatcheck({ secret: 'x', store, genid: () => id }),
    ]) {
      const store = new TestStore('sync')
      const where = await site(open(store), (req, res) => {
        req.session.a = 1
        res.end('served')
      })
      const reply = await where.ask()
      expect([reply.status, reply.body, reply.setCookies]).toEqual([200, 'served', []])
      expect(store.records.size).toBe(0)
    }
  })

  it('may give any text: it comes back as it was', async () => {
    for (const id of ['a', 'a.b', 'ünï😀', 'a b;c=d,e"f', '%41', "';--", '../../etc/passwd', 'x'.repeat(500)]) {
      const where = await site(session({ ...options, genid: () => id }), (req, res) => {
        req.session.views = Number(req.session.views ?? 0) + 1
        res.end(JSON.stringify([req.sessionID, req.session.views]))
      })
      const visitor = new Visitor(where)
      await visitor.ask()
      expect(JSON.parse((await visitor.ask()).body)).toEqual([id, 2])
    }
  })

  it('of coatcheck() may give any text, too', async () => {
    let next = 0
    const where = await site(coatcheck({ secret: 'x', genid: () => `user:${(next += 1)}` }), (req, res) => {
      req.session.views = Number(req.session.views ?? 0) + 1
      res.end(JSON.stringify([req.sessionID, req.session.views]))
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    expect(JSON.parse((await visitor.ask()).body)).toEqual(['user:1', 2])
  })

  it('that gives the same ID again, as tests like to have it, loses no session', async () => {
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store, genid: () => 'always' }), async (req, res) => {
      if (req.url === '/sign-in') {
        await req.session.regenerate()
        req.session.user = 'ann'
      }
      if (req.url === '/sign-out') await req.session.destroy()
      res.end(String((req as { session?: { user?: unknown } }).session?.user))
    })
    const visitor = new Visitor(where)
    for (let round = 0; round < 2; round += 1) {
      await visitor.ask('/sign-in')
      expect((await visitor.ask('/')).body).toBe('ann')
      await visitor.ask('/sign-out')
      expect((await visitor.ask('/')).body).toBe('undefined')
    }
  })
})
