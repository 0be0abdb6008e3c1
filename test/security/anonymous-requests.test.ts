/**
 * Visitors who send no cookie and write nothing fill no store (the class of Django CVE-2015-5143 and Symfony CVE-2016-4423).
 */
import { describe, expect, it } from 'vitest'

import { coatcheck, session } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { site, Visitor, type Handler } from '../http/support/site.js'
import { get } from '../http/support/raw-connection.js'
import { TestStore } from '../http/support/test-store.js'
import { watchedRecords } from '../http/support/watched-records.js'

const secret = 'a secret of at least thirty-two bytes'

/** What handlers do without writing: reading, looking at the cookie, streaming, failing. */
const handler: Handler = async (req, res) => {
  if (req.url === '/read') void req.session.user
  if (req.url === '/touch') req.session.touch()
  if (req.url === '/cookie') req.session.cookie.sameSite = 'strict'
  if (req.url === '/revert') {
    req.session.a = 1
    delete req.session.a
  }
  if (req.url === '/undefined') req.session.a = undefined
  if (req.url === '/destroy') await req.session.destroy().catch(() => {})
  if (req.url === '/throw') throw new Error('a bug')
  if (req.url === '/null') req.session = null as never
  if (req.url === '/stream') res.write('x')
  res.end('body')
}

const paths = ['/', '/read', '/touch', '/cookie', '/revert', '/undefined', '/throw', '/null', '/stream']

describe('an anonymous request that writes nothing', () => {
  it('costs coatcheck() no store call at all, and gets no cookie (Django CVE-2015-5143)', async () => {
    const store = watchedRecords()
    const where = await site(coatcheck({ secret, store }), handler)
    for (const path of paths) expect([path, (await where.ask(path)).setCookies]).toEqual([path, []])
    expect(store.calls).toEqual([])
  })

  it('costs a callback store nothing either, under both doors', async () => {
    for (const open of [
      (store: TestStore) => coatcheck({ secret, store }),
      (store: TestStore) => session({ secret, resave: false, saveUninitialized: false, rolling: true, store }),
    ]) {
      const store = new TestStore('sync')
      const where = await site(open(store), handler)
      for (const path of paths) expect([path, (await where.ask(path)).setCookies]).toEqual([path, []])
      expect(store.calls).toEqual([])
    }
  })

  it('with a forged cookie costs no store call', async () => {
    const store = watchedRecords()
    const where = await site(coatcheck({ secret, store }), handler)
    for (const cookie of ['session=x', `session=${'A'.repeat(43)}.${'B'.repeat(43)}`, 'session=; session=; session=']) {
      await where.ask('/', { headers: { cookie } })
    }
    expect(store.calls).toEqual([])
  })

  it('with the cookie of a session that is over costs reads, and no write', async () => {
    const store = watchedRecords()
    const where = await site(coatcheck({ secret, store }), (req, res) => {
      if (req.url === '/set') req.session.a = 1
      res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    for (const key of Object.keys(store.contents())) void store.delete(key)
    store.calls.length = 0
    for (let time = 0; time < 3; time += 1) await visitor.ask('/')
    expect(new Set(store.calls)).toEqual(new Set(['read']))
  })

  it('by the thousand leaves the store in memory empty', async () => {
    const store = memoryStore()
    const where = await site(coatcheck({ secret, store }), handler)
    const connection = await where.connect()
    for (let sent = 0; sent < 1_000; sent += 1) connection.send(get('/'))
    await connection.until((received) => received.split('body').length > 1_000)
    expect(store.count()).toBe(0)
  })
})

describe('a known visitor who only reads', () => {
  it('costs one read a request and no write, within the touch window', async () => {
    const store = watchedRecords()
    const where = await site(coatcheck({ secret, store }), (req, res) => {
      if (req.url === '/set') req.session.a = 1
      res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    store.calls.length = 0
    for (let time = 0; time < 5; time += 1) await visitor.ask('/')
    expect(store.calls).toEqual(['read', 'read', 'read', 'read', 'read'])
  })
})

describe('the size of what one session keeps', () => {
  it('has a limit of 64 KiB unless told otherwise, and a typed error beyond it (Symfony CVE-2016-4423)', async () => {
    const store = watchedRecords()
    const where = await site(coatcheck({ secret, store }), (req, res) => {
      req.session.a = 'x'.repeat(Number(req.url!.slice(1)))
      res.end()
    })
    const overhead = '{"a":""}'.length
    await where.ask(`/${64 * 1024 - overhead}`)
    expect(store.calls).toEqual(['create'])
    await where.ask(`/${64 * 1024 - overhead + 1}`)
    await where.settled()
    expect(store.calls).toEqual(['create'])
    expect(where.errors).toEqual([expect.objectContaining({ code: 'ERR_SESSION_DATA_TOO_LARGE' })])
  })
})
