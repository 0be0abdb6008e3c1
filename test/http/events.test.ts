/**
 * What the engine tells of sessions, for each kind of store.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'

import { describe, expect, it, onTestFinished } from 'vitest'

import { coatcheck, MemoryStore, session, type SessionEventName, type Sessions } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock, type FakeClock } from '../../src/testing/index.js'
import { gate } from './support/gate.js'
import { site, Visitor, type Reply, type SessionedRequest } from './support/site.js'
import { TestStore } from './support/test-store.js'

const secret = 'a secret of at least thirty-two bytes'
const plain = { secret, resave: false, saveUninitialized: false }

const names: readonly SessionEventName[] = [
  'created',
  'loaded',
  'saved',
  'touched',
  'regenerated',
  'destroyed',
  'expired',
  'conflict',
  'rejected',
  'storeError',
]

interface Told {
  readonly name: string
  readonly handle?: string
  readonly [key: string]: unknown
}

function listen(sessions: Sessions): Told[] {
  const told: Told[] = []
  for (const name of names)
    sessions.on(name, (event) => told.push({ name, ...event, req: (event as { req?: unknown }).req }))
  return told
}

const recordDoors: [string, (clock: FakeClock) => Sessions][] = [
  ['coatcheck()', (clock) => coatcheck({ secret, clock, touchWindow: 0, sweepInterval: '7d' })],
  [
    'coatcheck() over a callback store',
    (clock) => coatcheck({ secret, clock, touchWindow: 0, store: new TestStore('later') }),
  ],
  [
    'session() over a store of records',
    (clock) => session({ ...plain, clock, touchWindow: 0, sweepInterval: '7d', store: memoryStore({ clock }) }),
  ],
]

describe.each(recordDoors)('a session’s life under %s', (_name, open) => {
  it('is told in order, each time under the session’s handle, with its request', async () => {
    const clock = fakeClock(Date.now())
    const sessions = open(clock)
    const told = listen(sessions)
    const requests: unknown[] = []
    const where = await site(sessions, async (req, res) => {
      requests.push(req)
      if (req.url === '/set') req.session.views = Number(req.session.views ?? 0) + 1
      if (req.url === '/regenerate') {
        await req.session.regenerate()
        req.session.user = 'ann'
      }
      if (req.url === '/destroy') await req.session.destroy()
      res.end()
    })
    const visitor = new Visitor(where)
    const steps: Record<string, string[]> = {}
    for (const path of ['/', '/set', '/set', '/', '/regenerate', '/destroy', '/']) {
      const before = told.length
      await visitor.ask(path)
      const key = `${Object.keys(steps).length} ${path}`
      steps[key] = told.slice(before).map(({ name }) => name)
      for (const event of told.slice(before)) expect(event.req).toBe(requests.at(-1))
    }
    expect(steps).toEqual({
      '0 /': [],
      '1 /set': ['created'],
      '2 /set': ['loaded', 'saved'],
      '3 /': ['loaded', 'touched'],
      '4 /regenerate': ['loaded', 'regenerated', 'created'],
      '5 /destroy': ['loaded', 'destroyed'],
      '6 /': ['rejected'],
    })
    const handles = told.map(({ handle }) => handle)
    const [first] = handles
    const second = handles.at(-2)
    expect(handles).toEqual([first, first, first, first, first, first, second, second, second, second, undefined])
    expect(told.find(({ name }) => name === 'regenerated')).toMatchObject({ handle: second, previousHandle: first })
    expect(told.at(-1)).toMatchObject({ reason: 'unknown' })
  })

  it('that ends by a timeout, is told with the kind of timeout', async () => {
    const clock = fakeClock(Date.now())
    const sessions = open(clock)
    const told = listen(sessions)
    const where = await site(sessions, (req, res) => {
      if (req.url === '/set') req.session.a = 1
      res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    clock.advance(86_400_000)
    await visitor.ask('/')
    expect(told.map(({ name }) => name)).toEqual(['created', 'expired'])
    expect(told[1]).toMatchObject({ handle: told[0]!.handle, timeout: 'idle' })
  })
})

describe('rejected', () => {
  it.each<[string, string, string[]]>([
    ['no cookie', '', []],
    ['another cookie', 'a=1', []],
    ['a bad signature', 'session=abc.def', ['signature']],
    ['an empty cookie', 'session=', ['signature']],
    ['two bad signatures', 'session=a; session=b', ['signature', 'signature']],
  ])('%s', async (_name, cookie, reasons) => {
    const sessions = coatcheck({ secret })
    const told = listen(sessions)
    const where = await site(sessions, (_req, res) => res.end())
    await where.ask('/', { headers: { cookie } })
    expect(told.map(({ name, reason }) => [name, reason])).toEqual(reasons.map((reason) => ['rejected', reason]))
  })

  it('an ID that never was one of ours, though we signed it', async () => {
    const store = new TestStore()
    const lax = await site(coatcheck({ secret, store, genid: () => 'short' }), (req, res) => {
      req.session.a = 1
      res.end()
    })
    const visitor = new Visitor(lax)
    await visitor.ask()
    const sessions = coatcheck({ secret, store })
    const told = listen(sessions)
    const where = await site(sessions, (_req, res) => res.end())
    store.calls.length = 0
    await where.ask('/', { headers: { cookie: visitor.cookieHeader } })
    expect(told).toEqual([expect.objectContaining({ name: 'rejected', reason: 'shape' })])
    expect(store.calls).toEqual([])
  })
})

describe('a session that is used', () => {
  it('is told untouched where nothing had to be written, and only there', async () => {
    const sessions = coatcheck({ secret })
    const told: string[] = []
    for (const name of ['created', 'saved', 'touched', 'untouched'] as const) sessions.on(name, () => told.push(name))
    const where = await site(sessions, async (req, res) => {
      if (req.url === '/set') req.session.views = Number(req.session.views ?? 0) + 1
      if (req.url === '/save') await req.session.save()
      if (req.url === '/destroy') await req.session.destroy()
      if (req.url === '/peek') await sessions.peek(req)
      res.end()
    })
    const visitor = new Visitor(where)
    for (const path of ['/', '/set', '/', '/set', '/save', '/peek', '/', '/destroy', '/']) await visitor.ask(path)
    expect(told).toEqual(['created', 'untouched', 'saved', 'saved', 'untouched'])
  })
})

describe('a late request', () => {
  it.each<[string, string, (req: SessionedRequest) => unknown]>([
    ['write', 'changes the session', (req) => (req.session.late = true)],
    ['write', 'saves it twice', async (req) => ((req.session.late = true), await req.session.save())],
    ['touch', 'only looks at it', () => {}],
  ])('is told blocked (%s), once, when it %s after its end', async (what, _deed, deed) => {
    const sessions = coatcheck({ secret, touchWindow: 0, cookie: { maxAge: 60_000 } })
    const told: unknown[] = []
    const handles: string[] = []
    sessions.on('created', ({ handle }) => handles.push(handle))
    sessions.on('blocked', (event) => told.push([event.handle, event.what, (event.req as SessionedRequest).url]))
    const visitor = await lateVisitor(sessions, deed)
    const reply = await visitor.late()
    expect(reply.setCookies).toEqual([])
    expect(told).toEqual([[handles[0], what, '/late']])
  })

  it('is told blocked (cookie) where the cookie was all that it wanted', async () => {
    const sessions = coatcheck({ secret, rolling: true })
    const told: unknown[] = []
    sessions.on('blocked', ({ what }) => told.push(what))
    const visitor = await lateVisitor(sessions, (_req, res) => res.write('early'))
    const reply = await visitor.late()
    expect(reply.setCookies).toEqual([])
    expect(told).toEqual(['cookie'])
  })

  it('is told blocked (write) when its change in one step finds no session', async () => {
    const sessions = coatcheck({ secret })
    const told: unknown[] = []
    sessions.on('blocked', ({ what }) => told.push(what))
    const visitor = await lateVisitor(sessions, (req) => sessions.update(req, () => {}).catch(() => {}))
    await visitor.late()
    expect(told).toEqual(['write'])
  })

  /** A visitor with a session and a request under way, whose session is ended before `deed` is done. */
  async function lateVisitor(
    sessions: Sessions,
    deed: (req: SessionedRequest, res: ServerResponse) => unknown,
  ): Promise<{ late(): Promise<Reply> }> {
    const arrived = gate()
    const go = gate()
    const where = await site(sessions, async (req, res) => {
      if (req.url === '/set') req.session.user = 'ann'
      if (req.url === '/end') await req.session.destroy()
      if (req.url === '/late') {
        arrived.open()
        await go.passed
        await deed(req, res)
      }
      res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    return {
      async late() {
        const late = visitor.ask('/late')
        await arrived.passed
        await visitor.ask('/end')
        go.open()
        return late
      },
    }
  }
})

