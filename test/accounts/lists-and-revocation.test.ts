/**
 * A user's sessions seen, and ended, from outside of their requests.
 */
import { describe, expect, it } from 'vitest'

import { MemoryStore, session, type Sessions } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { gate } from '../http/support/gate.js'
import { onEveryStore } from '../support/every-store.js'
import {
  accountSite,
  bodyOf,
  Browser,
  clocked,
  day,
  handlesOf,
  minute,
  opened,
  secret,
} from './support/account-site.js'
import { intercepted } from './support/intercepted-store.js'

/** Everything that `revoked` tells of. */
function revokedBy(sessions: Sessions): unknown[] {
  const told: unknown[] = []
  sessions.on('revoked', (event) => told.push(event))
  return told
}

onEveryStore((stores) => {
  const start = async (users: readonly string[]) => {
    const { store, again } = stores.open()
    const sessions = opened({ store })
    const site = await accountSite(sessions)
    const browsers: Browser[] = []
    const handles: string[] = []
    for (const user of users) {
      const browser = new Browser(site)
      await browser.ask('/set?cart=tea')
      handles.push((await browser.signIn(user)).handle)
      browsers.push(browser)
    }
    return { sessions, store, again, site, browsers, handles, told: revokedBy(sessions) }
  }
  const users = async (browsers: readonly Browser[]): Promise<unknown[]> =>
    Promise.all(browsers.map(async (browser) => (await browser.who()).userId))

  describe('list', () => {
    it('shows the living sessions of the user, youngest first, and none of others', async () => {
      const { sessions, handles } = await start(['ann', 'bob', 'ann', 'ann'])
      const list = await sessions.list('ann')
      expect(new Set(handlesOf(list))).toEqual(new Set([handles[0], handles[2], handles[3]]))
      const began = list.map(({ createdAt }) => createdAt!)
      expect(began).toEqual([...began].sort((one, other) => other - one))
      expect(list.every(({ userId, size }) => userId === 'ann' && size === '{"cart":"tea"}'.length)).toBe(true)
    })

    it('tells nothing that leads to a session', async () => {
      const { sessions, browsers } = await start(['ann'])
      const [, ticket] = /session=([^.;]+)/.exec(browsers[0]!.cookieHeader)!
      expect(JSON.stringify(await sessions.list('ann'))).not.toContain(ticket)
    })
  })

  describe('revoke', () => {
    it('ends the session with that handle and no other, and tells so', async () => {
      const { sessions, browsers, handles, told } = await start(['ann', 'ann', 'bob'])
      expect(await sessions.revoke(handles[1]!)).toBe(true)
      expect(await users(browsers)).toEqual(['ann', undefined, 'bob'])
      expect(told).toEqual([{ handle: handles[1], userId: 'ann', by: 'handle' }])
    })

    it('answers false for a session that is over, for a made-up handle, and for records of our own', async () => {
      const { sessions, store, handles, told, browsers } = await start(['ann'])
      await sessions.revokeUser('bob')
      expect(await sessions.revoke('not-a-handle')).toBe(false)
      expect(await sessions.revoke('')).toBe(false)
      expect(await sessions.revoke('A'.repeat(43))).toBe(false)
      for (const { key } of (await store.scan(undefined, 100)).records) {
        if (key !== handles[0]) expect(await sessions.revoke(key)).toBe(false)
      }
      expect(await users(browsers)).toEqual(['ann'])
      expect(await sessions.revoke(handles[0]!)).toBe(true)
      expect(await sessions.revoke(handles[0]!)).toBe(false)
      expect(told).toHaveLength(1)
    })

    it('by a handle of before a sign-in ends nothing: the session that it named is over', async () => {
      const { sessions, browsers, handles } = await start(['ann'])
      await browsers[0]!.signIn('ann')
      expect(await sessions.revoke(handles[0]!)).toBe(false)
      expect(await sessions.find(handles[0]!)).toBeUndefined()
      expect(await users(browsers)).toEqual(['ann'])
    })
  })

  describe('revokeUser', () => {
    it('ends all sessions of the user, answers how many, and tells of each', async () => {
      const { sessions, browsers, handles, told } = await start(['ann', 'bob', 'ann'])
      expect(await sessions.revokeUser('ann')).toBe(2)
      expect(await users(browsers)).toEqual([undefined, 'bob', undefined])
      expect(new Set(told)).toEqual(
        new Set([handles[0], handles[2]].map((handle) => ({ handle, userId: 'ann', by: 'user' }))),
      )
      expect(await sessions.revokeUser('ann')).toBe(0)
    })

    it('spares the session that is excepted', async () => {
      const { sessions, browsers, handles, told } = await start(['ann', 'ann', 'ann'])
      expect(await sessions.revokeUser('ann', { except: handles[1]! })).toBe(2)
      expect(await users(browsers)).toEqual([undefined, 'ann', undefined])
      expect(told).toHaveLength(2)
    })

    it('with an exception that is another user’s, or none at all, ends all of them', async () => {
      for (const except of ['bob', 'made up']) {
        const { sessions, browsers, handles } = await start(['ann', 'ann', 'bob'])
        expect(await sessions.revokeUser('ann', { except: except === 'bob' ? handles[2]! : except })).toBe(2)
        expect(await users(browsers)).toEqual([undefined, undefined, 'bob'])
      }
    })

    it('ends a sign-in that another process has under way', async () => {
      const { store, again } = stores.open()
      const [arrived, go] = [gate(), gate()]
      // Between the first look at the user's record and the session itself.
      const slow = intercepted(store, async (call) => {
        if (call.method === 'create' && !String(call.args[0]).startsWith('coatcheck-user:')) {
          arrived.open()
          await go.passed
        }
        return call.go()
      })
      const sessions = opened({ store: slow })
      const elsewhere = opened({ store: again() })
      const site = await accountSite(sessions)
      const browser = new Browser(site)
      const signingIn = browser.ask('/sign-in')
      await arrived.passed
      expect(await elsewhere.revokeUser('ann')).toBe(0)
      go.open()
      expect((await signingIn).status).toBe(500)
      expect(site.errors).toMatchObject([{ code: 'ERR_SESSION_REVOKED', status: 401 }])
      expect((await browser.who()).userId).toBeUndefined()
      expect(await sessions.list('ann')).toEqual([])
    })
  })

  describe('revokeEveryone', () => {
    it('ends every session, visitors’ included, answers how many, and tells of each', async () => {
      const { sessions, browsers, site, told } = await start(['ann', 'bob', 'ann'])
      const visitor = new Browser(site)
      await visitor.ask('/set?cart=tea')
      expect(await sessions.revokeEveryone()).toBe(4)
      expect(await users(browsers)).toEqual([undefined, undefined, undefined])
      expect((await visitor.who()).data).toEqual({})
      expect(told).toHaveLength(4)
      expect(told).toContainEqual({ handle: expect.any(String) as string, userId: undefined, by: 'everyone' })
      expect((await sessions.scan({ limit: 1000 })).sessions).toEqual([])
    })

    it('ends more sessions than fit on a page', async () => {
      const { store } = stores.open()
      const sessions = opened({ store })
      const site = await accountSite(sessions)
      const browser = new Browser(site)
      const record = { data: '{}', version: 1, createdAt: Date.now(), expiresAt: Date.now() + day }
      await Promise.all(Array.from({ length: 1_200 }, async (_, index) => store.create(`key-${index}`, record)))
      await browser.signIn('ann')
      expect(await sessions.revokeEveryone()).toBe(1_201)
      expect((await browser.who()).userId).toBeUndefined()
    })

    it('lets everybody sign in again', async () => {
      const { sessions, browsers } = await start(['ann'])
      await sessions.revokeEveryone()
      await browsers[0]!.signIn('ann')
      expect(await users(browsers)).toEqual(['ann'])
    })
  })

  describe('personal data', () => {
    it('exportUser answers all that is kept of the user in sessions', async () => {
      const { sessions, browsers, handles } = await start(['ann', 'bob', 'ann'])
      await browsers[2]!.ask('/set?address=here')
      const exported = await sessions.exportUser('ann')
      expect(new Map(exported.map(({ handle, data }) => [handle, data]))).toEqual(
        new Map([
          [handles[0], { cart: 'tea' }],
          [handles[2], { cart: 'tea', address: 'here' }],
        ]),
      )
      expect(exported.every(({ device }) => device?.address === '127.0.0.1')).toBe(true)
    })

    it('eraseUser leaves no record that holds anything of the user', async () => {
      const { sessions, store, browsers } = await start(['ann', 'ann', 'bob'])
      expect(await sessions.eraseUser('ann')).toBe(2)
      expect(await users(browsers)).toEqual([undefined, undefined, 'bob'])
      const { records } = await store.scan(undefined, 100)
      expect(JSON.stringify(records)).not.toContain('ann')
      expect(await store.listByUser('ann')).toEqual([])
    })
  })
})

