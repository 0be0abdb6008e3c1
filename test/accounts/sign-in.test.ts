/**
 * Signing in: a new ID, the old one dead at once, the data along, and the user's from then on.
 */
import { describe, expect, it } from 'vitest'

import type { SessionRecord } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { gate } from '../http/support/gate.js'
import { onEveryStore } from '../support/every-store.js'
import { accountSite, bodyOf, Browser, clocked, handlesOf, opened, whoIs, type Who } from './support/account-site.js'
import { intercepted } from './support/intercepted-store.js'

onEveryStore((stores) => {
  const start = (options = {}) => {
    const { store } = stores.open()
    return { store, sessions: opened({ store, ...options }) }
  }

  describe('a sign-in', () => {
    it('gives the visitor a new ID, takes the data along, and appears in the list of the user', async () => {
      const { sessions } = start()
      const browser = new Browser(await accountSite(sessions))
      await browser.ask('/set?cart=tea')
      const before = browser.cookieHeader
      const signedIn = await browser.signIn('ann')
      expect(browser.cookieHeader).not.toBe(before)
      expect(await browser.who()).toEqual({ userId: 'ann', handle: signedIn.handle, data: { cart: 'tea' } })
      expect(handlesOf(await sessions.list('ann'))).toEqual([signedIn.handle])
      expect(await sessions.list('bob')).toEqual([])
    })

    it('leaves the old ID dead at once: a request with it finds nothing, stores nothing and is given no cookie', async () => {
      const { sessions, store } = start()
      const site = await accountSite(sessions)
      const browser = new Browser(site)
      await browser.ask('/set?cart=tea')
      const thief = browser.copy(site)
      await browser.signIn('ann')
      const kept = await store.count()
      const late = await thief.ask('/set?cart=poison')
      expect(late.setCookies).toEqual([])
      expect((await thief.who()).data).toEqual({})
      expect(await store.count()).toBe(kept)
      expect((await browser.who()).data).toEqual({ cart: 'tea' })
    })

    it('leaves the old ID dead for a request that was under way with it: it stores nothing and is given no cookie', async () => {
      const { sessions, store } = start({ rolling: true })
      const [arrived, go] = [gate(), gate()]
      const site = await accountSite(sessions, {
        '/slow': async (req) => {
          arrived.open()
          await go.passed
          req.session.cart = 'late'
        },
      })
      const browser = new Browser(site)
      await browser.ask('/set?cart=tea')
      const slow = browser.copy(site).ask('/slow')
      await arrived.passed
      await browser.signIn('ann')
      const kept = await store.count()
      go.open()
      expect((await slow).setCookies).toEqual([])
      expect(await store.count()).toBe(kept)
      expect((await browser.who()).data).toEqual({ cart: 'tea' })
    })

    it('takes along what a parallel request has stored since the sign-in began', async () => {
      const { sessions } = start()
      const [arrived, go] = [gate(), gate()]
      const site = await accountSite(sessions, {
        '/slow-sign-in': async (req) => {
          arrived.open()
          await go.passed
          await sessions.signIn(req, 'ann')
          return whoIs(sessions, req)
        },
      })
      const browser = new Browser(site)
      await browser.ask('/set?cart=tea')
      const signingIn = browser.ask('/slow-sign-in')
      await arrived.passed
      await browser.copy(site).ask('/set?wishes=cake')
      go.open()
      expect(bodyOf(await signingIn)).toMatchObject({ data: { cart: 'tea', wishes: 'cake' } })
      expect((await browser.who()).data).toEqual({ cart: 'tea', wishes: 'cake' })
    })

    it('of a visitor who had no session yet makes one', async () => {
      const { sessions, store } = start()
      const browser = new Browser(await accountSite(sessions))
      await browser.signIn('ann')
      expect(await browser.who()).toMatchObject({ userId: 'ann', data: {} })
      expect(await store.count()).toBe(1)
    })

    it('by two clicks at once works twice, and the browser ends up signed in', async () => {
      const { sessions } = start()
      const site = await accountSite(sessions)
      const browser = new Browser(site)
      await browser.ask('/set?cart=tea')
      const [one, other] = await Promise.all([browser.ask('/sign-in'), browser.ask('/sign-in')])
      expect([one.status, other.status]).toEqual([200, 200])
      expect((await browser.who()).userId).toBe('ann')
    })

    it('of a late request, which comes with a dead ID, works all the same', async () => {
      const { sessions } = start()
      const site = await accountSite(sessions)
      const browser = new Browser(site)
      await browser.ask('/set?cart=tea')
      const late = browser.copy(site)
      await browser.signIn('ann')
      await late.signIn('ann')
      expect((await late.who()).userId).toBe('ann')
      expect((await browser.who()).userId).toBe('ann')
      expect(await sessions.list('ann')).toHaveLength(2)
    })

    it('of another user leaves nothing to the one before', async () => {
      const { sessions } = start()
      const browser = new Browser(await accountSite(sessions))
      await browser.signIn('ann')
      await browser.signIn('bob')
      expect((await browser.who()).userId).toBe('bob')
      expect(await sessions.list('ann')).toEqual([])
      expect(await sessions.list('bob')).toHaveLength(1)
    })

    it('leaves nothing in the list of the user but the session itself, also when it is repeated', async () => {
      const { sessions } = start()
      const browser = new Browser(await accountSite(sessions))
      for (let times = 0; times < 5; times += 1) await browser.signIn('ann')
      expect(handlesOf(await sessions.list('ann'))).toEqual([(await browser.who()).handle])
    })

    it.each([
      { user: 1234, id: '1234' },
      { user: 0, id: '0' },
      { user: -7, id: '-7' },
      { user: 9_007_199_254_740_993n, id: '9007199254740993' },
      { user: '  ', id: '  ' },
      { user: '__proto__', id: '__proto__' },
      { user: "o'neill%_\\; --", id: "o'neill%_\\; --" },
      { user: '日本語 🦊', id: '日本語 🦊' },
      { user: 'long '.repeat(400), id: 'long '.repeat(400) },
    ])('keeps the ID of the user $id', async ({ user, id }) => {
      const { sessions } = start()
      const site = await accountSite(sessions, { '/in': (req) => sessions.signIn(req, user) })
      const browser = new Browser(site)
      await browser.ask('/in')
      expect((await browser.who()).userId).toBe(id)
      expect(await sessions.list(user)).toHaveLength(1)
      expect(await sessions.revokeUser(id)).toBe(1)
    })
  })
})

