/**
 * Signing out: the session is over, and so is its cookie in the browser.
 */
import { describe, expect, it } from 'vitest'

import { MemoryStore, session } from '../../src/index.js'
import { gate } from '../http/support/gate.js'
import { onEveryStore } from '../support/every-store.js'
import { accountSite, Browser, opened, secret } from './support/account-site.js'

onEveryStore((stores) => {
  describe('signing out', () => {
    it('ends the session, in the store and in the browser', async () => {
      const { store } = stores.open()
      const sessions = opened({ store })
      const site = await accountSite(sessions)
      const browser = new Browser(site)
      await browser.signIn('ann')
      const thief = browser.copy(site)
      const { setCookies } = await browser.ask('/sign-out')
      expect(setCookies).toEqual([expect.stringMatching(/^session=; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT;/)])
      expect(await sessions.list('ann')).toEqual([])
      expect((await thief.who()).userId).toBeUndefined()
      expect((await browser.who()).userId).toBeUndefined()
    })

    it('ends it for a request that is under way with it', async () => {
      const { store } = stores.open()
      const sessions = opened({ store, rolling: true })
      const [arrived, go] = [gate(), gate()]
      const site = await accountSite(sessions, {
        '/slow': async (req) => {
          arrived.open()
          await go.passed
          req.session.cart = 'late'
        },
      })
      const browser = new Browser(site)
      await browser.signIn('ann')
      const slow = browser.copy(site).ask('/slow')
      await arrived.passed
      await browser.ask('/sign-out')
      go.open()
      expect((await slow).setCookies).toEqual([])
      expect((await sessions.scan()).sessions).toEqual([])
    })
  })
})

/** The Set-Cookie lines that give and take the cookie, without value and expiry. */
async function linesOf(options: object, headers: Record<string, string> = {}) {
  const sessions = opened(options)
  const site = await accountSite(sessions)
  const browser = new Browser(site)
  const given = await browser.ask('/sign-in', { headers })
  const taken = await browser.ask('/sign-out', { headers })
  const attributes = ({ setCookies }: { setCookies: readonly string[] }): string => {
    expect(setCookies).toHaveLength(1)
    return setCookies[0]!.replace(/^([^=]+)=[^;]*/, '$1').replace(/; Expires=[^;]*/, '')
  }
  return { given: attributes(given), taken: attributes(taken), lines: taken.setCookies }
}

describe('the cookie is taken back with the attributes it was given', () => {
  it.each([
    { cookie: {} },
    { cookie: { domain: 'example.com', path: '/', secure: true, sameSite: 'none' } },
    { cookie: { secure: true, sameSite: 'none', partitioned: true } },
    { cookie: { sameSite: 'strict', priority: 'high', httpOnly: false } },
    { cookie: { maxAge: 3_600_000 } },
    { name: '__Host-id', cookie: { secure: true } },
  ])('%j', async (options) => {
    const { given, taken, lines } = await linesOf({ ...options, proxy: true }, { 'x-forwarded-proto': 'https' })
    expect(taken).toBe(given)
    expect(lines[0]).toMatch(/^[\w-]+=;/)
    expect(lines[0]).toContain('Expires=Thu, 01 Jan 1970 00:00:00 GMT')
  })

  it('also where the options are a function of the request', async () => {
    const cookie = () => ({ secure: 'auto' as const, sameSite: 'auto' as const, domain: 'example.com' })
    const { given, taken } = await linesOf({ cookie, proxy: true }, { 'x-forwarded-proto': 'https' })
    expect(given).toContain('Secure')
    expect(taken).toBe(given)
  })

  it('also where the session has attributes of its own', async () => {
    const sessions = opened()
    const site = await accountSite(sessions, { '/in': (req) => sessions.signIn(req, 'ann', { remember: '7d' }) })
    const browser = new Browser(site)
    await browser.ask('/in')
    const { setCookies } = await browser.ask('/sign-out')
    expect(setCookies).toEqual(['session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax'])
  })

  it('and under a path only where the browser has it', async () => {
    const sessions = opened({ cookie: { path: '/app' } })
    const site = await accountSite(sessions, {
      '/app/in': (req) => sessions.signIn(req, 'ann'),
      '/app/out': (req) => sessions.signOut(req),
    })
    const browser = new Browser(site)
    await browser.ask('/app/in')
    expect((await browser.ask('/app/out')).setCookies[0]).toContain('Path=/app;')
  })

  it('is not taken from who has none', async () => {
    const sessions = opened()
    const browser = new Browser(await accountSite(sessions))
    expect((await browser.ask('/sign-out')).setCookies).toEqual([])
  })

  it('is taken from who signed in and out in one request', async () => {
    const sessions = opened()
    const site = await accountSite(sessions, {
      '/both': async (req) => {
        await sessions.signIn(req, 'ann')
        await sessions.signOut(req)
      },
    })
    const browser = new Browser(site)
    await browser.ask('/set?cart=tea')
    expect((await browser.ask('/both')).setCookies).toEqual([expect.stringMatching(/^session=;/)])
    expect((await sessions.scan()).sessions).toEqual([])
  })
})

