/**
 * One customer in two browsers: each sees both, and what is ended in one is over in the other. Without client-side scripts.
 */
import { fakeClock } from 'coatcheck/testing'
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, expect, test } from 'vitest'
import { password, useShop } from './support/open-shop.js'
import { complaintsOf, follow, useBrowser } from './support/pages.js'

const minute = 60_000
const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0'

const browser = useBrowser()
const clock = fakeClock(Date.now())
const shop = useShop({ clock })
const contexts: BrowserContext[] = []
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close()
})

async function open(userAgent?: string): Promise<Page> {
  const context = await browser().newContext({
    baseURL: shop().url,
    javaScriptEnabled: false,
    locale: 'en-GB',
    ...(userAgent === undefined ? {} : { userAgent }),
  })
  contexts.push(context)
  return context.newPage()
}

async function signIn(page: Page, email: string, word: string = password): Promise<void> {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(word)
  await follow(page.getByRole('button', { name: 'Sign in', exact: true }))
}

const heading = async (page: Page): Promise<string> => page.getByRole('heading', { level: 1 }).innerText()
const names = async (page: Page): Promise<readonly string[]> => page.locator('.device h2').allInnerTexts()
const news = async (page: Page): Promise<string> => page.locator('.flash:visible').innerText()

test('a customer signs the other browser out, and its next click is a stranger’s', { timeout: 60_000 }, async () => {
  const { email } = await shop().customer()
  clock.advance(minute)
  const here = await open()
  const there = await open(firefox)
  const complaints = complaintsOf(here)
  for (const page of [here, there]) {
    await page.goto('/account/devices')
    await signIn(page, email)
    expect(await heading(page)).toBe('Your devices')
    clock.advance(minute)
  }

  await here.reload()
  const [mine, ...others] = await names(here)
  expect(mine).toMatch(/^Chrome \d+ on Linux$/)
  expect(await here.locator('.device').first().innerText()).toContain('This one')
  expect(others).toContain('Firefox 128 on Windows')
  expect((await names(there))[0]).toBe('Firefox 128 on Windows')

  await follow(here.getByRole('button', { name: 'Sign out: Firefox 128 on Windows' }))
  expect(await news(here)).toBe('Firefox 128 on Windows is signed out.')
  expect(await names(here)).not.toContain('Firefox 128 on Windows')

  await follow(there.getByRole('link', { name: 'Account', exact: true }))
  expect(await heading(there)).toBe('Sign in')
  await signIn(there, email)
  expect(await heading(there)).toBe('Your orders')

  await here.reload()
  await here.getByText('Sign out the 2 others').click()
  await follow(here.getByRole('button', { name: 'Yes, sign out all 2' }))
  expect(await news(here)).toBe('The 2 other devices are signed out.')
  expect(await here.locator('main').innerText()).toContain('You are signed in here and nowhere else.')
  await there.reload()
  expect(await heading(there)).toBe('Sign in')
  expect(complaints).toEqual([])
})

test('a changed password is asked for once, and ends what the old one opened', { timeout: 60_000 }, async () => {
  const { email } = await shop().customer()
  const here = await open()
  const there = await open(firefox)
  for (const page of [here, there]) {
    await page.goto('/account/sign-in')
    await signIn(page, email)
  }
  clock.advance(11 * minute)
  await here.goto('/account/orders')
  await follow(here.getByRole('link', { name: 'Password' }))
  expect(await heading(here)).toBe('Is it still you?')
  await here.getByLabel('Password').fill('a wrong guess')
  await follow(here.getByRole('button', { name: 'It is me' }))
  expect(await here.getByRole('alert').innerText()).toContain('That is not the password of this account.')
  await here.getByLabel('Password').fill(password)
  await follow(here.getByRole('button', { name: 'It is me' }))
  expect(await heading(here)).toBe('Change your password')

  await here.getByLabel('New password').fill('another horse battery')
  await follow(here.getByRole('button', { name: 'Change it' }))
  // The one in the browser, and the one that made the account.
  expect(await news(here)).toBe('Your password is changed, and your 2 other devices are signed out.')
  expect(await names(here)).toHaveLength(1)

  await follow(there.getByRole('link', { name: 'Account', exact: true }))
  expect(await heading(there)).toBe('Sign in')
  await signIn(there, email)
  expect(await there.getByRole('alert').innerText()).toContain('do not open an account')
  clock.advance(1)
  await signIn(there, email, 'another horse battery')
  expect(await heading(there)).toBe('Your orders')
})
