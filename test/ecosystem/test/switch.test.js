/**
 * Moving a running site from the genuine express-session to the subject, and back, with its visitors signed in all the while.
 */
'use strict'

const assert = require('node:assert/strict')
const { mkdtempSync, readFileSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { describe, test } = require('node:test')

const genuine = require('express-session-genuine')
const subject = require('express-session')
const makeFileStore = require('session-file-store')

const { expressOnly, open, send } = require('../support/site')

const hour = 3_600_000

/** The same site on either package: one folder of session files, one secret. */
async function twoSites(t, platform, options = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-switch-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const site = (session, more) => {
    const FileStore = makeFileStore(session)
    const store = new FileStore({ path: folder, retries: 0, reapInterval: -1, logFn() {} })
    return open(t, platform, (app) => {
      const cookie = { maxAge: hour, sameSite: 'lax' }
      app.use(
        session({ store, secret: 'the same', resave: false, saveUninitialized: false, cookie, ...options, ...more }),
      )
      app.use('/put', (req, res) => {
        req.session.items = [...(req.session.items ?? []), req.body.item]
        send(res, 200, { items: req.session.items })
      })
      app.use('/look', (req, res) => send(res, 200, { items: req.session.items }))
    })
  }
  const record = (id) => JSON.parse(readFileSync(path.join(folder, `${id}.json`), 'utf8'))
  return { before: (more) => site(genuine, more), after: (more) => site(subject, more), record }
}

for (const platform of expressOnly) {
  describe(platform.name, () => {
    test('a visitor stays the same one through the switch and back', async (t) => {
      const sites = await twoSites(t, platform)
      const [before, after] = [await sites.before(), await sites.after()]
      const ann = before.visitor()
      await ann.post('/put', { item: 'umbrella' })
      const there = after.visitor(ann.cookies)
      assert.deepEqual((await there.post('/put', { item: 'coat' })).json.items, ['umbrella', 'coat'])
      const back = before.visitor(there.cookies)
      assert.deepEqual((await back.post('/put', { item: 'hat' })).json.items, ['umbrella', 'coat', 'hat'])
      assert.deepEqual([there.id, back.id], [ann.id, ann.id])
    })

    test('a visitor who comes after the switch is known after the way back', async (t) => {
      const sites = await twoSites(t, platform)
      const [before, after] = [await sites.before(), await sites.after()]
      const ann = after.visitor()
      await ann.post('/put', { item: 'umbrella' })
      const back = before.visitor(ann.cookies)
      assert.deepEqual((await back.get('/look')).json.items, ['umbrella'])
    })

    test('both write the same cookie for the same session and the same record', async (t) => {
      const sites = await twoSites(t, platform, { genid: () => 'x'.repeat(32) })
      const [before, after] = [await sites.before(), await sites.after()]
      const [ann, ben] = [before.visitor(), after.visitor()]
      const answer = await ann.post('/put', { item: 'umbrella' })
      const recordBefore = sites.record(ann.id)
      const other = await ben.post('/put', { item: 'umbrella' })
      assert.equal(ben.cookies['connect.sid'], ann.cookies['connect.sid'])
      assert.equal(withoutTimes(other.setCookie[0]), withoutTimes(answer.setCookie[0]))
      assert.deepEqual(Object.keys(sites.record(ben.id)), Object.keys(recordBefore))
      assert.equal(withoutTimes(JSON.stringify(sites.record(ben.id))), withoutTimes(JSON.stringify(recordBefore)))
    })

    test('secrets are rotated across the switch', async (t) => {
      const sites = await twoSites(t, platform)
      const before = await sites.before({ secret: ['old'] })
      const after = await sites.after({ secret: ['new', 'old'] })
      const ann = before.visitor()
      await ann.post('/put', { item: 'umbrella' })
      const there = after.visitor(ann.cookies)
      assert.deepEqual((await there.post('/put', { item: 'coat' })).json.items, ['umbrella', 'coat'])
      const later = await sites.after({ secret: ['new'] })
      assert.deepEqual((await later.visitor(there.cookies).get('/look')).json.items, ['umbrella', 'coat'])
      assert.deepEqual((await later.visitor(ann.cookies).get('/look')).json, {})
    })
  })
}

/** Two servers do not answer in the same millisecond. */
function withoutTimes(text) {
  return text
    .replace(/Expires=[^;]*/, 'Expires=…')
    .replace(/"expires":"[^"]*"/, '"expires":"…"')
    .replace(/"originalMaxAge":(3600000|3599999)/, '"originalMaxAge":…')
    .replace(/"__lastAccess":\d+/, '"__lastAccess":…')
}