describe('what of the data goes along', () => {
  const keep = async (kept: boolean | readonly string[]): Promise<Who> => {
    const sessions = opened()
    const site = await accountSite(sessions, {
      '/in': (req) => sessions.signIn(req, 'ann', { keep: kept }),
    })
    const browser = new Browser(site)
    await browser.ask('/set?cart=tea&language=de&admin=yes')
    await browser.ask('/in')
    return browser.who()
  }

  it('is all of it, unless the app says otherwise', async () => {
    expect((await keep(true)).data).toEqual({ cart: 'tea', language: 'de', admin: 'yes' })
  })

  it('is nothing with keep: false', async () => {
    expect((await keep(false)).data).toEqual({})
  })

  it('is what is named, as far as it is there', async () => {
    expect((await keep(['cart', 'language', 'wishes', '__proto__'])).data).toEqual({ cart: 'tea', language: 'de' })
  })

  it('is what is named also of what another request has written meanwhile', async () => {
    const sessions = opened()
    const [arrived, go] = [gate(), gate()]
    const site = await accountSite(sessions, {
      '/in': async (req) => {
        arrived.open()
        await go.passed
        await sessions.signIn(req, 'ann', { keep: ['cart'] })
      },
    })
    const browser = new Browser(site)
    await browser.ask('/set?cart=tea')
    const signingIn = browser.ask('/in')
    await arrived.passed
    await browser.copy(site).ask('/set?cart=cake&admin=yes')
    go.open()
    await signingIn
    expect((await browser.who()).data).toEqual({ cart: 'cake' })
  })

  it.each([['cart'], [7], [[7]], [null]])('is not told by %j', async (wrong) => {
    const sessions = opened()
    const site = await accountSite(sessions, {
      '/in': (req) => sessions.signIn(req, 'ann', { keep: wrong as never }),
    })
    await new Browser(site).ask('/in')
    expect(site.errors).toMatchObject([{ code: 'ERR_SESSION_OPTION' }])
  })
})

