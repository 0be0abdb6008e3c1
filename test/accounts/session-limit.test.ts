/**
 * A cap on the sessions of one user: it holds at every moment, however many sign in at once, from one process or from several.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import type { Sessions } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { onEveryStore } from '../support/every-store.js'
import { accountSite, Browser, clocked, handlesOf, opened, secret } from './support/account-site.js'
import { intercepted } from './support/intercepted-store.js'

const twenty = 20

/** Looks again and again, until it is told to stop, how many sessions the user has, and answers the most. */
function watched(sessions: Sessions): { most(): Promise<number> } {
  const until = new AbortController()
  let most = 0
  onTestFinished(() => until.abort())
  const looking = (async () => {
    while (!until.signal.aborted) {
      const listed = await sessions.list('ann').catch(() => [])
      most = Math.max(most, listed.length)
      await new Promise(setImmediate)
    }
  })()
  return {
    async most() {
      until.abort()
      await looking
      return most
    },
  }
}

onEveryStore((stores) => {
  describe('the oldest session goes', () => {
    it('when a sign-in exceeds the cap, and the event says why', async () => {
      const { store } = stores.open()
      const sessions = opened({ store, maxSessionsPerUser: 2 })
      const told: unknown[] = []
      sessions.on('revoked', (event) => told.push(event))
      const site = await accountSite(sessions)
      const [one, two, three, other] = [1, 2, 3, 4].map(() => new Browser(site)) as [Browser, Browser, Browser, Browser]
      const first = await one.signIn('ann')
      await untilNextMillisecond()
      await two.signIn('ann')
      await other.signIn('bob')
      await untilNextMillisecond()
      await three.signIn('ann')
      expect((await one.who()).userId).toBeUndefined()
      expect([(await two.who()).userId, (await three.who()).userId, (await other.who()).userId]).toEqual([
        'ann',
        'ann',
        'bob',
      ])
      expect(told).toEqual([{ handle: first.handle, userId: 'ann', by: 'limit' }])
    })

    it('but not that of a user who signs in again in the same browser, or proves it again', async () => {
      const { store } = stores.open()
      const sessions = opened({ store, maxSessionsPerUser: 2 })
      const site = await accountSite(sessions, { '/again': (req) => sessions.reauthenticate(req) })
      const [one, two] = [new Browser(site), new Browser(site)]
      await one.signIn('ann')
      await two.signIn('ann')
      await two.signIn('ann')
      await two.ask('/again')
      expect([(await one.who()).userId, (await two.who()).userId]).toEqual(['ann', 'ann'])
      expect(await sessions.list('ann')).toHaveLength(2)
    })

    it('with twenty sign-ins at once: all of them work, and there are never more than three', async () => {
      const { store, again } = stores.open()
      const sessions = opened({ store, maxSessionsPerUser: 3 })
      const watch = watched(opened({ store: again() }))
      const site = await accountSite(sessions)
      const browsers = Array.from({ length: twenty }, () => new Browser(site))
      const replies = await Promise.all(browsers.map((browser) => browser.ask('/sign-in')))
      expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: twenty }, () => 200))
      expect(await watch.most()).toBeLessThanOrEqual(3)
      const signedIn = (await Promise.all(browsers.map((browser) => browser.who()))).filter(({ userId }) => userId)
      const listed = handlesOf(await sessions.list('ann'))
      expect(new Set(signedIn.map(({ handle }) => handle))).toEqual(new Set(listed))
      expect(listed).toHaveLength(3)
    })
  })

  describe('the newest sign-in is refused', () => {
    it('when the app says so, and nothing is changed', async () => {
      const { store } = stores.open()
      const sessions = opened({ store, maxSessionsPerUser: { max: 1, whenReached: 'reject' } })
      const site = await accountSite(sessions)
      const [one, two] = [new Browser(site), new Browser(site)]
      await one.signIn('ann')
      await two.ask('/set?cart=tea')
      expect((await two.ask('/sign-in')).status).toBe(500)
      expect(site.errors).toMatchObject([{ code: 'ERR_SESSION_LIMIT', status: 403 }])
      expect(await two.who()).toMatchObject({ data: { cart: 'tea' } })
      expect((await one.who()).userId).toBe('ann')
      await one.ask('/sign-out')
      expect((await two.ask('/sign-in')).status).toBe(200)
    })

    it('with twenty at once: three work, the others are told, and there are never more than three', async () => {
      const { store, again } = stores.open()
      const sessions = opened({ store, maxSessionsPerUser: { max: 3, whenReached: 'reject' } })
      const watch = watched(opened({ store: again() }))
      const site = await accountSite(sessions)
      const browsers = Array.from({ length: twenty }, () => new Browser(site))
      const replies = await Promise.all(browsers.map((browser) => browser.ask('/sign-in')))
      expect(replies.filter(({ status }) => status === 200)).toHaveLength(3)
      expect(await watch.most()).toBeLessThanOrEqual(3)
      expect(site.errors).toHaveLength(twenty - 3)
      expect(site.errors.every((error) => (error as { code: string }).code === 'ERR_SESSION_LIMIT')).toBe(true)
      expect(await sessions.list('ann')).toHaveLength(3)
    })
  })

  // A store in memory is one process's, and a Cluster is told apart by its client alone.
  if (stores.name === 'memory' || stores.name === 'Redis Cluster') return
  it('twenty sign-ins at once from each of three processes never exceed three', async () => {
    const { store, place } = stores.open()
    const sessions = opened({ store, maxSessionsPerUser: 3 })
    const watch = watched(sessions)
    const children = Array.from({ length: 3 }, () => fork(join(import.meta.dirname, 'children/sign-ins.mjs')))
    onTestFinished(() => {
      for (const child of children) child.kill('SIGKILL')
    })
    await Promise.all(children.map((child) => once(child, 'message')))
    const answers = await Promise.all(
      children.map(async (child) => {
        const answered = once(child, 'message')
        child.send({ ...place, secret, times: twenty, max: 3 })
        return (await answered)[0] as unknown
      }),
    )
    expect(answers).toEqual(Array.from({ length: 3 }, () => ({ done: twenty })))
    expect(await watch.most()).toBeLessThanOrEqual(3)
    expect(await sessions.list('ann')).toHaveLength(3)
  }, 60_000)
})

