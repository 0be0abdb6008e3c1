// @ts-check
const express = require('express')
const session = require('express-session')
const { Store, MemoryStore } = require('express-session')
const { inherits } = require('util')

class Rows extends session.Store {
  /** @type {Map<string, string>} */
  rows = new Map()

  /** @param {string} sid @param {(err: any, data?: any) => void} callback */
  get(sid, callback) {
    callback(null, JSON.parse(this.rows.get(sid) ?? 'null'))
  }

  /** @param {string} sid @param {import('express-session').SessionData} data @param {(err?: any) => void} [callback] */
  set(sid, data, callback = () => {}) {
    this.rows.set(sid, JSON.stringify(data))
    callback()
  }

  /** @param {string} sid @param {(err?: any) => void} [callback] */
  destroy(sid, callback = () => {}) {
    this.rows.delete(sid)
    callback()
  }
}

function OldStore() {}
inherits(OldStore, Store)

const app = express()
app.use(session({ secret: 'x', resave: false, saveUninitialized: false, store: new Rows() }))
app.use(session({ secret: 'x', store: new MemoryStore() }))
app.get('/', (req, res) => {
  req.session.cookie.maxAge = 1000
  req.session.regenerate((err) => res.send(err ? err.message : req.sessionID))
  // @ts-expect-error no such value
  req.session.cookie.secure = 'sometimes'
})
module.exports = { app, OldStore }
