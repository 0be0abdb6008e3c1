/**
 * IDs, secrets and cookie values reach no event, error, warning, inspection or store (Spring Session CVE-2023-20866).
 */
import { inspect } from 'node:util'

import { describe, expect, it } from 'vitest'

import { coatcheck, session, type SessionEventName, type Sessions } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { site, Visitor, type Handler } from '../http/support/site.js'
import { TestStore } from '../http/support/test-store.js'
import { collectWarnings } from '../http/support/warnings.js'
import { watchedRecords } from '../http/support/watched-records.js'

const secret = 'hush hush hush hush hush hush hush hush'
const plain = { secret, resave: false, saveUninitialized: false }

const names: readonly SessionEventName[] = [
  'created',
  'loaded',
  'saved',
  'touched',
  'untouched',
  'blocked',
  'regenerated',
  'destroyed',
  'expired',
  'conflict',
  'rejected',
  'storeError',
  'request',
]

/** Visits every event there is, and answers the IDs that were in use and the texts of all events. */
async function life(
  sessions: Sessions,
  fail: (method: string) => void,
): Promise<{ ids: string[]; texts: string[]; visitor: Visitor }> {
  const ids: string[] = []
  const texts: string[] = []
  for (const name of names) {
    sessions.on(name, (told: object) => {
      const { req: _req, ...event } = told as { req?: unknown }
      texts.push(JSON.stringify(event), inspect(event, { depth: 10, showHidden: true }))
    })
  }
  const handler: Handler = async (req, res) => {
    ids.push(req.sessionID)
    if (req.url === '/set') req.session.views = Number(req.session.views ?? 0) + 1
    if (req.url === '/regenerate') {
      await req.session.regenerate()
      req.session.views = 1
      ids.push(req.sessionID)
    }
    if (req.url === '/destroy') await req.session.destroy()
    res.end()
  }
  const visitor = new Visitor(await site(sessions, handler))
  for (const path of ['/set', '/set', '/', '/regenerate', '/destroy', '/', '/set']) await visitor.ask(path)
  fail('get')
  await visitor.ask('/set')
  return { ids, texts, visitor }
}

describe('events', () => {
  it.each<[string, () => [Sessions, (method: string) => void]]>([
    [
      'coatcheck()',
      () => {
        const store = watchedRecords()
        return [
          coatcheck({ secret, store, touchWindow: 0 }),
          () => void (store.before.read = () => Promise.reject(new Error('down'))),
        ]
      },
    ],
    [
      'session() over a callback store',
      () => {
        const store = new TestStore('later')
        return [session({ ...plain, store }), () => void (store.takeOver.get = (call) => call.fail(new Error('down')))]
      },
    ],
    [
      'session() over a store of records',
      () => {
        const store = watchedRecords()
        return [
          session({ ...plain, store, touchWindow: 0 }),
          () => void (store.before.read = () => Promise.reject(new Error('down'))),
        ]
      },
    ],
  ])(
    'of %s name sessions by handles, and hold no ID, no cookie and no secret (Spring Session CVE-2023-20866)',
    async (_name, open) => {
      const warnings = collectWarnings()
      const { ids, texts, visitor } = await life(...open())
      expect(texts.length).toBeGreaterThan(16)
      const told = texts.concat((await warnings.all()).map((warning) => inspect(warning)))
      for (const text of told) {
        for (const id of ids) expect(text).not.toContain(id)
        for (const value of visitor.cookies.values()) expect(text).not.toContain(value)
        expect(text).not.toContain('hush')
      }
    },
  )
})

const handler: Handler = (req, res) => {
  req.session.user ??= 'ann'
  res.end()
}

