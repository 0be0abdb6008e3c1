import { describe, expect, it } from 'vitest'

import { session } from '../../src/index.js'
import { site, Visitor, type SessionedRequest } from './support/site.js'
import { TestStore } from './support/test-store.js'

const options = { secret: 'keyboard cat', resave: false, saveUninitialized: false }

/** What the store is asked while a visitor’s request removes its session. */
async function callsOf(
  unset: 'keep' | 'destroy',
  remove: (req: SessionedRequest) => unknown,
): Promise<readonly string[]> {
  const store = new TestStore('sync')
  const where = await site(session({ ...options, store, unset }), async (req, res) => {
    if (req.url === '/set') req.session.a = 1
    else await remove(req)
    res.end()
  })
  const visitor = new Visitor(where)
  await visitor.ask('/set')
  store.calls.length = 0
  await visitor.ask('/remove')
  expect(where.errors).toEqual([])
  return store.calls.map((call) => call.split(' ', 1)[0]!)
}

const toNull = (req: SessionedRequest): unknown => (req.session = null as never)
const deleted = (req: SessionedRequest): unknown => delete (req as { session?: unknown }).session

describe('unset', () => {
  it.each([
    ['null', toNull],
    ['deleted', deleted],
  ])('destroy: a session that is %s is destroyed', async (_name, remove) => {
    expect(await callsOf('destroy', remove)).toEqual(['get', 'destroy'])
  })

  it.each([
    ['null', toNull],
    ['deleted', deleted],
  ])('keep: a session that is %s is left alone', async (_name, remove) => {
    expect(await callsOf('keep', remove)).toEqual(['get'])
  })

  it('destroy: what the app has destroyed itself is not destroyed twice', async () => {
    expect(await callsOf('destroy', (req) => req.session.destroy())).toEqual(['get', 'destroy'])
  })

  it('destroy: another falsy value is no removal', async () => {
    expect(await callsOf('destroy', (req) => (req.session = false as never))).toEqual(['get'])
  })

  it('destroy: a session that comes back before the end is kept', async () => {
    const calls = await callsOf('destroy', (req) => {
      const { session: current } = req
      req.session = null as never
      req.session = current
    })
    expect(calls).toEqual(['get', 'touch'])
  })

  it('destroy: a new session that is removed costs one call at most, and no cookie', async () => {
    const store = new TestStore('sync')
    const where = await site(session({ ...options, store, unset: 'destroy' }), (req, res) => {
      req.session.a = 1
      req.session = null as never
      res.end()
    })
    expect((await where.ask()).setCookies).toEqual([])
    expect(store.records.size).toBe(0)
  })
})
