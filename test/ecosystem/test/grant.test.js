/**
 * grant: an OAuth 2.0 round trip through a small provider on this machine, with grant's state in the session. grant is made for
 * Express, so it runs on Express 4 and 5.
 */
'use strict'

const assert = require('node:assert/strict')
const { createHash, randomUUID } = require('node:crypto')
const { once } = require('node:events')
const http = require('node:http')
const { describe, test } = require('node:test')

const session = require('express-session')
const grant = require('grant')

const { expressOnly, open, send } = require('../support/site')

/** A provider where everyone is signed in as ann and says yes. It holds clients to their secret, redirect URI and PKCE challenge. */
async function provider(t) {
  const codes = new Map()
  const server = http.createServer(async (req, res) => {
    const url = new URL(req.url, 'http://provider')
    if (url.pathname === '/authorize') {
      const code = randomUUID()
      codes.set(code, Object.fromEntries(url.searchParams))
      const back = new URL(url.searchParams.get('redirect_uri'))
      back.search = new URLSearchParams({ code, state: url.searchParams.get('state') })
      res.writeHead(302, { Location: back.href }).end()
      return
    }
    let body = ''
    for await (const chunk of req) body += chunk
    const asked = Object.fromEntries(new URLSearchParams(body))
    const given = codes.get(asked.code)
    codes.delete(asked.code)
    const challenge = createHash('sha256')
      .update(asked.code_verifier ?? '')
      .digest('base64url')
    const right =
      asked.client_secret === 'our secret' &&
      given?.redirect_uri === asked.redirect_uri &&
      given?.code_challenge === challenge
    send(res, right ? 200 : 400, right ? { access_token: 'token of ann' } : { error: 'invalid_grant' })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${server.address().port}`
}

/** A site that signs in with the provider. */
async function site(t, platform) {
  const at = await provider(t)
  let signInWithProvider
  const opened = await open(t, platform, (app) => {
    app.use(session({ secret: 'grant', resave: false, saveUninitialized: false }))
    app.use((req, res, next) => signInWithProvider(req, res, next))
    app.use('/signed-in', (req, res) => send(res, 200, { grant: req.session.grant, cart: req.session.cart }))
    app.use('/cart', (req, res) => {
      req.session.cart = ['umbrella']
      send(res, 200, {})
    })
  })
  signInWithProvider = grant.express({
    defaults: { origin: opened.url, transport: 'session', state: true, pkce: true },
    local: {
      ...{ oauth: 2, authorize_url: `${at}/authorize`, access_url: `${at}/token`, scope: ['openid'] },
      ...{ client_id: 'us', client_secret: 'our secret', callback: '/signed-in' },
    },
  })
  return opened
}

/** Where the provider sends the visitor back to, as a path on our site. */
async function throughProvider(answer) {
  assert.equal(answer.status, 302)
  const response = await fetch(answer.headers.location, { redirect: 'manual' })
  const back = new URL(response.headers.get('location'))
  return back.pathname + back.search
}

for (const platform of expressOnly) {
  describe(platform.name, () => {
    test('a visitor comes back from the provider with a token in the session', async (t) => {
      const { visitor } = await site(t, platform)
      const ann = visitor()
      await ann.get('/cart')
      const back = await throughProvider(await ann.get('/connect/local'))
      const { grant: state, cart } = (await ann.follow(ann.get(back))).json
      assert.equal(state.response.access_token, 'token of ann')
      assert.deepEqual(cart, ['umbrella'])
    })

    test('a visitor who was never here before does too', async (t) => {
      const { visitor } = await site(t, platform)
      const ann = visitor()
      const back = await throughProvider(await ann.get('/connect/local'))
      assert.equal((await ann.follow(ann.get(back))).json.grant.response.access_token, 'token of ann')
    })

    test("a state that is not the session's is refused", async (t) => {
      const { visitor } = await site(t, platform)
      const ann = visitor()
      const back = await throughProvider(await ann.get('/connect/local'))
      const forged = back.replace(/state=[^&]*/, 'state=forged')
      const { response } = (await ann.follow(ann.get(forged))).json.grant
      assert.equal(response.access_token, undefined)
      assert.match(JSON.stringify(response.error), /state/)
    })

    test('another visitor cannot finish what one began', async (t) => {
      const { visitor } = await site(t, platform)
      const [ann, eve] = [visitor(), visitor()]
      const back = await throughProvider(await ann.get('/connect/local'))
      const answer = await eve.follow(eve.get(back))
      assert.equal(answer.json.grant?.response?.access_token, undefined)
    })
  })
}
