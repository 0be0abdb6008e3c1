/**
 * The deadline for each answer of a callback store, on a clock of the test's own.
 */
import { describe, expect, it } from 'vitest'

import { session } from '../../src/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { get } from './support/raw-connection.js'
import { site, Visitor } from './support/site.js'
import { TestStore } from './support/test-store.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }

describe('the deadline', () => {
  it('ends the wait for a store that never answers: the response goes out, and then the app hears why', async () => {
    const clock = fakeClock()
    const store = new TestStore('held')
    const where = await site(session({ ...options, store, clock, storeTimeout: '2s' }), (req, res) => {
      req.session.a = 1
      res.end('body')
    })
    const connection = await where.connect()
    connection.send(get('/', { connection: 'close' }))
    const call = await store.next('set')
    clock.advance(1_999)
    await where.settled()
    expect(connection.received).toBe('')
    clock.advance(1)
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 200 OK[^]*body$/)
    await where.settled()
    expect(where.errors).toEqual([expect.objectContaining({ code: 'ERR_SESSION_STORE_TIMEOUT' })])
    call.succeed()
    await where.settled()
    expect(where.errors).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('is five seconds where nothing else is said', async () => {
    const clock = fakeClock()
    const store = new TestStore('held')
    const where = await site(session({ ...options, store, clock }), (req, res) => {
      req.session.a = 1
      res.end()
    })
    const reply = where.ask()
    await store.next('set')
    clock.advance(4_999)
    expect(clock.pending).toBe(1)
    clock.advance(1)
    expect((await reply).status).toBe(200)
  })

  it('counts for each call by itself, and leaves no timer behind', async () => {
    const clock = fakeClock()
    const store = new TestStore('held')
    const where = await site(session({ ...options, store, clock }), (req, res) => {
      req.session.views = Number(req.session.views ?? 0) + 1
      res.end(String(req.session.views))
    })
    const visitor = new Visitor(where)
    for (const views of ['1', '2']) {
      const reply = visitor.ask()
      for (const method of views === '1' ? (['set'] as const) : (['get', 'set'] as const)) {
        const call = await store.next(method)
        clock.advance(4_000)
        call.succeed()
      }
      expect((await reply).body).toBe(views)
      expect(clock.pending).toBe(0)
    }
    expect(where.errors).toEqual([])
  })

  it('ends the wait for a load as well: the app’s error handling answers', async () => {
    const clock = fakeClock()
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store, clock }), (req, res) => {
      req.session.a = 1
      res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    store.timing = 'held'
    const reply = visitor.ask()
    const call = await store.next('get')
    clock.advance(5_000)
    expect((await reply).status).toBe(500)
    expect(where.errors).toEqual([expect.objectContaining({ code: 'ERR_SESSION_STORE_TIMEOUT' })])
    call.succeed()
    await where.settled()
    expect(where.errors).toHaveLength(1)
  })
})
