/**
 * connect-flash: a message that is left in the session by one request and read, once, by the next.
 */
'use strict'

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')

const flash = require('connect-flash')
const session = require('express-session')

const { open, platforms, redirect, send } = require('../support/site')

function board(app) {
  app.use(session({ secret: 'flash', resave: false, saveUninitialized: false }))
  app.use(flash())
  app.use('/save', (req, res) => {
    req.flash('info', 'Saved.')
    req.flash('info', 'And %s.', 'sent')
    req.flash('warning', ['Slow.'])
    redirect(res, '/')
  })
  app.use('/', (req, res) => send(res, 200, req.flash()))
}

for (const platform of platforms) {
  describe(platform.name, () => {
    test('the page after the redirect shows the messages, and no page after it', async (t) => {
      const { visitor } = await open(t, platform, board)
      const ann = visitor()
      assert.deepEqual((await ann.follow(ann.post('/save'))).json, {
        info: ['Saved.', 'And sent.'],
        warning: ['Slow.'],
      })
      assert.deepEqual((await ann.get('/')).json, {})
    })

    test('a message waits for its visitor', async (t) => {
      const { visitor } = await open(t, platform, board)
      const [ann, ben] = [visitor(), visitor()]
      await ann.post('/save')
      assert.deepEqual((await ben.get('/')).json, {})
      assert.deepEqual((await ann.get('/')).json.warning, ['Slow.'])
    })
  })
}
