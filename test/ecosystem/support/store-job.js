/**
 * What a session store is for, done through a real site on every platform, and checked in the engine behind the store's back.
 *
 * `makeBench` answers { open(), read(id), close(), setDeadline(id, epochMs), breakFor(id), breakMessage }:
 * - open() answers a new store on the engine, as another server process would have it
 * - read(id) answers { data, deadline } from the engine itself, or undefined; deadline is absent where the cookie's own counts
 * - setDeadline moves a record's deadline in the engine
 * - breakFor makes the engine fail for this record, with breakMessage, and answers how to mend it
 * `without` names what an engine does not have: 'sharing' (its records live in one process), 'deadlines', 'errors', 'clear'.
 */
'use strict'

const assert = require('node:assert/strict')
const { after, before, describe, test } = require('node:test')

const session = require('express-session')

const { open, platforms, redirect, send } = require('./site')

// Engines are made to fail here, and coatcheck warns of it. Other warnings are shown as ever.
const [print] = process.listeners('warning')
process.removeAllListeners('warning')
process.on('warning', (warning) => {
  if (warning.code !== 'COATCHECK_STORE_FAILED') print(warning)
})

const minute = 60_000
const hour = 60 * minute
/** Stores round deadlines to seconds. */
const about = 2500

exports.storeJob = (name, makeBench, { without = [] } = {}) => {
  describe(name, () => {
    let bench
    before(async () => {
      bench = await makeBench()
    })
    after(() => bench.close())

    for (const platform of platforms) {
      const site = async (t) => open(t, platform, shop(await bench.open()))
      const check = (what, body) => test(`${platform.name}: ${what}`, body)

      check('a visitor who leaves something is kept in the engine and known again', async (t) => {
        const { visitor } = await site(t)
        const ann = visitor()
        assert.deepEqual((await ann.post('/put', { item: 'umbrella' })).json, { items: ['umbrella'] })
        assert.deepEqual((await ann.post('/put', { item: 'Hut ☂ 帽子' })).json, { items: ['umbrella', 'Hut ☂ 帽子'] })
        assert.deepEqual((await ann.get('/look')).json, { items: ['umbrella', 'Hut ☂ 帽子'] })
        const { data } = await bench.read(ann.id)
        assert.deepEqual(data.items, ['umbrella', 'Hut ☂ 帽子'])
        // express-session may write one millisecond less, having asked for the time twice.
        assert.ok([hour, hour - 1].includes(data.cookie.originalMaxAge), `${data.cookie.originalMaxAge}`)
        assert.equal(data.cookie.httpOnly, true)
      })

      check('a visitor who leaves nothing is not kept', async (t) => {
        const { visitor } = await site(t)
        const ann = visitor()
        assert.deepEqual((await ann.get('/look')).json, {})
        assert.equal(ann.id, undefined)
      })

      check('a redirect is followed to a page that knows of the change', async (t) => {
        const { visitor } = await site(t)
        const ann = visitor()
        assert.deepEqual((await ann.follow(ann.post('/put-and-look', { item: 'scarf' }))).json, { items: ['scarf'] })
      })

      if (!without.includes('sharing')) {
        check('another server on the same engine goes on with the session', async (t) => {
          const [first, second] = [await site(t), await site(t)]
          const ann = first.visitor()
          await ann.post('/put', { item: 'umbrella' })
          const there = second.visitor(ann.cookies)
          assert.deepEqual((await there.post('/put', { item: 'coat' })).json, { items: ['umbrella', 'coat'] })
          assert.deepEqual((await ann.get('/look')).json, { items: ['umbrella', 'coat'] })
        })
      }

      check('regenerating leaves nothing under the old ID', async (t) => {
        const { visitor } = await site(t)
        const ann = visitor()
        await ann.post('/put', { item: 'umbrella' })
        const before = { ...ann.cookies }
        const oldId = ann.id
        assert.deepEqual((await ann.post('/sign-in', { user: 'ann' })).json, { user: 'ann' })
        assert.notEqual(ann.id, oldId)
        assert.equal(await bench.read(oldId), undefined)
        assert.equal((await bench.read(ann.id)).data.user, 'ann')
        assert.deepEqual((await ann.get('/look')).json, { user: 'ann' })
        assert.deepEqual((await visitor(before).get('/look')).json, {})
      })

      check('destroying takes the record out of the engine', async (t) => {
        const { visitor } = await site(t)
        const ann = visitor()
        await ann.post('/put', { item: 'umbrella' })
        assert.notEqual(await bench.read(ann.id), undefined)
        assert.equal((await ann.post('/sign-out')).status, 200)
        assert.equal(await bench.read(ann.id), undefined)
        assert.deepEqual((await ann.get('/look')).json, {})
      })

      check('an explicit save and reload go to the engine and back', async (t) => {
        const { visitor } = await site(t)
        const ann = visitor()
        await ann.post('/put', { item: 'umbrella' })
        assert.deepEqual((await ann.post('/save-change-reload')).json, { items: ['umbrella'], saved: true })
        const { data } = await bench.read(ann.id)
        assert.equal(data.saved, true)
        assert.equal(data.unsaved, undefined)
      })

      check("the deadline in the engine is the cookie's, and follows when the app sets it", async (t) => {
        const { visitor } = await site(t)
        const ann = visitor()
        await ann.post('/put', { item: 'umbrella' })
        await assertDeadline(bench, ann.id, Date.now() + hour)
        await ann.post('/remember-me')
        await assertDeadline(bench, ann.id, Date.now() + 48 * hour)
      })

      if (!without.includes('deadlines')) {
        check('a visit without a change moves the deadline and leaves the data', async (t) => {
          const { visitor } = await site(t)
          const ann = visitor()
          await ann.post('/put', { item: 'umbrella' })
          await bench.setDeadline(ann.id, Date.now() + minute)
          assert.deepEqual((await ann.get('/look')).json, { items: ['umbrella'] })
          await assertDeadline(bench, ann.id, Date.now() + hour)
          assert.deepEqual((await bench.read(ann.id)).data.items, ['umbrella'])
        })

        check('a session past its deadline is not served', async (t) => {
          const { visitor } = await site(t)
          const ann = visitor()
          await ann.post('/put', { item: 'umbrella' })
          await bench.setDeadline(ann.id, Date.now() - minute)
          assert.deepEqual((await ann.get('/look')).json, {})
        })
      }

      if (!without.includes('errors')) {
        check("the engine's error reaches the app, which recovers with the engine", async (t) => {
          const { visitor } = await site(t)
          const ann = visitor()
          await ann.post('/put', { item: 'umbrella' })
          const mend = await bench.breakFor(ann.id)
          try {
            const answer = await ann.get('/look')
            assert.equal(answer.status, 500)
            assert.match(answer.json.error, bench.breakMessage)
          } finally {
            await mend()
          }
          assert.deepEqual((await ann.get('/look')).json, { items: ['umbrella'] })
        })
      }

      if (!without.includes('clear')) {
        check('counting, listing and clearing see what visitors left', async (t) => {
          const store = await bench.open()
          const { visitor } = await open(t, platform, shop(store))
          await ask(store, 'clear')
          const [ann, ben] = [visitor(), visitor()]
          await ann.post('/put', { item: 'umbrella' })
          await ben.post('/put', { item: 'coat' })
          if (store.length !== undefined) assert.equal(Number(await ask(store, 'length')), 2)
          if (store.all !== undefined) assert.equal(Object.keys(await ask(store, 'all')).length, 2)
          await ask(store, 'clear')
          assert.deepEqual((await ann.get('/look')).json, {})
        })
      }
    }
  })
}