describe('the end of very many sessions in memory', () => {
  it('lets others have their turn between one page and the next', async () => {
    const store = memoryStore()
    const sessions = opened({ store })
    const record = { data: '{}', version: 1, createdAt: Date.now(), expiresAt: Date.now() + day }
    for (let index = 0; index < 5_000; index += 1) store.create(`key-${index}`, record)
    let turns = 0
    let isOver = false
    const take = (): void => {
      turns += 1
      if (!isOver) setImmediate(take)
    }
    setImmediate(take)
    expect(await sessions.revokeEveryone()).toBe(5_000)
    isOver = true
    expect(turns).toBeGreaterThanOrEqual(9)
  })
})

describe('sessions that are over', () => {
  it('are in no list, and are not ended once more', async () => {
    const { sessions, clock } = clocked({ idleTimeout: '1h', touchWindow: 0, sweepInterval: '24d' })
    const told = revokedBy(sessions)
    const browser = new Browser(await accountSite(sessions))
    const { handle } = await browser.signIn('ann')
    clock.advance(60 * minute)
    expect(await sessions.list('ann')).toEqual([])
    expect(await sessions.exportUser('ann')).toEqual([])
    expect(await sessions.revoke(handle)).toBe(false)
    expect(await sessions.revokeEveryone()).toBe(0)
    expect(told).toEqual([])
  })
})

