/**
 * How long a user's session lives: without a request, whatever comes, as the user asked, and as a standard demands.
 */
import { describe, expect, it } from 'vitest'

import type { CoatcheckOptions, Sessions, TimeLeft } from '../../src/index.js'
import { session } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock, type FakeClock } from '../../src/testing/index.js'
import type { Site } from '../http/support/site.js'
import {
  accountSite,
  bodyOf,
  Browser,
  clocked,
  day,
  hour,
  minute,
  opened,
  secret,
  type Pages,
} from './support/account-site.js'

interface Start {
  readonly sessions: Sessions
  readonly clock: FakeClock
  readonly site: Site
  readonly browser: Browser
}

async function start(options: Partial<CoatcheckOptions> = {}, pages: (sessions: Sessions) => Pages = () => ({})) {
  const { sessions, clock } = clocked({ touchWindow: 0, ...options })
  const site = await accountSite(sessions, {
    '/remember': (req) => sessions.signIn(req, 'ann', { remember: true }),
    '/again': (req) => sessions.reauthenticate(req),
    '/regenerate': async (req) => {
      await req.session.regenerate()
      req.session.regenerated = true
    },
    ...pages(sessions),
  })
  return { sessions, clock, site, browser: new Browser(site) } satisfies Start
}

/** Lets `longest` pass in steps of `step`, with a visit at each, and answers after how much of it the user was signed out. */
async function signedOutAfter({ browser, clock }: Start, step: number, longest: number): Promise<number | undefined> {
  for (let passed = step; passed <= longest; passed += step) {
    clock.advance(step)
    if ((await browser.who()).userId === undefined) return passed
  }
  return undefined
}

describe('without a request', () => {
  it('a session is over at its idle timeout, and not a millisecond before', async () => {
    const here = await start({ idleTimeout: '30m' })
    await here.browser.signIn()
    here.clock.advance(30 * minute - 1)
    expect((await here.browser.who()).userId).toBe('ann')
    here.clock.advance(30 * minute)
    expect((await here.browser.who()).userId).toBeUndefined()
  })

  it('each request begins the time anew', async () => {
    const here = await start({ idleTimeout: '30m' })
    await here.browser.signIn()
    expect(await signedOutAfter(here, 29 * minute, 5 * hour)).toBeUndefined()
  })
})

describe('whatever comes', () => {
  it('a session is over at its absolute timeout, counted from the sign-in and not from the visit before it', async () => {
    const here = await start({ absoluteTimeout: '8h', idleTimeout: '3h' })
    await here.browser.ask('/set?cart=tea')
    here.clock.advance(2 * hour)
    await here.browser.signIn()
    expect(await signedOutAfter(here, hour, day)).toBe(8 * hour)
  })

  it('is over at that millisecond', async () => {
    const here = await start({ absoluteTimeout: '8h', idleTimeout: '9h' })
    await here.browser.signIn()
    here.clock.advance(8 * hour - 1)
    expect((await here.browser.who()).userId).toBe('ann')
    here.clock.advance(1)
    expect((await here.browser.who()).userId).toBeUndefined()
  })

  it('another proof begins it anew', async () => {
    const here = await start({ absoluteTimeout: '8h', idleTimeout: '3h' })
    await here.browser.signIn()
    await signedOutAfter(here, hour, 7 * hour)
    await here.browser.ask('/again')
    expect(await signedOutAfter(here, hour, day)).toBe(8 * hour)
  })

  it('neither visits nor renewals nor a new ID of the app’s own begin it anew', async () => {
    for (const how of ['rolling', 'renewal', 'regenerate']) {
      const here = await start({
        absoluteTimeout: '8h',
        idleTimeout: '3h',
        rolling: how === 'rolling',
        ...(how === 'renewal' && { renewEvery: '1h' }),
      })
      if (how === 'regenerate') {
        await here.browser.ask('/set?cart=tea')
        here.clock.advance(2 * hour)
        await here.browser.ask('/regenerate')
        here.clock.advance(2 * hour)
        await here.browser.ask('/visit')
        here.clock.advance(2 * hour)
        await here.browser.ask('/visit')
        here.clock.advance(2 * hour)
        expect((await here.browser.who()).data).toEqual({})
      } else {
        await here.browser.signIn()
        expect(await signedOutAfter(here, hour, day)).toBe(8 * hour)
      }
    }
  })

  it('goes by the store’s own record, whatever its deadline says', async () => {
    const clock = fakeClock(Date.now())
    const store = memoryStore({ clock })
    const sessions = opened({ store, clock, absoluteTimeout: '8h' })
    const browser = new Browser(await accountSite(sessions))
    await browser.signIn()
    const [kept] = store.listByUser('ann')
    store.touch(kept!.key, clock.now() + 365 * day)
    clock.advance(8 * hour)
    expect((await browser.who()).userId).toBeUndefined()
    expect(await sessions.list('ann')).toEqual([])
  })
})

