/**
 * A customer's sessions, as requests find them: what comes along at sign-in, the devices, the password, the end by itself.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fakeClock } from 'coatcheck/testing'
import { describe, expect, test } from 'vitest'
import { password, useShop } from './support/open-shop.js'
import type { Visitor } from './support/visitor.js'

const minute = 60_000
const clock = fakeClock()
const shop = useShop({ clock })

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0'
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

/** Another device of the customer. */
async function onDevice(email: string, userAgent: string, fields: Readonly<Record<string, string>> = {}) {
  // Each at a time of its own, as devices are.
  clock.advance(1000)
  const visitor = shop().visitor({ 'User-Agent': userAgent })
  const { status } = await visitor.post('/account/sign-in', { email, password, ...fields })
  expect(status).toBe(303)
  return visitor
}

async function isSignedIn(visitor: Visitor): Promise<boolean> {
  return (await visitor.get('/account/orders')).status === 200
}

/** The devices on the page, each with the fields that name it. */
async function devicesOf(visitor: Visitor) {
  const { body } = await visitor.get('/account/devices')
  return [...body.matchAll(/<li class="device[\s\S]*?<\/li>/g)].map(([markup]) => ({
    name: /<h2>\s*([^<]*?)\s*<\/h2>/.exec(markup)![1]!,
    isHere: markup.includes('This one'),
    handle: /name="handle" value="([^"]*)"/.exec(markup)?.[1] ?? '',
    since: /name="since" value="([^"]*)"/.exec(markup)?.[1] ?? '',
  }))
}

describe('at sign-in', () => {
  test('language, colours and cart come along; what else was in the session does not', async () => {
    const customer = await shop().customer()
    const visitor = shop().visitor()
    await visitor.post('/preferences', { language: 'fr', theme: 'dark' })
    await visitor.post('/cart/items', { product: 'puddle' })
    await visitor.post('/session/note', { note: 'planted' })
    const planted = { name: 'Eve', street: 'Elsewhere 1', postcode: '1', city: 'Nowhere', country: 'DE' }
    expect((await visitor.post('/checkout/address', planted)).location).toBe('/checkout/delivery')
    await visitor.post('/account/sign-in', { email: customer.email, password })
    expect((await visitor.get('/')).body).toContain('<html lang="fr" data-theme="dark">')
    expect((await visitor.get('/cart')).body).toContain('Puddle')
    expect((await visitor.get('/session')).body).not.toContain('planted')
    expect((await visitor.get('/checkout')).location).toBe('/checkout/address')
    expect((await visitor.get('/checkout/address')).body).not.toContain('Elsewhere')
  })

  test.each([
    [{}, 30 * minute],
    [{ remember: 'yes' }, 30 * 24 * 60 * minute],
  ])('with %j the browser keeps the ticket for %d milliseconds', async (fields, expected) => {
    const { email } = await shop().customer()
    const { headers } = await shop()
      .visitor()
      .post('/account/sign-in', { email, password, ...fields })
    const [, expires] = /Expires=([^;]*)/.exec(headers.getSetCookie().join())!
    // To the second, as cookies have it; the request took a little, too.
    expect(Math.abs(Date.parse(expires!) - Date.now() - expected)).toBeLessThan(minute)
  })

  test('an account that is gone has nobody signed in to it', async () => {
    const before = await readdir(join(shop().folder, 'accounts'))
    const customer = await shop().customer()
    await customer.post('/preferences', { language: 'de' })
    const mine = (await readdir(join(shop().folder, 'accounts'))).find((file) => !before.includes(file))
    await rm(join(shop().folder, 'accounts', mine!))
    const { body } = await customer.get('/')
    expect(body).toContain('<html lang="de"')
    expect(body).toContain('Anmelden')
    expect(await isSignedIn(customer)).toBe(false)
  })
})

