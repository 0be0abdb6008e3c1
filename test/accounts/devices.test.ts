/**
 * What is kept of a user's device, and what it tells: no more than the app wants, and nothing that a stranger made up.
 */
import express from 'express'
import { describe, expect, it } from 'vitest'

import type { SessionEvents, Sessions } from '../../src/index.js'
import { networkOf } from '../../src/express/device.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { listen, type Site } from '../http/support/site.js'
import { onEveryStore } from '../support/every-store.js'
import { accountSite, bodyOf, Browser, opened } from './support/account-site.js'
import { intercepted } from './support/intercepted-store.js'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'
const iPhone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

onEveryStore((stores) => {
  describe('the device of a session', () => {
    it('is that of its sign-in, and then of its last request', async () => {
      const { store } = stores.open()
      const sessions = opened({ store })
      const told: SessionEvents['deviceChanged'][] = []
      sessions.on('deviceChanged', (event) => told.push({ ...event, req: undefined }))
      const site = await accountSite(sessions, { '/info': (req) => sessions.info(req)?.device })
      const browser = new Browser(site)
      await browser.ask('/sign-in', { headers: { 'user-agent': firefox } })
      const device = {
        userAgent: firefox,
        address: '127.0.0.1',
        browser: 'Firefox 128',
        system: 'Linux',
        kind: 'desktop',
      }
      expect((await sessions.list('ann'))[0]?.device).toEqual(device)
      expect(bodyOf(await browser.ask('/info', { headers: { 'user-agent': firefox } }))).toEqual(device)
      expect(told).toEqual([])

      await browser.ask('/visit', { headers: { 'user-agent': iPhone } })
      const [listed] = await sessions.list('ann')
      expect(listed?.device).toMatchObject({ browser: 'Safari 17', system: 'iOS 17', kind: 'phone' })
      expect(told).toEqual([
        {
          handle: listed?.handle,
          userId: 'ann',
          previous: { agent: firefox, address: '127.0.0.1' },
          device: { agent: iPhone, address: '127.0.0.1' },
        },
      ])
    })
  })
})

describe('nothing is kept, told or written', () => {
  it('of a visitor', async () => {
    const sessions = opened()
    const site = await accountSite(sessions, { '/info': (req) => sessions.info(req) })
    const browser = new Browser(site)
    await browser.ask('/set?cart=tea')
    expect(bodyOf(await browser.ask('/info'))).not.toHaveProperty('device')
    expect((await sessions.scan()).sessions[0]?.device).toBeUndefined()
  })

  it('while nothing changes', async () => {
    let writes = 0
    const store = intercepted(memoryStore(), ({ method, go }) => {
      if (method !== 'read') writes += 1
      return go()
    })
    const sessions = opened({ store })
    const told: unknown[] = []
    sessions.on('deviceChanged', (event) => told.push(event))
    const browser = new Browser(await accountSite(sessions))
    await browser.ask('/sign-in', { headers: { 'user-agent': firefox } })
    writes = 0
    for (let visit = 0; visit < 5; visit += 1) await browser.ask('/visit', { headers: { 'user-agent': firefox } })
    expect(writes).toBe(0)
    await browser.ask('/visit', { headers: { 'user-agent': iPhone } })
    expect(writes).toBe(1)
    for (let visit = 0; visit < 5; visit += 1) await browser.ask('/visit', { headers: { 'user-agent': iPhone } })
    expect(writes).toBe(1)
    expect(told).toHaveLength(1)
  })

  it('where the app wants none', async () => {
    const sessions = opened({ device: false })
    const told: unknown[] = []
    sessions.on('deviceChanged', (event) => told.push(event))
    const browser = new Browser(await accountSite(sessions))
    await browser.ask('/sign-in', { headers: { 'user-agent': firefox } })
    await browser.ask('/visit', { headers: { 'user-agent': iPhone } })
    expect((await sessions.list('ann'))[0]?.device).toBeUndefined()
    expect(told).toEqual([])
  })

  it('of a session that began before the app wanted it, until its user signs in', async () => {
    const store = memoryStore()
    const browser = new Browser(await accountSite(opened({ store, device: false })))
    await browser.signIn('ann')
    const sessions = opened({ store })
    const later = browser.copy(await accountSite(sessions))
    await later.ask('/visit')
    expect((await sessions.list('ann'))[0]?.device).toBeUndefined()
    await later.signIn('ann')
    expect((await sessions.list('ann'))[0]?.device).toBeDefined()
  })
})

