/**
 * `req.session`: its surface, and its methods in both ways of speaking.
 */
import { inspect } from 'node:util'

import { describe, expect, it } from 'vitest'

import { coatcheck, Cookie, Session, session } from '../../src/index.js'
import { site, Visitor, type Middleware, type SessionedRequest } from './support/site.js'
import { TestStore } from './support/test-store.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }

const doors: [string, (store?: TestStore) => Middleware][] = [
  ['session()', (store) => session({ ...options, store: store as never })],
  ['session() over a store that answers at once', () => session({ ...options, store: new TestStore('sync') })],
  ['coatcheck()', () => coatcheck({ secret: 'x' })],
  ['coatcheck() over a callback store', () => coatcheck({ secret: 'x', store: new TestStore('later') })],
]

/** Runs `work` with a visitor’s session, known from an earlier request, and answers what it answers as JSON. */
async function withSession(open: () => Middleware, work: (req: SessionedRequest) => unknown): Promise<unknown> {
  const where = await site(open(), async (req, res) => {
    if (req.url === '/set') {
      req.session.name = 'ann'
      res.end()
    } else res.end(JSON.stringify((await work(req)) ?? null))
  })
  const visitor = new Visitor(where)
  await visitor.ask('/set')
  const reply = await visitor.ask('/')
  if (reply.status !== 200) throw new Error(reply.body)
  return JSON.parse(reply.body)
}

