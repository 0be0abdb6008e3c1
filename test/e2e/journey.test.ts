/**
 * A customer's way through the shop in a real browser, without client-side scripts, over the sudden end of the server.
 */
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { complaintsOf, follow, useBrowser } from './support/pages.js'
import { startShopProcess, type ShopProcess } from './support/shop-process.js'

const browser = useBrowser()
let shop: ShopProcess
let context: BrowserContext
let page: Page
let complaints: readonly string[]

beforeAll(async () => {
  shop = await startShopProcess()
})
afterAll(() => shop?.remove())

beforeEach(async () => {
  context = await browser().newContext({ baseURL: shop.url, javaScriptEnabled: false, locale: 'en-GB' })
  page = await context.newPage()
  complaints = complaintsOf(page)
})
afterEach(() => context.close())

const button = (name: string): ReturnType<Page['getByRole']> => page.getByRole('button', { name, exact: true })
const heading = async (): Promise<string> => page.getByRole('heading', { level: 1 }).innerText()
const attribute = async (name: string): Promise<string | null> => page.locator('html').getAttribute(name)
const ticket = async (): Promise<string | undefined> =>
  (await context.cookies()).find(({ name }) => name === 'ticket')?.value

test(
  'a customer goes on with the checkout where the killed server left it, and orders',
  { timeout: 90_000 },
  async () => {
    await page.goto('/')
    expect(await ticket()).toBeUndefined()

    await follow(button('Deutsch'))
    await follow(button('Dunkle Farben'))
    expect([await attribute('lang'), await attribute('data-theme')]).toEqual(['de', 'dark'])

    await follow(button('Lamplighter in den Warenkorb legen'))
    expect(await page.getByRole('status').innerText()).toBe('Lamplighter liegt im Warenkorb.')
    await follow(page.getByRole('link', { name: 'Interval' }))
    await page.getByLabel('Anzahl').fill('2')
    await follow(button('In den Warenkorb'))
    expect(await page.locator('.sum').innerText()).toContain('327,00')

    const before = await ticket()
    await page.goto('/account/sign-up')
    await page.getByLabel('Name').fill('Ada Lovelace')
    await page.getByLabel('E-Mail-Adresse').fill('ada@example.org')
    await page.getByLabel('Passwort').fill('correct horse battery')
    await follow(button('Konto anlegen'))
    expect(await page.locator('.who').innerText()).toContain('Ada Lovelace')
    expect(await ticket()).not.toBe(before)
    expect([await attribute('lang'), await attribute('data-theme')]).toEqual(['de', 'dark'])

    await page.goto('/cart')
    await follow(page.getByRole('link', { name: 'Zur Kasse' }))
    await page.getByLabel('Straße und Hausnummer').fill('Lindenweg 7')
    await page.getByLabel('Postleitzahl').fill('10115')
    await page.getByLabel('Ort').fill('Berlin')
    await page.getByLabel('Land').selectOption('DE')
    await follow(button('Weiter'))
    await page.getByLabel('Bote').check()
    await follow(button('Weiter'))
    expect(await heading()).toContain('Zahlung')

    const { pid } = shop
    await shop.kill()
    await shop.start()
    expect(shop.pid).not.toBe(pid)

    await page.reload()
    expect(await heading()).toContain('Zahlung')
    expect([await attribute('lang'), await attribute('data-theme')]).toEqual(['de', 'dark'])
    expect(await page.locator('.who').innerText()).toContain('Ada Lovelace')
    await page.goto('/session')
    expect(await page.locator('.doing').innerText()).toContain('Sie hat einen Neustart überlebt.')

    await page.goto('/checkout')
    await page.getByLabel('Kartennummer').fill('4242 4242 4242 4242')
    await page.getByLabel('Gültig bis').fill('12/39')
    await page.getByLabel('Prüfziffer').fill('123')
    await follow(button('Weiter'))
    expect(await page.locator('.parts').innerText()).toMatch(/Lindenweg 7[\s\S]*Bote[\s\S]*Visa, endet auf 4242/)
    await follow(page.getByRole('button', { name: /^Für 339,90/ }))
    expect(await heading()).toBe('Danke')
    const number = /[0-9A-Z]{8}/.exec(await page.locator('.lead').innerText())![0]

    await shop.kill()
    await shop.start()
    await page.goto('/account/orders')
    expect(await page.locator('.order').innerText()).toMatch(new RegExp(`${number}[\\s\\S]*Lamplighter[\\s\\S]*339,90`))
    expect(await page.locator('.count').innerText()).toBe('0')
    expect(complaints).toEqual([])
  },
)

describe('the page about the session', () => {
  test('tells a stranger that nothing is kept, and shows what is as soon as there is something', async () => {
    await page.goto('/session')
    expect(await page.locator('.notice').first().innerText()).toContain('You are a stranger here')
    expect(await ticket()).toBeUndefined()

    await page.getByLabel('Put a note on your peg').fill('mind the <umbrella>')
    await follow(button('Hang it up'))
    expect(await page.locator('#values').innerText()).toContain('"mind the <umbrella>"')
    // Over http on this machine: 'auto' leaves Secure out.
    expect(await context.cookies()).toMatchObject([{ name: 'ticket', httpOnly: true, sameSite: 'Lax', secure: false }])
    expect(await page.locator('.steps-taken > li').count()).toBe(10)
    expect(await page.locator('#trace .asked').innerText()).toMatch(/POST\s*\/session\/note/)
    expect(await page.locator('.steps-taken .chip').allInnerTexts()).toEqual([
      'POST',
      'none',
      'created',
      'new',
      '303',
      'changed',
      'saved, new',
      'sent',
      'sent',
      'new ticket',
    ])
    expect(complaints).toEqual([])
  })

  test('shows the ID when asked, and hides it again', async () => {
    await page.goto('/session')
    await page.getByLabel('Put a note on your peg').fill('mine')
    await follow(button('Hang it up'))
    const id = (await ticket())!.split('.', 1)[0]!
    expect(await page.content()).not.toContain(id)
    await follow(button('Show the ID'))
    expect(await page.locator('#id .secret').innerText()).toBe(id)
    await page.goto('/session')
    expect(await page.content()).not.toContain(id)
  })

  test('lets a visitor look at one of the latest requests after another', async () => {
    await page.goto('/')
    await follow(button('Add Puddle to the cart'))
    await page.goto('/cart')
    await page.goto('/session')
    expect(await page.locator('#trace .asked').innerText()).toMatch(/GET\s*\/cart/)
    await follow(page.getByRole('link', { name: /POST\s*\/cart\/items/ }))
    expect(await page.locator('#trace .asked').innerText()).toMatch(/POST\s*\/cart\/items/)
    expect(await page.locator('.steps-taken .time b').allInnerTexts()).toEqual(
      Array.from({ length: 10 }, () => expect.stringMatching(/^[\d,]+ µs$/)),
    )
  })
})

test('an error summary leads to the field', async () => {
  await page.goto('/account/sign-up')
  await follow(button('Make the account'))
  expect(await page.title()).toMatch(/^Error: /)
  await page
    .getByRole('alert')
    .getByRole('link', { name: /Password|password/ })
    .click()
  expect(page.url()).toMatch(/#password$/)
})