describe('conflict', () => {
  it('names what each side changed, path by path', async () => {
    const sessions = coatcheck({ secret })
    const told: unknown[] = []
    sessions.on('conflict', ({ paths, mine, theirs, req }) =>
      told.push({ paths, mine, theirs, url: (req as SessionedRequest).url }),
    )
    const arrived = gate()
    const go = gate()
    const where = await site(sessions, async (req, res) => {
      if (req.url === '/set') Object.assign(req.session, { n: 1, cart: { tea: 1 } })
      if (req.url === '/first') Object.assign(req.session, { n: 2, lang: 'fr', cart: { tea: 1, jam: 1 } })
      if (req.url === '/second') {
        arrived.open()
        await go.passed
        Object.assign(req.session, { n: 3, theme: 'dark', cart: { tea: 2 } })
      }
      res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    const second = visitor.ask('/second')
    await arrived.passed
    await visitor.ask('/first')
    go.open()
    await second
    expect(told).toEqual([
      { paths: ['/n'], mine: ['/cart/tea', '/theme'], theirs: ['/cart/jam', '/lang'], url: '/second' },
    ])
  })
})

describe('storeError', () => {
  const down = new Error('down')

  it('tells of every failure of the store, those of calls that the app made as well', async () => {
    const store = new TestStore('later')
    const sessions = session({ ...plain, store, unset: 'destroy' })
    const told: unknown[] = []
    sessions.on('storeError', ({ operation, error }) => told.push([operation, error]))
    sessions.on('destroyed', () => told.push('destroyed'))
    const where = await site(sessions, async (req, res) => {
      if (req.url === '/set') req.session.a = 1
      if (req.url === '/change') req.session.a = Date.now()
      if (req.url === '/calls') {
        await req.session.save().catch(() => {})
        await req.session.reload().catch(() => {})
        await req.session.destroy().catch(() => {})
      }
      if (req.url === '/unset') req.session = null as never
      res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    for (const [path, methods] of [
      ['/', ['touch']],
      ['/change', ['set']],
      ['/unset', ['destroy']],
      ['/', ['get']],
    ] as const) {
      for (const method of methods) store.takeOver[method] = (call) => setImmediate(() => call.fail(down))
      await visitor.ask(path)
      for (const method of methods) delete store.takeOver[method]
    }
    expect(told).toEqual([
      ['touch', down],
      ['save', down],
      ['destroy', down],
      ['read', down],
    ])
    told.length = 0
    let reads = 0
    store.takeOver.get = (call) => setImmediate(() => ((reads += 1) === 1 ? call.succeed() : call.fail(down)))
    for (const method of ['set', 'destroy'] as const)
      store.takeOver[method] = (call) => setImmediate(() => call.fail(down))
    await visitor.ask('/calls')
    expect(told).toEqual([
      ['save', down],
      ['read', down],
      ['destroy', down],
    ])
  })
})

describe('nobody listening', () => {
  it('costs nothing: no event is made', async () => {
    let handles = 0
    const sessions = coatcheck({ secret, store: new MemoryStore() })
    const where = await site(sessions, (req, res) => {
      req.session.a = 1
      res.end()
    })
    const listener = (): void => void (handles += 1)
    sessions.on('created', listener)
    sessions.off('created', listener)
    await where.ask()
    expect(handles).toBe(0)
  })
})

describe('diagnostics channels', () => {
  it('hear what listeners hear, from every layer', async () => {
    const heard: unknown[] = []
    const listener = (message: unknown): void => {
      heard.push((message as { handle: string }).handle)
    }
    subscribe('coatcheck:created', listener)
    onTestFinished(() => {
      unsubscribe('coatcheck:created', listener)
    })
    const told: string[] = []
    for (let index = 0; index < 2; index += 1) {
      const sessions = coatcheck({ secret })
      sessions.on('created', ({ handle }) => told.push(handle))
      const where = await site(sessions, (req, res) => {
        req.session.a = 1
        res.end()
      })
      await where.ask()
    }
    expect(heard).toHaveLength(2)
    expect(heard).toEqual(told)
  })
})