describe('the name of the browser', () => {
  it.each([
    ['none', undefined, undefined],
    ['an empty one', '', undefined],
    ['one of ten kilobytes', 'x'.repeat(10_240), 400],
  ])('may be %s', async (_, agent, length) => {
    const sessions = opened()
    const browser = new Browser(await accountSite(sessions))
    const { status } = await browser.ask('/sign-in', { headers: agent === undefined ? {} : { 'user-agent': agent } })
    expect(status).toBe(200)
    const [listed] = await sessions.list('ann')
    expect(listed?.device?.userAgent?.length || undefined).toBe(length)
    expect(listed?.device).toMatchObject({ browser: undefined, system: undefined, kind: undefined })
    expect(await sessions.revoke(listed!.handle)).toBe(true)
  })
})

/** The address that is kept of a request with this X-Forwarded-For, by an app of Express. */
async function addressKept(
  forwarded: string | undefined,
  { trust, ...options }: { trust?: unknown; device?: { address?: boolean | 'truncated' } } = {},
): Promise<string | undefined> {
  const sessions: Sessions = opened(options)
  const app = express()
  app.set('trust proxy', trust ?? false)
  app.use(sessions)
  app.get('/sign-in', (req, res, next) => {
    sessions.signIn(req, 'ann').then(() => res.end(), next)
  })
  const site: Site = await listen(app)
  await new Browser(site).ask('/sign-in', forwarded === undefined ? {} : { headers: { 'x-forwarded-for': forwarded } })
  return (await sessions.list('ann'))[0]?.device?.address
}

describe('the address', () => {
  it('is that of the connection where no proxy is trusted, whatever a stranger sends', async () => {
    expect(await addressKept('203.0.113.7')).toBe('127.0.0.1')
  })

  it('is that which the proxy tells where Express trusts it', async () => {
    expect(await addressKept('203.0.113.7', { trust: 1 })).toBe('203.0.113.7')
    expect(await addressKept('198.51.100.1, 203.0.113.7', { trust: 1 })).toBe('203.0.113.7')
    expect(await addressKept('2001:db8:1:2::7', { trust: 1 })).toBe('2001:db8:1:2::7')
    expect(await addressKept('::ffff:203.0.113.7', { trust: 1 })).toBe('203.0.113.7')
  })

  it('loses the port that some proxies add', async () => {
    expect(await addressKept('203.0.113.7:54321', { trust: 1 })).toBe('203.0.113.7')
    expect(await addressKept('[2001:db8::7]:54321', { trust: 1 })).toBe('2001:db8::7')
  })

  it('is none where the proxy hands on what is none', async () => {
    for (const garbage of ['unknown', '<script>', 'x'.repeat(5_000), '1.2.3.4.5', `fe80::1%${'e'.repeat(500)}`]) {
      expect(await addressKept(garbage, { trust: true })).toBeUndefined()
      expect(await addressKept(garbage, { trust: true, device: { address: 'truncated' } })).toBeUndefined()
    }
  })

  it('is cut to the network, or left out, where the app says so', async () => {
    expect(await addressKept('203.0.113.7', { trust: 1, device: { address: 'truncated' } })).toBe('203.0.113.0')
    expect(await addressKept('::ffff:203.0.113.7', { trust: 1, device: { address: 'truncated' } })).toBe('203.0.113.0')
    expect(await addressKept('2001:db8:1:2::7', { trust: 1, device: { address: 'truncated' } })).toBe('2001:db8:1::')
    expect(await addressKept('203.0.113.7', { trust: 1, device: { address: false } })).toBeUndefined()
    expect(await addressKept('203.0.113.7', { trust: 1, device: { address: true } })).toBe('203.0.113.7')
  })
})

describe('the network of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.0'],
    ['0.0.0.0', '0.0.0.0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
    ['2001:0db8:0001:0002::7', '2001:db8:1::'],
    ['2001:DB8::7', '2001:db8::'],
    ['2001::7', '2001::'],
    ['::1', '::'],
    ['::', '::'],
    ['1::2:3:4:5:6:7', '1:0:2::'],
    ['1:2:3::', '1:2:3::'],
    ['1:2:3:4:5:6:7::', '1:2:3::'],
    ['fe80::1%eth0', 'fe80::'],
    ['64:ff9b::203.0.113.7', '64:ff9b::'],
    ['1::3:4:5:6:203.0.113.7', '1:0:3::'],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})

describe('the option device', () => {
  it.each([['yes'], [7], [null], [{ address: 'cut' }], [{ address: 1 }], [{ address: null }]])(
    'cannot be %j',
    (device) => {
      expect(() => opened({ device: device as never })).toThrow(
        expect.objectContaining({ code: 'ERR_SESSION_OPTION', name: 'SessionOptionError' }),
      )
    },
  )

  it.each([[true], [false], [undefined], [{}], [{ address: true }], [{ address: false }], [{ address: 'truncated' }]])(
    'may be %j',
    (device) => {
      expect(() => opened({ device: device as never })).not.toThrow()
    },
  )
})