describe('your devices', () => {
  test('are listed by the names of their browsers, this one first', async () => {
    const customer = await shop().customer()
    await onDevice(customer.email, iphone)
    const here = await onDevice(customer.email, firefox)
    expect(await devicesOf(here)).toMatchObject([
      { name: 'Firefox 128 on Windows', isHere: true },
      { name: 'Safari 17 on iOS 17', isHere: false },
      { isHere: false },
    ])
  })

  test('tell a customer who has no other', async () => {
    const customer = await shop().customer()
    const { body } = await customer.get('/account/devices')
    expect(body).toContain('You are signed in here and nowhere else.')
    expect(body).not.toContain('/account/devices/sign-out"')
  })

  test('are signed out one by one, and the next click there is a stranger’s', async () => {
    const customer = await shop().customer()
    const phone = await onDevice(customer.email, iphone)
    const laptop = await onDevice(customer.email, firefox)
    const { handle, since } = (await devicesOf(customer)).find(({ name }) => name.startsWith('Safari'))!
    const { location } = await customer.post('/account/devices/sign-out', { handle, since })
    expect(location).toBe('/account/devices')
    expect((await customer.get(location!)).body).toContain('Safari 17 on iOS 17 is signed out.')
    expect(await Promise.all([customer, phone, laptop].map(isSignedIn))).toEqual([true, false, true])
  })

  test('are signed out all at once, but for this one', async () => {
    const customer = await shop().customer()
    const others = [await onDevice(customer.email, iphone), await onDevice(customer.email, firefox)]
    await customer.post('/account/devices/sign-out-others')
    expect((await customer.get('/account/devices')).body).toContain('The 2 other devices are signed out.')
    expect(await Promise.all([customer, ...others].map(isSignedIn))).toEqual([true, false, false])
  })

  test('that are gone meanwhile are no error', async () => {
    const customer = await shop().customer()
    const phone = await onDevice(customer.email, iphone)
    const { handle, since } = (await devicesOf(customer))[1]!
    await phone.post('/account/sign-out')
    for (const named of [{ handle, since }, { handle: 'x', since: 'x' }, {}]) {
      expect((await customer.post('/account/devices/sign-out', named)).location).toBe('/account/devices')
      expect((await customer.get('/account/devices')).body).toContain('That device had signed out already.')
    }
    expect(await isSignedIn(customer)).toBe(true)
  })

  test('are found again when they got a new ticket since the page was made', async () => {
    const customer = await shop().customer()
    const phone = await onDevice(customer.email, iphone)
    const { handle, since } = (await devicesOf(customer))[1]!
    clock.advance(16 * minute)
    const before = phone.cookies.get('ticket')
    await phone.get('/')
    expect(phone.cookies.get('ticket')).not.toBe(before)
    await customer.post('/account/devices/sign-out', { handle, since })
    expect((await customer.get('/account/devices')).body).toContain('Safari 17 on iOS 17 is signed out.')
    expect(await isSignedIn(phone)).toBe(false)
  })

  test('of somebody else are out of reach', async () => {
    const customer = await shop().customer()
    await onDevice(customer.email, iphone)
    const { handle, since } = (await devicesOf(customer))[1]!
    const stranger = await shop().customer()
    await stranger.post('/account/devices/sign-out', { handle, since })
    expect(await devicesOf(customer)).toHaveLength(2)
  })

  test('are for customers alone, who come back to them', async () => {
    const visitor = shop().visitor()
    const asked = [
      await visitor.get('/account/devices'),
      await visitor.post('/account/devices/sign-out'),
      await visitor.post('/account/devices/sign-out-others'),
    ]
    expect(asked.map(({ location }) => location)).toEqual(
      Array.from({ length: 3 }, () => '/account/sign-in?next=%2Faccount%2Fdevices'),
    )
  })
})

