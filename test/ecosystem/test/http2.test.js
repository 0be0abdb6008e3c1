/**
 * The middleware on node:http2's compatibility API, without any framework.
 */
'use strict'

const assert = require('node:assert/strict')
const http2 = require('node:http2')
const { test } = require('node:test')

const session = require('express-session')

const { expected } = require('../support/subject')
const { everywhere, listen, redirect, send } = require('../support/site')

const warnings = []
process.on('warning', (warning) => warnings.push(warning.message))

const platform = everywhere.find(({ name }) => name.endsWith('node:http2'))

/** A server whose handler comes right after the middleware. What the handler throws fails the test. */
async function site(t, handler) {
  const sessions = session({ secret: 'http2', resave: false, saveUninitialized: false })
  const thrown = []
  const server = http2.createServer((req, res) =>
    sessions(req, res, (error) => {
      try {
        if (error) throw error
        handler(req, res)
      } catch (caught) {
        thrown.push(caught)
      }
    }),
  )
  const opened = await listen(t, platform, server)
  return { ...opened, thrown }
}

function check(name, body) {
  test(name, expected(name, body))
}

check('http2: a session is saved and found again', async (t) => {
  const { visitor, thrown } = await site(t, (req, res) => {
    req.session.views = (req.session.views ?? 0) + 1
    send(res, 200, { views: req.session.views, http: req.httpVersion })
  })
  const ann = visitor()
  assert.deepEqual((await ann.get('/')).json, { views: 1, http: '2.0' })
  assert.deepEqual((await ann.get('/')).json, { views: 2, http: '2.0' })
  assert.deepEqual((await visitor().get('/')).json, { views: 1, http: '2.0' })
  assert.deepEqual(thrown, [])
})

check('http2: a redirect is sent with its cookie', async (t) => {
  const { visitor, thrown } = await site(t, (req, res) => {
    if (req.url === '/in') {
      req.session.user = 'ann'
      redirect(res, '/')
    } else send(res, 200, { user: req.session.user })
  })
  const ann = visitor()
  assert.deepEqual((await ann.follow(ann.get('/in'))).json, { user: 'ann' })
  assert.deepEqual(thrown, [])
})

test('http2: a visitor whose session is not written gets no cookie', async (t) => {
  const { visitor, thrown } = await site(t, (req, res) => send(res, 200, {}))
  const ann = visitor()
  assert.equal((await ann.get('/')).status, 200)
  assert.equal(ann.id, undefined)
  assert.deepEqual(thrown, [])
})

test('http2: nothing is used that HTTP/2 warns of', async (t) => {
  const { visitor } = await site(t, (req, res) => {
    req.session.views = (req.session.views ?? 0) + 1
    res.writeHead(200, { 'Content-Type': 'text/plain' })
    res.end('hello')
  })
  const ann = visitor()
  assert.equal((await ann.get('/')).text, 'hello')
  assert.equal((await ann.get('/')).text, 'hello')
  // A warning is given out of line.
  await new Promise(setImmediate)
  assert.deepEqual(warnings, [])
})
