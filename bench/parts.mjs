/**
 * `node bench/parts.mjs [filter]`: what each part of a request's way costs by itself, and the whole way through a response that goes nowhere.
 * Run a build first. The figures are of hot loops: lower than in a server, and good for comparing one version of a part with another.
 */
import { createSecretKey, hkdfSync } from 'node:crypto'
import { bench, do_not_optimize, group, run, summary } from 'mitata'
import { coatcheck, session } from 'coatcheck'
import { memoryStore } from 'coatcheck/stores/memory'
import { parseData, serializeData } from '../dist/core/codec.js'
import { SessionEventHub } from '../dist/core/events.js'
import { cookieValues } from '../dist/core/cookie-header.js'
import { idGenerator, idShape } from '../dist/core/ids.js'
import { hashedStoreKeys, keysBySalt } from '../dist/core/keys.js'
import { Sealing } from '../dist/core/sealing.js'
import { TicketSigner } from '../dist/core/secrets.js'
import { setCookieLine } from '../dist/core/set-cookie.js'
import { FakeResponse } from './lib/fake-response.mjs'
import { visitorData } from './lib/rows.mjs'

const secret = 'a secret for the benchmark and for nothing else'
const encryption = { keys: ['a key for the benchmark and for nothing else'] }
const newId = idGenerator()
const id = newId()
const text = serializeData(visitorData(500), Infinity)
const values = parseData(text)

group('cookie in', () => {
  const contract = new TicketSigner([secret], 'express-session')
  const compact = new TicketSigner([secret], 'compact')
  const ticket = decodeURIComponent(contract.issue(id))
  const compactTicket = compact.issue(id)
  const header = `theme=dark; _ga=GA1.1.1234567890.1234567890; connect.sid=${contract.issue(id)}`
  const isId = idShape()
  bench('find the cookie in the header', () => do_not_optimize(cookieValues(header, 'connect.sid')))
  bench('find none in the header', () => do_not_optimize(cookieValues(header, 'session')))
  bench('verify, express-session form', () => do_not_optimize(contract.verify(ticket)))
  bench('verify, compact form', () => do_not_optimize(compact.verify(compactTicket)))
  bench('shape of an ID', () => do_not_optimize(isId(id)))
})

group('cookie out', () => {
  const contract = new TicketSigner([secret], 'express-session')
  const value = contract.issue(id)
  const plain = { path: '/', httpOnly: true }
  bench('a new ID', () => do_not_optimize(newId()))
  bench('sign', () => do_not_optimize(contract.issue(id)))
  bench('Set-Cookie line', () => do_not_optimize(setCookieLine('connect.sid', value, plain)))
  bench('Set-Cookie line with an expiry', () =>
    do_not_optimize(setCookieLine('connect.sid', value, { ...plain, expires: new Date() })))
})

group(`data of ${text.length} bytes`, () => {
  bench('to text', () => do_not_optimize(serializeData(values, 65_536)))
  bench('from text', () => do_not_optimize(parseData(text)))
})

group('record', () => {
  const keyOf = hashedStoreKeys([secret])
  const store = memoryStore()
  const key = keyOf(id, 0)
  const now = Date.now()
  const record = { data: text, version: 1, createdAt: now, expiresAt: now + 86_400_000 }
  store.create(key, record)
  let version = 1
  bench('hash the ID to its store key', () => do_not_optimize(keyOf(id, 0)))
  bench('memory store: read', () => do_not_optimize(store.read(key)))
  bench('memory store: touch', () => do_not_optimize(store.touch(key, now + 86_400_001)))
  bench('memory store: update', () => {
    version += 1
    do_not_optimize(store.update(key, { ...record, version }, version - 1))
  })
})

