/**
 * The deadline of the cookie in the browser, beside that of the session in the store.
 */
import { expect, it } from 'vitest'

import { coatcheck, session } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { site, Visitor, type Handler } from './support/site.js'

const secret = 'cookies of this test are signed with this'
const hour = 3_600_000
const minute = 60_000

const handler: Handler = (req, res) => {
  req.session.views = Number(req.session.views ?? 0) + 1
  res.end()
}

/** Does the browser keep the cookie of a first visit for so long? HTTP dates have a second's precision. */
async function isKeptFor(sessions: Parameters<typeof site>[0], milliseconds: number): Promise<boolean> {
  const visitor = new Visitor(await site(sessions, handler))
  const before = Date.now()
  const [line] = (await visitor.ask()).setCookies
  const expires = Date.parse(/Expires=([^;]+)/.exec(line!)![1]!)
  return expires > before + milliseconds - 1_000 && expires <= Date.now() + milliseconds
}

it('is a touch window later than the session lives without a request: a click within the window sends no new cookie', async () => {
  expect(await isKeptFor(coatcheck({ secret, cookie: { maxAge: hour } }), hour + minute)).toBe(true)
  expect(await isKeptFor(coatcheck({ secret, cookie: { maxAge: minute } }), minute + minute / 10)).toBe(true)
  expect(await isKeptFor(coatcheck({ secret, cookie: { maxAge: hour }, touchWindow: 0 }), hour)).toBe(true)
})

it('is what the options say under the contract of express-session', async () => {
  const options = { secret, resave: false, saveUninitialized: false, cookie: { maxAge: hour } }
  expect(await isKeptFor(session(options), hour)).toBe(true)
  expect(await isKeptFor(session({ ...options, store: memoryStore() }), hour)).toBe(true)
})
