/**
 * An app that logs whatever it can get hold of: `node logging-app.mjs` serves on a free port, tells it to its parent, and dies at `/crash`.
 */
import { inspect } from 'node:util'
import express from 'express'
import { coatcheck } from 'coatcheck'
import { memoryStore } from 'coatcheck/stores/memory'

process.env.NODE_ENV = 'production'
const store = memoryStore()
const { SESSION_SECRET: secret, SESSION_ENCRYPTION_KEY: key } = process.env
const sessions = coatcheck({
  secret,
  store,
  cookie: { secure: false },
  encryption: { keys: [key] },
  maxDataBytes: 1_000,
  touchWindow: 0,
})
const events = [
  'created',
  'loaded',
  'saved',
  'touched',
  'regenerated',
  'signedIn',
  'destroyed',
  'rejected',
  'storeError',
]
for (const name of [...events, 'request']) sessions.on(name, (event) => console.log(name, event))

const deeds = {
  write: (req) => (req.session.views = 1),
  read: () => {},
  in: (req) => sessions.signIn(req, 'ann'),
  regenerate: (req) => req.session.regenerate(),
  large: (req) => (req.session.text = 'x'.repeat(2_000)),
  cycle: (req) => (req.session.self = req.session),
  cookie: (req) => {
    req.session.views = 2
    req.session.cookie.domain = 'a;b'
  },
  async ended(req) {
    const { session } = req
    await session.destroy()
    await session.save()
  },
  /** For one question. */
  down() {
    store.read = () => {
      delete store.read
      return Promise.reject(new Error('the store is down'))
    }
  },
  /** At the next event. */
  crash() {
    sessions.on('request', () => {
      throw new Error('the listener failed')
    })
  },
}

const app = express()
app.use(sessions)
async function serve(req, res) {
  console.log(sessions, store, req.session, req.sessionStore, sessions.info(req), req.session?.cookie)
  console.log(inspect(req.session, { depth: 10 }), JSON.stringify(req.session))
  await deeds[req.params.deed](req)
  console.log(await sessions.scan(), await sessions.list('ann'), store.scan(undefined, 100).records)
  res.send('done')
}
app.get('/:deed', (req, res, next) => {
  serve(req, res).catch(next)
})
app.use((error, _req, res, _next) => {
  console.error(error)
  console.error(inspect(error, { depth: 10, showHidden: true }))
  if (!res.headersSent) res.status(500).send('failed')
})
const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port))
