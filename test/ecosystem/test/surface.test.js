/**
 * The ways in which apps and stores reach for express-session: by require, by import, by sub-path, and by inheriting as of old.
 */
'use strict'

const assert = require('node:assert/strict')
const { EventEmitter } = require('node:events')
const { test } = require('node:test')
const { inherits } = require('node:util')

const session = require('express-session')

const { everywhere, open, send } = require('../support/site')

test('require answers the function itself, with its classes on it', () => {
  assert.equal(typeof session, 'function')
  for (const name of ['Store', 'MemoryStore', 'Session', 'Cookie']) assert.equal(typeof session[name], 'function', name)
  assert.ok(new session.MemoryStore() instanceof session.Store)
  assert.ok(new session.MemoryStore() instanceof EventEmitter)
})

test('import answers the same function and classes', async () => {
  const module = await import('express-session')
  assert.equal(module.default, session)
  for (const name of ['Store', 'MemoryStore', 'Session', 'Cookie']) assert.equal(module[name], session[name], name)
})

test('the sub-paths that apps require are the same classes', () => {
  assert.equal(require('express-session/session/store'), session.Store)
  assert.equal(require('express-session/session/memory'), session.MemoryStore)
  assert.equal(require('express-session/session/session'), session.Session)
  assert.equal(require('express-session/session/cookie'), session.Cookie)
})

/** Three ways to write a store: ES5 with the constructor called, ES5 without, and a class. */
const kinds = {
  'util.inherits and Store.call': () => {
    function OldStore(options) {
      session.Store.call(this, options)
      this.sessions = new Map()
    }
    inherits(OldStore, session.Store)
    return OldStore
  },
  'util.inherits alone': () => {
    function OlderStore() {
      this.sessions = new Map()
    }
    inherits(OlderStore, session.Store)
    return OlderStore
  },
  'class extends Store': () =>
    class NewStore extends session.Store {
      constructor(options) {
        super(options)
        this.sessions = new Map()
      }
    },
}

for (const [name, make] of Object.entries(kinds)) {
  test(`a store made with ${name} keeps sessions`, async (t) => {
    const Store = make()
    Object.assign(Store.prototype, {
      get(id, callback) {
        const text = this.sessions.get(id)
        setImmediate(callback, null, text === undefined ? undefined : JSON.parse(text))
      },
      set(id, data, callback) {
        this.sessions.set(id, JSON.stringify(data))
        setImmediate(callback, null)
      },
      destroy(id, callback) {
        this.sessions.delete(id)
        setImmediate(callback, null)
      },
    })
    const store = new Store({ any: 'options' })
    const express5 = everywhere[1]
    const { visitor } = await open(t, express5, (app) => {
      app.use(session({ store, secret: 'surface', resave: false, saveUninitialized: false }))
      app.use('/new-id', (req, res, next) => {
        req.session.regenerate((error) => {
          if (error) return next(error)
          req.session.views = 100
          send(res, 200, { same: req.sessionStore === store })
        })
      })
      app.use('/', (req, res) => {
        req.session.views = (req.session.views ?? 0) + 1
        send(res, 200, { views: req.session.views })
      })
    })
    const ann = visitor()
    assert.deepEqual((await ann.get('/')).json, { views: 1 })
    assert.deepEqual((await ann.get('/')).json, { views: 2 })
    assert.deepEqual((await ann.get('/new-id')).json, { same: true })
    assert.deepEqual((await ann.get('/')).json, { views: 101 })
    assert.deepEqual([...store.sessions.keys()], [ann.id])
  })
}