describe('remember', () => {
  it('keeps cookie and session for 30 days, whether or not the user comes by', async () => {
    const here = await start({ idleTimeout: '1h', absoluteTimeout: '1d' })
    const [line] = (await here.browser.ask('/remember')).setCookies
    const expires = new Date(/Expires=([^;]+)/.exec(line!)![1]!)
    expect(expires.getTime() - Date.now()).toBeGreaterThan(30 * day - minute)
    expect(await here.sessions.list('ann')).toMatchObject([{ absoluteExpiresAt: here.clock.now() + 30 * day }])
    here.clock.advance(30 * day - 1)
    expect((await here.browser.who()).userId).toBe('ann')
  })

  it('is no longer than that, however often the user comes by', async () => {
    const here = await start({ idleTimeout: '1h', absoluteTimeout: '1d' })
    await here.browser.ask('/remember')
    expect(await signedOutAfter(here, day, 60 * day)).toBe(30 * day)
  })

  it('may be shorter or longer, as the app says', async () => {
    const here = await start({ idleTimeout: '1h' }, (sessions) => ({
      '/remember-for': (req, _res, query) => sessions.signIn(req, 'ann', { remember: query.get('time') as '7d' }),
    }))
    await here.browser.ask('/remember-for?time=7d')
    here.clock.advance(7 * day - 1)
    expect((await here.browser.who()).userId).toBe('ann')
    here.clock.advance(1)
    expect((await here.browser.who()).userId).toBeUndefined()
    await here.browser.ask('/remember-for?time=90d')
    here.clock.advance(90 * day - 1)
    expect((await here.browser.who()).userId).toBe('ann')
    await here.browser.ask('/remember-for?time=soon')
    await here.browser.ask('/remember-for?time=0')
    expect(here.site.errors).toMatchObject([{ code: 'ERR_SESSION_OPTION' }, { code: 'ERR_SESSION_OPTION' }])
  })

  it('stays, cookie and all, when the user proves it again', async () => {
    const here = await start({ idleTimeout: '1h' })
    await here.browser.ask('/remember')
    here.clock.advance(10 * day)
    const [line] = (await here.browser.ask('/again')).setCookies
    expect(line).toMatch(/; Expires=/)
    here.clock.advance(30 * day - 1)
    expect((await here.browser.who()).userId).toBe('ann')
  })

  it('is over with the next sign-in that does not ask for it', async () => {
    const here = await start({ idleTimeout: '1h' })
    await here.browser.ask('/remember')
    const { setCookies } = await here.browser.ask('/sign-in')
    expect(setCookies[0]).not.toMatch(/Expires=/)
    here.clock.advance(hour)
    expect((await here.browser.who()).userId).toBeUndefined()
  })
})

describe('a session’s cookie that the app changed', () => {
  it('stays as it is when the user proves it again', async () => {
    const here = await start({}, () => ({
      '/two-days': (req) => {
        req.session.cookie.maxAge = 2 * day
      },
    }))
    await here.browser.signIn()
    await here.browser.ask('/two-days')
    const [line] = (await here.browser.ask('/again')).setCookies
    expect(line).toMatch(/; Expires=/)
    here.clock.advance(2 * day - 1)
    expect((await here.browser.who()).userId).toBe('ann')
  })
})