describe('a place that was taken', () => {
  const start = () => {
    let fails = false
    const store = intercepted(memoryStore(), ({ method, args, go }) => {
      if (fails && method === 'create' && !String(args[0]).startsWith('coatcheck-user:')) {
        throw new Error('the engine is down')
      }
      return go()
    })
    const { sessions, clock } = clocked({ store, maxSessionsPerUser: { max: 1, whenReached: 'reject' } })
    return { sessions, clock, fail: (now: boolean) => (fails = now) }
  }

  it('is given back by a sign-in that fails', async () => {
    const { sessions, fail } = start()
    const browser = new Browser(await accountSite(sessions))
    fail(true)
    expect((await browser.ask('/sign-in')).status).toBe(500)
    fail(false)
    expect((await browser.ask('/sign-in')).status).toBe(200)
  })

  it('is given up after half a minute where a process died with it', async () => {
    const kept = memoryStore()
    // It has taken its place, and is never heard of again.
    const dying = intercepted(kept, ({ method, args, go }) =>
      method === 'create' && !String(args[0]).startsWith('coatcheck-user:') ? new Promise(() => {}) : go(),
    )
    const cap = { max: 1, whenReached: 'reject' } as const
    const { sessions: dead } = clocked({ store: dying, maxSessionsPerUser: cap })
    const { sessions, clock } = clocked({ store: kept, maxSessionsPerUser: cap })
    const lost = new Browser(await accountSite(dead))
    void lost.ask('/sign-in').catch(() => {})
    await untilReserved(kept)
    const browser = new Browser(await accountSite(sessions))
    expect((await browser.ask('/sign-in')).status).toBe(500)
    clock.advance(30_000)
    expect((await browser.ask('/sign-in')).status).toBe(200)
  })
})

describe('a cap that was made lower', () => {
  it('ends the oldest with the next sign-in, or refuses it, and always lets pass who only proves it again', async () => {
    for (const whenReached of ['evict-oldest', 'reject'] as const) {
      const store = memoryStore()
      const before = opened({ store })
      const site = await accountSite(before)
      const browsers = Array.from({ length: 4 }, () => new Browser(site))
      for (const browser of browsers) await browser.signIn('ann')
      const after = opened({ store, maxSessionsPerUser: { max: 2, whenReached } })
      const newSite = await accountSite(after, { '/again': (req) => after.reauthenticate(req) })
      const one = browsers[3]!.copy(newSite)
      expect((await one.ask('/again')).status).toBe(200)
      expect(await after.list('ann')).toHaveLength(whenReached === 'reject' ? 4 : 2)
      expect((await new Browser(newSite).ask('/sign-in')).status).toBe(whenReached === 'reject' ? 500 : 200)
      expect(await after.list('ann')).toHaveLength(whenReached === 'reject' ? 4 : 2)
    }
  })
})

describe('the option maxSessionsPerUser', () => {
  it.each([[0], [-1], [1.5], ['3'], [Infinity], [{ max: 2, whenReached: 'ask' }], [{}], [null], [{ max: '2' }]])(
    'cannot be %j',
    (maxSessionsPerUser) => {
      expect(() => opened({ maxSessionsPerUser: maxSessionsPerUser as never })).toThrow(
        expect.objectContaining({ code: 'ERR_SESSION_OPTION', name: 'SessionOptionError' }),
      )
    },
  )

  it('cannot reject sign-ins that passport writes to the session: they are done by then', () => {
    const options = { maxSessionsPerUser: { max: 2, whenReached: 'reject' }, passportUser: true } as const
    expect(() => opened(options)).toThrow(/whenReached: 'reject' needs signIn/)
  })
})

async function untilReserved(store: ReturnType<typeof memoryStore>): Promise<void> {
  for (;;) {
    const page = store.scan(undefined, 100)
    if (page.records.some(({ record }) => /"reserved":\{"/.test(record.data))) return
    await new Promise(setImmediate)
  }
}

/** Sessions that began in the same millisecond have no oldest. */
async function untilNextMillisecond(): Promise<void> {
  const now = Date.now()
  while (Date.now() === now) await new Promise(setImmediate)
}