describe.each(doors)('%s', (_name, open) => {
  it('shows its values and its cookie, and nothing else', async () => {
    const seen = await withSession(open, ({ session: current }) => {
      const inherited: string[] = []
      // oxlint-disable-next-line guard-for-in -- passport and grant copy sessions in this way
      for (const key in current) inherited.push(key)
      return [Object.keys(current).sort(), inherited.sort(), Object.keys(JSON.parse(JSON.stringify(current))).sort()]
    })
    expect(seen).toEqual([
      ['cookie', 'name'],
      ['cookie', 'name'],
      ['cookie', 'name'],
    ])
  })

  it('is a Session with a Cookie, whose id and req cannot be set', async () => {
    const seen = await withSession(open, (req) => {
      const { session: current } = req
      const errors = ['id', 'req'].map((name) => {
        try {
          ;(current as Record<string, unknown>)[name] = 'x'
          return 'set'
        } catch (error) {
          return (error as Error).name
        }
      })
      return [current instanceof Session, current.cookie instanceof Cookie, current.id === req.sessionID, errors]
    })
    expect(seen).toEqual([true, true, true, ['TypeError', 'TypeError']])
  })

  it('answers promises, and itself where it is given a callback', async () => {
    const seen = await withSession(open, async (req) => {
      const { session: current } = req
      const answers: unknown[] = []
      answers.push(await current.save())
      answers.push(await current.reload())
      answers.push(current.save(() => {}) === current)
      await new Promise<void>((resolve) => {
        answers.push(current.reload(() => resolve()) === current)
      })
      await req.session.regenerate()
      await req.session.destroy()
      answers.push('session' in req)
      return answers
    })
    expect(seen).toEqual([null, null, true, true, false])
  })

  it('calls back without an error', async () => {
    const seen = await withSession(open, async (req) => {
      const told: unknown[] = []
      for (const method of ['save', 'reload', 'regenerate', 'destroy'] as const) {
        await new Promise<void>((resolve) => {
          req.session[method]((error: unknown) => {
            told.push(error ?? 'no error')
            resolve()
          })
        })
      }
      return told
    })
    expect(seen).toEqual(['no error', 'no error', 'no error', 'no error'])
  })

  it('regenerates into an empty session under a new ID, of which the old object knows nothing', async () => {
    const seen = await withSession(open, async (req) => {
      const old = req.session
      const { id } = old
      await old.regenerate()
      const fresh = req.session
      return [fresh !== old, fresh.id !== id, fresh.id === req.sessionID, Object.keys(fresh), old.id === id, old.name]
    })
    expect(seen).toEqual([true, true, true, ['cookie'], true, 'ann'])
  })

  it('reloads what is stored, as another object of the same ID', async () => {
    const seen = await withSession(open, async (req) => {
      const old = req.session
      old.name = 'changed'
      await old.reload()
      return [req.session !== old, req.session.id === old.id, req.session.name, old.name]
    })
    expect(seen).toEqual([true, true, 'ann', 'changed'])
  })

  it('stays as it was where a reload finds nothing', async () => {
    const seen = await withSession(open, async (req) => {
      const { session: current } = req
      const { id } = current
      req.session.name = 'kept'
      await new Promise<void>((resolve) => {
        req.sessionStore.destroy(id, () => resolve())
      })
      const error = await current.reload().catch((reason: unknown) => reason)
      const { message, code } = error as { message: string; code: string }
      return [message, code, req.session === current, req.session.name]
    })
    expect(seen).toEqual(['failed to load session', 'ERR_SESSION_NOT_FOUND', true, 'kept'])
  })

  it('takes a plain object that is put in its place for its new values', async () => {
    const where = await site(open(), (req, res) => {
      if (req.url === '/replace') (req as { session: unknown }).session = { name: 'bob', list: [1] }
      else if (req.url === '/set') req.session.name = 'ann'
      res.end(JSON.stringify([req.session.name, req.session.list]))
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    const cookie = visitor.cookieHeader
    await visitor.ask('/replace')
    expect((await visitor.ask('/')).body).toBe('["bob",[1]]')
    expect(visitor.cookieHeader).toBe(cookie)
  })

  it.each([
    ['null', (req: SessionedRequest) => (req.session = null as never)],
    ['deleted', (req: SessionedRequest) => delete (req as { session?: unknown }).session],
    ['false', (req: SessionedRequest) => (req.session = false as never)],
    ['text', (req: SessionedRequest) => (req.session = 'x' as never)],
  ])('%s, is left in the store', async (_kind, remove) => {
    const where = await site(open(), (req, res) => {
      if (req.url === '/set') req.session.name = 'ann'
      if (req.url === '/remove') {
        req.session.name = 'lost'
        remove(req)
        res.end()
      } else res.end(String(req.session.name))
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    expect((await visitor.ask('/remove')).setCookies).toEqual([])
    expect((await visitor.ask('/')).body).toBe('ann')
  })

  it('destroyed, is gone, and the response sets no cookie', async () => {
    const where = await site(open(), (req, res) => {
      if (req.url === '/set') req.session.name = 'ann'
      if (req.url === '/destroy') req.session.destroy(() => res.end(typeof req.session))
      else res.end(String(req.session.name))
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    const reply = await visitor.ask('/destroy')
    expect([reply.body, reply.setCookies]).toEqual(['undefined', []])
    expect((await visitor.ask('/')).body).toBe('undefined')
  })

  it('destroyed, cannot be saved by an object that somebody still holds', async () => {
    const seen = await withSession(open, async (req) => {
      const old = req.session
      await old.destroy()
      const error = await old.save().catch((reason: unknown) => reason)
      return (error as { code: string }).code
    })
    expect(seen).toBe('ERR_SESSION_NO_SESSION')
  })

  it('whose cookie was replaced by a plain object has a Cookie again', async () => {
    const where = await site(open(), (req, res) => {
      req.session.name = 'ann'
      ;(req.session as { cookie: unknown }).cookie = { path: '/', maxAge: 60_000 }
      res.end()
    })
    const reply = await where.ask()
    expect(reply.setCookies[0]).toMatch(/; Path=\/; Expires=/)
    expect(where.errors).toEqual([])
  })

  it('whose cookie was deleted has one again', async () => {
    const where = await site(open(), async (req, res) => {
      req.session.name = 'ann'
      delete (req.session as { cookie?: unknown }).cookie
      if (req.url === '/save') await req.session.save()
      res.end()
    })
    for (const path of ['/', '/save']) expect((await where.ask(path)).setCookies).toHaveLength(1)
    expect(where.errors).toEqual([])
  })
})

describe('touch() and resetMaxAge()', () => {
  it('give the cookie its whole lifetime again, ask no store, and answer the session', async () => {
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store, cookie: { maxAge: 60_000 } }), (req, res) => {
      const { cookie } = req.session
      cookie._expires = new Date(Date.now() + 1_000)
      const chained = req.session.touch() === req.session && req.session.resetMaxAge() === req.session
      res.end(JSON.stringify([chained, (cookie.maxAge as number) > 59_000, store.calls]))
    })
    expect(JSON.parse((await where.ask()).body)).toEqual([true, true, []])
  })
})

describe('save()', () => {
  it('has one parameter, by which grant knows that it takes a callback', () => {
    expect(Session.prototype.save).toHaveLength(1)
  })

  it('hands stores the live session', async () => {
    const store = new TestStore('sync')
    const given: unknown[] = []
    store.takeOver.set = (call) => {
      given.push(call.session)
      call.succeed()
    }
    const where = await site(session({ ...options, store }), (req, res) => {
      req.session.name = 'ann'
      const current = req.session
      res.end()
      given.push(current)
    })
    await where.ask()
    expect(given[0]).toBe(given[1])
    expect(given[0]).toBeInstanceOf(Session)
  })

  it('of unchanged data under saveUninitialized: false gives the visitor the cookie to it', async () => {
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store }), async (req, res) => {
      await req.session.save()
      res.end()
    })
    expect((await where.ask()).setCookies).toHaveLength(1)
    expect(store.calls).toHaveLength(1)
  })
})

describe('inspecting', () => {
  it('a session shows its values and its cookie, and no ID', async () => {
    for (const [, open] of doors) {
      const where = await site(open(), (req, res) => {
        req.session.name = 'ann'
        const shown = inspect(req.session, { depth: 10 }) + JSON.stringify(req.session)
        res.end(JSON.stringify([shown.includes('ann'), shown.includes(req.sessionID)]))
      })
      expect(JSON.parse((await where.ask()).body)).toEqual([true, false])
    }
  })
})

describe('names of ours in stored data', () => {
  it('are dropped when it is loaded, and from the store by the save that follows', async () => {
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store }), (req, res) => {
      req.session.name ??= 'ann'
      res.end(JSON.stringify([typeof req.session.save, req.session.id === req.sessionID, req.session.name]))
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    const id = [...store.records.keys()][0]!
    const hostile = { id: 'x', req: 'x', save: 'x', toString: 'x', hasOwnProperty: 'x', constructor: 'x' }
    store.records.set(id, JSON.stringify({ ...store.record(id), ...hostile }))
    expect(JSON.parse((await visitor.ask()).body)).toEqual(['function', true, 'ann'])
    expect(Object.keys(store.record(id)!).sort()).toEqual(['cookie', 'name'])
  })
})