describe('assurance', () => {
  const levels = {
    AAL1: { idle: 30 * day, absolute: 30 * day },
    AAL2: { idle: hour, absolute: day },
    AAL3: { idle: 15 * minute, absolute: 12 * hour },
  } as const

  for (const [assurance, limits] of Object.entries(levels) as [
    keyof typeof levels,
    { idle: number; absolute: number },
  ][]) {
    describe(`at ${assurance}`, () => {
      // The window, too, is as the app leaves it.
      const options = { assurance, touchWindow: undefined }

      it('ends a session without a request at its limit at the latest, and a minute before it at the earliest', async () => {
        const here = await start(options)
        await here.browser.signIn()
        here.clock.advance(limits.idle - minute - 1)
        expect((await here.browser.who()).userId).toBe('ann')
        here.clock.advance(limits.idle)
        expect((await here.browser.who()).userId).toBeUndefined()
      })

      it('ends a session in use at its limit', async () => {
        const here = await start(options)
        await here.browser.signIn()
        expect(await signedOutAfter(here, limits.absolute / 96, limits.absolute * 2)).toBe(limits.absolute)
      })

      it('ends a remembered session at its limits, too', async () => {
        const here = await start(options)
        await here.browser.ask('/remember')
        expect(here.site.errors).toEqual([])
        here.clock.advance(limits.idle)
        expect((await here.browser.who()).userId).toBeUndefined()
        await here.browser.ask('/remember')
        expect(await signedOutAfter(here, limits.absolute / 96, limits.absolute * 2)).toBe(limits.absolute)
      })

      it('refuses to remember for longer', async () => {
        const here = await start(options, (sessions) => ({
          '/longer': (req) => sessions.signIn(req, 'ann', { remember: limits.absolute + 1 }),
        }))
        await here.browser.ask('/longer')
        expect(here.site.errors).toMatchObject([{ code: 'ERR_SESSION_OPTION' }])
        expect(await here.sessions.list('ann')).toEqual([])
      })

      it('ends a session at its limit whose own cookie lives longer, also under session()', async () => {
        const clock = fakeClock(Date.now())
        const sessions = session({
          secret,
          store: memoryStore({ clock }),
          clock,
          assurance,
          resave: false,
          saveUninitialized: false,
          cookie: { maxAge: 90 * day },
        })
        const browser = new Browser(await accountSite(sessions))
        await browser.signIn()
        clock.advance(limits.idle - minute - 1)
        expect((await browser.who()).userId).toBe('ann')
        clock.advance(limits.idle)
        expect((await browser.who()).userId).toBeUndefined()
      })

      it('holds for sessions that were remembered before it was set', async () => {
        const clock = fakeClock(Date.now())
        const store = memoryStore({ clock })
        const before = opened({ store, clock })
        const browser = new Browser(
          await accountSite(before, { '/remember': (req) => before.signIn(req, 'ann', { remember: '90d' }) }),
        )
        await browser.ask('/remember')
        const after = opened({ store, clock, assurance })
        clock.advance(limits.absolute)
        expect((await browser.copy(await accountSite(after)).who()).userId).toBeUndefined()
      })

      it('lets timeouts of the app be shorter and refuses longer ones, or none', () => {
        expect(() => opened({ assurance, idleTimeout: limits.idle, absoluteTimeout: limits.absolute })).not.toThrow()
        expect(() => opened({ assurance, idleTimeout: '1m', absoluteTimeout: '2m' })).not.toThrow()
        for (const longer of [
          { idleTimeout: limits.idle + 1 },
          { absoluteTimeout: limits.absolute + 1 },
          { absoluteTimeout: false as const },
        ]) {
          expect(() => opened({ assurance, ...longer })).toThrow(
            expect.objectContaining({ code: 'ERR_SESSION_OPTION' }),
          )
        }
      })
    })
  }

  it('is one of three', () => {
    expect(() => opened({ assurance: 'AAL4' as never })).toThrow(/assurance must be one of 'AAL1', 'AAL2', 'AAL3'/)
  })
})

