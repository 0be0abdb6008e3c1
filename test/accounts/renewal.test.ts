/**
 * A new ID by the clock: nobody loses a session or a change by it, and whoever stole the old ID has it for a moment at most.
 */
import { describe, expect, it } from 'vitest'

import type { Sessions, SessionStore } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock, type FakeClock } from '../../src/testing/index.js'
import { gate } from '../http/support/gate.js'
import type { Site } from '../http/support/site.js'
import { onEveryStore } from '../support/every-store.js'
import { accountSite, bodyOf, Browser, day, handlesOf, minute, opened, type Pages } from './support/account-site.js'

interface Start {
  readonly sessions: Sessions
  readonly clock: FakeClock
  readonly site: Site
  readonly browser: Browser
  readonly told: unknown[]
}

async function begin(store: SessionStore, options: object = {}, pages: (sessions: Sessions) => Pages = () => ({})) {
  const clock = fakeClock(Date.now())
  const sessions = opened({ store, clock, renewEvery: '10m', tombstone: '30s', ...options })
  const told: unknown[] = []
  sessions.on('regenerated', (event) => told.push({ ...event, req: undefined }))
  const site = await accountSite(sessions, pages(sessions))
  const browser = new Browser(site)
  await browser.ask('/set?cart=tea')
  await browser.signIn('ann')
  told.length = 0
  return { sessions, clock, site, browser, told } satisfies Start
}

