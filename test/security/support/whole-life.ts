/**
 * Everything that can happen to sessions, with somebody who notes down all that can be seen from outside: events, diagnostics, errors,
 * warnings, what `console.log` and JSON make of each object that an app has in its hands, and all the secrets that none of it may hold.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'

import { onTestFinished } from 'vitest'

import type { Duration, SessionError, SessionEventName, Sessions, SessionStore } from '../../../src/index.js'
import { csrf } from '../../../src/csrf/index.js'
import { channelName } from '../../../src/core/events.js'
import { deriveKey, type KeyPurpose } from '../../../src/core/keys.js'
import { fakeClock, type FakeClock } from '../../../src/testing/index.js'
import { site, Visitor, type Ask, type Reply, type SessionedRequest, type Site } from '../../http/support/site.js'
import { LeakScanner } from './leak-scanner.js'
import type { RealStore } from './real-stores.js'

/** Options that the life needs, whichever door it is lived under. */
export interface LifeOptions {
  readonly secret: string | string[]
  readonly store: SessionStore
  readonly clock: FakeClock
  readonly touchWindow: 0
  readonly renewEvery: Duration
  readonly maxDataBytes: number
  readonly storeTimeout: number
  readonly sweepInterval: Duration
  readonly genid?: () => string
}

export interface Life {
  readonly scanner: LeakScanner
  /** All that was seen, each text once, with where it was seen first. */
  readonly seen: ReadonlyMap<string, string>
  /** The names of the events that were told. */
  readonly events: ReadonlySet<string>
  /** The codes of the errors that were seen. */
  readonly codes: ReadonlySet<string>
  /** Everything that the store keeps. */
  readonly contents: readonly Buffer[]
}

export const eventNames: readonly SessionEventName[] = [
  'created',
  'loaded',
  'saved',
  'touched',
  'untouched',
  'blocked',
  'regenerated',
  'signedIn',
  'revoked',
  'deviceChanged',
  'destroyed',
  'expired',
  'conflict',
  'evicted',
  'rejected',
  'storeError',
  'storeCall',
  'request',
]

const purposes: readonly KeyPurpose[] = [
  'cookie signature',
  'store key',
  'handle encryption',
  'handle integrity',
  'csrf token',
  'record encryption',
  'record key name',
]

/** Longer than a real engine takes while the clock of the test runs ahead. */
const storeTimeout = 3_600_000

/** Notes down what is seen. */
class Witness {
  readonly seen = new Map<string, string>()
  readonly events = new Set<string>()
  readonly codes = new Set<string>()

  /** What logs make of a value: `console.log`, JSON, text, and a look deep into it. */
  sees(place: string, value: unknown): void {
    for (const depth of [0, 2, 5, 12]) this.#note(place, inspect(value, { depth, maxStringLength: null }))
    this.#note(place, json(value))
    if (typeof value !== 'object' || value === null) return
    for (const [name, part] of Object.entries(value)) this.#note(`${place}.${name}`, inspect(part))
  }

  /** Errors are looked at from behind as well: loggers show what is hidden of them, and their causes. */
  catches(place: string, error: unknown): void {
    this.sees(place, error)
    this.#note(place, inspect(error, { depth: 12, showHidden: true }))
    this.#note(place, String((error as Error | undefined)?.stack))
    const { code } = (error ?? {}) as Partial<SessionError>
    if (code !== undefined) this.codes.add(code)
  }

  #note(place: string, text: string): void {
    if (!this.seen.has(text)) this.seen.set(text, place)
  }
}

/** A hand on a store: what happens when it is in trouble. */
class TroubledStore {
  trouble: 'none' | 'down' | 'silent' | 'garbage' = 'none'
  /** It was asked something, and is silent. */
  asked = false

  over(store: SessionStore): SessionStore {
    return new Proxy(store, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as unknown
        if (typeof method !== 'function') return method
        return (...args: unknown[]): unknown => {
          if (name === 'close' || name === 'onEvict') return Reflect.apply(method, target, args) as unknown
          if (this.trouble === 'down') return Promise.reject(new Error('the store is down'))
          if (this.trouble === 'silent') {
            this.asked = true
            return new Promise(() => {})
          }
          if (this.trouble === 'garbage') return { data: 5 }
          return Reflect.apply(method, target, args) as unknown
        }
      },
    })
  }
}

