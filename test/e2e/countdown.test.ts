/**
 * The bar that counts down to the end of a session: the server's clock and the page's are moved by hand, so nothing waits.
 */
import { fakeClock } from 'coatcheck/testing'
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { password, useShop } from './support/open-shop.js'
import { auditPage, complaintsOf, follow, useBrowser } from './support/pages.js'

const second = 1000
const minute = 60 * second

const browser = useBrowser()
const clock = fakeClock(Date.now())
const shop = useShop({ clock, customerIdle: 2 * minute })
let context: BrowserContext
let page: Page
let complaints: readonly string[]
let email: string

beforeEach(async () => {
  ;({ email } = await shop().customer())
  context = await browser().newContext({ baseURL: shop().url, locale: 'en-GB' })
  page = await open()
  complaints = complaintsOf(page)
  await page.goto('/account/sign-in')
  await signIn(page)
})
afterEach(() => context.close())

async function open(): Promise<Page> {
  const tab = await context.newPage()
  await tab.clock.install({ time: clock.now() })
  // It would go on by itself.
  await tab.clock.pauseAt(clock.now() + second)
  return tab
}

async function signIn(tab: Page): Promise<void> {
  await tab.locator('#email').fill(email)
  await tab.locator('#password').fill(password)
  await follow(tab.locator('.sheet button'))
}

/** Lets time pass for the server and for the page, which asks the server how long is left. */
async function passUntilAsked(milliseconds: number): Promise<void> {
  clock.advance(milliseconds)
  const answered = page.waitForResponse('**/account/time-left')
  await page.clock.runFor(milliseconds)
  await (await answered).finished()
}

const bar = (): ReturnType<Page['locator']> => page.locator('.stay')
const news = async (): Promise<string> => page.locator('#stay-news').innerText()
const stay = (): ReturnType<Page['getByRole']> => page.getByRole('button', { name: 'Stay signed in' })

