/**
 * The inspector in a browser, on no session, on ten and on a million. Leaves pictures in test-artifacts/inspector.
 */
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { coatcheck, type Sessions, type SessionStore } from 'coatcheck'
import { inspector } from 'coatcheck/inspector'
import { memoryStore } from 'coatcheck/stores/memory'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { fill, handleOf } from '../inspector/support/crowd.js'
import { useShop } from './support/open-shop.js'
import { auditPage, complaintsOf, follow, useBrowser } from './support/pages.js'

const pictures = fileURLToPath(new URL('../../test-artifacts/inspector/', import.meta.url))
mkdirSync(pictures, { recursive: true })

const secret = 'the inspector’s sessions are signed with this'
const browser = useBrowser()
let context: BrowserContext | undefined
afterEach(() => context?.close())

interface House {
  readonly url: string
  readonly sessions: Sessions
  /** How many records the store was asked to list since this was called last. */
  listed(): number
}

/** An app with so many sessions, for the tests of the `describe` it is called in. */
function useHouse(size: number): () => House {
  let house: (House & { close(): Promise<void> }) | undefined
  beforeAll(async () => {
    house = await openHouse(size)
  }, 180_000)
  afterAll(() => house?.close())
  return () => house!
}

async function openHouse(size: number): Promise<House & { close(): Promise<void> }> {
  const store: SessionStore = memoryStore({ maxSessions: size + 1000, maxBytes: 4_000_000_000 })
  await fill(store, size, Date.now())
  let listed = 0
  const { scan } = store
  store.scan = (cursor, limit) => {
    listed += limit
    return scan.call(store, cursor, limit)
  }
  const sessions = coatcheck({ secret, store })
  const page = inspector(sessions)
  const server = createServer((req, res) => {
    page(req, res, () => sessions(req, res, () => void answer(sessions, req, res)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sessions,
    listed() {
      const before = listed
      listed = 0
      return before
    },
    async close() {
      page.close()
      server.close()
      server.closeAllConnections()
      await sessions.close()
    },
  }
}

/** `/in/…` signs in, and `/set/…` writes what it is told. */
async function answer(sessions: Sessions, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { session } = req as unknown as { session: Record<string, unknown> }
  const [, what, word = ''] = req.url!.split('/')
  if (what === 'set') session.note = decodeURIComponent(word)
  if (what === 'in') await sessions.signIn(req, word, { method: 'password' })
  res.end('done')
}

/** Visits by somebody whose session is put to use. */
async function visit(url: string, paths: readonly string[]): Promise<void> {
  let cookie = ''
  for (const path of paths) {
    const headers = { cookie, 'user-agent': 'Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0' }
    const response = await fetch(url + path, { headers })
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
    await response.arrayBuffer()
  }
}

async function open({ url }: House, options: BrowserContextOptions = {}): Promise<Page> {
  context = await browser().newContext({ baseURL: url, viewport: { width: 1280, height: 900 }, ...options })
  return context.newPage()
}

const forms = [
  { width: 1280, scheme: 'light' },
  { width: 1280, scheme: 'dark' },
  { width: 390, scheme: 'light' },
  { width: 390, scheme: 'dark' },
] as const

describe.each([0, 10, 1_000_000])('with %i sessions', (size) => {
  const house = useHouse(size)
  // However many sessions there are: what a page of a search looks at, and the census beside it.
  const mostListed = 10_500 + 2000

  test.each(forms)('every page is whole at $width pixels, $scheme', { timeout: 120_000 }, async ({ width, scheme }) => {
    const page = await open(house(), { viewport: { width, height: 900 }, colorScheme: scheme })
    const complaints = complaintsOf(page)
    await visit(house().url, ['/set/hello', '/in/ada', '/set/again', '/'])
    const found: Record<string, readonly string[]> = {}
    const look = async (name: string): Promise<void> => {
      const problems = await auditPage(page)
      if (problems.length > 0) found[name] = problems
      expect(house().listed()).toBeLessThanOrEqual(mostListed)
      await page.screenshot({ path: `${pictures}${name}-${size}-${width}-${scheme}.png`, fullPage: true })
    }

    await page.goto('/_sessions')
    await page.locator('[data-state=live]').waitFor()
    await look('overview')
    await page.goto('/_sessions/sessions')
    await look('sessions')
    await page.goto('/_sessions/sessions?q=nobody+at+all')
    await look('search')
    await page.goto('/_sessions/sessions?q=ada&in=user')
    await follow(page.locator('tbody th a').first())
    expect(await page.locator('h1').innerText()).toBe('Session of ada')
    await look('session')
    await follow(page.locator('.actions button').first())
    await look('confirm')
    await page.goto('/_sessions/requests')
    await follow(page.locator('tbody th a').first())
    await look('request')
    await page.goto('/_sessions/requests')
    await look('requests')

    expect(found).toEqual({})
    expect(complaints).toEqual([])
  })

  test('what is there is told, and found', async () => {
    const page = await open(house())
    await page.goto('/_sessions')
    const number = await page.locator('.number').innerText()
    const living = Number(number.replaceAll(/[^\d]/g, ''))
    expect(living).toBeGreaterThanOrEqual(size)
    expect(living).toBeLessThan(size + 100)
    expect(number.includes('≈')).toBe(size === 1_000_000)
    if (size === 0) return
    for (const query of [`q=user-${size - 2}&in=user`, `q=${handleOf(size - 2)}`]) {
      await page.goto(`/_sessions/sessions?${query}`)
      expect(await page.locator('tbody tr').count()).toBe(1)
      expect(await page.locator('tbody .user').innerText()).toContain(`user-${size - 2}`)
    }
  })
})

describe('an operator', () => {
  const house = useHouse(60)

  test('sees numbers change without doing anything, and can stop them', async () => {
    const page = await open(house())
    await page.goto('/_sessions')
    await page.locator('[data-state=live]').waitFor()
    await visit(house().url, ['/set/live', '/in/grace'])
    await page.locator('[data-live=lately] a', { hasText: 'grace' }).first().waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    expect(await page.locator('[data-state]').innerText()).toBe('Paused')
    await visit(house().url, ['/set/live', '/in/hopper'])
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.locator('[data-live=lately] a', { hasText: 'hopper' }).first().waitFor()
    expect(await page.locator('[data-state]').innerText()).toBe('Live')
  })

  test('chooses light or dark, and is not asked again', async () => {
    const page = await open(house(), { colorScheme: 'light' })
    await page.goto('/_sessions')
    const scheme = (): Promise<unknown> => page.evaluate('getComputedStyle(document.documentElement).colorScheme')
    expect(await scheme()).toBe('light dark')
    await page.getByRole('button', { name: 'Dark' }).click()
    expect(await scheme()).toBe('dark')
    await page.goto('/_sessions/sessions')
    expect(await scheme()).toBe('dark')
    await page.getByRole('button', { name: 'Light' }).click()
    expect(await scheme()).toBe('light')
  })

  test('ends a session with the keyboard alone', async () => {
    const page = await open(house())
    await page.goto('/_sessions/sessions')
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key)
    }
    await press('Tab')
    expect(await page.locator(':focus').innerText()).toBe('Skip to the content')
    await press('Enter', 'Tab')
    expect(await page.locator(':focus').getAttribute('name')).toBe('q')
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid')
    await page.keyboard.type('user-1')
    await Promise.all([page.waitForEvent('load'), press('Enter')])
    await page.locator('tbody th a').focus()
    await Promise.all([page.waitForEvent('load'), press('Enter')])
    expect(await page.locator('h1').innerText()).toBe('Session of user-1')
    await page.locator('#content').focus()
    await press('Tab')
    await Promise.all([page.waitForEvent('load'), press('Enter')])
    expect(await page.locator('h1').innerText()).toBe('End this session?')
    await page.getByRole('button', { name: 'End one session' }).focus()
    await Promise.all([page.waitForEvent('load'), press('Space')])
    expect(await page.locator('[role=status]').innerText()).toBe('One session was ended.')
    expect(await house().sessions.list('user-1')).toEqual([])
  })

  test('chooses several, all or none, and knows how many', async () => {
    const page = await open(house())
    await page.goto('/_sessions/sessions?sort=user')
    const end = page.getByRole('button', { name: 'End the chosen sessions…' })
    const all = page.getByRole('checkbox', { name: 'Choose all on this page' })
    expect(await end.isDisabled()).toBe(true)
    await all.check()
    expect(await page.locator('[data-chosen]').innerText()).toBe('50 chosen')
    await all.uncheck()
    expect(await end.isDisabled()).toBe(true)
    for (const row of [0, 1]) await page.locator('tbody [type=checkbox]').nth(row).check()
    expect(await page.locator('[data-chosen]').innerText()).toBe('2 chosen')
    await follow(end)
    expect(await page.locator('tbody tr').count()).toBe(2)
    await follow(page.getByRole('button', { name: 'End 2 sessions' }))
    expect(await page.locator('[role=status]').innerText()).toBe('2 sessions were ended.')
  })

  test('does all of it without scripts', async () => {
    const page = await open(house(), { javaScriptEnabled: false })
    await page.goto('/_sessions')
    expect(await page.locator('.number').innerText()).toMatch(/\d+/)
    await page.goto('/_sessions/sessions?q=user-5&in=user')
    await page.locator('tbody [type=checkbox]').check()
    await follow(page.getByRole('button', { name: 'End the chosen sessions…' }))
    await follow(page.getByRole('button', { name: 'End one session' }))
    expect(await page.locator('[role=status]').innerText()).toBe('One session was ended.')
    expect(await house().sessions.list('user-5')).toEqual([])
  })

  test('runs nothing that a visitor has put into a session', async () => {
    const page = await open(house())
    const payload = encodeURIComponent(
      `<img src=x onerror="document.title='broken'"><script>document.title='broken'</script>`,
    )
    await visit(house().url, [`/set/${payload}`, '/in/mallory%3Cb%3E'])
    const { sessions } = await house().sessions.scan({ limit: 1000 })
    const session = sessions.find(({ userId }) => userId?.startsWith('mallory'))
    await page.goto('/_sessions')
    await page.locator('[data-state=live]').waitFor()
    expect(await page.locator('b', { hasText: 'mallory' }).count()).toBe(0)
    await page.goto(`/_sessions/sessions/${session!.handle}`)
    expect(await page.locator('.tree').innerText()).toContain('<img src=x')
    expect(await page.title()).toContain('Session inspector')
    // What the headers forbid is not only escaped: it would do nothing.
    const ran = await page.evaluate(
      `new Promise((resolve) => { window.ran = false; const made = document.createElement('div'); ` +
        `made.innerHTML = '<img src=x onerror="window.ran = true">'; document.body.append(made); setTimeout(() => resolve(window.ran), 200) })`,
    )
    expect(ran).toBe(false)
  })

  test('signs everyone out by typing the word', async () => {
    const page = await open(house())
    await page.goto('/_sessions/sessions')
    await follow(page.getByRole('button', { name: 'End everyone’s sessions…' }))
    await page.getByLabel('Type everyone to confirm it').fill('nobody')
    await follow(page.getByRole('button', { name: 'End all sessions' }))
    expect(await page.locator('#mistyped').innerText()).toContain('nothing was ended')
    await page.getByLabel('Type everyone to confirm it').fill('everyone')
    await follow(page.getByRole('button', { name: 'End all sessions' }))
    expect(await page.locator('.empty').innerText()).toContain('There are no sessions')
    expect((await house().sessions.scan()).sessions).toEqual([])
  })
})

describe('the shop', () => {
  const shop = useShop()

  test('shows its sessions to whoever runs it, and keeps their own out of it', async () => {
    await shop().customer()
    const developer = shop().visitor()
    const overview = await developer.get('/_sessions')
    expect([overview.status, overview.body.includes('<h1>Overview</h1>')]).toEqual([200, true])
    expect((await developer.get('/_sessions/sessions')).body).toContain('Choose the session')
    expect(developer.cookies.size).toBe(0)
    const proxied = await shop().visitor({ 'X-Forwarded-For': '127.0.0.1' }).get('/_sessions')
    expect(proxied.status).toBe(403)
  })
})