describe('the password', () => {
  const changed = 'another horse battery'

  test('is changed without being asked for when it was typed a moment ago, and with it later', async () => {
    const customer = await shop().customer()
    expect((await customer.get('/account/password')).status).toBe(200)
    clock.advance(11 * minute)
    const asked = await customer.get('/account/password')
    expect(asked.location).toBe('/account/confirm?next=%2Faccount%2Fpassword')
    const form = await customer.get(asked.location!)
    expect(form.body).toContain('name="next" value="/account/password"')
    const wrong = await customer.post('/account/confirm', { password: 'a guess', next: '/account/password' })
    expect([wrong.status, wrong.body.includes('That is not the password of this account.')]).toEqual([422, true])
    expect((await customer.get('/account/password')).status).toBe(303)
    const right = await customer.post('/account/confirm', { password, next: '/account/password' })
    expect(right.location).toBe('/account/password')
    expect((await customer.get('/account/password')).status).toBe(200)
  })

  test('is not changed by a form that lay there for too long', async () => {
    const customer = await shop().customer()
    clock.advance(11 * minute)
    const { location } = await customer.post('/account/password', { 'new-password': changed })
    expect(location).toBe('/account/confirm?next=%2Faccount%2Fpassword')
    await onDevice(customer.email, firefox)
  })

  test('ends all other sessions when it is changed, and a copy of this very ticket', async () => {
    const customer = await shop().customer()
    const phone = await onDevice(customer.email, iphone)
    const copy = customer.copy()
    const { location } = await customer.post('/account/password', { 'new-password': changed })
    expect((await customer.get(location!)).body).toContain(
      'Your password is changed, and your other device is signed out.',
    )
    expect(await Promise.all([customer, phone, copy].map(isSignedIn))).toEqual([true, false, false])
    clock.advance(1)
    const old = await shop().visitor().post('/account/sign-in', { email: customer.email, password })
    const fresh = await shop().visitor().post('/account/sign-in', { email: customer.email, password: changed })
    expect([old.status, fresh.status]).toEqual([422, 303])
  })

  test('that is changed lets nobody in who is signing in with the old one at that moment', async () => {
    const customer = await shop().customer()
    const visitors = [1, 2, 3].map(() => shop().visitor())
    const [{ status }] = await Promise.all([
      customer.post('/account/password', { 'new-password': changed }),
      ...visitors.map(async (visitor) => visitor.post('/account/sign-in', { email: customer.email, password })),
    ])
    expect(status).toBe(303)
    expect(await Promise.all(visitors.map(isSignedIn))).toEqual([false, false, false])
    expect(await isSignedIn(customer)).toBe(true)
  })

  test('is refused when it is too short', async () => {
    const customer = await shop().customer()
    const { status, body } = await customer.post('/account/password', { 'new-password': 'short' })
    expect([status, body.includes('<a href="#new-password">')]).toEqual([422, true])
  })

  test.each(['//elsewhere.example', 'https://elsewhere.example/', ''])(
    'is asked for, and the way goes on within the shop: not to %j',
    async (next) => {
      const customer = await shop().customer()
      expect((await customer.post('/account/confirm', { password, next })).location).toBe('/account/password')
    },
  )

  test('that is typed again keeps the session as short, or as long, as it was', async () => {
    for (const [fields, almost] of [
      [{}, 29],
      [{ remember: 'yes' }, 29 * 24 * 60],
    ] as const) {
      const { email } = await shop().customer()
      const device = await onDevice(email, firefox, fields)
      await device.post('/account/confirm', { password })
      clock.advance(almost * minute)
      expect(await isSignedIn(device)).toBe(true)
      clock.advance(1.1 * almost * minute)
      expect(await isSignedIn(device)).toBe(false)
    }
  })
})