describe('in the same request', () => {
  const inOne = async (page: (req: Parameters<typeof whoIs>[1], sessions: ReturnType<typeof opened>) => unknown) => {
    const sessions = opened()
    const site = await accountSite(sessions, { '/page': (req) => page(req, sessions) })
    const browser = new Browser(site)
    await browser.ask('/set?cart=tea')
    const reply = await browser.ask('/page')
    return { sessions, site, browser, reply }
  }

  it('a save before it, not waited for, is part of what goes along', async () => {
    const { browser, sessions } = await inOne(async (req, { signIn }) => {
      req.session.step = 1
      void req.session.save()
      await signIn(req, 'ann')
    })
    expect(await browser.who()).toMatchObject({ userId: 'ann', data: { cart: 'tea', step: '1'.length } })
    expect(await sessions.count()).toBe(2)
  })

  it('a regenerate before it, waited for or not, leaves the sign-in whole and nothing behind', async () => {
    for (const waits of [true, false]) {
      const { browser, sessions } = await inOne(async (req, { signIn }) => {
        const done = req.session.regenerate()
        if (waits) await done
        await signIn(req, 'ann')
      })
      const who = await browser.who()
      expect(who).toMatchObject({ userId: 'ann', data: {} })
      expect((await sessions.scan()).sessions.map(({ handle }) => handle)).toEqual([who.handle])
    }
  })

  it('a destroy before it leaves nothing to sign in to, and says so', async () => {
    const { browser, site } = await inOne(async (req, { signIn }) => {
      await req.session.destroy()
      await signIn(req, 'ann')
    })
    expect(site.errors).toMatchObject([{ code: 'ERR_SESSION_NO_SESSION' }])
    expect((await browser.who()).userId).toBeUndefined()
  })

  it('changes, a save and a reload after it are those of the new session', async () => {
    const { browser } = await inOne(async (req, { signIn }) => {
      await signIn(req, 'ann')
      req.session.step = 1
      await req.session.save()
      req.session.step = 2
      await req.session.reload()
      req.session.later = true
    })
    expect(await browser.who()).toMatchObject({ userId: 'ann', data: { cart: 'tea', step: 1, later: true } })
  })

  it('an update after it is one of the new session', async () => {
    const { browser } = await inOne(async (req, { signIn, update }) => {
      await signIn(req, 'ann')
      await update(req, (data) => {
        data.visits = 1
      })
    })
    expect(await browser.who()).toMatchObject({ userId: 'ann', data: { cart: 'tea', visits: 1 } })
  })

  it('a regenerate after it leaves nobody signed in', async () => {
    const { browser, sessions } = await inOne(async (req, { signIn }) => {
      await signIn(req, 'ann')
      await req.session.regenerate()
      req.session.now = 'nobody'
    })
    expect(await browser.who()).toMatchObject({ data: { now: 'nobody' } })
    expect((await browser.who()).userId).toBeUndefined()
    expect(await sessions.list('ann')).toEqual([])
  })

  it('a destroy after it leaves nothing', async () => {
    const { sessions, reply } = await inOne(async (req, { signIn }) => {
      await signIn(req, 'ann')
      await req.session.destroy()
    })
    expect(reply.setCookies).toEqual([])
    expect(await sessions.list('ann')).toEqual([])
  })

  it('a second sign-in, waited for or at the same time, leaves one session: that of the second', async () => {
    for (const together of [true, false]) {
      const { browser, sessions } = await inOne(async (req, { signIn }) => {
        const first = signIn(req, 'ann')
        if (!together) await first
        await Promise.all([first, signIn(req, 'bob')])
      })
      expect((await browser.who()).userId).toBe('bob')
      expect(await sessions.list('ann')).toEqual([])
      expect(await sessions.list('bob')).toHaveLength(1)
    }
  })

  it('a sign-in that the app does not wait for is in the response all the same', async () => {
    const { browser, sessions } = await inOne((req, { signIn }) => {
      void signIn(req, 'ann')
    })
    expect(await browser.who()).toMatchObject({ userId: 'ann', data: { cart: 'tea' } })
    expect((await sessions.scan()).sessions).toHaveLength(1)
  })

  it('a sign-in inside update is refused, because the two would wait for each other', async () => {
    const { site } = await inOne((req, { signIn, update }) => update(req, () => signIn(req, 'ann')))
    expect(site.errors).toMatchObject([{ code: 'ERR_SESSION_CONFLICT' }])
  })
})