/** Lives through it all under one door, over one store. `open` makes the middleware under test. */
export async function wholeLife(
  real: RealStore,
  open: (options: LifeOptions) => Sessions,
  secrets: { readonly newest: string; readonly older: string; readonly encryption: string },
): Promise<Life> {
  const scanner = new LeakScanner()
  for (const [name, secret] of Object.entries(secrets)) {
    scanner.know(name, secret)
    for (const purpose of purposes) scanner.know(`${name}: key for ${purpose}`, deriveKey(secret, purpose).export())
  }
  const witness = new Witness()
  const clock = fakeClock(Date.now())
  const troubled = new TroubledStore()
  const knownIds = new Set<string>()
  const knowId = (id: unknown): void => {
    if (typeof id !== 'string' || knownIds.has(id)) return
    knownIds.add(id)
    scanner.know('an ID', id)
  }
  const options: LifeOptions = {
    secret: secrets.newest,
    store: troubled.over(real.handle()),
    clock,
    touchWindow: 0,
    renewEvery: '3h',
    maxDataBytes: 4_000,
    storeTimeout,
    sweepInterval: '7d',
  }

  noteChannels(witness)
  noteWarnings(witness)

  const opened: Sessions[] = []
  /** A site whose handler does what the path says. */
  const siteOf = async (more: Partial<LifeOptions> = {}): Promise<Site> => {
    const sessions = open({ ...options, ...more })
    opened.push(sessions)
    for (const name of eventNames) {
      sessions.on(name, (event) => {
        witness.events.add(name)
        witness.sees(`event ${name}`, event)
      })
    }
    witness.sees('the mounted object', sessions)
    const bare = new WeakMap<object, Set<PropertyKey>>()
    const where = await site(
      (req, res, next) => {
        for (const one of [req, res]) bare.set(one, new Set(Reflect.ownKeys(one)))
        sessions(req, res, next)
      },
      async (req, res) => {
        knowId(req.sessionID)
        const look = (): void => {
          knowId(req.sessionID)
          knowId(req.session?.id)
          witness.sees('req.session', req.session)
          witness.sees('req.session.cookie', req.session?.cookie)
          witness.sees('req.sessionStore', req.sessionStore)
          witness.sees('info', sessions.info(req))
          // What is ours on the request and the response. `sessionID` is the ID, by the contract of express-session.
          for (const one of [req, res]) {
            const ours = Reflect.ownKeys(one).filter(
              (name) =>
                name !== 'sessionID' &&
                !bare.get(one)!.has(name) &&
                Object.getOwnPropertyDescriptor(one, name)!.enumerable === true,
            )
            for (const name of ours) witness.sees(`${String(name)} of a request`, Reflect.get(one, name))
          }
        }
        look()
        const [, deed, argument] = req.url!.split('/')
        try {
          await deeds[deed!]!({ req, res, sessions, where, argument: argument!, witness, scanner })
        } catch (error) {
          witness.catches(`the app's ${deed}`, error)
        }
        look()
        res.end()
        for (const error of where.errors.splice(0)) witness.catches(`next, after ${deed}`, error)
      },
    )
    return where
  }

  /** What a visitor sees, and all the secrets in it. */
  const ask = async (visitor: Visitor, path: string, more: Ask = {}): Promise<Reply> => {
    const reply = await inTime(clock, visitor.ask(path, more))
    for (const line of reply.setCookies) {
      const value = /^[^=]+=([^;]*)/.exec(line)![1]!
      // A cookie that is taken back has none.
      if (value === '') continue
      const decoded = decodeURIComponent(value)
      const [, id, signature] = /^(?:s:)?([^.]+)\.(.+)$/.exec(decoded)!
      scanner.know('a cookie', value)
      scanner.know('a cookie, decoded', decoded)
      scanner.know('a signature', signature!)
      knowId(id)
    }
    return reply
  }

  await theStory({ siteOf, ask, clock, troubled, witness, secrets, knowId })
  // Now, because a store in memory is empty once it is closed.
  const contents = await real.contents()
  for (const sessions of opened) await sessions.close()
  await new Promise(setImmediate)
  for (const sessions of opened) {
    witness.sees('the mounted object, closed', sessions)
    await sessions.count().catch((error: unknown) => witness.catches('a closed store', error))
  }
  const { seen, events, codes } = witness
  return { scanner, seen, events, codes, contents }
}

interface Deed {
  readonly req: SessionedRequest
  readonly res: { write(text: string): unknown }
  readonly sessions: Sessions
  readonly where: Site
  readonly argument: string
  readonly witness: Witness
  readonly scanner: LeakScanner
}

const views = (req: SessionedRequest): number => Number(req.session.views ?? 0)

