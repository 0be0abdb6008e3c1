/**
 * Which package answers to the name express-session in this run, and where the genuine one is known to fail.
 */
'use strict'

const { readFileSync } = require('node:fs')
const path = require('node:path')

const manifest = JSON.parse(readFileSync(path.join(__dirname, '../node_modules/express-session/package.json'), 'utf8'))

/** 'coatcheck', or 'express-session' when the suite is run against the genuine package. */
exports.subject = manifest.name
exports.version = manifest.version

/** Against the genuine package these must fail, for the reason given. A test named here that passes there is out of date. */
const expectedOnExpressSession = {
  'http2: a session is saved and found again': 'res.end throws: Http2ServerResponse has no _implicitHeader',
  'http2: a redirect is sent with its cookie': 'the same',
}

/** The platforms that the genuine package cannot serve. The tests of http2.test.js above hold this to be so. */
const platformsWithoutExpressSession = ['node:http2']

/** Wraps a test's body: what is in the table must fail on the genuine package. */
exports.expected = (name, body) => {
  const reason = expectedOnExpressSession[name]
  if (exports.subject !== 'express-session' || reason === undefined) return body
  return async (t) => {
    let failure
    try {
      await body(t)
    } catch (error) {
      failure = error
    }
    if (failure === undefined) throw new Error(`express-session passes this now; it was expected to fail: ${reason}`)
  }
}

exports.serves = (platform) =>
  exports.subject !== 'express-session' || !platformsWithoutExpressSession.some((name) => platform.endsWith(name))
