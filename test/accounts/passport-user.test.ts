/**
 * passport as it is, with sessions that are listed as its users'; and apps that sign in by what they write to the session.
 */
import { createRequire } from 'node:module'

import express, { type Request, type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'

import type { CoatcheckOptions, Sessions } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { gate } from '../http/support/gate.js'
import { listen, type Site } from '../http/support/site.js'
import { collectWarnings } from '../http/support/warnings.js'
import { onEveryStore } from '../support/every-store.js'
import { accountSite, bodyOf, Browser, clocked, minute, opened } from './support/account-site.js'
import { intercepted } from './support/intercepted-store.js'

interface User {
  readonly id: string
}

/** The little of passport that is used here. */
interface Passport {
  use(strategy: object): unknown
  serializeUser(serialize: (user: User, done: (error: null, kept: unknown) => void) => void): void
  deserializeUser(find: (kept: { id: string } | string, done: (error: null, user: User) => void) => void): void
  initialize(): RequestHandler
  session(): RequestHandler
}
interface PassportRequest extends Request {
  login(user: User, done: (error?: unknown) => void): void
  logout(done: (error?: unknown) => void): void
}
const { Passport } = createRequire(import.meta.url)('passport') as { readonly Passport: new () => Passport }

/** An app that signs in with passport, which keeps of the user what `kept` says. */
async function passportSite(sessions: Sessions, kept: (user: User) => unknown = ({ id }) => id): Promise<Site> {
  const passport = new Passport()
  passport.serializeUser((user, done) => done(null, kept(user)))
  passport.deserializeUser((user, done) => done(null, { id: typeof user === 'object' ? user.id : user }))
  const app = express()
  app.set('env', 'test')
  app.use(sessions)
  app.use(passport.initialize())
  app.use(passport.session())
  app.get('/', (req, res) => {
    const { user } = req as Request & { user?: User }
    res.json({ user: user?.id, userId: sessions.info(req)?.userId })
  })
  app.get('/login', (req, res, next) => {
    ;(req as PassportRequest).login({ id: (req.query.user as string | undefined) ?? 'ann' }, (error) => {
      if (error !== undefined && error !== null) next(error)
      else res.json(true)
    })
  })
  app.get('/logout', (req, res, next) => {
    ;(req as PassportRequest).logout((error) => {
      if (error !== undefined && error !== null) next(error)
      else res.json(true)
    })
  })
  app.get('/account', sessions.requireUser(), (_req, res) => void res.json('passed'))
  app.get('/password', sessions.requireFresh('10m'), (_req, res) => void res.json('passed'))
  return listen(app)
}

const passportUser = true

/** Sessions that began in the same millisecond have no oldest. */
async function untilNextMillisecond(): Promise<void> {
  const now = Date.now()
  while (Date.now() === now) await new Promise(setImmediate)
}

onEveryStore((stores) => {
  const start = async (options: Partial<CoatcheckOptions> = {}) => {
    const { store } = stores.open()
    const sessions = opened({ store, passportUser, ...options })
    const site = await passportSite(sessions)
    return { sessions, site, store, browser: new Browser(site) }
  }

  describe('passport', () => {
    it('signs in as ever, and its session is in the list of the user', async () => {
      const { sessions, browser } = await start()
      await browser.ask('/login?user=ann')
      expect(bodyOf(await browser.ask('/'))).toEqual({ user: 'ann', userId: 'ann' })
      expect(await sessions.list('ann')).toMatchObject([
        { userId: 'ann', authenticatedAt: expect.any(Number) as number, device: { address: '127.0.0.1' } },
      ])
      expect(bodyOf(await browser.ask('/account'))).toBe('passed')
      expect(bodyOf(await browser.ask('/password'))).toBe('passed')
    })

    it('signs out as ever, and its session is in no list any more', async () => {
      const { sessions, browser } = await start()
      await browser.ask('/login?user=ann')
      await browser.ask('/logout')
      expect(bodyOf(await browser.ask('/'))).toEqual({})
      expect(await sessions.list('ann')).toEqual([])
      expect((await browser.ask('/account')).status).toBe(401)
    })

    it('changes users, and so does the list', async () => {
      const { sessions, browser } = await start()
      await browser.ask('/login?user=ann')
      await browser.ask('/login?user=bob')
      expect(await sessions.list('ann')).toEqual([])
      expect(await sessions.list('bob')).toHaveLength(1)
    })

    it('finds nobody signed in whose sessions were revoked', async () => {
      const { sessions, browser, site } = await start()
      const other = new Browser(site)
      await browser.ask('/login?user=ann')
      await other.ask('/login?user=ann')
      expect(await sessions.revokeUser('ann')).toBe(2)
      expect(bodyOf(await browser.ask('/'))).toEqual({})
      expect(bodyOf(await other.ask('/'))).toEqual({})
    })

    it('keeps within the cap: the oldest session goes when the sign-in is through', async () => {
      const { sessions, site } = await start({ maxSessionsPerUser: 2 })
      const browsers = [1, 2, 3, 4].map(() => new Browser(site))
      for (const browser of browsers) {
        await browser.ask('/login?user=ann')
        expect((await sessions.list('ann')).length).toBeLessThanOrEqual(2)
        await untilNextMillisecond()
      }
      const users = await Promise.all(browsers.map(async (browser) => bodyOf(await browser.ask('/'))))
      expect(users.map((answer) => (answer as { user?: string }).user)).toEqual([undefined, undefined, 'ann', 'ann'])
    })
  })
})

describe('a sign-in by the app’s own data that is under way when all sessions of the user are ended', () => {
  it('does not get past it', async () => {
    const [arrived, go] = [gate(), gate()]
    const store = intercepted(memoryStore(), async ({ method, args, go: ask }) => {
      if (method === 'create' && (args[1] as { userId?: string }).userId === 'ann') {
        arrived.open()
        await go.passed
      }
      return ask()
    })
    const sessions = opened({ store, passportUser })
    const told: unknown[] = []
    sessions.on('revoked', ({ userId, by }) => told.push({ userId, by }))
    const browser = new Browser(await passportSite(sessions))
    const signingIn = browser.ask('/login?user=ann')
    await arrived.passed
    expect(await sessions.revokeUser('ann')).toBe(0)
    go.open()
    await signingIn
    expect(bodyOf(await browser.ask('/'))).toEqual({})
    expect(await sessions.list('ann')).toEqual([])
    expect(told).toEqual([{ userId: 'ann', by: 'user' }])
  })
})

describe('whose session it is', () => {
  const listed = async (option: CoatcheckOptions['passportUser'], kept: (user: User) => unknown) => {
    const sessions = opened({ passportUser: option })
    const browser = new Browser(await passportSite(sessions, kept))
    await browser.ask('/login?user=42')
    return (await sessions.list('42')).length
  }

  it('is read as passport keeps it: a text, a number, an object with an id', async () => {
    expect(await listed(true, ({ id }) => id)).toBe(1)
    expect(await listed(true, ({ id }) => Number(id))).toBe(1)
    expect(await listed(true, ({ id }) => ({ id, name: 'ann' }))).toBe(1)
    expect(await listed(true, ({ id }) => ({ id: Number(id) }))).toBe(1)
  })

  it('is read as the app says', async () => {
    const option = (session: object) => (session as { passport?: { user?: { key: string } } }).passport?.user?.key
    expect(await listed(option, ({ id }) => ({ id: 'other', key: id }))).toBe(1)
  })

  it('is not read unless the app wants it', async () => {
    expect(await listed(undefined, ({ id }) => id)).toBe(0)
    expect(await listed(false, ({ id }) => id)).toBe(0)
  })

  it.each([[{ name: 'ann' }], [Number.NaN], [[]], [true], ['half \ud83d of it'], ['a\0b']])(
    'is nobody’s where it is no ID, and a warning says so: %o',
    async (user) => {
      const warnings = collectWarnings()
      const sessions = opened({ passportUser: (session) => (session as { user?: unknown }).user as string })
      const site = await accountSite(sessions, {
        '/in': (req) => {
          req.session.user = user
        },
      })
      const browser = new Browser(site)
      expect((await browser.ask('/in')).status).toBe(200)
      expect((await browser.who()).userId).toBeUndefined()
      expect(await warnings.codes()).toContain('COATCHECK_PASSPORT_USER')
    },
  )

  it('is nobody’s where the app’s function fails, which breaks nobody’s response', async () => {
    const warnings = collectWarnings()
    const sessions = opened({ passportUser: (session) => (session as { user: { id: string } }).user.id })
    const site = await accountSite(sessions, {
      '/in': (req) => {
        req.session.user = { id: 'ann' }
      },
      '/out': (req) => {
        delete req.session.user
      },
    })
    const browser = new Browser(site)
    expect((await browser.ask('/set?cart=tea')).status).toBe(200)
    expect(await warnings.codes()).toContain('COATCHECK_PASSPORT_USER')
    await browser.ask('/in')
    expect((await browser.who()).userId).toBe('ann')
    await browser.ask('/out')
    expect((await browser.who()).userId).toBeUndefined()
    expect(await sessions.list('ann')).toEqual([])
    expect(site.errors).toEqual([])
  })

  it('is told by signIn where the app uses both, until the data says another', async () => {
    const sessions = opened({ passportUser: (session) => (session as { user?: string }).user })
    const browser = new Browser(await accountSite(sessions))
    await browser.signIn('ann')
    await browser.ask('/set?cart=tea')
    expect((await browser.who()).userId).toBe('ann')
    await browser.ask('/set?user=bob')
    expect((await browser.who()).userId).toBe('bob')
  })
})

describe('a session that the app’s own data makes a user’s', () => {
  it('counts its absolute timeout from then on', async () => {
    const sessions = opened({ passportUser, absoluteTimeout: '8h' })
    const browser = new Browser(await passportSite(sessions))
    await browser.ask('/login')
    const [kept] = await sessions.list('ann')
    expect(kept!.absoluteExpiresAt! - kept!.authenticatedAt!).toBe(480 * minute)
  })

  it('is renewed by the clock like any other, and stays the user’s', async () => {
    const { sessions, clock } = clocked({ passportUser, renewEvery: '10m' })
    const browser = new Browser(await passportSite(sessions))
    await browser.ask('/login')
    const before = browser.cookieHeader
    clock.advance(10 * minute)
    expect(bodyOf(await browser.ask('/'))).toEqual({ user: 'ann', userId: 'ann' })
    expect(browser.cookieHeader).not.toBe(before)
    expect(await sessions.list('ann')).toHaveLength(1)
  })
})

describe('the option passportUser', () => {
  it.each([['yes'], [7], [null], [{}]])('cannot be %j', (option) => {
    expect(() => opened({ passportUser: option as never })).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_OPTION', name: 'SessionOptionError' }),
    )
  })
})