const deeds: Readonly<Record<string, (deed: Deed) => unknown>> = {
  read: () => {},
  write: ({ req }) => (req.session.views = views(req) + 1),
  async save({ req }) {
    req.session.views = views(req) + 1
    await req.session.save()
    await req.session.reload()
  },
  async regenerate({ req }) {
    await req.session.regenerate()
    req.session.views = 1
  },
  destroy: ({ req }) => req.session.destroy(),
  forget: ({ req }) => Reflect.deleteProperty(req, 'session'),
  async saveEnded({ req }) {
    const { session } = req
    await session.destroy()
    await session.save()
  },
  async reloadGone({ req, sessions }) {
    await sessions.revokeEveryone()
    await req.session.reload()
  },
  signIn: ({ req, sessions, argument }) => sessions.signIn(req, argument, { method: 'password', remember: true }),
  prove: ({ req, sessions }) => sessions.reauthenticate(req),
  signOut: ({ req, sessions }) => sessions.signOut(req, { keep: ['views'], clearSiteData: ['cache'] }),
  async signInLate({ req, res, sessions }) {
    res.write('headers are gone now')
    await sessions.signIn(req, 'ann')
  },
  update: ({ req, sessions }) => sessions.update(req, (data) => (data.views = Number(data.views ?? 0) + 1)),
  updateAndFail: ({ req, sessions }) =>
    sessions.update(req, () => {
      throw new Error('the change failed')
    }),
  /** Another request of the same visitor changes the same value while this one is at it. */
  async collide({ req, where }) {
    await where.ask('/write', { headers: { cookie: req.headers.cookie } })
    req.session.views = 100
  },
  large: ({ req }) => (req.session.text = 'x'.repeat(5_000)),
  cycle: ({ req }) => (req.session.self = req.session),
  bigint: ({ req }) => (req.session.count = 1n),
  domain: ({ req }) => {
    req.session.views = views(req) + 1
    req.session.cookie.domain = 'a;b'
  },
  fresh: ({ req, sessions, witness }) =>
    new Promise<void>((resolve) => {
      sessions.requireFresh('10m')(req, {}, (error) => {
        if (error !== undefined) witness.catches('a guard', error)
        resolve()
      })
    }),
  /** A form with a token, and one that brings none of ours. */
  form({ req, res, sessions, witness, scanner }) {
    const guard = csrf({ tokens: { sessions } })
    scanner.know('a CSRF token', guard.token(req))
    witness.sees('the guard', guard)
    guard(req, res, (error) => witness.catches('the guard', error))
  },
  async look({ req, sessions, witness }) {
    const page = await sessions.scan({ limit: 100 })
    witness.sees('scan', page)
    witness.sees('list', await sessions.list('ann'))
    witness.sees('export', await sessions.exportUser('ann'))
    witness.sees('peek', await sessions.peek(req))
    for (const { handle } of page.sessions.slice(0, 3)) witness.sees('find', await sessions.find(handle))
    witness.sees('all', await (req.sessionStore as unknown as { all(): Promise<object> }).all())
  },
  async revoke({ req, sessions }) {
    await sessions.revokeUser('ann', { except: sessions.info(req)!.handle })
    const [first] = await sessions.list('ann')
    if (first !== undefined) await sessions.revoke(first.handle)
  },
}

interface Stage {
  readonly siteOf: (more?: Partial<LifeOptions>) => Promise<Site>
  readonly ask: (visitor: Visitor, path: string, more?: Ask) => Promise<Reply>
  readonly clock: FakeClock
  readonly troubled: TroubledStore
  readonly witness: Witness
  readonly secrets: { readonly newest: string; readonly older: string }
  readonly knowId: (id: string) => void
}