async function assertDeadline(bench, id, wanted) {
  const { data, deadline } = await bench.read(id)
  const found = deadline ?? Date.parse(data.cookie.expires)
  assert.ok(
    Math.abs(found - wanted) < about,
    `the deadline is ${new Date(found).toISOString()}, not about ${new Date(wanted).toISOString()}`,
  )
}

/** Calls a store's method and waits for its callback. */
function ask(store, method) {
  return new Promise((resolve, reject) => {
    store[method]((error, answer) => (error ? reject(error) : resolve(answer)))
  })
}

/** The site: what a visitor can do with a session. */
function shop(store) {
  return (app) => {
    app.use(session({ store, secret: 'store', resave: false, saveUninitialized: false, cookie: { maxAge: hour } }))
    const show = (req, res) => {
      // session-file-store keeps a time of its own among the data.
      const { cookie, __lastAccess, ...data } = req.session
      send(res, 200, data)
    }
    const put = (req) => {
      req.session.items = [...(req.session.items ?? []), req.body.item]
    }
    app.use('/look', show)
    app.use('/put-and-look', (req, res) => {
      put(req)
      redirect(res, '/look')
    })
    app.use('/put', (req, res) => {
      put(req)
      show(req, res)
    })
    app.use('/sign-in', (req, res, next) => {
      req.session.regenerate((error) => {
        if (error) return next(error)
        req.session.user = req.body.user
        show(req, res)
      })
    })
    app.use('/sign-out', (req, res, next) => {
      req.session.destroy((error) => (error ? next(error) : send(res, 200, {})))
    })
    app.use('/remember-me', (req, res) => {
      req.session.remembered = true
      req.session.cookie.maxAge = 48 * hour
      show(req, res)
    })
    app.use('/save-change-reload', (req, res, next) => {
      req.session.saved = true
      req.session.save((error) => {
        if (error) return next(error)
        req.session.unsaved = true
        req.session.reload((failure) => (failure ? next(failure) : show(req, res)))
      })
    })
  }
}