describe('peek', () => {
  const settings = {
    'as it is': {},
    'under rolling': { rolling: true },
    'under resave': { resave: true },
    'under rolling and resave': { rolling: true, resave: true },
    'with a cookie that expires': { cookie: { maxAge: hour } },
    'where sessions are renewed': { renewEvery: '5m' },
  } as const

  for (const [how, options] of Object.entries(settings)) {
    it(`tells how long the session has left and makes it no longer, ${how}`, async () => {
      const here = await start({ idleTimeout: '1h', absoluteTimeout: '8h', ...options }, (sessions) => ({
        '/left': (req) => sessions.peek(req),
      }))
      const { handle } = await here.browser.signIn()
      const endsAt = here.clock.now() + hour
      for (let passed = 10; passed < 60; passed += 10) {
        here.clock.advance(10 * minute)
        const reply = await here.browser.ask('/left')
        expect(bodyOf(reply)).toEqual({
          handle,
          userId: 'ann',
          remaining: (60 - passed) * minute,
          expiresAt: endsAt,
          absoluteExpiresAt: endsAt + 7 * hour,
        })
        expect(reply.setCookies).toEqual([])
      }
      here.clock.advance(10 * minute)
      expect(bodyOf(await here.browser.ask('/left'))).toBeNull()
    })

    it(`without the middleware, too, ${how}`, async () => {
      const here = await start({ idleTimeout: '1h', ...options })
      await here.browser.signIn()
      const left: (number | undefined)[] = []
      for (let passed = 0; passed < 5; passed += 1) {
        here.clock.advance(15 * minute)
        const req = { headers: { cookie: here.browser.cookieHeader } } as never
        const found: TimeLeft | undefined = await here.sessions.peek(req)
        left.push(found?.remaining)
        expect(req).toEqual({ headers: { cookie: here.browser.cookieHeader } })
      }
      expect(left).toEqual([45 * minute, 30 * minute, 15 * minute, undefined, undefined])
    })
  }

  it('keeps what its request changes all the same, and moves no deadline for it', async () => {
    const here = await start({ idleTimeout: '1h' }, (sessions) => ({
      '/left': async (req) => {
        const left = await sessions.peek(req)
        req.session.asked = Number(req.session.asked ?? 0) + 1
        return left?.remaining
      },
    }))
    await here.browser.signIn()
    here.clock.advance(20 * minute)
    await here.browser.ask('/left')
    here.clock.advance(20 * minute)
    expect(bodyOf(await here.browser.ask('/left'))).toBe(20 * minute)
    expect((await here.sessions.exportUser('ann'))[0]?.data).toEqual({ asked: 2 })
  })

  it('makes no session longer whose device has changed, or whose cookie an older secret signed', async () => {
    const clock = fakeClock(Date.now())
    const store = memoryStore({ clock })
    const browser = new Browser(await accountSite(opened({ store, clock, secret: 'the old one' })))
    await browser.signIn()
    const options = { store, clock, secret: ['the new one', 'the old one'], idleTimeout: hour, touchWindow: 0 }
    const sessions = opened(options)
    const site = await accountSite(sessions, { '/left': (req) => sessions.peek(req) })
    await browser.copy(site).ask('/visit')
    const endsAt = clock.now() + hour
    for (const headers of [{}, { 'user-agent': 'another' }]) {
      clock.advance(15 * minute)
      await browser.copy(site).ask('/left', { headers })
      expect(await sessions.list('ann')).toMatchObject([{ expiresAt: endsAt }])
    }
  })

  it('is undefined for a visitor whose session is not kept, and for a stranger', async () => {
    const here = await start({}, (sessions) => ({ '/left': (req) => sessions.peek(req) }))
    expect(bodyOf(await here.browser.ask('/left'))).toBeNull()
    expect(await here.sessions.peek({ headers: { cookie: 'session=made.up' } } as never)).toBeUndefined()
    expect(await here.sessions.peek({ headers: {} } as never)).toBeUndefined()
  })
})