group(`encryption at rest of ${text.length} bytes`, () => {
  const sealing = new Sealing(encryption)
  const keyOf = keysBySalt(encryption.keys[0], 'record encryption')
  const inputKey = createSecretKey(Buffer.from(encryption.keys[0]))
  const key = hashedStoreKeys([secret])(id, 0)
  const now = Date.now()
  const record = { data: text, version: 1, createdAt: now, expiresAt: now + 86_400_000 }
  const sealed = sealing.seal(key, record)
  const store = memoryStore()
  store.create(key, sealed)
  const salt = id.slice(0, 24)
  let version = 1
  bench('seal', () => do_not_optimize(sealing.seal(key, record)))
  bench('open', () => do_not_optimize(sealing.open(key, sealed)))
  bench('the key of a salt', () => do_not_optimize(keyOf(salt)))
  bench('the same by hkdfSync', () =>
    do_not_optimize(hkdfSync('sha256', inputKey, '', `coatcheck record encryption ${salt}`, 32)))
  bench('memory store: read it sealed', () => do_not_optimize(store.read(key)))
  bench('memory store: update it sealed', () => {
    version += 1
    do_not_optimize(store.update(key, { ...sealed, version }, version - 1))
  })
})

const doors = {
  'session()': (options) => session({ resave: false, saveUninitialized: false, ...options }),
  'coatcheck()': coatcheck,
}

for (const [door, make] of Object.entries(doors)) {
  group(`a whole visit, ${door}`, () => {
    const browserSession = make({ secret, cookie: { secure: false } })
    const rolling = make({ secret, rolling: true, cookie: { secure: false, maxAge: 3_600_000 } })
    summary(() => {
      bench('without a cookie', visit(browserSession, '', read))
      bench('reading', visit(browserSession, arrive(browserSession), read))
      bench('writing', visit(browserSession, arrive(browserSession), write))
      bench('rolling', visit(rolling, arrive(rolling), read))
    })
  })
}

group('a whole visit, encrypted', () => {
  const options = { secret, cookie: { secure: false } }
  const plain = coatcheck({ ...options, store: memoryStore() })
  const encrypted = coatcheck({ ...options, store: memoryStore(), encryption })
  summary(() => {
    bench('reading, plain', visit(plain, arrive(plain), read))
    bench('reading, encrypted', visit(encrypted, arrive(encrypted), read))
  })
  summary(() => {
    bench('writing, plain', visit(plain, arrive(plain), write))
    bench('writing, encrypted', visit(encrypted, arrive(encrypted), write))
  })
})

summary(() => {
  group('events, with a visitor who reads', () => {
    const quiet = coatcheck({ secret, store: memoryStore() })
    const heard = coatcheck({ secret, store: memoryStore() })
    for (const event of ['loaded', 'touched', 'storeCall']) heard.on(event, do_not_optimize)
    const watched = coatcheck({ secret, store: memoryStore() })
    watched.on('request', do_not_optimize)
    bench('events: nobody listens', visit(quiet, arrive(quiet), read))
    bench('events: somebody counts', visit(heard, arrive(heard), read))
    bench('events: somebody follows each request step by step', visit(watched, arrive(watched), read))
  })
  group('events, asked whether anybody listens', () => {
    const hub = new SessionEventHub()
    bench('events: one question', () => do_not_optimize(hub.wants('storeCall')))
  })
})

function read(req) {
  return req.session.views
}

function write(req) {
  req.session.views = (req.session.views ?? 0) + 1
}

/** One request through the middleware and out again. */
function visit(middleware, cookie, handle) {
  return () => {
    const req = { method: 'GET', url: '/', headers: cookie === '' ? {} : { cookie }, connection: {} }
    const res = new FakeResponse()
    middleware(req, res, () => do_not_optimize(handle(req)))
    res.end('ok')
    do_not_optimize(res)
    return res
  }
}

/** The Cookie header of a visitor who has a session. */
function arrive(middleware) {
  const res = visit(middleware, '', (req) => Object.assign(req.session, values))()
  return `theme=dark; ${res.getHeader('Set-Cookie')[0].split(';')[0]}`
}

const [filter] = process.argv.slice(2)
await run(filter === undefined ? {} : { filter: new RegExp(filter) })
