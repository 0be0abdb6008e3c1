/**
 * Encryption as apps meet it: turned on, rotated and turned off again with nobody signed out, under both doors.
 */
import { describe, expect, it } from 'vitest'

import {
  asExpressStore,
  coatcheck,
  MemoryStore,
  session,
  type EncryptionOptions,
  type Sessions,
  type SessionStore,
} from '../../src/index.js'
import { isSealed } from '../../src/core/sealing.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { expressSession } from './support/published.js'
import { site, Visitor, type Handler, type Site } from './support/site.js'
import { TestStore } from './support/test-store.js'

const secret = 'a secret of at least thirty-two bytes'
const plain = { secret, resave: false, saveUninitialized: false }
const [first, second, third] = ['first', 'second', 'third'].map(
  (name) => `the ${name} key of at least thirty-two bytes`,
)
const keys = (...list: (string | undefined)[]): EncryptionOptions => ({ keys: list as string[] })

const handler: Handler = (req, res) => {
  if (req.url === '/write') req.session.views = Number(req.session.views ?? 0) + 1
  res.end(String(req.session.views))
}

type Deploy = (store: SessionStore, encryption?: EncryptionOptions, secrets?: string | string[]) => Sessions

const doors: [string, Deploy][] = [
  ['coatcheck()', (store, encryption, secrets = secret) => coatcheck({ secret: secrets, store, encryption })],
  ['session()', (store, encryption, secrets = secret) => session({ ...plain, secret: secrets, store, encryption })],
]

/** A visitor who keeps his cookie from one deployment to the next. */
class Regular {
  #cookies: ReadonlyMap<string, string> = new Map()

  /** The same cookies, and from now on apart. */
  twin(): Regular {
    const twin = new Regular()
    twin.#cookies = this.#cookies
    return twin
  }

