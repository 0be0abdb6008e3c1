import { Readable } from 'node:stream'

import { describe, expect, it } from 'vitest'

import { coatcheck, session } from '../../src/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { gate } from './support/gate.js'
import { get } from './support/raw-connection.js'
import { site, Visitor } from './support/site.js'
import { TestStore } from './support/test-store.js'
import { collectWarnings } from './support/warnings.js'
import { watchedRecords } from './support/watched-records.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }

describe('a response that is written as it goes', () => {
  it('leaves as it is written, and holds its last chunk until the session is stored', async () => {
    const store = new TestStore('held')
    const where = await site(session({ ...options, store }), (req, res) => {
      req.session.a = 1
      res.write('one ')
      res.write('two ')
      res.end('three')
    })
    const connection = await where.connect()
    connection.send(get('/', { connection: 'close' }))
    const call = await store.next('set')
    await connection.until((received) => received.includes('two '))
    await where.settled()
    expect(connection.received).toMatch(/^set-cookie: connect\.sid=/im)
    expect(connection.received).not.toContain('three')
    expect(connection.received).not.toContain('\r\n0\r\n')
    call.succeed()
    expect(await connection.closed()).toMatch(/three\r\n0\r\n\r\n$/)
  })

  it('holds its end when there is no last chunk', async () => {
    const store = new TestStore('held')
    const where = await site(session({ ...options, store }), (req, res) => {
      req.session.a = 1
      Readable.from(['one ', 'two']).pipe(res)
    })
    const connection = await where.connect()
    connection.send(get('/', { connection: 'close' }))
    const call = await store.next('set')
    await where.settled()
    expect(connection.received).toContain('two')
    expect(connection.received).not.toContain('\r\n0\r\n')
    call.succeed()
    expect(await connection.closed()).toMatch(/\r\n0\r\n\r\n$/)
  })

  it('with a length of its own is not complete before the session is stored', async () => {
    const store = new TestStore('held')
    const where = await site(session({ ...options, store }), (req, res) => {
      req.session.a = 1
      res.setHeader('Content-Length', 7)
      res.write('one ')
      res.end('two')
    })
    const connection = await where.connect()
    connection.send(get('/', { connection: 'close' }))
    const call = await store.next('set')
    await connection.until((received) => received.endsWith('one '))
    call.succeed()
    expect(await connection.closed()).toMatch(/one two$/)
  })

  it('decides about its cookie at the first byte, or at flushHeaders', async () => {
    for (const start of ['write', 'flushHeaders'] as const) {
      const where = await site(session(options), (req, res) => {
        req.session.a = 1
        if (start === 'write') res.write('x')
        else res.flushHeaders()
        res.end()
      })
      expect((await where.ask()).setCookies).toHaveLength(1)
    }
  })

  it('stores what is changed while it streams, for a visitor who is known', async () => {
    const where = await site(session(options), (req, res) => {
      if (req.url === '/stream') {
        res.write('one ')
        req.session.late = true
        res.end('two')
      } else {
        req.session.a = 1
        res.end(String(req.session.late))
      }
    })
    const visitor = new Visitor(where)
    await visitor.ask('/')
    expect((await visitor.ask('/stream')).body).toBe('one two')
    expect((await visitor.ask('/')).body).toBe('true')
  })

  it('stores nothing for a new visitor whose cookie came too late, and says once how to do it', async () => {
    const warnings = collectWarnings()
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store }), (req, res) => {
      res.write('one ')
      req.session.late = true
      res.end('two')
    })
    for (let time = 0; time < 2; time += 1) {
      const reply = await where.ask()
      expect(reply.setCookies).toEqual([])
      expect(reply.body).toBe('one two')
    }
    expect(store.calls).toEqual([])
    expect(await warnings.codes()).toEqual(['COATCHECK_CHANGED_AFTER_HEADERS'])
  })

  it('gives no cookie to, and keeps no record of, a session regenerated behind its headers', async () => {
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store }), async (req, res) => {
      req.session.a = 1
      if (req.url === '/stream') {
        res.write('one ')
        await req.session.regenerate()
        req.session.user = 'ann'
      }
      res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask('/')
    const reply = await visitor.ask('/stream')
    expect(reply.setCookies).toEqual([])
    expect(store.records.size).toBe(0)
  })

  it('moves the deadline of a known session by its whole lifetime', async () => {
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store, cookie: { maxAge: 60_000 } }), (req, res) => {
      if (req.url === '/set') req.session.a = 1
      // As if half of it had passed.
      else req.session.cookie._expires = new Date(Date.now() + 30_000)
      res.write('x')
      res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    const before = Date.now()
    await visitor.ask('/')
    const [record] = store.records.values()
    const { cookie } = JSON.parse(record!) as { cookie: { expires: string } }
    expect(Date.parse(cookie.expires)).toBeGreaterThanOrEqual(before + 60_000)
  })

  it('touches a record in time: what counts is the whole lifetime and not what is left of it', async () => {
    const clock = fakeClock(Date.now())
    const records = watchedRecords()
    const maxAge = 60_000
    const where = await site(session({ ...options, cookie: { maxAge }, store: records, clock }), (req, res) => {
      if (req.url === '/set') req.session.a = 1
      // The cookie reads the system's clock: this is what it has left after 20 of its 60 seconds.
      else req.session.cookie._expires = new Date(Date.now() + 40_000)
      res.write('x')
      res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    clock.advance(20_000)
    await visitor.ask('/')
    expect(records.calls.filter((call) => call !== 'sweep')).toEqual(['create', 'read', 'touch'])
  })
})

describe('a stream that the client stops reading', () => {
  it('leaves the session stored once the handler ends it', async () => {
    const store = new TestStore('later')
    const end = gate()
    const where = await site(coatcheck({ secret: 'keyboard cat', store }), (req, res) => {
      req.session.a = 1
      res.on('close', () => {
        res.end('rest', () => {})
        end.open()
      })
      res.write('start')
    })
    const connection = await where.connect()
    connection.send(get('/'))
    await connection.until((received) => received.includes('start'))
    connection.abort()
    await end.passed
    await where.settled()
    await where.settled()
    expect(store.records.size).toBe(1)
    expect(where.errors).toEqual([])
  })
})