describe('staying signed in', () => {
  const left = async (visitor: Visitor): Promise<{ readonly left: number; readonly final: boolean }> =>
    JSON.parse((await visitor.get('/account/time-left')).body) as { left: number; final: boolean }

  test('ends half an hour after the last click, and any click makes it longer', async () => {
    const customer = await shop().customer()
    clock.advance(29 * minute)
    expect(await isSignedIn(customer)).toBe(true)
    clock.advance(29 * minute)
    expect(await isSignedIn(customer)).toBe(true)
    clock.advance(31 * minute)
    expect(await isSignedIn(customer)).toBe(false)
  })

  test('lasts a month for those who want to be remembered, and no longer', async () => {
    const { email } = await shop().customer()
    const device = await onDevice(email, firefox, { remember: 'yes' })
    clock.advance(29 * 24 * 60 * minute)
    expect(await isSignedIn(device)).toBe(true)
    expect(await left(device)).toEqual({ left: 24 * 60 * minute, final: true })
    clock.advance(24 * 60 * minute)
    expect(await isSignedIn(device)).toBe(false)
  })

  test('is looked at without becoming longer', async () => {
    const customer = await shop().customer()
    expect(await left(customer)).toEqual({ left: 30 * minute, final: false })
    clock.advance(20 * minute)
    expect(await left(customer)).toEqual({ left: 10 * minute, final: false })
    clock.advance(11 * minute)
    expect(await left(customer)).toEqual({ left: 0, final: false })
    expect(await isSignedIn(customer)).toBe(false)
  })

  test('is none of a stranger’s', async () => {
    const guest = shop().visitor()
    await guest.post('/session/note', { note: 'a session of nobody' })
    expect(await left(guest)).toEqual({ left: 0, final: false })
    const { headers } = await shop().visitor().get('/account/time-left')
    expect([headers.get('Cache-Control'), headers.getSetCookie()]).toEqual(['no-store', []])
  })

  test('is asked for with one click, with a script or without', async () => {
    const customer = await shop().customer()
    clock.advance(20 * minute)
    const plain = await customer.post('/account/stay', { back: '/cart' })
    expect([plain.status, plain.location]).toEqual([303, '/cart'])
    expect(await left(customer)).toMatchObject({ left: 30 * minute })
    clock.advance(20 * minute)
    const same = { 'Sec-Fetch-Site': 'same-origin', Accept: 'application/json' }
    expect(JSON.parse((await customer.post('/account/stay', {}, same)).body)).toEqual({
      left: 30 * minute,
      final: false,
    })
    clock.advance(31 * minute)
    expect(JSON.parse((await customer.post('/account/stay', {}, same)).body)).toEqual({ left: 0, final: false })
    expect((await customer.post('/account/stay', { back: '/cart' })).location).toBe('/account/sign-in?next=%2Fcart')
  })

  test('is told on every page, as it is', async () => {
    const { email } = await shop().customer()
    const device = await onDevice(email, firefox)
    expect((await device.get('/')).body).toContain('You are signed out after 30 minutes without a click.')
    const remembered = await onDevice(email, firefox, { remember: 'yes' })
    clock.advance(24 * 60 * minute)
    expect((await remembered.get('/')).body).toContain('You stay signed in here for 29 days')
    expect((await shop().visitor().get('/')).body).not.toMatch(/signed out after|stay signed in here/)
  })

  test('is made short for those who want to see it end', async () => {
    const customer = await shop().customer()
    await customer.post('/session/shorten')
    expect((await customer.get('/session')).body).toContain('You are signed out after 90 seconds without a click.')
    clock.advance(101_000)
    expect(await isSignedIn(customer)).toBe(false)
  })

  test('and ending loses neither the cart nor the way through the checkout', async () => {
    const customer = await shop().customer()
    await customer.post('/cart/items', { product: 'puddle' })
    await customer.post('/checkout/address', {
      name: 'Ada',
      street: 'Lindenweg 7',
      postcode: '10115',
      city: 'Berlin',
      country: 'DE',
    })
    clock.advance(31 * minute)
    expect((await customer.get('/checkout/delivery')).location).toBe('/cart')
    await customer.post('/account/sign-in', { email: customer.email, password })
    expect((await customer.get('/checkout')).location).toBe('/checkout/delivery')
    expect((await customer.get('/checkout/address')).body).toContain('value="Lindenweg 7"')
  })
})

describe('a new ticket by the clock', () => {
  test('comes with a click after a quarter of an hour, and is told on the page about the session', async () => {
    const { email } = await shop().customer()
    const device = await onDevice(email, firefox, { remember: 'yes' })
    await device.get('/products/puddle')
    clock.advance(16 * minute)
    const before = device.cookies.get('ticket')
    await device.get('/products/clerk')
    expect(device.cookies.get('ticket')).not.toBe(before)
    const { body } = await device.get('/session')
    expect(body).toMatch(/<b class="method ">GET<\/b>\s*<code>\/products\/clerk<\/code>/)
    expect(body).toMatch(/class="chip busy">renewed</)
    // What the visitor did before is still there.
    expect(body).toContain('/products/puddle')
  })
})

test('the page about the session shows who is signed in, how, when and where', async () => {
  const { email } = await shop().customer()
  const device = await onDevice(email, firefox)
  const { body } = await device.get('/session')
  const [section] = /<section id="info"[\s\S]*?<\/section>/.exec(body)!
  const [, userId] = /<code>([\w-]{22})<\/code>/.exec(section)!
  expect(await shop().sessions.list(userId!)).toHaveLength(2)
  expect(section).toContain('<code>password</code>')
  expect(section).toContain('Firefox 128 · Windows · desktop · 127.0.0.1')
  expect(section).toContain(new Date(clock.now()).toISOString())
  const guest = shop().visitor()
  await guest.post('/session/note', { note: 'mine' })
  expect((await guest.get('/session')).body).toContain('Nobody is signed in, so there is no user')
})