async function theStory({ siteOf, ask, clock, troubled, secrets, knowId, witness }: Stage): Promise<void> {
  const where = await siteOf()
  const visitor = new Visitor(where)
  const go = async (...paths: string[]): Promise<void> => {
    for (const path of paths) await ask(visitor, path)
  }
  /** Errors that come when the response is through. */
  const collect = async ({ errors, settled }: Site): Promise<void> => {
    await settled()
    for (const error of errors.splice(0)) witness.catches('next', error)
  }
  const minutes = (count: number): void => clock.advance(count * 60_000)

  // Every day.
  await go('/write', '/read', '/save', '/update', '/updateAndFail', '/collide', '/regenerate', '/write', '/look')
  await go('/large', '/cycle', '/bigint', '/domain')
  await ask(new Visitor(where), '/domain')

  await ask(visitor, '/form', {
    method: 'POST',
    headers: { 'x-csrf-token': 'none of ours', 'sec-fetch-site': 'same-origin' },
  })

  // People.
  await go('/fresh', '/prove', '/signIn/', '/signIn/ann', '/fresh', '/look')
  const former = visitor.cookieHeader
  await go('/prove', '/signInLate')
  await ask(new Visitor(where), '/read', { headers: { cookie: former } })
  await ask(visitor, '/read', { headers: { 'user-agent': 'Another/1.0' } })
  minutes(20)
  await go('/fresh')
  for (const _ of [1, 2, 3]) {
    const other = new Visitor(where)
    await ask(other, '/signIn/ann')
    await ask(other, '/look')
  }
  await go('/signIn/ann', '/revoke', '/read', '/signIn/bob', '/signOut', '/write', '/look')

  // A new ID by the clock, and a request that is late with the old one.
  for (let hour = 0; hour < 5; hour += 1) {
    minutes(60)
    await go('/write')
  }
  const late = visitor.cookieHeader
  minutes(200)
  await go('/read')
  await ask(new Visitor(where), '/write', { headers: { cookie: late } })

  // Cookies that lead nowhere.
  const [name, value] = Array.from(visitor.cookies)[0]!
  const another = new Visitor(where)
  await ask(another, '/write')
  for (const cookie of [
    `${name}=${value.slice(0, -3)}AAA`,
    `${name}=garbage.${value.slice(-43)}`,
    `${name}=${'%'.repeat(20)}`,
    `${visitor.cookieHeader}; ${another.cookieHeader}`,
  ]) {
    await ask(new Visitor(where), '/read', { headers: { cookie } })
  }
  await go('/destroy', '/read', '/write', '/forget', '/write', '/saveEnded', '/write', '/reloadGone')
  // Signed, and not known to the store.
  await ask(new Visitor(where), '/read', { headers: { cookie: `${name}=${value}` } })

  // Secrets change.
  const veteran = new Visitor(await siteOf({ secret: secrets.older }))
  await ask(veteran, '/signIn/ann')
  const moved = new Visitor(await siteOf({ secret: [secrets.newest, secrets.older] }))
  for (const [cookie, held] of veteran.cookies) moved.cookies.set(cookie, held)
  for (const path of ['/write', '/look', '/regenerate', '/signOut']) await ask(moved, path)

  // IDs that are not random.
  const constant = 'the-one-and-only-ID-of-this-app'
  knowId(constant)
  const careless = await siteOf({ genid: () => constant })
  await ask(new Visitor(careless), '/write')
  await ask(new Visitor(careless), '/write')
  await collect(careless)

  // The store in trouble.
  await go('/write')
  for (const trouble of ['down', 'garbage'] as const) {
    troubled.trouble = trouble
    for (const path of ['/read', '/write', '/signIn/ann', '/look']) await ask(visitor, path)
    await ask(new Visitor(where), '/write')
    troubled.trouble = 'none'
  }
  troubled.trouble = 'silent'
  const waiting = ask(new Visitor(where), '/read', { headers: { cookie: visitor.cookieHeader } })
  await until(() => troubled.asked)
  clock.advance(storeTimeout)
  await waiting
  troubled.trouble = 'none'
  await collect(where)

  // It is over.
  await go('/write', '/look')
  minutes(60 * 24 * 2)
  await go('/read')
  await collect(where)
}

/** What `answer` comes to, with time passing for those who wait for it. */
async function inTime<T>(clock: FakeClock, answer: Promise<T>): Promise<T> {
  const waiting = Symbol('waiting')
  for (;;) {
    const turn = new Promise((resolve) => {
      setImmediate(resolve, waiting)
    })
    if ((await Promise.race([answer, turn])) !== waiting) return answer
    clock.advance(1)
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate)
}

function noteChannels(witness: Witness): void {
  for (const name of eventNames) {
    const listener = (message: unknown): void => witness.sees(`channel ${name}`, message)
    subscribe(channelName(name), listener)
    onTestFinished(() => {
      unsubscribe(channelName(name), listener)
    })
  }
}

function noteWarnings(witness: Witness): void {
  const listener = (warning: Error): void => witness.catches('a warning', warning)
  process.on('warning', listener)
  onTestFinished(() => {
    process.off('warning', listener)
  })
}

/** JSON that leaves out what goes round in circles. */
function json(value: unknown): string {
  const above = new Set<unknown>()
  return (
    JSON.stringify(value, (_name, part: unknown) => {
      if (typeof part === 'bigint') return String(part)
      if (typeof part !== 'object' || part === null) return part
      if (above.has(part)) return undefined
      above.add(part)
      return part
    }) ?? ''
  )
}
