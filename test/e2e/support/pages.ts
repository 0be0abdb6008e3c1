/**
 * Pages in Chromium: opened, watched, audited.
 */
import { readFileSync } from 'node:fs'
import { chromium, type Browser, type Locator, type Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { chromiumLaunchOptions } from '../../support/engines.js'

/** Starts Chromium for the tests of this file. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined
  beforeAll(async () => {
    browser = await chromium.launch(chromiumLaunchOptions())
  })
  afterAll(() => browser?.close())
  return () => browser!
}

/** Clicks, and waits for the page that comes of it: a click alone is done before its answer is here. */
export async function follow(target: Locator): Promise<void> {
  await Promise.all([target.page().waitForEvent('load'), target.click()])
}

/** Everything that the browser complains about while the page is open. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? 'failed'
    // A page that is left does not wait for its last picture.
    if (reason !== 'net::ERR_ABORTED') complaints.push(`${request.url()} ${reason}`)
  })
  return complaints
}

// Code of the page and not of the test: without types of the DOM, which the rest of the project must not have.
const audit = readFileSync(new URL('page-audit.js', import.meta.url), 'utf8')

/** What is wrong with the page for those who do not see it well. */
export async function auditPage(page: Page): Promise<readonly string[]> {
  return page.evaluate(audit)
}