describe('the countdown', { timeout: 60_000 }, () => {
  test('appears when a half of the time is over, counts down, and goes away with a click that is a request', async () => {
    expect(await bar().isVisible()).toBe(false)
    await page.clock.runFor(50 * second)
    clock.advance(50 * second)
    expect(await bar().isVisible()).toBe(false)

    await passUntilAsked(20 * second)
    await bar().waitFor()
    expect(await page.getByRole('timer').innerText()).toBe('0:50')
    expect(await page.title()).toMatch(/^Signed out soon · /)
    await page.clock.runFor(7 * second)
    clock.advance(7 * second)
    expect(await page.getByRole('timer').innerText()).toBe('0:43')

    await stay().click()
    await bar().waitFor({ state: 'hidden' })
    expect(await news()).toBe('You stay signed in.')
    expect(await page.title()).not.toContain('Signed out soon')
    const { sessions } = await shop().sessions.scan()
    expect(Math.max(...sessions.map(({ expiresAt }) => expiresAt!))).toBeGreaterThanOrEqual(clock.now() + 2 * minute)
    expect(complaints).toEqual([])
  })

  test('is read out when it appears and near the end, and not each second', async () => {
    await page.goto('/cart')
    await page.evaluate(`{
    window.heard = []
    new MutationObserver(() => heard.push(document.getElementById('stay-news').textContent))
      .observe(document.getElementById('stay-news'), { childList: true })
  }`)
    await passUntilAsked(65 * second)
    await bar().waitFor()
    clock.advance(54 * second)
    await page.clock.runFor(54 * second)
    expect(await page.evaluate('heard')).toEqual([
      'You will be signed out in 55 seconds.',
      'You will be signed out in 30 seconds.',
      'You will be signed out in 10 seconds.',
    ])
    expect(await page.locator('#stay-news').getAttribute('role')).toBe('status')
    expect(await page.getByRole('timer').getAttribute('aria-live')).toBeNull()
  })

  test('says that it is over, and what was typed is there again after the next sign-in', async () => {
    await page.goto('/products/puddle')
    await follow(page.locator('.buy button'))
    await page.goto('/checkout/address')
    await page.getByLabel('Street and number').fill('Lindenweg 7')
    await page.getByLabel('Country').selectOption('DE')
    await passUntilAsked(70 * second)
    // The session itself is kept ten seconds longer than the browser keeps its cookie.
    await passUntilAsked(61 * second)
    await bar().getByText('You are signed out.').waitFor()
    expect(await news()).toMatch(/^You are signed out\. What you have typed is still here/)
    expect(await page.title()).toMatch(/^Signed out · /)
    expect(await page.getByLabel('Street and number').inputValue()).toBe('Lindenweg 7')
    expect(await auditPage(page)).toEqual([])

    await follow(page.getByRole('link', { name: 'Sign in again' }))
    await signIn(page)
    expect(page.url()).toMatch(/\/checkout\/address$/)
    expect(await page.getByLabel('Street and number').inputValue()).toBe('Lindenweg 7')
    expect(await page.getByLabel('Country').inputValue()).toBe('DE')
    expect(await page.locator('#typed-again').innerText()).toBe('What you had typed here is back.')
    // Once.
    await page.reload()
    expect(await page.getByLabel('Street and number').inputValue()).toBe('')
    expect(complaints).toEqual([])
  })

  test('keeps no password and no card, and gives nobody what somebody else has typed', async () => {
    await page.goto('/products/puddle')
    await follow(page.locator('.buy button'))
    await page.goto('/checkout/address')
    await page.getByLabel('Street and number').fill('Lindenweg 7')
    await passUntilAsked(70 * second)
    await passUntilAsked(61 * second)
    await bar().getByText('You are signed out.').waitFor()
    await page.evaluate(`document.querySelector('main form').insertAdjacentHTML('beforeend',
    '<input type="password" id="pin"><input id="card" autocomplete="cc-number">')`)
    await page.locator('#pin').fill('1234')
    await page.locator('#card').fill('4242 4242 4242 4242')
    await follow(page.getByRole('link', { name: 'Sign in again' }))
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).toMatch(/Lindenweg/)
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toMatch(/1234|4242/)

    ;({ email } = await shop().customer())
    await signIn(page)
    await page.goto('/products/puddle')
    await follow(page.locator('.buy button'))
    await page.goto('/checkout/address')
    expect(await page.getByLabel('Street and number').inputValue()).toBe('')
  })

  test('knows of a click in another tab', async () => {
    await passUntilAsked(70 * second)
    await bar().waitFor()
    const other = await open()
    await Promise.all([page.waitForResponse('**/account/time-left'), other.goto('/cart')])
    await bar().waitFor({ state: 'hidden' })
    expect(await page.title()).not.toContain('Signed out soon')
  })

  test('is not shown where a click came in without this page knowing of it', async () => {
    clock.advance(50 * second)
    await page.clock.runFor(50 * second)
    await context.request.get('/cart')
    await passUntilAsked(20 * second)
    expect(await bar().isVisible()).toBe(false)
    await passUntilAsked(50 * second)
    await bar().waitFor()
  })

  test('says so when the shop does not answer, and stays until it does', async () => {
    await passUntilAsked(70 * second)
    await bar().waitFor()
    await page.route('**/account/stay', (route) => route.abort())
    await stay().click()
    await page.getByText('The shop did not answer.').waitFor()
    expect(await bar().isVisible()).toBe(true)
    await page.unroute('**/account/stay')
    await stay().click()
    await bar().waitFor({ state: 'hidden' })
  })

  test('does not say that it is over before the shop says so', async () => {
    await passUntilAsked(70 * second)
    await bar().waitFor()
    await page.route('**/account/time-left', (route) => route.abort())
    clock.advance(61 * second)
    await Promise.all([page.waitForEvent('requestfailed'), page.clock.runFor(61 * second)])
    await page.getByText('The shop did not answer.').waitFor()
    expect(await page.getByRole('timer').innerText()).toBe('0:00')
    expect(await bar().getByText('You are signed out.').isVisible()).toBe(false)
    // It is not pestered.
    let asked = 0
    page.on('request', () => (asked += 1))
    await page.clock.runFor(4 * second)
    expect(asked).toBe(0)
    await page.unroute('**/account/time-left')
    await passUntilAsked(2 * second)
    await bar().getByText('You are signed out.').waitFor()
    // Nothing was typed here, so nothing is said of it.
    expect(await news()).toBe('You are signed out.')
  })

  test('is reached by the keyboard first, and gives the focus back', async () => {
    await page.goto('/cart')
    await passUntilAsked(70 * second)
    await bar().waitFor()
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').innerText()).toBe('Skip to the content')
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').innerText()).toBe('Stay signed in')
    await page.keyboard.press('Enter')
    await bar().waitFor({ state: 'hidden' })
    expect(await page.locator(':focus').innerText()).toBe('Skip to the content')
  })

  test('asks a customer who is remembered for the password when the month is over, because a click changes nothing then', async () => {
    await follow(page.getByRole('button', { name: 'Sign out', exact: true }))
    await page.goto('/account/sign-in')
    await page.getByLabel('Keep me signed in on this device').check()
    await signIn(page)
    clock.advance(30 * 24 * 60 * minute - 3 * minute)
    page = await open()
    await page.goto('/cart')
    await passUntilAsked(2 * minute)
    await bar().waitFor()
    expect(await stay().isVisible()).toBe(false)
    await follow(page.getByRole('link', { name: 'Type the password' }))
    await page.getByLabel('Password').fill(password)
    await follow(page.getByRole('button', { name: 'It is me' }))
    expect(page.url()).toMatch(/\/cart$/)
    expect(await page.locator('.foot').innerText()).toContain('You stay signed in here for 30 days')
  })
})
