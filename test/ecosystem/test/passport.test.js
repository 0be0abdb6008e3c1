/**
 * passport with its local strategy: signing in and out, what of the session is kept, and what an old ID is worth afterwards.
 */
'use strict'

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')

const session = require('express-session')
const { Passport } = require('passport')
const { Strategy } = require('passport-local')

const { open, platforms, send } = require('../support/site')

const right = { username: 'ann', password: 'correct horse' }
const wrong = { username: 'ann', password: 'battery staple' }

/** A site where one fills a cart before and after signing in. `people` is its user table. */
function shop({ people = new Map([['ann', { name: 'ann' }]]), store } = {}) {
  const passport = new Passport()
  passport.use(
    new Strategy((username, password, done) => {
      const known = people.get(username)
      if (known !== undefined && password === right.password) done(null, known)
      else done(null, false, { message: 'Wrong name or password.' })
    }),
  )
  passport.serializeUser((user, done) => done(null, user.name))
  passport.deserializeUser((name, done) => done(null, people.get(name) ?? false))

  const show = (req, res) => {
    const { cart, messages } = req.session
    send(res, 200, { user: req.user?.name, signedIn: req.isAuthenticated(), cart, messages })
  }
  const signIn = (options) =>
    passport.authenticate('local', { failureRedirect: '/me', failureMessage: true, ...options })
  return (app) => {
    app.use(session({ store, secret: 'passport', resave: false, saveUninitialized: false }))
    app.use(passport.initialize())
    app.use(passport.session())
    app.use('/me', show)
    app.use('/cart', (req, res) => {
      req.session.cart = [...(req.session.cart ?? []), req.body.item]
      show(req, res)
    })
    app.use('/sign-in-and-keep', signIn({ keepSessionInfo: true, successRedirect: '/me' }))
    app.use('/sign-in', signIn({ successRedirect: '/me' }))
    app.use('/sign-out-and-keep', (req, res, next) => {
      req.logout({ keepSessionInfo: true }, (error) => (error ? next(error) : show(req, res)))
    })
    app.use('/sign-out', (req, res, next) => {
      req.logout((error) => (error ? next(error) : res.redirect('/me')))
    })
  }
}

for (const platform of platforms) {
  describe(platform.name, () => {
    test('signing in gives a new ID and leaves the old one worth nothing', async (t) => {
      const { visitor } = await open(t, platform, shop())
      const ann = visitor()
      await ann.post('/cart', { item: 'umbrella' })
      const [oldId, oldCookies] = [ann.id, { ...ann.cookies }]
      assert.deepEqual((await ann.follow(ann.post('/sign-in', right))).json, { user: 'ann', signedIn: true })
      assert.notEqual(ann.id, oldId)
      assert.deepEqual((await visitor(oldCookies).get('/me')).json, { signedIn: false })
    })

    test('a visitor without a session signs in', async (t) => {
      const { visitor } = await open(t, platform, shop())
      const ann = visitor()
      assert.deepEqual((await ann.follow(ann.post('/sign-in', right))).json, { user: 'ann', signedIn: true })
      assert.deepEqual((await ann.get('/me')).json, { user: 'ann', signedIn: true })
    })

    test('keepSessionInfo carries the cart over to the new ID', async (t) => {
      const { visitor } = await open(t, platform, shop())
      const ann = visitor()
      await ann.post('/cart', { item: 'umbrella' })
      const [oldId, oldCookies] = [ann.id, { ...ann.cookies }]
      const answer = await ann.follow(ann.post('/sign-in-and-keep', right))
      assert.deepEqual(answer.json, { user: 'ann', signedIn: true, cart: ['umbrella'] })
      assert.notEqual(ann.id, oldId)
      assert.deepEqual((await visitor(oldCookies).get('/me')).json, { signedIn: false })
      assert.deepEqual((await ann.post('/cart', { item: 'coat' })).json.cart, ['umbrella', 'coat'])
      assert.deepEqual((await ann.get('/me')).json.cart, ['umbrella', 'coat'])
    })

    test('a failed sign-in keeps the session as it was and says why', async (t) => {
      const { visitor } = await open(t, platform, shop())
      const ann = visitor()
      await ann.post('/cart', { item: 'umbrella' })
      const id = ann.id
      const answer = await ann.follow(ann.post('/sign-in', wrong))
      assert.deepEqual(answer.json, { signedIn: false, cart: ['umbrella'], messages: ['Wrong name or password.'] })
      assert.equal(ann.id, id)
    })

    test('signing out ends the session on every device that holds its cookie', async (t) => {
      const { visitor } = await open(t, platform, shop())
      const ann = visitor()
      await ann.post('/sign-in', right)
      const copy = visitor(ann.cookies)
      assert.equal((await copy.get('/me')).json.signedIn, true)
      const id = ann.id
      assert.deepEqual((await ann.follow(ann.post('/sign-out'))).json, { signedIn: false })
      assert.notEqual(ann.id, id)
      assert.deepEqual((await copy.get('/me')).json, { signedIn: false })
    })

    test('keepSessionInfo at sign-out keeps the cart without the user', async (t) => {
      const { visitor } = await open(t, platform, shop())
      const ann = visitor()
      await ann.post('/sign-in', right)
      await ann.post('/cart', { item: 'umbrella' })
      const copy = visitor(ann.cookies)
      assert.deepEqual((await ann.post('/sign-out-and-keep')).json, { signedIn: false, cart: ['umbrella'] })
      assert.deepEqual((await ann.get('/me')).json, { signedIn: false, cart: ['umbrella'] })
      assert.deepEqual((await copy.get('/me')).json, { signedIn: false })
    })

    test('two visitors stay apart', async (t) => {
      const people = new Map(['ann', 'ben'].map((name) => [name, { name }]))
      const { visitor } = await open(t, platform, shop({ people }))
      const [ann, ben] = [visitor(), visitor()]
      await Promise.all([ann.post('/sign-in', right), ben.post('/sign-in', { ...right, username: 'ben' })])
      const [a, b] = await Promise.all([ann.get('/me'), ben.get('/me')])
      assert.deepEqual([a.json.user, b.json.user], ['ann', 'ben'])
    })

    test('a user who is no more is signed out', async (t) => {
      const people = new Map([['ann', { name: 'ann' }]])
      const { visitor } = await open(t, platform, shop({ people }))
      const ann = visitor()
      await ann.post('/sign-in', right)
      people.delete('ann')
      assert.deepEqual((await ann.get('/me')).json, { signedIn: false })
      people.set('ann', { name: 'ann' })
      assert.deepEqual((await ann.get('/me')).json, { signedIn: false })
    })

    test('nothing is left of the old session in the store', async (t) => {
      const store = new session.MemoryStore()
      const { visitor } = await open(t, platform, shop({ store }))
      const ann = visitor()
      await ann.post('/cart', { item: 'umbrella' })
      await ann.post('/sign-in-and-keep', right)
      const kept = await new Promise((resolve, reject) => {
        store.all((error, sessions) => (error ? reject(error) : resolve(sessions)))
      })
      assert.deepEqual(Object.keys(kept), [ann.id])
      const { cookie, ...data } = kept[ann.id]
      assert.deepEqual(data, { cart: ['umbrella'], passport: { user: 'ann' } })
    })
  })
}
