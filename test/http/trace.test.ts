/**
 * The `request` event: the ten steps of a request as they really happened.
 */
import { describe, expect, it } from 'vitest'

import { coatcheck, session, type RequestTrace, type Sessions } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { site, Visitor, type Handler } from './support/site.js'
import { TestStore } from './support/test-store.js'

const secret = 'a secret of at least thirty-two bytes'
const plain = { secret, resave: false, saveUninitialized: false }

const tenSteps = ['request', 'cookie', 'load', 'attach', 'handle', 'prepare', 'commit', 'set-cookie', 'send', 'return']

/** A site and the traces of its requests. */
async function traced(sessions: Sessions, handler: Handler): Promise<{ visitor: Visitor; traces: RequestTrace[] }> {
  const traces: RequestTrace[] = []
  sessions.on('request', (trace) => traces.push(trace))
  return { visitor: new Visitor(await site(sessions, handler)), traces }
}

function outcomes(trace: RequestTrace | undefined): Record<string, string> {
  return Object.fromEntries(trace!.steps.map(({ name, outcome }) => [name, outcome]))
}

const handler: Handler = async (req, res) => {
  if (req.url === '/set') req.session.views = Number(req.session.views ?? 0) + 1
  if (req.url === '/destroy') await req.session.destroy()
  if (req.url === '/regenerate') await req.session.regenerate()
  if (req.url === '/missing') res.statusCode = 404
  if (req.url === '/stream') res.write('one ')
  if (req.url === '/head') res.writeHead(200)
  res.end('body')
}

describe.each([
  ['coatcheck()', () => coatcheck({ secret, touchWindow: 0 })],
  ['session() over a callback store', () => session({ ...plain, store: new TestStore('later') })],
  ['session() over a store of records', () => session({ ...plain, store: memoryStore(), touchWindow: 0 })],
])('%s', (_name, open) => {
  it('tells each request in ten steps, in order, with times that only grow', async () => {
    const { visitor, traces } = await traced(open(), handler)
    const paths = ['/', '/set', '/', '/set', '/missing', '/regenerate', '/destroy', '/']
    for (const path of paths) await visitor.ask(path)
    expect(traces).toHaveLength(paths.length)
    for (const [index, { steps, startedAt, req }] of traces.entries()) {
      expect([paths[index], ...steps.map(({ name }) => name)]).toEqual([paths[index], ...tenSteps])
      const times = steps.map(({ at }) => at)
      expect(times).toEqual([...times].sort((one, other) => one - other))
      expect(times.every((time) => Number.isInteger(time) && time >= 0)).toBe(true)
      expect(Math.abs(startedAt - Date.now())).toBeLessThan(60_000)
      expect((req as { url: string }).url).toBe(paths[index])
    }
  })

  it('tells of a response whose headers went out early that its cookie was decided then', async () => {
    const { visitor, traces } = await traced(open(), handler)
    for (const path of ['/stream', '/head']) await visitor.ask(path)
    const early = tenSteps.filter((name) => name !== 'set-cookie')
    early.splice(early.indexOf('handle'), 0, 'set-cookie')
    for (const { steps } of traces) expect(steps.map(({ name }) => name)).toEqual(early)
  })

  it('says what came of each step', async () => {
    const { visitor, traces } = await traced(open(), handler)
    for (const path of ['/', '/set', '/', '/set', '/regenerate', '/destroy', '/missing']) await visitor.ask(path)
    const saved = _name === 'session() over a callback store' ? 'saved' : 'created'
    const same = 'with the same cookie'
    expect(traces.map(({ steps }) => steps.map(({ outcome }) => outcome))).toEqual([
      ['GET', 'none', 'created', 'new', '200', 'unchanged', 'skipped', 'not due', 'sent', 'without a cookie'],
      ['GET', 'none', 'created', 'new', '200', 'changed', saved, 'sent', 'sent', 'with the new cookie'],
      ['GET', 'valid', 'loaded', 'known', '200', 'unchanged', 'touched', 'not due', 'sent', same],
      ['GET', 'valid', 'loaded', 'known', '200', 'changed', 'saved', 'not due', 'sent', same],
      ['GET', 'valid', 'loaded', 'known', '200', 'changed', saved, 'sent', 'sent', 'with the new cookie'],
      ['GET', 'valid', 'loaded', 'known', '200', 'ended', 'skipped', 'not due', 'sent', same],
      ['GET', 'valid', 'created', 'new', '404', 'unchanged', 'skipped', 'not due', 'sent', 'without a cookie'],
    ])
  })
})

describe('special outcomes', () => {
  it('a cookie that is rejected, one that may not travel, and data that cannot be stored', async () => {
    const { visitor, traces } = await traced(session({ ...plain, cookie: { secure: true } }), (req, res) => {
      req.session.a = req.url === '/big' ? 1n : 1
      res.end()
    })
    await visitor.ask('/', { headers: { cookie: 'connect.sid=forged' } })
    await visitor.ask('/big')
    expect(outcomes(traces[0])).toMatchObject({ cookie: 'rejected', commit: 'skipped', 'set-cookie': 'barred' })
    expect(outcomes(traces[1])).toMatchObject({ prepare: 'failed', commit: 'skipped' })
  })

  it('a store that fails to save', async () => {
    const store = new TestStore()
    store.takeOver.set = (call) => call.fail(new Error('down'))
    const { visitor, traces } = await traced(coatcheck({ secret, store }), handler)
    await visitor.ask('/set')
    expect(outcomes(traces[0])).toMatchObject({ commit: 'failed', 'set-cookie': 'not due', return: 'without a cookie' })
  })

  it('a store that fails to load: the steps that never came are not there', async () => {
    const store = new TestStore()
    const { visitor, traces } = await traced(session({ ...plain, store }), handler)
    await visitor.ask('/set')
    store.takeOver.get = (call) => call.fail(new Error('down'))
    expect((await visitor.ask('/')).status).toBe(500)
    expect(traces[1]!.steps.map(({ name }) => name)).not.toContain('attach')
    expect(outcomes(traces[1])).toMatchObject({ request: 'GET', cookie: 'valid', handle: '500', send: 'sent' })
  })

  it('a session that another request ended meanwhile', async () => {
    const records = memoryStore()
    const { visitor, traces } = await traced(coatcheck({ secret, store: records }), (req, res) => {
      req.session.a = Number(req.session.a ?? 0) + 1
      if (req.url === '/ended') for (const { key } of records.scan(undefined, 10).records) records.delete(key)
      res.end()
    })
    await visitor.ask('/')
    await visitor.ask('/ended')
    expect(outcomes(traces[1])).toMatchObject({ commit: 'gone', 'set-cookie': 'not due' })
  })
})

describe('the clock', () => {
  it('says when a request began', async () => {
    const clock = fakeClock(5_000)
    const { visitor, traces } = await traced(coatcheck({ secret, clock }), handler)
    await visitor.ask('/')
    expect(traces[0]!.startedAt).toBe(5_000)
  })
})