  async visits(where: Site, path = '/'): Promise<string> {
    const visitor = new Visitor(where)
    for (const [name, value] of this.#cookies) visitor.cookies.set(name, value)
    const reply = await visitor.ask(path)
    this.#cookies = visitor.cookies
    return reply.status === 200 ? reply.body : `${reply.status}: ${reply.body}`
  }
}

/** What each record of the store begins with: `{}` and more where it is plain, else the name of its key. */
function keysInUse(store: ReturnType<typeof memoryStore>): string[] {
  return store
    .scan(undefined, 100)
    .records.map(({ record }) => (isSealed(record.data) ? record.data.slice(21, 28) : 'plain'))
}

describe.each(doors)('under %s', (_name, deploy) => {
  it('keys change with nobody signed out, and each record follows at its next write', async () => {
    const store = memoryStore()
    const regular = new Regular()
    const before = await site(deploy(store, keys(first)), handler)
    expect(await regular.visits(before, '/write')).toBe('1')
    const [oldName] = keysInUse(store)

    const during = await site(deploy(store, keys(second, first)), handler)
    expect(await regular.visits(during)).toBe('1')
    expect(keysInUse(store)).toEqual([oldName])
    expect(await regular.visits(during, '/write')).toBe('2')
    expect(keysInUse(store)).not.toEqual([oldName])

    const after = await site(deploy(store, keys(third, second)), handler)
    expect(await regular.visits(after)).toBe('2')
    expect(await regular.visits(after, '/write')).toBe('3')
    expect(await regular.visits(await site(deploy(store, keys(third)), handler))).toBe('3')
  })

  it('keys and secrets may change together', async () => {
    const store = memoryStore()
    const regular = new Regular()
    expect(await regular.visits(await site(deploy(store, keys(first)), handler), '/write')).toBe('1')
    const secrets = ['another secret of thirty-two bytes and more', secret]
    const both = deploy(store, keys(second, first), secrets)
    const where = await site(both, handler)
    expect(await regular.visits(where, '/write')).toBe('2')
    expect(await regular.visits(where, '/write')).toBe('3')
  })

  it('encryption is turned on in several instances, and off again, with nobody signed out', async () => {
    const store = memoryStore()
    const regular = new Regular()
    const steps: (EncryptionOptions | undefined)[] = [
      undefined,
      { ...keys(first), plain: 'write' },
      { ...keys(first), plain: 'accept' },
      keys(first),
      { ...keys(first), plain: 'accept' },
      { ...keys(first), plain: 'write' },
      undefined,
    ]
    const sites = await Promise.all(steps.map((encryption) => site(deploy(store, encryption), handler)))
    let views = 0
    for (const [step, where] of sites.entries()) {
      // While a step is rolled out, requests go to instances of this step and of the one before.
      for (const instance of step === 0 ? [where, where] : [sites[step - 1]!, where, sites[step - 1]!, where]) {
        expect(await regular.visits(instance, '/write')).toBe(String((views += 1)))
      }
      expect(keysInUse(store)[0] === 'plain').toBe([0, 1, 5, 6].includes(step))
    }
    expect(views).toBe(26)
  })

  it('a session that nobody encrypted is none, once encryption is on', async () => {
    const store = memoryStore()
    const regular = new Regular()
    expect(await regular.visits(await site(deploy(store), handler), '/write')).toBe('1')
    const sessions = deploy(store, keys(first))
    const told: string[] = []
    sessions.on('storeError', ({ operation, error }) => told.push(`${operation}: ${(error as Error).message}`))
    const where = await site(sessions, handler)
    expect(await regular.visits(where)).toBe('undefined')
    expect(told).toEqual([expect.stringMatching(/^read: .*not encrypted.*plain is "accept".*treated as no session$/)])
    expect(where.errors).toEqual([])
    expect(await regular.visits(where, '/write')).toBe('1')
    expect(await regular.visits(where)).toBe('1')
  })

  it('an instance without keys takes no encrypted session for its own, and leaves it as it is', async () => {
    const store = memoryStore()
    const regular = new Regular()
    const encrypting = await site(deploy(store, keys(first)), handler)
    await regular.visits(encrypting, '/write')
    const [kept] = store.scan(undefined, 10).records
    expect(await regular.twin().visits(await site(deploy(store), handler), '/write')).toBe('1')
    expect(store.read(kept!.key)).toEqual(kept!.record)
    expect(await regular.visits(encrypting, '/write')).toBe('2')
  })

  it('everything that a session does goes on as without', async () => {
    const sessions = deploy(memoryStore(), keys(first))
    const where = await site(sessions, async (req, res) => {
      if (req.url === '/new') {
        await req.session.regenerate()
        req.session.views = 10
      }
      if (req.url === '/save') {
        req.session.views = 5
        await req.session.save()
        await req.session.reload()
      }
      if (req.url === '/update') await sessions.update(req, (data) => (data.views = Number(data.views) + 1))
      if (req.url === '/end') await req.session.destroy()
      res.end(String((req as { session?: { views?: unknown } }).session?.views))
    })
    const visitor = new Visitor(where)
    const bodies: string[] = []
    for (const path of ['/save', '/', '/update', '/new', '/update', '/', '/end', '/']) {
      bodies.push((await visitor.ask(path)).body)
    }
    expect(bodies).toEqual(['5', '5', '6', '10', '11', '11', 'undefined', 'undefined'])
    expect(where.errors).toEqual([])
  })

  it('sessions are found and listed as without, but for those that do not open', async () => {
    const store = memoryStore()
    const sessions = deploy(store, keys(second, first))
    await new Visitor(await site(deploy(store, keys(first)), handler)).ask('/write')
    await new Visitor(await site(sessions, handler)).ask('/write')
    await new Visitor(await site(deploy(store, keys(third)), handler)).ask('/write')
    const { sessions: listed } = await sessions.scan()
    expect(listed.map(({ size }) => size)).toEqual(['{"views":1}'.length, '{"views":1}'.length])
    for (const { handle } of listed) expect((await sessions.find(handle))?.data).toEqual({ views: 1 })
    expect(await sessions.count()).toBe(3)
  })

  it('the store on the request lists what opens, and clears what does not', async () => {
    const store = memoryStore()
    await new Visitor(await site(deploy(store, keys(third)), handler)).ask('/write')
    const where = await site(deploy(store, keys(first)), async (req, res) => {
      const all = (): Promise<object> => (req.sessionStore as unknown as { all(): Promise<object> }).all()
      if (req.url === '/write') req.session.views = 7
      if (req.url === '/all') res.write(JSON.stringify(Object.values(await all())))
      if (req.url === '/clear') await (req.sessionStore as unknown as { clear(): Promise<void> }).clear()
      res.end()
    })
    await where.ask('/write')
    expect(JSON.parse((await where.ask('/all')).body)).toEqual([expect.objectContaining({ views: 7 })])
    await where.ask('/clear')
    expect(store.count()).toBe(0)
  })
})

describe.each(doors)('sessions of users under %s', (_name, deploy) => {
  const people = async (sessions: Sessions): Promise<Site> =>
    site(sessions, async (req, res) => {
      const { pathname, searchParams } = new URL(req.url!, 'http://x')
      if (pathname === '/in') await sessions.signIn(req, searchParams.get('user')!, { method: 'password' })
      if (pathname === '/out') await sessions.signOut(req)
      res.end(String(sessions.info(req)?.userId))
    })

  it('are signed in, listed, and revoked as without', async () => {
    const store = memoryStore()
    const sessions = deploy(store, keys(first))
    const where = await people(sessions)
    const [laptop, phone] = [new Visitor(where), new Visitor(where)]
    for (const visitor of [laptop, phone]) expect((await visitor.ask('/in?user=ann')).body).toBe('ann')
    const listed = await sessions.list('ann')
    expect(listed.map(({ method }) => method)).toEqual(['password', 'password'])
    expect(keysInUse(store)).not.toContain('plain')
    expect(await sessions.revokeUser('ann', { except: listed[0]!.handle })).toBe(1)
    const bodies = [(await laptop.ask()).body, (await phone.ask()).body]
    expect(bodies.sort()).toEqual(['ann', 'undefined'])
    expect(where.errors).toEqual([])
  })

  it('begin anew at once when all keys were replaced: nobody is locked out by what the old ones kept', async () => {
    const store = memoryStore()
    const before = deploy(store, keys(first))
    await new Visitor(await people(before)).ask('/in?user=ann')
    await before.revokeUser('ann')
    await before.revokeEveryone()
    await new Visitor(await people(before)).ask('/in?user=ann')
    const where = await people(deploy(store, keys(second)))
    expect(await new Visitor(where).ask('/in?user=ann')).toMatchObject({ status: 200, body: 'ann' })
    expect(where.errors).toEqual([])
  })

  it('that no key opens are ended with everyone’s, so that a key that comes back revives none', async () => {
    const store = memoryStore()
    const regular = new Regular()
    const before = await people(deploy(store, keys(first)))
    expect(await regular.visits(before, '/in?user=ann')).toBe('ann')
    const other = deploy(store, keys(second))
    expect(await other.list('ann')).toEqual([])
    expect(await other.revokeEveryone()).toBe(1)
    expect(await regular.visits(before)).toBe('undefined')
  })

  it('do not change hands in the store', async () => {
    const store = memoryStore()
    const sessions = deploy(store, keys(first))
    const where = await people(sessions)
    const visitor = new Visitor(where)
    await visitor.ask('/in?user=mallory')
    const { key, record } = store.scan(undefined, 10).records.find((kept) => kept.record.userId === 'mallory')!
    store.update(key, { ...record, userId: 'admin' }, record.version)
    expect((await visitor.ask()).body).toBe('undefined')
    expect(await sessions.list('admin')).toEqual([])
  })
})

it.each(doors)('a bounded store tells what it evicts: %s', async (_name, deploy) => {
  const sessions = deploy(memoryStore({ maxSessions: 1 }), keys(first))
  const evicted: string[] = []
  sessions.on('evicted', ({ handle }) => evicted.push(handle))
  const where = await site(sessions, handler)
  await where.ask('/write')
  const { sessions: listed } = await sessions.scan()
  await where.ask('/write')
  expect(evicted).toEqual([listed[0]!.handle])
})

describe('a store for express-session', () => {
  it('is refused with encryption under session(), which would not keep it', () => {
    for (const store of [undefined, new MemoryStore(), new TestStore()]) {
      expect(() => session({ ...plain, store, encryption: keys(first) })).toThrow(
        /^encryption needs a store of coatcheck\/stores/,
      )
    }
  })

  it('holds nothing plain under coatcheck()', async () => {
    const store = new TestStore('later')
    const where = await site(coatcheck({ secret, store, encryption: keys(first), touchWindow: 0 }), handler)
    const visitor = new Visitor(where)
    const bodies: string[] = []
    for (const path of ['/write', '/write', '/']) bodies.push((await visitor.ask(path)).body)
    expect(bodies).toEqual(['1', '2', '2'])
    const [text] = store.records.values()
    expect(text).toContain('"coatcheck:sealed":"1')
    expect(text).not.toContain('views')
  })

  it('made of a store of records encrypts it, and shares it with session()', async () => {
    const records = memoryStore({ clock: fakeClock(Date.now()) })
    const store = asExpressStore(records, { encryption: keys(first) })
    const where = await site(expressSession({ ...plain, store }), handler)
    const visitor = new Visitor(where)
    await visitor.ask('/write')
    expect((await visitor.ask('/write')).body).toBe('2')
    expect(keysInUse(records)).not.toContain('plain')
    const ours = await site(session({ ...plain, store: records, encryption: keys(first) }), handler)
    expect((await ours.ask('/', { headers: { cookie: visitor.cookieHeader } })).body).toBe('2')
  })
})

describe('the option encryption', () => {
  it.each(doors)('is checked at construction: %s', (_name, deploy) => {
    const store = memoryStore()
    expect(() => deploy(store, { keys: ['short'] })).toThrow(/at least 32 bytes/)
    expect(() => deploy(store, {} as never)).toThrow(/^encryption needs keys/)
    expect(() => asExpressStore(store, { encryption: { keys: [] } })).toThrow(/^encryption needs keys/)
  })
})