describe('a visitor who cannot be told the new ID', () => {
  it('because the headers are sent is not signed in', async () => {
    const sessions = opened()
    const site = await accountSite(sessions, {
      '/page': async (req, res) => {
        res.write('half of it')
        await sessions.signIn(req, 'ann')
      },
    })
    const browser = new Browser(site)
    await browser.ask('/set?cart=tea')
    await browser.ask('/page').catch(() => {})
    expect(site.errors).toMatchObject([{ code: 'ERR_SESSION_HEADERS_SENT' }])
    expect(await browser.who()).toMatchObject({ data: { cart: 'tea' } })
    expect(await sessions.list('ann')).toEqual([])
  })

  it('because the headers are sent while the sign-in is under way is not signed in either', async () => {
    const [arrived, go] = [gate(), gate()]
    const store = intercepted(memoryStore(), async ({ method, args: [, record], go: create }) => {
      if (method === 'create' && (record as SessionRecord).userId === 'ann') {
        arrived.open()
        await go.passed
      }
      return create()
    })
    const sessions = opened({ store })
    const site = await accountSite(sessions, {
      '/page': async (req, res) => {
        const signingIn = sessions.signIn(req, 'ann')
        await arrived.passed
        res.write('half of it')
        go.open()
        await signingIn
      },
    })
    await new Browser(site).ask('/page').catch(() => {})
    expect(site.errors).toMatchObject([{ code: 'ERR_SESSION_HEADERS_SENT' }])
    expect(await sessions.list('ann')).toEqual([])
  })

  it('because there is no response is not signed in', async () => {
    const sessions = opened()
    const site = await accountSite(sessions)
    const browser = new Browser(site)
    await browser.ask('/set?cart=tea')
    const upgrade = { headers: { cookie: browser.cookieHeader } } as never
    await sessions.read(upgrade)
    await expect(sessions.signIn(upgrade, 'ann')).rejects.toMatchObject({ code: 'ERR_SESSION_HEADERS_SENT' })
    expect(await sessions.list('ann')).toEqual([])
    expect(await browser.who()).toMatchObject({ data: { cart: 'tea' } })
  })

  it('because it did not come through the middleware hears so', async () => {
    await expect(opened().signIn({ headers: {} }, 'ann')).rejects.toMatchObject({ code: 'ERR_SESSION_NO_SESSION' })
  })
})

describe('what is no ID of a user', () => {
  it.each([
    [undefined],
    [null],
    [''],
    [Number.NaN],
    [Infinity],
    [1.5],
    [2 ** 53],
    [{ id: 1 }],
    [['ann']],
    [true],
    ['a\0b'],
    ['half \ud83d of it'],
  ])('%s signs nobody in', async (user) => {
    const sessions = opened()
    const site = await accountSite(sessions, { '/in': (req) => sessions.signIn(req, user as string) })
    const browser = new Browser(site)
    await browser.ask('/set?cart=tea')
    await browser.ask('/in')
    expect(site.errors).toMatchObject([{ code: 'ERR_SESSION_NO_USER' }])
    expect((await browser.who()).userId).toBeUndefined()
    await expect(sessions.list(user as string)).rejects.toMatchObject({ code: 'ERR_SESSION_NO_USER' })
    await expect(sessions.revokeUser(user as string)).rejects.toMatchObject({ code: 'ERR_SESSION_NO_USER' })
  })
})