describe('keep', () => {
  const start = async (keep: readonly string[], waits = true) => {
    const sessions = opened()
    const site = await accountSite(sessions, {
      '/out': async (req) => {
        const done = sessions.signOut(req, { keep })
        if (waits) await done
      },
    })
    const browser = new Browser(site)
    await browser.ask('/set?language=de&cart=tea')
    await browser.signIn('ann')
    const old = browser.copy(site)
    const reply = await browser.ask('/out')
    return { browser, reply, sessions, old }
  }

  it('begins a new session, of nobody, with what is named', async () => {
    for (const waits of [true, false]) {
      const { browser, reply, sessions, old } = await start(['language', 'wishes', '__proto__'], waits)
      expect(reply.setCookies).toHaveLength(1)
      expect(await browser.who()).toMatchObject({ data: { language: 'de' } })
      expect((await browser.who()).userId).toBeUndefined()
      expect((await old.who()).data).toEqual({})
      expect((await sessions.scan()).sessions).toHaveLength(1)
    }
  })

  it('begins none where nothing of it is there', async () => {
    const { reply, sessions } = await start(['wishes'])
    expect(reply.setCookies).toEqual([expect.stringMatching(/^session=;/)])
    expect((await sessions.scan()).sessions).toEqual([])
  })
})

it('with something named, the app has a session to write to afterwards, whether or not that was there', async () => {
  const sessions = opened()
  const site = await accountSite(sessions, {
    '/out': async (req) => {
      await sessions.signOut(req, { keep: ['language'] })
      Object.assign(req.session, { flash: 'signed out' })
    },
  })
  const browser = new Browser(site)
  await browser.signIn('ann')
  expect((await browser.ask('/out')).setCookies).toHaveLength(1)
  expect(await browser.who()).toMatchObject({ data: { flash: 'signed out' } })
})

describe('Clear-Site-Data', () => {
  const header = async (options: object) => {
    const sessions = opened()
    const site = await accountSite(sessions, { '/out': (req) => sessions.signOut(req, options) })
    const browser = new Browser(site)
    await browser.ask('/set?language=de')
    await browser.signIn('ann')
    const { headers } = await browser.ask('/out')
    return { value: headers['clear-site-data'], errors: site.errors, who: await browser.who() }
  }

  it.each([
    [{}, undefined],
    [{ clearSiteData: false }, undefined],
    [{ clearSiteData: true }, '"cache", "cookies", "storage"'],
    [{ clearSiteData: ['*'] }, '"*"'],
    [{ clearSiteData: ['cache', 'executionContexts'] }, '"cache", "executionContexts"'],
    [{ clearSiteData: true, keep: ['language'] }, '"cache", "storage"'],
    [{ clearSiteData: ['storage'], keep: ['language'] }, '"storage"'],
  ])('%j sends %j', async (options, value) => {
    expect(await header(options)).toMatchObject({ value, errors: [] })
  })

  it.each([
    [{ clearSiteData: ['cookies'], keep: ['language'] }],
    [{ clearSiteData: ['*'], keep: ['language'] }],
    [{ clearSiteData: ['cookis'] }],
    [{ clearSiteData: [] }],
    [{ clearSiteData: 'cookies' }],
  ])('%j is refused before anything is ended', async (options) => {
    const { value, errors, who } = await header(options)
    expect(value).toBeUndefined()
    expect(errors).toMatchObject([{ code: 'ERR_SESSION_OPTION' }])
    expect(who.userId).toBe('ann')
  })
})

describe('under session() with a store for express-session', () => {
  it('signing out ends the session and takes its cookie back', async () => {
    const store = new MemoryStore()
    const sessions = session({ secret, store, resave: false, saveUninitialized: false })
    const site = await accountSite(sessions)
    const browser = new Browser(site)
    await browser.ask('/set?cart=tea')
    const { setCookies } = await browser.ask('/sign-out')
    expect(setCookies).toEqual(['connect.sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly'])
    expect(await sessions.count()).toBe(0)
  })
})
