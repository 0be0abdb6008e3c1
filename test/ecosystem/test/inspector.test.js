/**
 * The inspector wherever apps run. express-session has none, so there is nothing to compare.
 */
'use strict'

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')

const { open, platforms, send } = require('../support/site')
const { subject } = require('../support/subject')

const own = { 'sec-fetch-site': 'same-origin' }

/** The shop's sessions, with the inspector in front of them or behind them. */
function shop(before) {
  const session = require('express-session')
  const { inspector } = require('express-session/inspector')
  const { memoryStore } = require('express-session/stores/memory')
  const sessions = session({
    secret: 'inspected',
    resave: true,
    saveUninitialized: true,
    store: memoryStore(),
    cookie: { maxAge: 60_000 },
  })
  const page = inspector(sessions)
  const build = (app) => {
    if (before) app.use('/ops/sessions', page)
    app.use('/set', sessions)
    app.use('/set', (req, res) => {
      req.session.coat = 'green'
      send(res, 200, {})
    })
    app.use(sessions)
    if (!before) app.use('/ops/sessions', page)
  }
  return { sessions, page, build }
}

if (subject === 'coatcheck') {
  for (const platform of platforms) {
    for (const before of [false, true]) {
      describe(`the inspector ${before ? 'in front of' : 'behind'} the sessions on ${platform.name}`, () => {
        test('shows a session and ends it, and leaves its visitor’s own alone', async (t) => {
          const { sessions, page, build } = shop(before)
          t.after(() => page.close())
          const { visitor } = await open(t, platform, build)
          const ann = visitor()
          await ann.get('/set')
          const cookies = { ...ann.cookies }

          const overview = await ann.get('/ops/sessions')
          assert.equal(overview.status, 200)
          assert.deepEqual(overview.setCookie, [])
          assert.match(overview.text, /href="\/ops\/sessions\/assets\/inspector\.css"/)
          assert.equal((await ann.get('/ops/sessions/assets/inspector.css')).status, 200)

          const list = await ann.get('/ops/sessions/sessions')
          const [, handle] = /name="handle"\s+value="([^"]+)"/.exec(list.text)
          assert.match((await ann.get(`/ops/sessions/sessions/${handle}`)).text, /coat.*“green”/)
          assert.deepEqual(ann.cookies, cookies)

          const stranger = visitor()
          assert.deepEqual((await stranger.get('/ops/sessions')).setCookie, [])
          assert.equal(await sessions.count(), 1)

          const form = { what: 'sessions', handle }
          assert.equal((await ann.post('/ops/sessions/end', form)).status, 403)
          assert.equal(await sessions.count(), 1)
          const ended = await ann.post('/ops/sessions/end', form, own)
          assert.equal(ended.status, 303)
          assert.equal(ended.headers.location, '/ops/sessions/sessions?ended=1')
          assert.equal(await sessions.count(), 0)
        })

        test('is closed to what a proxy has brought, and to other names', async (t) => {
          const { page, build } = shop(before)
          t.after(() => page.close())
          const { visitor } = await open(t, platform, build)
          const answer = await visitor().get('/ops/sessions', { 'x-forwarded-for': '127.0.0.1' })
          assert.equal(answer.status, 403)
        })
      })
    }
  }
}