describe('the store under coatcheck()', () => {
  it('holds no ID and nothing a cookie could be made of, in keys or records', async () => {
    const records = watchedRecords()
    const seen: string[] = []
    for (const method of ['create', 'read', 'update', 'touch', 'delete', 'replace'] as const) {
      records.before[method] = (...args) => void seen.push(JSON.stringify(args))
    }
    const { ids } = await life(coatcheck({ secret, store: records, touchWindow: 0 }), () => {})
    expect(seen.length).toBeGreaterThan(5)
    const texts = seen.concat(JSON.stringify(records.contents()))
    for (const text of texts) for (const id of ids) expect(text).not.toContain(id)
  })

  it('that leaks, opens no session: a key is no ID, and no cookie can be made of it', async () => {
    const records = watchedRecords()
    const where = await site(coatcheck({ secret, store: records }), (req, res) => {
      if (req.url === '/set') req.session.user = 'victim'
      res.end(String(req.session.user))
    })
    const visitor = new Visitor(where)
    await visitor.ask('/set')
    const [key] = Object.keys(records.contents())
    const signature = visitor.cookies.get('session')!.split('.')[1]!
    for (const cookie of [`session=${key}`, `session=${key}.${signature}`, `session=${key}.${key}`]) {
      expect((await where.ask('/', { headers: { cookie } })).body).toBe('undefined')
    }
  })

  it('kept under another secret’s hash is another store', async () => {
    const records = memoryStore()
    await (await site(coatcheck({ secret, store: records }), handler)).ask()
    const [one] = records.scan(undefined, 10).records
    await (await site(coatcheck({ secret: 'another', store: records, genid: () => 'id' }), handler)).ask()
    expect(one!.key).toMatch(/^[\w-]{43}$/)
    expect(records.count()).toBe(2)
  })
})

describe('errors', () => {
  it('that the app is handed name neither ID nor cookie nor secret', async () => {
    const store = new TestStore('later')
    const ids: string[] = []
    const where = await site(session({ ...plain, store, maxDataBytes: 100 }), async (req, res) => {
      ids.push(req.sessionID)
      if (req.url === '/big') req.session.big = 'x'.repeat(200)
      if (req.url === '/cycle') req.session.self = req.session
      if (req.url === '/set') req.session.a = 1
      if (req.url === '/ended') {
        const old = req.session
        await old.destroy()
        await old.save()
      }
      if (req.url === '/gone') {
        store.records.clear()
        await req.session.reload()
      }
      if (req.url === '/cookie') {
        req.session.a = 2
        req.session.cookie.domain = ';'
      }
      res.end()
    })
    const visitor = new Visitor(where)
    for (const path of ['/set', '/big', '/cycle', '/cookie', '/gone', '/set', '/ended']) await visitor.ask(path)
    await where.settled()
    expect(where.errors.length).toBeGreaterThanOrEqual(4)
    for (const error of where.errors) {
      const text = inspect(error, { depth: 10, showHidden: true })
      for (const id of ids) expect(text).not.toContain(id)
      expect(text).not.toContain('hush')
    }
  })
})

describe('inspecting and serialising', () => {
  it.each([
    ['coatcheck()', () => coatcheck({ secret })],
    ['session()', () => session(plain)],
  ])('the mounted object, the session and its store show no ID and no secret: %s', async (_name, open) => {
    const sessions = open()
    const where = await site(sessions, (req, res) => {
      req.session.a = 1
      const shown = [sessions, req.session, req.session.cookie, req.sessionStore].map((value) =>
        inspect(value, { depth: 10, showHidden: false }),
      )
      shown.push(JSON.stringify(req.session))
      const leaks = shown.filter((text) => text.includes(req.sessionID) || text.includes('hush'))
      res.end(JSON.stringify(leaks))
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    expect(JSON.parse((await visitor.ask()).body)).toEqual([])
  })

  it('a request shows of ours what express-session shows, and not the ticket that was verified', async () => {
    const where = await site(coatcheck({ secret }), (req, res) => {
      req.session.a = 1
      const own = Object.getOwnPropertySymbols(req)
        .filter((symbol) => Object.getOwnPropertyDescriptor(req, symbol)!.enumerable === true)
        .filter((symbol) => String(symbol).includes('coatcheck'))
      res.end(String(own.length))
    })
    expect((await where.ask()).body).toBe('0')
  })
})