onEveryStore((stores) => {
  const start = (options?: object, pages?: (sessions: Sessions) => Pages) => begin(stores.open().store, options, pages)

  describe('renewal', () => {
    it('comes with the first response once the ID is so old, and not before', async () => {
      const { browser, clock } = await start()
      const first = browser.cookieHeader
      clock.advance(10 * minute - 1)
      expect((await browser.ask('/visit')).setCookies).toEqual([])
      clock.advance(1)
      expect((await browser.ask('/visit')).setCookies).toHaveLength(1)
      expect(browser.cookieHeader).not.toBe(first)
      expect((await browser.ask('/visit')).setCookies).toEqual([])
      clock.advance(10 * minute)
      expect((await browser.ask('/visit')).setCookies).toHaveLength(1)
    })

    it('changes nothing but the ID, and tells so', async () => {
      const { browser, clock, sessions, told } = await start()
      const [before] = await sessions.list('ann')
      clock.advance(10 * minute)
      await browser.ask('/set?wishes=cake')
      const [after, ...others] = await sessions.exportUser('ann')
      expect(others).toEqual([])
      expect(after).toMatchObject({
        data: { cart: 'tea', wishes: 'cake' },
        createdAt: before!.createdAt,
        authenticatedAt: before!.authenticatedAt,
        absoluteExpiresAt: before!.absoluteExpiresAt,
        device: before!.device,
      })
      expect(told).toEqual([{ handle: after!.handle, previousHandle: before!.handle, userId: 'ann' }])
    })

    it('leads a late request with the old ID on, and gives it the new cookie', async () => {
      const { browser, clock, site } = await start()
      clock.advance(10 * minute)
      const late = browser.copy(site)
      await browser.ask('/visit')
      clock.advance(29_999)
      expect(await late.who()).toMatchObject({ userId: 'ann', data: { cart: 'tea' } })
      expect(late.cookieHeader).toBe(browser.cookieHeader)
      // A response that got lost cost nobody their session.
      expect((await late.ask('/set?wishes=cake')).setCookies).toEqual([])
      expect((await browser.who()).data).toEqual({ cart: 'tea', wishes: 'cake' })
    })

    it('tells of a late request under the session’s name of now', async () => {
      const { browser, clock, site, sessions } = await start()
      clock.advance(10 * minute)
      const late = browser.copy(site)
      await browser.ask('/visit')
      const told: string[] = []
      sessions.on('loaded', ({ handle }) => told.push(handle))
      await late.ask('/visit')
      expect(told).toEqual(handlesOf(await sessions.list('ann')))
    })

    it('leads nobody on any more once the grace is over', async () => {
      const { browser, clock, site } = await start()
      clock.advance(10 * minute)
      const thief = browser.copy(site)
      await browser.ask('/visit')
      clock.advance(30_000)
      expect(await thief.who()).toMatchObject({ data: {} })
      expect((await thief.who()).userId).toBeUndefined()
      expect((await browser.who()).userId).toBe('ann')
    })

    it.each(['changes it', 'updates it', 'saves it', 'loads it again'])(
      'keeps what a request that %s has of a session which it had loaded before, and does not give it the old cookie',
      async (how) => {
        const [arrived, go] = [gate(), gate()]
        const { browser, clock, site, sessions } = await start({ rolling: true }, (those) => ({
          '/slow': async (req) => {
            arrived.open()
            await go.passed
            if (how === 'updates it') await those.update(req, (data) => void (data.wishes = 'cake'))
            if (how === 'loads it again') await req.session.reload()
            req.session.wishes = 'cake'
            if (how === 'saves it') await req.session.save()
          },
        }))
        clock.advance(10 * minute)
        const slow = browser.copy(site).ask('/slow')
        await arrived.passed
        await browser.ask('/visit')
        go.open()
        expect((await slow).setCookies).toEqual([])
        expect((await browser.who()).data).toEqual({ cart: 'tea', wishes: 'cake' })
        expect(await sessions.list('ann')).toHaveLength(1)
      },
    )

    it('by many requests at once gives the session one successor, and all of them their changes', async () => {
      const { browser, clock, site, sessions } = await start()
      clock.advance(10 * minute)
      const many = Array.from({ length: 12 }, () => browser.copy(site))
      const replies = await Promise.all(many.map((one, index) => one.ask(`/set?key${index}=yes`)))
      const cookies = new Set(replies.flatMap(({ setCookies }) => setCookies))
      expect(cookies.size).toBe(1)
      const [session, ...others] = await sessions.exportUser('ann')
      expect(others).toEqual([])
      expect(Object.keys(session!.data)).toHaveLength(13)
      for (const one of many) expect((await one.who()).userId).toBe('ann')
    })

    it('follows a sign-out: a request with the old ID ends the session where it goes on', async () => {
      const { browser, clock, site, sessions } = await start()
      clock.advance(10 * minute)
      const late = browser.copy(site)
      await browser.ask('/visit')
      await late.ask('/sign-out')
      expect(await sessions.list('ann')).toEqual([])
      expect((await browser.who()).userId).toBeUndefined()
    })

    it('follows a sign-out that was under way', async () => {
      const [arrived, go] = [gate(), gate()]
      const { browser, clock, site, sessions } = await start({}, (those) => ({
        '/slow-sign-out': async (req) => {
          arrived.open()
          await go.passed
          await those.signOut(req)
        },
      }))
      clock.advance(10 * minute)
      const slow = browser.copy(site).ask('/slow-sign-out')
      await arrived.passed
      await browser.ask('/visit')
      go.open()
      await slow
      expect(await sessions.list('ann')).toEqual([])
      expect((await browser.who()).userId).toBeUndefined()
    })

    it('follows a revocation: the handle of before still names the session while the grace lasts', async () => {
      const { browser, clock, sessions } = await start()
      const handle = handlesOf(await sessions.list('ann'))[0]!
      clock.advance(10 * minute)
      await browser.ask('/visit')
      expect((await sessions.find(handle))?.userId).toBe('ann')
      expect(await sessions.revoke(handle)).toBe(true)
      expect((await browser.who()).userId).toBeUndefined()
      expect(await sessions.list('ann')).toEqual([])
      expect(await sessions.revoke(handle)).toBe(false)
    })

    it('is spared by the end of all others, asked for by a request that had the old ID', async () => {
      const [arrived, go] = [gate(), gate()]
      const { browser, clock, site, sessions } = await start({}, (those) => ({
        '/end-others': async (req) => {
          const { handle } = those.info(req)!
          arrived.open()
          await go.passed
          return those.revokeUser('ann', { except: handle })
        },
      }))
      const other = new Browser(site)
      await other.signIn('ann')
      clock.advance(10 * minute)
      const ending = browser.copy(site).ask('/end-others')
      await arrived.passed
      await browser.ask('/visit')
      go.open()
      expect(bodyOf(await ending)).toBe(1)
      expect((await browser.who()).userId).toBe('ann')
      expect(handlesOf(await sessions.list('ann'))).toEqual([(await browser.who()).handle])
    })

    it('is over with a sign-in: neither the first ID nor the one after it leads anywhere', async () => {
      const { browser, clock, site } = await start()
      clock.advance(10 * minute)
      const first = browser.copy(site)
      await browser.ask('/visit')
      const second = browser.copy(site)
      await browser.signIn('ann')
      for (const old of [first, second]) {
        const reply = await old.ask('/set?cart=poison')
        expect(reply.setCookies).toEqual([])
        expect((await old.who()).data).toEqual({})
      }
      expect((await browser.who()).data).toEqual({ cart: 'tea' })
    })

    it('leaves nothing behind once the grace is over but the session', async () => {
      const { store } = stores.open()
      const { browser, clock } = await begin(store)
      for (let times = 0; times < 4; times += 1) {
        clock.advance(10 * minute)
        await browser.ask('/visit')
      }
      const { records } = await store.scan(undefined, 100)
      const left = records.filter(({ record }) => record.expiresAt > clock.now() + minute)
      expect(left).toHaveLength(1)
      expect(await store.listByUser('ann')).toHaveLength(1)
    })
  })
})

