/**
 * What a real browser says of forged requests, and what the guard makes of it: over connections that browsers trust, where they send
 * Sec-Fetch-Site, and over those they do not, where Origin is all there is.
 */
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { csrf, type CsrfDecision } from 'coatcheck/csrf'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumLaunchOptions } from '../support/engines.js'

interface Heard {
  readonly decision: CsrfDecision
  readonly site: string | undefined
  readonly origin: string | undefined
}

const guard = csrf()
const heard = new EventEmitter()
let browser: Browser
let shopPort: number
let otherPort: number
const servers: Server[] = []

beforeAll(async () => {
  const { args, ...options } = chromiumLaunchOptions()
  browser = await chromium.launch({ ...options, args: [...args, '--host-resolver-rules=MAP *.example 127.0.0.1'] })
  shopPort = await open(page, (req) => heard.emit('request', req))
  otherPort = await open(page)
})
afterAll(async () => {
  await browser?.close()
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
})

async function open(listener: RequestListener, hear?: (req: IncomingMessage) => void): Promise<number> {
  const server = createServer((req, res) => {
    if (req.method !== 'GET') hear?.(req)
    listener(req, res)
  })
  server.on('upgrade', (req, socket) => {
    hear?.(req)
    socket.destroy()
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Ways to make a browser send something to `target`, as pages. */
const ways: Readonly<Record<string, (target: string) => string>> = {
  'a form': (target) => submitted(`<form method="post" action="${target}"></form>`),
  'a form of files': (target) =>
    submitted(`<form method="post" enctype="multipart/form-data" action="${target}"></form>`),
  'a form of a page that sends no Referer': (target) =>
    `<meta name="referrer" content="no-referrer">${submitted(`<form method="post" action="${target}"></form>`)}`,
  'a form in a sandboxed frame': (target) =>
    `<iframe sandbox="allow-scripts allow-forms" srcdoc='${submitted(`<form method="post" action="${target}"></form>`)}'></iframe>`,
  'a form that is redirected': (target) =>
    submitted(`<form method="post" action="/redirect?${encodeURIComponent(target)}"></form>`),
  'a script': (target) =>
    `<script>fetch('${target}', { method: 'POST', mode: 'no-cors', credentials: 'include', body: 'x' })</script>`,
  'a beacon': (target) => `<script>navigator.sendBeacon('${target}', 'x')</script>`,
  'a WebSocket': (target) => `<script>new WebSocket('${target.replace('http', 'ws')}')</script>`,
}

function submitted(form: string): string {
  return `${form}<script>document.forms[0].submit()</script>`
}

/** A server for pages of all ways: `/<way>?<target>`. */
const page: RequestListener = (req, res) => {
  const [path = '', query = ''] = req.url!.split('?')
  if (path === '/redirect') {
    res.writeHead(307, { location: decodeURIComponent(query) }).end()
    return
  }
  const way = ways[decodeURIComponent(path.slice(1))]
  res.setHeader('content-type', 'text/html')
  res.end(way === undefined ? '' : way(decodeURIComponent(query)))
}

/** What the shop hears of the page of `origin` that makes the browser send something to it. */
async function sentFrom(origin: string, way: string, target: string): Promise<Heard> {
  const context = await browser.newContext()
  try {
    const tab = await context.newPage()
    const arrived = once(heard, 'request') as Promise<[IncomingMessage]>
    await tab.goto(`${origin}/${encodeURIComponent(way)}?${encodeURIComponent(target)}`, { waitUntil: 'commit' })
    const [req] = await arrived
    const { origin: said, 'sec-fetch-site': site } = req.headers
    return { decision: guard.check(req), site, origin: said }
  } finally {
    await context.close()
  }
}

const places = [
  { name: 'where Sec-Fetch-Site is sent', shop: 'localhost', sibling: 'localhost', stranger: '127.0.0.1' },
  { name: 'where Origin is all', shop: 'shop.example', sibling: 'user.shop.example', stranger: 'evil.example' },
]

describe.each(places)('$name', ({ shop, sibling, stranger }) => {
  const own = (): string => `http://${shop}:${shopPort}`

  test.each(['a form', 'a form of files', 'a script', 'a beacon', 'a WebSocket'])(
    'the shop’s own page may: %s',
    async (way) => {
      const { decision } = await sentFrom(own(), way, `${own()}/`)
      expect(decision).toEqual({ allowed: true, reason: 'same-origin' })
    },
  )

  test.each(Object.keys(ways))('a page of another site may not: %s', async (way) => {
    const { decision } = await sentFrom(`http://${stranger}:${otherPort}`, way, `${own()}/`)
    expect(decision).toMatchObject({ allowed: false })
  })

  test.each(Object.keys(ways))('a page of another origin of this site may not: %s', async (way) => {
    const { decision } = await sentFrom(`http://${sibling}:${otherPort}`, way, `${own()}/`)
    expect(decision).toMatchObject({ allowed: false })
  })
})

test('the two places are what they are taken for', async () => {
  const trusted = await sentFrom(`http://localhost:${shopPort}`, 'a form', `http://localhost:${shopPort}/`)
  expect(trusted.site).toBe('same-origin')
  const plain = await sentFrom(`http://shop.example:${shopPort}`, 'a form', `http://shop.example:${shopPort}/`)
  expect(plain).toMatchObject({ site: undefined, origin: `http://shop.example:${shopPort}` })
})
