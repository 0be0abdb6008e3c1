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

/** How long the browser keeps the cookie of a first visit, in milliseconds, to a second. */
async function kept(sessions: Parameters<typeof site>[0]): Promise<number> {
  const [line] = (await new Visitor(await site(sessions, handler)).ask()).setCookies
  const expires = Date.parse(/Expires=([^;]+)/.exec(line!)![1]!)
  return Math.round((expires - Date.now()) / 1_000) * 1_000
}

it('is a touch window later than the session lives without a request: a click within the window sends no new cookie', async () => {
  expect(await kept(coatcheck({ secret, cookie: { maxAge: hour } }))).toBe(hour + minute)
  expect(await kept(coatcheck({ secret, cookie: { maxAge: minute } }))).toBe(minute + minute / 10)
  expect(await kept(coatcheck({ secret, cookie: { maxAge: hour }, touchWindow: 0 }))).toBe(hour)
})

it('is what the options say under the contract of express-session', async () => {
  const options = { secret, resave: false, saveUninitialized: false, cookie: { maxAge: hour } }
  expect(await kept(session(options))).toBe(hour)
  expect(await kept(session({ ...options, store: memoryStore() }))).toBe(hour)
})