describe('when and how the user proved who they are', () => {
  it('is known to info and list', async () => {
    const { sessions, clock } = clocked()
    const site = await accountSite(sessions, {
      '/in': (req) => sessions.signIn(req, 'ann', { method: 'passkey' }),
      '/info': (req) => sessions.info(req),
    })
    const browser = new Browser(site)
    await browser.ask('/visit')
    clock.advance(5_000)
    const at = clock.now()
    await browser.ask('/in')
    clock.advance(5_000)
    expect(bodyOf(await browser.ask('/info'))).toMatchObject({ authenticatedAt: at, createdAt: at, method: 'passkey' })
    expect(await sessions.list('ann')).toMatchObject([{ authenticatedAt: at, createdAt: at, method: 'passkey' }])
  })

  it('tells the event signedIn, which names the session before and after by its handle', async () => {
    const sessions = opened()
    const told: unknown[] = []
    sessions.on('signedIn', (event) => told.push({ ...event, req: undefined }))
    const browser = new Browser(await accountSite(sessions))
    await browser.ask('/set?cart=tea')
    const before = (await browser.who()).handle
    const { handle } = await browser.signIn('ann')
    expect(told).toEqual([{ handle, previousHandle: before, userId: 'ann', again: false }])
  })
})

describe('since', () => {
  const start = async () => {
    const { sessions, clock } = clocked()
    const site = await accountSite(sessions, {
      '/in': (req, _res, query) => sessions.signIn(req, 'ann', { since: Number(query.get('since')) }),
    })
    return { sessions, clock, site, browser: new Browser(site) }
  }

  it('ends a sign-in whose proof was checked while all sessions of the user were ended', async () => {
    const { sessions, clock, site, browser } = await start()
    const since = clock.now()
    clock.advance(10)
    await sessions.revokeUser('ann')
    clock.advance(10)
    await browser.ask(`/in?since=${since}`)
    expect(site.errors).toMatchObject([{ code: 'ERR_SESSION_REVOKED' }])
    expect(await sessions.list('ann')).toEqual([])
  })

  it('ends one while everyone’s were', async () => {
    const { sessions, clock, site, browser } = await start()
    const since = clock.now()
    clock.advance(10)
    await sessions.revokeEveryone()
    await browser.ask(`/in?since=${since}`)
    expect(site.errors).toMatchObject([{ code: 'ERR_SESSION_REVOKED' }])
  })

  it('lets a sign-in pass that began afterwards, and one of another user', async () => {
    const { sessions, clock, site, browser } = await start()
    await sessions.revokeUser('bob')
    await sessions.revokeUser('ann')
    clock.advance(1)
    await browser.ask(`/in?since=${clock.now()}`)
    expect(site.errors).toEqual([])
    expect(await sessions.list('ann')).toHaveLength(1)
  })

  it('without it a sign-in right after the end of all sessions is one of after', async () => {
    const { sessions } = clocked()
    const site = await accountSite(sessions, {
      '/change-password': async (req) => {
        await sessions.revokeUser('ann')
        await sessions.signIn(req, 'ann')
      },
    })
    const browser = new Browser(site)
    await browser.ask('/change-password')
    expect(await browser.who()).toMatchObject({ userId: 'ann' })
  })

  it('is refused where it lies longer ago than it is known when sessions were ended', async () => {
    const { sessions, clock, site, browser } = await start()
    const since = clock.now()
    clock.advance(3_600_000)
    await browser.ask(`/in?since=${since}`)
    expect(site.errors).toMatchObject([{ code: 'ERR_SESSION_REVOKED' }])
    expect(await sessions.list('ann')).toEqual([])
  })

  it('is refused where it is no moment', async () => {
    const { site, browser } = await start()
    await browser.ask('/in?since=yesterday')
    expect(site.errors).toMatchObject([{ code: 'ERR_SESSION_OPTION' }])
  })
})
