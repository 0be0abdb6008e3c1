// @ts-check
/**
 * `node scripts/screenshots.mjs`: the pictures of README and docs, in docs/images, taken of the built shop and its inspector. Run by hand after a change
 * that shows.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { chromium } from 'playwright-core'

import { chromiumLaunchOptions } from './lib/engines.mjs'
import { root } from './lib/root.mjs'
import { runOrThrow } from './lib/run.mjs'

const images = join(root, 'docs', 'images')
mkdirSync(images, { recursive: true })
/** A README is looked at over slow lines, too. */
const mostBytes = 150_000
const password = 'correct horse battery'

/** Browsers of customers: what the shop and the inspector make of them is in the pictures. */
const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
]
const names = ['Ada', 'Grace', 'Alan', 'Barbara', 'Edsger', 'Radia', 'Ken', 'Margaret']
const paths = ['/', '/products/encore', '/products/puddle', '/cart', '/?category=hats', '/session']

await runOrThrow('npm', ['run', '--silent', 'build'], { cwd: root })
await runOrThrow('npm', ['run', '--silent', 'build:demo'], { cwd: root })
const data = mkdtempSync(join(tmpdir(), 'coatcheck-pictures-'))
const shop = spawn(process.execPath, [join(root, 'demo', 'dist', 'server.js')], {
  env: { ...process.env, PORT: '0', HOST: '127.0.0.1', SHOP_DATA: data, NODE_ENV: 'development' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const browser = await chromium.launch(chromiumLaunchOptions())
try {
  const [line] = await once(shop.stdout, 'data')
  const url = /http:\S+/.exec(String(line))?.[0]
  if (url === undefined) throw new Error(`the shop did not open: ${line}`)
  await take(url)
} finally {
  await browser.close()
  shop.kill()
  await once(shop, 'exit')
  rmSync(data, { recursive: true, force: true })
}

/** @param {string} url */
async function take(url) {
  const customers = []
  for (let index = 0; index < 24; index += 1) customers.push(await newCustomer(url, index))
  // Long enough for the charts to have something to show.
  const until = Date.now() + 60_000
  for (let step = 0; Date.now() < until; step += 1) {
    await Promise.all(customers.slice(1, 7 + (step % 9)).map((customer) => stroll(customer, url, step)))
    if (step % 6 === 0) customers.push(await newCustomer(url, customers.length))
    await new Promise((resolve) => {
      setTimeout(resolve, 150)
    })
  }

  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1080, height: 700 },
    userAgent: agents[0],
  })
  const page = await context.newPage()
  const shot = async (/** @type {string} */ name, /** @type {string} */ path) => {
    await page.goto(path)
    await snap(page, name)
  }
  await page.goto('/account/sign-in')
  await page.locator('[name=email]').fill('customer-0@example.org')
  await page.locator('[name=password]').fill(password)
  await Promise.all([page.waitForEvent('load'), page.locator('.sheet button').first().click()])
  await shot('shop-home', '/')
  await shot('shop-devices', '/account/devices')

  await page.goto('/_sessions')
  await page.locator('[data-state=live]').waitFor()
  await page.setViewportSize({ width: 1080, height: 980 })
  await snap(page, 'inspector-overview')
  await page.setViewportSize({ width: 1080, height: 700 })
  await shot('inspector-sessions', '/_sessions/sessions?sort=seen&order=desc')
  await page.goto('/_sessions/sessions?sort=size&order=desc')
  await Promise.all([page.waitForEvent('load'), page.locator('tbody th a').first().click()])
  await snap(page, 'inspector-session')
  await page.goto('/_sessions/requests?conflicts=1&all=1')
  await Promise.all([page.waitForEvent('load'), page.locator('tbody th a').first().click()])
  await snap(page, 'inspector-request')
}

/** @param {import('playwright-core').Page} page @param {string} name */
async function snap(page, name) {
  const path = join(images, `${name}.png`)
  await page.screenshot({ path })
  const { size } = statSync(path)
  if (size > mostBytes) throw new Error(`${name}.png has ${size} bytes, more than ${mostBytes}: show less`)
  console.log(`docs/images/${name}.png  ${Math.round(size / 1000)} kB`)
}

/**
 * @typedef {object} Customer
 * @property {string} cookie
 * @property {string} agent
 */

/** Every third is a guest. @param {string} url @param {number} index @returns {Promise<Customer>} */
async function newCustomer(url, index) {
  const customer = { cookie: '', agent: agents[index % agents.length] ?? '' }
  await ask(customer, url, '/cart/items/puddle', { quantity: '1' })
  if (index % 3 !== 0 || index === 0) {
    const name = names[index % names.length] ?? ''
    await ask(customer, url, '/account/sign-up', { name, email: `customer-${index}@example.org`, password })
  }
  return customer
}

/** A look around, and now and then two things at once. @param {Customer} customer @param {string} url @param {number} step */
async function stroll(customer, url, step) {
  await ask(customer, url, paths[step % paths.length] ?? '/')
  if (step % 5 !== 0) return
  await Promise.all([
    ask(customer, url, '/preferences', { theme: step % 2 === 0 ? 'dark' : 'light' }),
    ask(customer, url, '/preferences', { language: ['en', 'de', 'fr'][step % 3] ?? 'en' }),
    ask(customer, url, '/cart/items/encore', { quantity: String(1 + (step % 3)) }),
  ])
}

/** @param {Customer} customer @param {string} url @param {string} path @param {Record<string, string>} [form] */
async function ask(customer, url, path, form) {
  const headers = { cookie: customer.cookie, 'user-agent': customer.agent, 'sec-fetch-site': 'same-origin' }
  const body = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }
  const response = await fetch(url + path, { headers, redirect: 'manual', ...body })
  const line = response.headers.getSetCookie().find((each) => each.startsWith('ticket='))
  if (line !== undefined) customer.cookie = line.split(';', 1)[0] ?? ''
  await response.arrayBuffer()
}
