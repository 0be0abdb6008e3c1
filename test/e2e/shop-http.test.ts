/**
 * The shop as its visitors' requests find it.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { password, useShop } from './support/open-shop.js'
import type { Visitor } from './support/visitor.js'

const shop = useShop()

const inCart = async (visitor: Visitor): Promise<number> =>
  Number(/class="count"[^>]*>(\d+)</.exec((await visitor.get('/cart')).body)![1])

describe('a visitor who only looks', () => {
  test('is given no cookie and leaves no record', async () => {
    const before = await shop().sessions.count()
    const visitor = shop().visitor()
    for (const path of [
      '/',
      '/products/puddle',
      '/cart',
      '/session',
      '/account/sign-in',
      '/account/orders',
      '/account/devices',
      '/account/password',
      '/account/confirm',
      '/account/time-left',
      '/checkout',
      '/none',
    ]) {
      const { headers } = await visitor.get(path)
      expect(headers.getSetCookie()).toEqual([])
    }
    expect(await shop().sessions.count()).toBe(before)
  })

  test('is addressed in the language of the browser', async () => {
    const answer = await shop().visitor({ 'Accept-Language': 'fr-CA, en;q=0.5' }).get('/')
    expect(answer.body).toContain('<html lang="fr"')
    expect(answer.headers.get('Vary')).toMatch(/Accept-Language.*Cookie|Cookie.*Accept-Language/)
  })
})

describe('language and colours', () => {
  test('are kept for a visitor', async () => {
    const visitor = shop().visitor()
    const answer = await visitor.post('/preferences', { language: 'de', theme: 'dark', back: '/cart' })
    expect([answer.status, answer.location]).toEqual([303, '/cart'])
    expect((await visitor.get('/')).body).toContain('<html lang="de" data-theme="dark">')
  })

  test('follow a customer to another device', async () => {
    const customer = await shop().customer()
    await customer.post('/preferences', { language: 'fr', theme: 'light' })
    const other = shop().visitor()
    await other.post('/account/sign-in', { email: customer.email, password })
    expect((await other.get('/')).body).toContain('<html lang="fr" data-theme="light">')
  })

  test('that were chosen on this visit win over those of the account', async () => {
    const customer = await shop().customer()
    await customer.post('/preferences', { language: 'fr', theme: 'light' })
    const other = shop().visitor()
    await other.post('/preferences', { language: 'de' })
    await other.post('/account/sign-in', { email: customer.email, password })
    expect((await other.get('/')).body).toContain('<html lang="de" data-theme="light">')
  })

  test('stay when the customer signs out', async () => {
    const customer = await shop().customer()
    await customer.post('/preferences', { language: 'fr', theme: 'dark' })
    await customer.post('/account/sign-out')
    expect((await customer.get('/')).body).toContain('<html lang="fr" data-theme="dark">')
  })

  test('that do not exist are not kept', async () => {
    const visitor = shop().visitor()
    await visitor.post('/preferences', { language: '__proto__', theme: '"><script>' })
    expect((await visitor.get('/')).body).toContain('<html lang="en" data-theme="auto">')
  })

  test.each([
    '//elsewhere.example',
    '/\\elsewhere.example',
    'https://elsewhere.example/',
    'javascript:alert(1)',
    '',
    '/\t/elsewhere.example',
    '/.//elsewhere.example',
    '/x/..//elsewhere.example',
    '/%2e//elsewhere.example',
  ])('lead back to a page of the shop, and never to %j', async (back) => {
    const { location } = await shop().visitor().post('/preferences', { theme: 'dark', back })
    expect(location).toBe('/')
  })
})

describe('forms', () => {
  test.each([
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://127.0.0.1' },
    { Origin: 'https://elsewhere.example' },
    { Origin: 'null' },
  ])('that come from elsewhere are refused: %j', async (headers) => {
    const customer = await shop().customer()
    const answer = await customer.post('/cart/items', { product: 'puddle' }, headers)
    expect(answer.status).toBe(403)
    expect(answer.body).toContain('That request came from elsewhere')
    expect(await inCart(customer)).toBe(0)
  })

  test('of the shop itself are taken, from browsers of every age', async () => {
    for (const headers of [{ 'Sec-Fetch-Site': 'same-origin' }, { Origin: shop().url }, {}]) {
      const answer = await shop().visitor().post('/cart/items', { product: 'puddle' }, headers)
      expect(answer.status).toBe(303)
    }
  })

  test('that are too large or garbled are answered in style', async () => {
    const large = await shop()
      .visitor()
      .post('/session/note', { note: 'x'.repeat(20_000) })
    expect(large.status).toBe(413)
    expect(large.body).toContain('We could not read that')
  })
})

describe('the cart', () => {
  test('counts both of two clicks at once', async () => {
    const visitor = shop().visitor()
    await visitor.post('/cart/items', { product: 'puddle' })
    await Promise.all(Array.from({ length: 5 }, () => visitor.copy().post('/cart/items', { product: 'puddle' })))
    expect(await inCart(visitor)).toBe(6)
  })

  test('is changed and emptied', async () => {
    const visitor = shop().visitor()
    await visitor.post('/cart/items', { product: 'puddle', quantity: '3' })
    await visitor.post('/cart/items', { product: 'clerk' })
    await visitor.post('/cart/items/puddle', { quantity: '2' })
    expect(await inCart(visitor)).toBe(3)
    await visitor.post('/cart/items/puddle', { quantity: '2', remove: 'yes' })
    await visitor.post('/cart/items/clerk', { quantity: '0' })
    expect((await visitor.get('/cart')).body).toContain('Your cart is empty')
  })

  test.each([
    ['999', 20],
    ['-1', 1],
    ['1.5', 1],
    ['', 1],
    ['many', 1],
  ])('holds a sensible number when %j is asked for', async (quantity, expected) => {
    const visitor = shop().visitor()
    await visitor.post('/cart/items', { product: 'puddle', quantity })
    expect(await inCart(visitor)).toBe(expected)
  })

  test.each(['nothing', '__proto__', 'constructor'])('does not take %s, which is not sold', async (product) => {
    expect((await shop().visitor().post('/cart/items', { product })).status).toBe(404)
    expect((await shop().visitor().post(`/cart/items/${product}`, { quantity: '1' })).status).toBe(404)
  })

  test('comes along at sign-in and meets the one that was kept', async () => {
    const customer = await shop().customer()
    await customer.post('/cart/items', { product: 'puddle', quantity: '2' })
    await customer.post('/cart/items', { product: 'clerk' })
    await customer.post('/account/sign-out')
    expect(await inCart(customer)).toBe(0)

    await customer.post('/cart/items', { product: 'puddle' })
    await customer.post('/cart/items', { product: 'drizzle' })
    await customer.post('/account/sign-in', { email: customer.email, password })
    // Two puddles, and not three: the larger quantity stays. One clerk, one drizzle.
    const { body } = await customer.get('/cart')
    expect(body).toContain('What you had put into the cart before is in it, too.')
    expect(await inCart(customer)).toBe(4)
  })
})

describe('accounts', () => {
  test('get a new ID at sign-in, and the old one opens nothing', async () => {
    const visitor = shop().visitor()
    await visitor.post('/cart/items', { product: 'puddle' })
    const before = visitor.copy()
    const { email } = await shop().customer()
    await visitor.post('/account/sign-in', { email, password })
    expect(visitor.cookies.get('ticket')).not.toBe(before.cookies.get('ticket'))
    expect((await visitor.get('/')).body).toContain('Signed in as')
    const old = await before.get('/session')
    expect(old.body).toContain('You are a stranger here')
    expect(await inCart(before)).toBe(0)
  })

  test('take nothing along from the visitor but what the visitor chose to see and to buy', async () => {
    const visitor = shop().visitor()
    await visitor.post('/cart/items', { product: 'puddle' })
    await visitor.post('/checkout/address', { name: 'Eve', street: 'Eve 1', postcode: '1', city: 'Eve', country: 'DE' })
    await visitor.post('/session/note', { note: 'planted' })
    const { email } = await shop().customer()
    await visitor.post('/account/sign-in', { email, password })
    expect((await visitor.get('/checkout')).location).toBe('/checkout/address')
    expect((await visitor.get('/session')).body).not.toContain('planted')
  })

  test('do not tell which of address and password was wrong', async () => {
    const { email } = await shop().customer()
    const unknown = await shop().visitor().post('/account/sign-in', { email: 'nobody@example.org', password })
    const wrong = await shop().visitor().post('/account/sign-in', { email, password: 'something else' })
    expect([unknown.status, wrong.status]).toEqual([422, 422])
    expect(wrong.body.replaceAll(email, '…')).toBe(unknown.body.replaceAll('nobody@example.org', '…'))
    expect(wrong.body).not.toContain('something else')
  })

  test('are found however the address is written', async () => {
    const { email } = await shop().customer()
    const answer = await shop()
      .visitor()
      .post('/account/sign-in', { email: ` ${email.toUpperCase()} `, password })
    expect(answer.status).toBe(303)
  })

  test('need a name, an address and a password that is long enough', async () => {
    const answer = await shop().visitor().post('/account/sign-up', { name: ' ', email: 'ada', password: 'short' })
    expect(answer.status).toBe(422)
    for (const field of ['name', 'email', 'password']) {
      expect(answer.body).toContain(`<a href="#${field}">`)
      expect(answer.body).toMatch(new RegExp(`id="${field}"[^>]*aria-invalid="true"`))
    }
  })

  test('are made once for an address, however many ask at once', async () => {
    const form = { name: 'Ada', email: 'once@example.org', password }
    const answers = await Promise.all([1, 2, 3].map(async () => shop().visitor().post('/account/sign-up', form)))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 422, 422])
  })

  test('keep passwords nowhere as they were typed', async () => {
    await shop().customer()
    const files = await readdir(join(shop().folder, 'accounts'))
    const texts = await Promise.all(files.map(async (file) => readFile(join(shop().folder, 'accounts', file), 'utf8')))
    expect(texts.join('')).toContain('scrypt$')
    expect(texts.join('')).not.toContain(password)
  })

  test('have a page of orders that others are asked to sign in for, and come back to', async () => {
    const visitor = shop().visitor()
    expect((await visitor.get('/account')).location).toBe('/account/orders')
    const asked = await visitor.get('/account/orders')
    expect([asked.status, asked.location]).toEqual([303, '/account/sign-in?next=%2Faccount%2Forders'])
    const form = await visitor.get(asked.location!)
    expect(form.body).toContain('name="next" value="/account/orders"')
    const { email } = await shop().customer()
    const back = await visitor.post('/account/sign-in', { email, password, next: '/account/orders' })
    expect(back.location).toBe('/account/orders')
    expect((await visitor.get('/account/orders')).status).toBe(200)
  })

  test('are signed out with a form, and the ticket opens nothing any more', async () => {
    const customer = await shop().customer()
    const copied = customer.copy()
    expect((await customer.get('/account/sign-out')).status).toBe(404)
    await customer.post('/account/sign-out')
    expect((await customer.get('/')).body).toContain('You are signed out.')
    expect((await copied.get('/account/orders')).status).toBe(303)
  })
})

describe('the checkout', () => {
  const address = { name: 'Ada', street: 'Lindenweg 7', postcode: '10115', city: 'Berlin', country: 'DE' }
  const card = { number: '4242-4242 4242 4242', expiry: '12/39', code: '123' }

  async function atReview(visitor: Visitor): Promise<string> {
    await visitor.post('/cart/items', { product: 'puddle' })
    await visitor.post('/checkout/address', address)
    await visitor.post('/checkout/delivery', { delivery: 'express' })
    const { location } = await visitor.post('/checkout/payment', card)
    expect(location).toBe('/checkout/review')
    return /name="total" value="(\d+)"/.exec((await visitor.get('/checkout/review')).body)![1]!
  }

  test('lets nobody in with an empty cart', async () => {
    const { location } = await shop().visitor().get('/checkout/address')
    expect(location).toBe('/cart')
  })

  test('lets nobody skip a step', async () => {
    const visitor = shop().visitor()
    await visitor.post('/cart/items', { product: 'puddle' })
    for (const step of ['delivery', 'payment', 'review']) {
      expect((await visitor.get(`/checkout/${step}`)).location).toBe('/checkout/address')
      expect((await visitor.post(`/checkout/${step}`, card)).location).toBe('/checkout/address')
    }
    await visitor.post('/checkout/address', address)
    expect((await visitor.get('/checkout/review')).location).toBe('/checkout/delivery')
    expect((await visitor.get('/checkout')).location).toBe('/checkout/delivery')
  })

  test('lets customers go back and change what they said', async () => {
    const visitor = shop().visitor()
    await atReview(visitor)
    expect((await visitor.get('/checkout/address')).body).toContain('value="Lindenweg 7"')
    const { location } = await visitor.post('/checkout/address', { ...address, street: 'Ahornweg 8' })
    expect(location).toBe('/checkout/review')
    expect((await visitor.get('/checkout/review')).body).toContain('Ahornweg 8')
    expect((await visitor.post('/checkout/payment', { number: '', expiry: '', code: '' })).location).toBe(
      '/checkout/review',
    )
  })

  test.each([
    ['address', { ...address, city: '', country: 'XX' }, ['city', 'country']],
    ['delivery', { delivery: 'pigeon' }, ['delivery']],
    ['payment', { number: '4242 4242 4242 4241', expiry: '01/20', code: '12' }, ['number', 'expiry', 'code']],
  ])('says at the step %s what is wrong', async (step, form, fields) => {
    const visitor = shop().visitor()
    await atReview(visitor)
    const { status, body } = await visitor.post(`/checkout/${step}`, form)
    expect(status).toBe(422)
    for (const field of fields) expect(body).toContain(`<a href="#${field}">`)
    expect(body).not.toContain('4242 4242 4242 4241')
  })

  test('keeps no more of a card than its last four digits', async () => {
    const customer = await shop().customer()
    const total = await atReview(customer)
    const page = await customer.get('/session')
    expect(page.body).toContain('4242')
    expect(page.body).not.toMatch(/4242\W?4242/)
    await customer.post('/checkout/review', { total })
    const files = await readdir(join(shop().folder, 'orders'), { recursive: true })
    const orders = files.filter((file) => file.endsWith('.json'))
    expect(orders.length).toBeGreaterThan(0)
    for (const file of orders) {
      expect(await readFile(join(shop().folder, 'orders', file), 'utf8')).not.toMatch(/4242\W?4242/)
    }
  })

  test('orders once when the button is pressed twice', async () => {
    const customer = await shop().customer()
    const total = await atReview(customer)
    await Promise.all([1, 2, 3].map(async () => customer.copy().post('/checkout/review', { total })))
    const { body } = await customer.get('/account/orders')
    expect(body.match(/<article class="order"/g)).toHaveLength(1)
    expect(await inCart(customer)).toBe(0)
  })

  test('orders for no other sum than the one that was shown', async () => {
    const customer = await shop().customer()
    const total = await atReview(customer)
    await customer.post('/cart/items', { product: 'lamplighter' })
    expect((await customer.post('/checkout/review', { total })).location).toBe('/checkout/review')
    expect((await customer.get('/checkout/review')).body).toContain('Your cart has changed since you looked.')
    expect((await customer.get('/account/orders')).body).toContain('No orders yet.')
  })

  test('shows an order to the one who placed it, with or without an account', async () => {
    const guest = shop().visitor()
    await guest.post('/checkout/review', { total: await atReview(guest) })
    expect((await guest.get('/checkout/done')).body).toContain('Lindenweg 7')
    expect((await shop().visitor().get('/checkout/done')).location).toBe('/cart')
    const other = await shop().customer()
    expect((await other.get('/account/orders')).body).not.toContain('Lindenweg 7')
  })
})

describe('pages', () => {
  const ownScript = '<script type="module" src="/static/countdown.js"></script>'

  test('of strangers have no script at all', async () => {
    expect((await shop().visitor().get('/')).body).not.toContain('<script')
  })

  test('carry no script and no style of their own, and say that none is to be run', async () => {
    const customer = await shop().customer()
    await customer.post('/cart/items', { product: 'puddle' })
    for (const path of ['/', '/products/puddle', '/cart', '/session', '/checkout/address', '/none']) {
      const { body, headers } = await customer.get(path)
      expect(body.replace(ownScript, '')).not.toMatch(/<script|<style|\sstyle=|\son\w+=|javascript:/i)
      expect(headers.get('Content-Security-Policy')).toMatch(
        /^default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self';/,
      )
      expect(headers.get('X-Powered-By')).toBeNull()
      expect(headers.get('Cache-Control')).toMatch(/private|no-store/)
    }
  })

  test('show what was typed as it was typed, and run none of it', async () => {
    const customer = await shop().customer(`<script>alert("&'")</script>`)
    await customer.post('/session/note', { note: '"><img src=x onerror=alert(1)>' })
    const { body } = await customer.get('/session')
    expect(body).toContain('&lt;script&gt;alert(&quot;&amp;&#39;&quot;)&lt;/script&gt;')
    expect(body.replace(ownScript, '')).not.toMatch(/<script|<img/)
  })

  test('that are not there are said so in style', async () => {
    const { status, body } = await shop().visitor({ 'Accept-Language': 'de' }).get('/none')
    expect(status).toBe(404)
    expect(body).toContain('An diesem Haken hängt nichts')
    expect((await shop().visitor().get('/products/__proto__')).status).toBe(404)
    expect((await shop().visitor().get('/products/%ff')).status).toBe(400)
  })

  test('answer HEAD as they answer GET', async () => {
    const response = await fetch(shop().url, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
  })
})

describe('when something fails', () => {
  // A file where the folder of the orders should be: a real failure of a real disk.
  const broken = useShop({ ordersFolder: () => new URL(import.meta.url).pathname })

  test('the visitor is told so in style and shown no trace of the code', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const customer = await broken().customer()
    const { status, body } = await customer.get('/account/orders')
    expect(status).toBe(500)
    expect(body).toContain('Something has fallen off its peg')
    expect(body).not.toMatch(/ENOTDIR|node_modules|\.ts\b|\n\s+at /)
    expect(log).toHaveBeenCalledWith(expect.objectContaining({ code: 'ENOTDIR' }))
    log.mockRestore()
    expect((await customer.get('/')).body).toContain('Signed in as')
  })
})
