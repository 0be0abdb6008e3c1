/**
 * The CSRF tokens of csurf, csrf-sync and lusca, each with its secret in the session.
 */
'use strict'

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')

const { csrfSync } = require('csrf-sync')
const csurf = require('csurf')
const session = require('express-session')
const lusca = require('lusca')

const { open, platforms, send } = require('../support/site')

const kinds = {
  csurf: () => ({ protect: csurf(), token: (req) => req.csrfToken() }),
  'csrf-sync': () => {
    const { csrfSynchronisedProtection, generateToken } = csrfSync({ getTokenFromRequest: (req) => req.body?._csrf })
    return { protect: csrfSynchronisedProtection, token: generateToken }
  },
  lusca: () => ({ protect: lusca.csrf(), token: (req) => req.csrfToken() }),
}

function bank({ protect, token }) {
  return (app) => {
    app.use(session({ secret: 'csrf', resave: false, saveUninitialized: false }))
    app.use(protect)
    app.use('/form', (req, res) => send(res, 200, { token: token(req) }))
    app.use('/pay', (req, res) => {
      req.session.paid = (req.session.paid ?? 0) + 1
      send(res, 200, { paid: req.session.paid })
    })
    app.use('/sign-in', (req, res, next) => {
      req.session.regenerate((error) => {
        if (error) return next(error)
        req.session.user = 'ann'
        send(res, 200, { token: token(req) })
      })
    })
  }
}

for (const platform of platforms) {
  for (const [name, make] of Object.entries(kinds)) {
    describe(`${name} on ${platform.name}`, () => {
      test("a form with its visitor's token goes through, again and again", async (t) => {
        const { visitor } = await open(t, platform, bank(make()))
        const ann = visitor()
        const { token } = (await ann.get('/form')).json
        assert.deepEqual((await ann.post('/pay', { _csrf: token })).json, { paid: 1 })
        assert.deepEqual((await ann.post('/pay', { _csrf: token })).json, { paid: 2 })
      })

      test('a form without a token, or with another one, is refused', async (t) => {
        const { visitor } = await open(t, platform, bank(make()))
        const ann = visitor()
        const { token } = (await ann.get('/form')).json
        assert.equal((await ann.post('/pay')).status, 403)
        assert.equal((await ann.post('/pay', { _csrf: `${token.slice(0, -2)}zz` })).status, 403)
        assert.deepEqual((await ann.post('/pay', { _csrf: token })).json, { paid: 1 })
      })

      test("another visitor's token is refused", async (t) => {
        const { visitor } = await open(t, platform, bank(make()))
        const [ann, eve] = [visitor(), visitor()]
        await ann.get('/form')
        const { token } = (await eve.get('/form')).json
        assert.equal((await ann.post('/pay', { _csrf: token })).status, 403)
      })

      test('a token from before the sign-in is worth nothing after it', async (t) => {
        const { visitor } = await open(t, platform, bank(make()))
        const ann = visitor()
        const before = (await ann.get('/form')).json.token
        const signedIn = await ann.post('/sign-in', { _csrf: before })
        assert.equal(signedIn.status, 200)
        assert.equal((await ann.post('/pay', { _csrf: before })).status, 403)
        const after = (await ann.get('/form')).json.token
        assert.deepEqual((await ann.post('/pay', { _csrf: after })).json, { paid: 1 })
      })
    })
  }
}
