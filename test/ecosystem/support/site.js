/**
 * The places where apps run (Express 4 and 5, and connect on node:http and on node:http2), a server for each, and a visitor: a client
 * that keeps cookies as a browser does. The apps use only what all of them have: `app.use([path], handler)`.
 */
'use strict'

const { once } = require('node:events')
const http = require('node:http')
const http2 = require('node:http2')

const connect = require('connect')
const express4 = require('express-4')
const express5 = require('express-5')

const { serves } = require('./subject')

/** A visitor waits no longer than this for an answer. */
const patience = 5000

const form = express5.urlencoded({ extended: false })

const everywhere = [
  { name: 'Express 4', createApp: express4, createServer: http.createServer, Visitor: visitorOver(overHttp) },
  { name: 'Express 5', createApp: express5, createServer: http.createServer, Visitor: visitorOver(overHttp) },
  { name: 'connect on node:http', createApp: connect, createServer: http.createServer, Visitor: visitorOver(overHttp) },
  {
    name: 'connect on node:http2',
    createApp: connect,
    createServer: http2.createServer,
    Visitor: visitorOver(overHttp2),
  },
]

exports.platforms = everywhere.filter((platform) => serves(platform.name))
exports.everywhere = everywhere
exports.expressOnly = everywhere.filter((platform) => platform.name.startsWith('Express'))

/**
 * Opens a server for the app that `build` makes, until the end of the test. `build` gets the app with the form parser mounted.
 * Errors that reach the end of the app are answered as 500 (or their own status) with their message.
 */
exports.open = async (t, platform, build) => {
  const app = platform.createApp()
  if (platform.createApp === connect) app.use(likeExpress)
  app.use(form)
  build(app)
  app.use((req, res) => exports.send(res, 404, { error: 'no such page' }))
  app.use((error, req, res, _next) => {
    // lusca says 403 on the response alone.
    const status = error.status ?? (res.statusCode >= 400 ? res.statusCode : 500)
    if (!res.headersSent) exports.send(res, status, { error: error.message, code: error.code })
  })
  return exports.listen(t, platform, platform.createServer(app))
}

/** What middleware made for Express finds there and connect does not have. */
function likeExpress(req, res, next) {
  res.locals = {}
  res.redirect = (location) => exports.redirect(res, location)
  next()
}

exports.listen = async (t, platform, server) => {
  const sessions = new Set()
  server.on('session', (session) => sessions.add(session))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${server.address().port}`
  const visitors = []
  t.after(async () => {
    for (const visitor of visitors) visitor.leave()
    for (const session of sessions) session.destroy()
    server.close()
    server.closeAllConnections?.()
  })
  return {
    url,
    server,
    /** A new visitor, or one who brings the cookies of another. */
    visitor: (cookies) => {
      const visitor = new platform.Visitor(url, cookies)
      visitors.push(visitor)
      return visitor
    },
  }
}

/** Answers with JSON on any platform. */
exports.send = (res, status, value) => {
  res.statusCode = status
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify(value))
}

/** Redirects on any platform. */
exports.redirect = (res, location) => {
  res.statusCode = 302
  res.setHeader('Location', location)
  res.end()
}

function visitorOver(transport) {
  return class Visitor {
    constructor(url, cookies = {}) {
      this.url = url
      this.cookies = { ...cookies }
      this.transport = transport(url)
    }

    get(path, headers) {
      return this.request('GET', path, headers)
    }

    post(path, fields = {}, headers = {}) {
      const type = { 'content-type': 'application/x-www-form-urlencoded' }
      return this.request('POST', path, { ...type, ...headers }, new URLSearchParams(fields).toString())
    }

    async request(method, path, headers = {}, body = undefined) {
      const cookie = Object.entries(this.cookies)
        .map(([name, value]) => `${name}=${value}`)
        .join('; ')
      const sent = { ...(cookie === '' ? {} : { cookie }), ...headers }
      const answer = await this.transport.send(method, path, sent, body)
      for (const line of answer.setCookie) this.keep(line)
      return {
        ...answer,
        get json() {
          return JSON.parse(answer.text)
        },
      }
    }

    /** Goes to a page and on to where it sends us, staying on this site. */
    async follow(answer) {
      let at = await answer
      for (let hop = 0; at.status >= 300 && at.status < 400 && hop < 10; hop += 1)
        at = await this.get(at.headers.location)
      return at
    }

    keep(line) {
      const [pair, ...attributes] = line.split(';').map((part) => part.trim())
      const name = pair.slice(0, pair.indexOf('='))
      const expires = attributes.find((attribute) => /^expires=/i.test(attribute))
      const gone = expires !== undefined && Date.parse(expires.slice('expires='.length)) <= Date.now()
      if (gone) delete this.cookies[name]
      else this.cookies[name] = pair.slice(name.length + 1)
    }

    /** The ID in the cookie, without its signature. */
    get id() {
      const value = this.cookies['connect.sid']
      return value === undefined ? undefined : decodeURIComponent(value).slice(2).split('.')[0]
    }

    leave() {
      this.transport.close()
    }
  }
}

function overHttp(url) {
  return {
    async send(method, path, headers, body) {
      const signal = AbortSignal.timeout(patience)
      const response = await fetch(new URL(path, url), { method, headers, body, redirect: 'manual', signal })
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        setCookie: response.headers.getSetCookie(),
        text: await response.text(),
      }
    },
    close() {},
  }
}

function overHttp2(url) {
  const session = http2.connect(url)
  session.on('error', () => {})
  return {
    async send(method, path, headers, body) {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
      const stream = session.request(
        { ':method': method, ':path': path, ...headers, ...length },
        { signal: AbortSignal.timeout(patience) },
      )
      stream.end(body)
      const [response] = await once(stream, 'response')
      let text = ''
      for await (const chunk of stream.setEncoding('utf8')) text += chunk
      return { status: response[':status'], headers: response, setCookie: response['set-cookie'] ?? [], text }
    },
    close() {
      session.destroy()
    },
  }
}