describe('a request that is under way when its session is revoked', () => {
  it('stores nothing, and its response does not give the cookie again', async () => {
    const { sessions } = clocked({ rolling: true })
    const site = await accountSite(sessions, {
      '/end-me': async (req) => {
        await sessions.revoke(sessions.info(req)!.handle)
        req.session.cart = 'late'
      },
    })
    const browser = new Browser(site)
    await browser.signIn('ann')
    expect((await browser.ask('/end-me')).setCookies).toEqual([])
    expect((await sessions.scan()).sessions).toEqual([])
  })
})

describe('a store that hangs', () => {
  it('holds up none of them for longer than its deadline', async () => {
    let hangs = false
    const store = intercepted(memoryStore(), ({ go }) => (hangs ? new Promise(() => {}) : go()))
    const { sessions, clock } = clocked({ store, storeTimeout: '5s', maxSessionsPerUser: 2 })
    const browser = new Browser(await accountSite(sessions))
    const { handle } = await browser.signIn('ann')
    hangs = true
    const asked = [
      () => sessions.list('ann'),
      () => sessions.exportUser('ann'),
      () => sessions.revoke(handle),
      () => sessions.revokeUser('ann'),
      () => sessions.revokeEveryone(),
      () => sessions.find(handle),
    ]
    for (const ask of asked) {
      const answer = ask().then(
        () => 'answered',
        (error: { code: string }) => error.code,
      )
      await new Promise(setImmediate)
      clock.advance(5_000)
      expect(await answer).toBe('ERR_SESSION_STORE_TIMEOUT')
    }
  })
})

describe('what these need', () => {
  it('is a store that can list: under session() with one for express-session they say so', async () => {
    const sessions = session({ secret, store: new MemoryStore(), resave: false, saveUninitialized: false })
    for (const ask of [
      () => sessions.list('ann'),
      () => sessions.revoke('handle'),
      () => sessions.revokeUser('ann'),
      () => sessions.revokeEveryone(),
      () => sessions.exportUser('ann'),
      () => sessions.eraseUser('ann'),
      () => sessions.signIn({}, 'ann'),
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_SHAPE' })
    }
    expect(() => sessions.requireUser()).toThrow(expect.objectContaining({ code: 'ERR_SESSION_STORE_SHAPE' }))
  })

  it('is there under coatcheck() with a store for express-session, and under session() with one of ours', async () => {
    const layers = [
      opened({ store: new MemoryStore() }),
      session({ secret, store: memoryStore(), resave: false, saveUninitialized: false }),
    ]
    for (const sessions of layers) {
      const site = await accountSite(sessions, { '/list': () => sessions.list('ann') })
      const browser = new Browser(site)
      const { handle } = await browser.signIn('ann')
      expect(bodyOf(await browser.ask('/list'))).toMatchObject([{ handle, userId: 'ann' }])
      expect(await sessions.revokeUser('ann')).toBe(1)
      expect((await browser.who()).userId).toBeUndefined()
    }
  })
})