describe('what the store holds after a renewal', () => {
  it('leads nobody to the new ID: not the tombstone, nor all that is there with the secret store key', async () => {
    const store = memoryStore()
    const { browser, clock } = await begin(store)
    clock.advance(10 * minute)
    await browser.ask('/visit')
    const [, newId] = /session=([^.;]+)/.exec(browser.cookieHeader)!
    const { records } = store.scan(undefined, 100)
    expect(records.length).toBeGreaterThan(1)
    expect(JSON.stringify(records)).not.toContain(newId)
    // The seal opens with the old ID alone, which is not there: neither what records are kept under opens it.
    const { openForward } = await import('../../src/core/tombstones.js')
    for (const { key, record } of records) {
      for (const other of records) {
        const name = other.key.replace(/^retired:/, '')
        expect(openForward(name, record)).toBeUndefined()
        expect(openForward(key, record)).toBeUndefined()
      }
    }
  })

  it('still leads who holds the old ID on where records stand under the plain ID', async () => {
    const store = memoryStore()
    const { browser, clock, site, sessions } = await begin(store, { hashIds: false })
    clock.advance(10 * minute)
    const [late, other] = [browser.copy(site), browser.copy(site)]
    const handle = handlesOf(await sessions.list('ann'))[0]!
    await browser.ask('/visit')
    expect((await late.who()).userId).toBe('ann')
    expect(await sessions.revoke(handle)).toBe(true)
    expect((await other.who()).userId).toBeUndefined()
  })
})

describe('who is renewed', () => {
  it('is a visitor, too', async () => {
    const { clock, site } = await begin(memoryStore())
    const visitor = new Browser(site)
    await visitor.ask('/set?cart=tea')
    const before = visitor.cookieHeader
    clock.advance(10 * minute)
    await visitor.ask('/visit')
    expect(visitor.cookieHeader).not.toBe(before)
    expect((await visitor.who()).data).toEqual({ cart: 'tea' })
  })

  it('is nobody whose response has begun: the next one does it', async () => {
    const { browser, clock } = await begin(memoryStore(), {}, () => ({
      '/stream': (_req, res) => {
        res.write('half')
        res.end()
      },
    }))
    clock.advance(10 * minute)
    const { setCookies } = await browser.ask('/stream')
    // The cookie goes with the head, and the new ID is not known by then.
    expect(setCookies.every((line) => line.startsWith(browser.cookieHeader))).toBe(true)
    const before = browser.cookieHeader
    await browser.ask('/visit')
    expect(browser.cookieHeader).not.toBe(before)
  })

  it('counts from a sign-in and from another proof, which give new IDs themselves', async () => {
    const { browser, clock } = await begin(memoryStore(), {}, (those) => ({
      '/again': (req) => those.reauthenticate(req),
    }))
    clock.advance(9 * minute)
    await browser.ask('/again')
    clock.advance(9 * minute)
    expect((await browser.ask('/visit')).setCookies).toEqual([])
    clock.advance(minute)
    expect((await browser.ask('/visit')).setCookies).toHaveLength(1)
  })

  it('keeps the cookie as it was: a remembered session stays remembered', async () => {
    const { browser, clock, sessions } = await begin(memoryStore(), {}, (those) => ({
      '/remember': (req) => those.signIn(req, 'ann', { remember: '60d' }),
    }))
    await browser.ask('/remember')
    clock.advance(10 * minute)
    const [line] = (await browser.ask('/visit')).setCookies
    expect(line).toMatch(/; Expires=/)
    clock.advance(45 * day)
    expect(await sessions.list('ann')).toHaveLength(1)
    expect((await browser.who()).userId).toBe('ann')
  })
})

describe('the option renewEvery', () => {
  it('needs a tombstone', () => {
    expect(() => opened({ renewEvery: '10m', tombstone: 0 })).toThrow(/renewEvery needs a tombstone/)
  })

  it.each([[0], [-1], ['soon'], [Number.NaN], [true]])('cannot be %j', (renewEvery) => {
    expect(() => opened({ renewEvery: renewEvery as never })).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_OPTION' }),
    )
  })

  it('needs a genid that gives another ID each time, and says so', async () => {
    let ids = 0
    const { browser, clock, site } = await begin(memoryStore(), { genid: () => `id-${Math.min((ids += 1), 2)}` })
    clock.advance(10 * minute)
    await browser.ask('/visit')
    await site.settled()
    expect(site.errors).toMatchObject([{ code: 'ERR_SESSION_OPTION' }])
    expect((await browser.who()).userId).toBe('ann')
  })
})
