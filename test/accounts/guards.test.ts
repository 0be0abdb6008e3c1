/**
 * Guards: who is not signed in does not pass, nor who has proved it too long ago.
 */
/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes what they throw to the error handlers */
import express from 'express'
import { describe, expect, it } from 'vitest'

import type { Sessions, SessionStore } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock, type FakeClock } from '../../src/testing/index.js'
import { listen, type Site } from '../http/support/site.js'
import { onEveryStore } from '../support/every-store.js'
import { bodyOf, Browser, minute, opened } from './support/account-site.js'
import { intercepted } from './support/intercepted-store.js'

/** An app of Express 5, whose error handling answers by itself. */
function appOf(sessions: Sessions): Promise<Site> {
  const app = express()
  // What an error page says is not looked at.
  app.set('env', 'test')
  app.use(sessions)
  app.get('/in', async (req, res) => {
    await sessions.signIn(req, 'ann')
    res.json(true)
  })
  app.get('/again', async (req, res) => {
    await sessions.reauthenticate(req, { method: 'passkey' })
    res.json(sessions.info(req))
  })
  app.get('/out', async (req, res) => {
    await sessions.signOut(req)
    res.json(true)
  })
  const page: express.RequestHandler = (_req, res) => void res.json('passed')
  app.get('/account', sessions.requireUser(), page)
  app.get('/password', sessions.requireFresh('10m'), page)
  app.get(
    '/account-or-sign-in',
    sessions.requireUser<express.Request, express.Response>((_req, res) => res.redirect('/sign-in')),
    page,
  )
  app.get(
    '/password-or-proof',
    sessions.requireFresh<express.Request, express.Response>('10m', (_req, res) => res.redirect('/prove')),
    page,
  )
  app.get('/gone', async (req, res, next) => {
    await req.session.destroy()
    sessions.requireUser()(req, res, next)
  })
  const codes: express.ErrorRequestHandler = (error: { code?: string; status?: number }, _req, res, next) => {
    res.setHeader('x-code', String(error.code))
    next(error)
  }
  app.use(codes)
  return listen(app)
}

interface Start {
  readonly sessions: Sessions
  readonly clock: FakeClock
  readonly site: Site
  readonly browser: Browser
}

async function start(options: { store?: SessionStore; [name: string]: unknown } = {}): Promise<Start> {
  const clock = fakeClock(Date.now())
  const sessions = opened({ store: memoryStore({ clock }), clock, ...options })
  const site = await appOf(sessions)
  return { sessions, clock, site, browser: new Browser(site) }
}

const refused = async (browser: Browser, path: string): Promise<unknown> => {
  const { status, headers } = await browser.ask(path)
  return [status, headers['x-code']]
}

describe('requireUser', () => {
  it('answers 401 to a stranger, through the error handling of Express', async () => {
    const { browser } = await start()
    expect(await refused(browser, '/account')).toEqual([401, 'ERR_SESSION_NO_USER'])
  })

  it('lets a user pass, and nobody once that user has signed out', async () => {
    const { browser } = await start()
    await browser.ask('/in')
    expect(bodyOf(await browser.ask('/account'))).toBe('passed')
    await browser.ask('/out')
    expect(await refused(browser, '/account')).toEqual([401, 'ERR_SESSION_NO_USER'])
  })

  it('does with others what the app says', async () => {
    const { browser } = await start()
    const { status, headers } = await browser.ask('/account-or-sign-in')
    expect([status, headers.location]).toEqual([302, '/sign-in'])
  })

  it('lets nobody pass whose session this very request has ended', async () => {
    const { browser } = await start()
    await browser.ask('/in')
    expect(await refused(browser, '/gone')).toEqual([401, 'ERR_SESSION_NO_USER'])
  })

  it('lets nobody pass in a request that did not come through the middleware', () => {
    const told: unknown[] = []
    opened().requireUser()({}, {}, (error) => told.push(error))
    expect(told).toMatchObject([{ code: 'ERR_SESSION_NO_USER', status: 401 }])
  })

  it('lets nobody pass while the store fails', async () => {
    let fails = false
    const store = intercepted(memoryStore(), ({ go }) => {
      if (fails) throw new Error('the engine is down')
      return go()
    })
    const { browser } = await start({ store, onStoreError: 'continue' })
    await browser.ask('/in')
    fails = true
    expect(await refused(browser, '/account')).toEqual([401, 'ERR_SESSION_NO_USER'])
    expect(await refused(browser, '/password')).toEqual([401, 'ERR_SESSION_NO_USER'])
  })
})

describe('requireFresh', () => {
  it('lets pass who signed in less than so long ago, and not who did just so long ago', async () => {
    const { browser, clock } = await start()
    await browser.ask('/in')
    clock.advance(10 * minute - 1)
    expect(bodyOf(await browser.ask('/password'))).toBe('passed')
    clock.advance(1)
    expect(await refused(browser, '/password')).toEqual([401, 'ERR_SESSION_NOT_FRESH'])
  })

  it('is satisfied by another proof, which gives a new ID', async () => {
    const { browser, clock } = await start()
    await browser.ask('/in')
    clock.advance(10 * minute)
    const before = browser.cookieHeader
    const proven = bodyOf(await browser.ask('/again'))
    expect(proven).toMatchObject({ userId: 'ann', method: 'passkey', authenticatedAt: clock.now() })
    expect(browser.cookieHeader).not.toBe(before)
    expect(bodyOf(await browser.ask('/password'))).toBe('passed')
  })

  it('answers 401 to a stranger, and does with others what the app says', async () => {
    const { browser, clock } = await start()
    expect(await refused(browser, '/password')).toEqual([401, 'ERR_SESSION_NO_USER'])
    await browser.ask('/in')
    clock.advance(10 * minute)
    const { status, headers } = await browser.ask('/password-or-proof')
    expect([status, headers.location]).toEqual([302, '/prove'])
  })

  it('is refused with a time that is none', () => {
    expect(() => opened().requireFresh('soon' as never)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_OPTION' }),
    )
  })

  it('hands what the store fails with to the error handling', async () => {
    let fails = false
    const store = intercepted(memoryStore(), ({ go }) => {
      if (fails) throw new Error('the engine is down')
      return go()
    })
    const { browser, sessions } = await start({ store })
    const app = express()
    app.use(sessions)
    app.use((_req, _res, next) => {
      fails = true
      next()
    })
    app.get('/password', sessions.requireFresh('10m'), (_req, res) => void res.json('passed'))
    await browser.ask('/in')
    const failing = browser.copy(await listen(app.set('env', 'test')))
    expect((await failing.ask('/password')).status).toBe(500)
  })
})

onEveryStore((stores) => {
  describe('requireFresh asks the store itself', () => {
    it('so a session does not pass that another process ended after this one had read it', async () => {
      const { store, again } = stores.open()
      const elsewhere = opened({ store: again() })
      // Between the moment at which the request's session is read and the guard.
      let meanwhile = async (): Promise<unknown> => undefined
      const sessions = opened({ store })
      const app = express()
      app.use(sessions)
      app.get('/in', async (req, res) => {
        await sessions.signIn(req, 'ann')
        res.json(true)
      })
      app.use(async (_req, _res, next) => {
        await meanwhile()
        next()
      })
      app.get('/password', sessions.requireFresh('10m'), (_req, res) => void res.json('passed'))
      app.get('/account', sessions.requireUser(), (_req, res) => void res.json('passed'))
      const browser = new Browser(await listen(app.set('env', 'test')))
      await browser.ask('/in')
      expect(bodyOf(await browser.ask('/password'))).toBe('passed')
      meanwhile = () => elsewhere.revokeUser('ann')
      expect((await browser.ask('/password')).status).toBe(401)
      expect((await browser.ask('/account')).status).toBe(401)
    })

    it('and a session passes that was given a new ID by the clock after this request had read it', async () => {
      const { store } = stores.open()
      const clock = fakeClock(Date.now())
      const sessions = opened({ store, clock, renewEvery: '5m' })
      let meanwhile = async (): Promise<unknown> => undefined
      const app = express()
      app.use(sessions)
      app.get('/in', async (req, res) => {
        await sessions.signIn(req, 'ann')
        res.json(true)
      })
      app.get('/visit', (_req, res) => void res.json('welcome'))
      app.use(async (_req, _res, next) => {
        await meanwhile()
        next()
      })
      app.get('/password', sessions.requireFresh('10m'), (_req, res) => void res.json('passed'))
      const site = await listen(app.set('env', 'test'))
      const browser = new Browser(site)
      await browser.ask('/in')
      clock.advance(5 * minute)
      const other = browser.copy(site)
      meanwhile = () => other.ask('/visit')
      expect(bodyOf(await browser.ask('/password'))).toBe('passed')
      expect(other.cookieHeader).not.toBe(browser.cookieHeader)
    })
  })
})

describe('proving it again', () => {
  it('is nothing for who is not signed in', async () => {
    const { browser } = await start()
    expect(await refused(browser, '/again')).toEqual([401, 'ERR_SESSION_NO_USER'])
  })
})
