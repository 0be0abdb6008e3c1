/**
 * What the pages tell, and what their forms do.
 */
import { describe, expect, it } from 'vitest'

import { coatcheck, MemoryStore, session, type Sessions } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { gate } from '../http/support/gate.js'
import type { Visitor } from '../http/support/site.js'
import { appWith, type App } from './support/app.js'
import { agents, fill, handleOf } from './support/crowd.js'

const secret = 'the inspector’s sessions are signed with this'
const start = Date.UTC(2026, 0, 1)
const minute = 60_000

/** The words of a page, as they are read. */
const words = (body: string): string =>
  body
    .replaceAll(/<svg.*?<\/svg>|<[^>]*>/gs, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()

const handlesIn = (body: string): string[] =>
  [...body.matchAll(/name="handle"\s+value="([^"]+)"/g)].map(([, found]) => found!)

async function signedIn(app: App, user: string, agent: string = agents[0]): Promise<Visitor> {
  const visitor = app.visitor()
  await visitor.ask('/set', { headers: { 'user-agent': agent } })
  await visitor.ask(`/in/${user}`, { headers: { 'user-agent': agent } })
  return visitor
}

async function handle(sessions: Sessions, user: string): Promise<string> {
  return (await sessions.list(user))[0]!.handle
}

describe('the list', () => {
  it('says that there are none, and offers nothing to end', async () => {
    const app = await appWith(coatcheck({ secret }))
    const { body } = await app.look('/sessions')
    expect(words(body)).toContain('There are no sessions yet.')
    expect(body).not.toContain('method="post"')
  })

  it('shows whose each is, its device, address, times and size', async () => {
    const clock = fakeClock(start)
    const sessions = coatcheck({ secret, clock, sweepInterval: '7d', idleTimeout: '30d', absoluteTimeout: false })
    const app = await appWith(sessions)
    await signedIn(app, 'ann')
    clock.advance(90 * minute)
    const { body } = await app.look('/sessions')
    const row = words(/<tbody>.*<\/tbody>/s.exec(body)![0])
    expect(row).toMatch(/^ann \S{8}… Firefox 128 on Windows 127\.0\.0\.1 2 h ago 2 h ago in 30 d 11 B$/)
  })

  it('sorts a page, and says that it is the page', async () => {
    const store = memoryStore()
    const app = await appWith(coatcheck({ secret, store }))
    await fill(store, 20, Date.now())
    const rows = async (query: string): Promise<string[]> => {
      const { body } = await app.look(`/sessions${query}`)
      expect(words(body)).toContain(query === '' ? 'In the order in which the store has them' : 'This page is sorted')
      return [...body.matchAll(/scope="row" class="user">\s*<a[^>]*>\s*<span[^>]*>([^<]+)/g)].map(([, user]) => user!)
    }
    const ascending = await rows('?sort=user')
    expect(ascending.slice(0, 3)).toEqual(['user-1', 'user-2', 'user-4'])
    expect(ascending.at(-1)).toBe('anonymous')
    expect((await rows('?sort=user&order=desc'))[0]).toBe('user-19')
    const { body } = await app.look('/sessions?sort=user&q=user-&in=user')
    expect(body).toContain('aria-sort="ascending"')
    expect(body).toContain('/_sessions/sessions?q=user-&amp;in=user&amp;sort=user&amp;order=desc')
  })

  it('goes from page to page, and back to the first', async () => {
    const store = memoryStore()
    const app = await appWith(coatcheck({ secret, store }))
    await fill(store, 120, Date.now())
    const seen: string[] = []
    let next: string | undefined = '/sessions?sort=size'
    for (let pages = 0; next !== undefined; pages += 1) {
      const { body } = await app.look(next)
      seen.push(...handlesIn(body))
      expect(body.includes('Back to the first')).toBe(pages > 0)
      next = /rel="next" href="\/_sessions([^"]+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&')
    }
    expect([seen.length, new Set(seen).size]).toEqual([120, 120])
  })

  it.each(['garbage', '-1', '%00', '99999999999999999999'])('takes no harm from the page %s', async (cursor) => {
    const app = await appWith(coatcheck({ secret }))
    expect([200, 400]).toContain((await app.look(`/sessions?cursor=${cursor}`)).status)
  })

  it('says how far a search came, and where to go on', async () => {
    const store = memoryStore({ maxSessions: 30_000 })
    const app = await appWith(coatcheck({ secret, store }))
    await fill(store, 12_000, Date.now())
    const first = await app.look('/sessions?q=user-11999&in=address')
    expect(words(first.body)).toMatch(
      /1[\d,]+ records looked at so far, none found\. There are more to look at\. Go on/,
    )
    const next = /rel="next" href="\/_sessions([^"]+)"/.exec(first.body)![1]!.replaceAll('&amp;', '&')
    const last = await app.look(next)
    expect(words(last.body)).toMatch(/none found: that was the last of them/)
  })

  it('tells text that is searched for from markup', async () => {
    const app = await appWith(coatcheck({ secret }))
    const { body } = await app.look(`/sessions?q=${encodeURIComponent('"><script>alert(1)</script>')}`)
    expect(body).not.toContain('<script>alert')
    expect(body).toContain('&quot;&gt;&lt;script&gt;')
  })
})

describe('one session', () => {
  it('shows its data as a tree, its cookie and what is known of it', async () => {
    const clock = fakeClock(start)
    const sessions = coatcheck({
      secret,
      clock,
      sweepInterval: '7d',
      cookie: { maxAge: 3_600_000, sameSite: 'strict' },
    })
    const app = await appWith(
      sessions,
      {},
      {
        handler: async (req, res) => {
          Object.assign(req.session, {
            cart: [{ id: 'encore' }],
            user: { password: 'hunter2', name: '<Ann>' },
            empty: {},
          })
          await sessions.signIn(req, 'ann', { method: 'passkey' })
          res.end()
        },
      },
    )
    await app.visitor().ask('/', { headers: { 'user-agent': agents[1] } })
    const { body } = await app.look(`/sessions/${await handle(sessions, 'ann')}`)
    const told = words(body)
    expect(told).toContain('Session of ann')
    expect(told).toContain('cart 1 item 0 1 member id “encore” user 2 members password redacted name “&lt;Ann&gt;”')
    expect(told).toContain('empty an empty object')
    expect(told).toContain('Device Safari 17 on macOS')
    expect(told).toContain('Created now 2026-01-01 00:00:00 UTC')
    expect(told).toContain('Signed in now 2026-01-01 00:00:00 UTC by passkey')
    expect(told).toContain('SameSite Strict')
    expect(told).toContain('Lifetime 1 h after each request that renews it')
    expect(body).not.toContain('hunter2')
  })

  it('tells its history through sign-ins, and after its end', async () => {
    const sessions = coatcheck({ secret })
    const app = await appWith(sessions)
    const visitor = await signedIn(app, 'ann')
    for (let times = 0; times < 2; times += 1) await visitor.ask('/set', { headers: { 'user-agent': agents[0] } })
    const name = await handle(sessions, 'ann')
    const living = words(await app.look(`/sessions/${name}`).then(({ body }) => body))
    expect(living).toMatch(/History .*saved , 2 times .*signed in , by password .*got a new ID .*created/)
    await visitor.ask('/out')
    const reply = await app.look(`/sessions/${name}`)
    expect(reply.status).toBe(404)
    expect(words(reply.body)).toMatch(/not in the store .*ended by its own request/)
  })

  it('lists the user’s others, and marks the operator’s own', async () => {
    const sessions = coatcheck({ secret })
    const app = await appWith(sessions)
    const own = await signedIn(app, 'root')
    await signedIn(app, 'root', agents[2])
    const [second, first] = (await sessions.list('root')).map((each) => each.handle)
    const { body } = await own.ask(`/_sessions/sessions/${first}`)
    expect(words(body)).toMatch(/Session of root yours .*1 other session of this user/)
    expect(body).toContain(`/_sessions/sessions/${second}`)
  })

  it('that is garbage in the store is shown as far as it can be', async () => {
    const store = memoryStore()
    const app = await appWith(coatcheck({ secret, store }))
    const record = { version: 1, createdAt: Date.now(), expiresAt: Date.now() + minute }
    store.create(handleOf(1), { ...record, data: 'no json', attributes: 'none either' })
    store.create(handleOf(2), { ...record, data: '[]' })
    for (const index of [1, 2]) {
      const reply = await app.look(`/sessions/${handleOf(index)}`)
      expect([reply.status, reply.body.includes('cannot be read')]).toEqual([200, true])
    }
    expect((await app.look('/sessions')).status).toBe(200)
  })

  it('is not found by what is no handle, nor by records of coatcheck’s own', async () => {
    const store = memoryStore()
    const app = await appWith(session({ secret, resave: false, saveUninitialized: false, store }))
    await signedIn(app, 'ann')
    for (const name of ['nothing', 'retired', 'AAAA', '..', 'x'.repeat(500)]) {
      expect((await app.look(`/sessions/${name}`)).status).toBe(404)
    }
  })
})

describe('ending', () => {
  it('one session asks first, does it once, and says so', async () => {
    const sessions = coatcheck({ secret })
    const app = await appWith(sessions)
    const visitor = await signedIn(app, 'ann')
    const form = { what: 'sessions', handle: await handle(sessions, 'ann') }
    const asked = await app.send('/confirm', form)
    expect(words(asked.body)).toMatch(/End this session\? .*ann .*cannot be taken back\. End one session Leave them/)
    expect(await sessions.list('ann')).toHaveLength(1)
    const done = await app.send('/end', form)
    expect([done.status, done.headers.location]).toEqual([303, '/_sessions/sessions?ended=1'])
    expect(await sessions.list('ann')).toEqual([])
    expect((await visitor.ask('/set')).setCookies).toHaveLength(1)
    const again = await app.send('/end', form)
    expect(again.headers.location).toBe('/_sessions/sessions?ended=0')
    expect(words((await app.look('/sessions?ended=1')).body)).toContain('One session was ended.')
  })

  it('a selection leaves the others, and tells what is gone already', async () => {
    const store = memoryStore()
    const sessions = coatcheck({ secret, store })
    const app = await appWith(sessions)
    await fill(store, 5, Date.now())
    const form = new URLSearchParams({ what: 'sessions' })
    for (const index of [0, 1, 77]) form.append('handle', handleOf(index))
    const post = (path: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${app.site.port}/_sessions${path}`, {
        method: 'POST',
        body: form,
        redirect: 'manual',
        headers: { 'sec-fetch-site': 'same-origin' },
      })
    expect(words(await (await post('/confirm')).text())).toMatch(/End these 2 sessions\? .*1 of those chosen is gone/)
    expect((await post('/end')).headers.get('location')).toBe('/_sessions/sessions?ended=2')
    expect((await sessions.scan()).sessions.map((each) => each.handle).sort()).toEqual([2, 3, 4].map(handleOf).sort())
  })

  it('a user’s sessions ends all of them and nobody else’s', async () => {
    const sessions = coatcheck({ secret })
    const app = await appWith(sessions)
    for (const user of ['ann', 'ann', 'bob']) await signedIn(app, user)
    expect(words((await app.send('/confirm', { what: 'user', user: 'ann' })).body)).toContain(
      'End all sessions of ann?',
    )
    await app.send('/end', { what: 'user', user: 'ann' })
    expect([await sessions.list('ann'), (await sessions.list('bob')).length]).toEqual([[], 1])
  })

  it('everyone’s sessions wants the word for it', async () => {
    const sessions = coatcheck({ secret })
    const app = await appWith(sessions)
    for (const user of ['ann', 'bob']) await signedIn(app, user)
    const asked = await app.send('/confirm', { what: 'everyone' })
    expect(words(asked.body)).toContain('Type everyone to confirm it')
    for (const word of ['', 'every one', 'yes']) {
      const reply = await app.send('/end', { what: 'everyone', word })
      expect([reply.status, words(reply.body).includes('nothing was ended')]).toEqual([422, true])
    }
    expect(await sessions.list('ann')).toHaveLength(1)
    const done = await app.send('/end', { what: 'everyone', word: ' Everyone ' })
    expect(done.headers.location).toBe('/_sessions/sessions?ended=2')
    expect((await sessions.scan()).sessions).toEqual([])
  })

  it('warns whose own session is among them', async () => {
    const sessions = coatcheck({ secret })
    const app = await appWith(sessions)
    const own = await signedIn(app, 'root')
    const headers = { 'sec-fetch-site': 'same-origin' }
    for (const form of [
      { what: 'sessions', handle: await handle(sessions, 'root') },
      { what: 'user', user: 'root' },
      { what: 'everyone' },
    ]) {
      const reply = await own.ask('/_sessions/confirm', {
        method: 'POST',
        form,
        headers,
      })
      expect(words(reply.body)).toContain('Your own session is among them')
    }
    const stranger = await app.send('/confirm', { what: 'everyone' })
    expect(words(stranger.body)).not.toContain('Your own session')
  })

  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['nothing that is known', { what: 'all' }],
    ['no session', { what: 'sessions' }],
    ['no user', { what: 'user', user: '' }],
  ])('%s is refused', async (_what, form) => {
    const app = await appWith(coatcheck({ secret }))
    for (const path of ['/confirm', '/end']) expect((await app.send(path, form)).status).toBe(400)
  })

  it('takes no other body than a form, and none without an end', async () => {
    const app = await appWith(coatcheck({ secret }))
    const headers = { 'sec-fetch-site': 'same-origin' }
    const json = await app.site.ask('/_sessions/end', {
      method: 'POST',
      form: { what: 'user' },
      headers: { ...headers, 'content-type': 'application/json' },
    })
    expect(json.status).toBe(400)
    const long = await app.send('/end', { what: 'user', user: 'a'.repeat(200_000) })
    expect(long.status).toBe(400)
  })
})

describe('the overview', () => {
  it('counts who is there, what happened, and what was prevented', async () => {
    const clock = fakeClock(start)
    const sessions = coatcheck({ secret, clock, sweepInterval: '7d' })
    const app = await appWith(sessions)
    const ann = await signedIn(app, 'ann')
    await signedIn(app, 'bob')
    await app.visitor().ask('/set')
    // The first comes from another browser, which is stored.
    await ann.ask('/')
    await ann.ask('/')
    await app.site.ask('/', { headers: { cookie: 'session=forged' } })
    await ann.ask('/out')
    const told = words((await app.look()).body)
    expect(told).toContain('Live sessions 2 signed in 1 50 % anonymous 1 50 %')
    // A sign-in ends the session it began from and stores another.
    expect(told).toContain('created 5 /min 5 in all ended 1 /min 1 in all')
    expect(told).toMatch(/Touches saved 1 1\/min/)
    expect(told).toMatch(/Cookies rejected 1 1\/min By reason: signature 1\./)
    expect(told).toMatch(/Lately .* ann ended by its own request/)
    clock.advance(2 * minute)
    expect(words((await app.look()).body)).toContain('created 0 /min 5 in all')
  })

  it('tells of an empty store, and of one that does not answer', async () => {
    const clock = fakeClock(start)
    const store = memoryStore({ clock })
    const app = await appWith(coatcheck({ secret, store, clock, sweepInterval: '7d' }))
    expect(words((await app.look()).body)).toContain('The first one appears as soon as')
    clock.advance(minute)
    store.scan = () => {
      throw new Error('password=hunter2 refused')
    }
    const reply = await app.look()
    expect(reply.status).toBe(200)
    expect(words(reply.body)).toContain('The store failed.')
    const list = await app.look('/sessions')
    expect(list.status).toBe(503)
    for (const { body } of [reply, list]) expect(body).not.toContain('hunter2')
  })

  it('does not wait for a store that takes its time', async () => {
    const clock = fakeClock(start)
    const store = memoryStore({ clock })
    const never = gate<number>()
    const sessions = coatcheck({ secret, store, clock, sweepInterval: '7d' })
    const app = await appWith(sessions)
    store.count = (() => never.passed) as never
    const looking = app.look()
    await app.site.settled()
    clock.advance(400)
    expect(words((await looking).body)).toContain('The store has not answered yet.')
    never.open(0)
  })

  it('counts none of its own questions to the store', async () => {
    const sessions = coatcheck({ secret })
    const calls: string[] = []
    sessions.on('storeCall', ({ operation }) => calls.push(operation))
    const app = await appWith(sessions)
    for (const path of ['', '/sessions', '/sessions?q=x', `/sessions/${handleOf(1)}`]) await app.look(path)
    expect(calls).toEqual([])
  })
})

describe('requests', () => {
  it('are told step by step, the newest first, without the inspector’s own', async () => {
    const app = await appWith(coatcheck({ secret }))
    const visitor = await signedIn(app, 'ann')
    await visitor.ask('/reset/0123456789abcdef0123456789abcdef?token=hunter2')
    await app.look('/sessions')
    const { body } = await app.look('/requests')
    const paths = [...body.matchAll(/<code>(\/[^<]*)<\/code>/g)].map(([, path]) => path)
    expect(paths).toEqual(['/reset/0123…', '/in/ann', '/set'])
    expect(body).not.toContain('hunter2')
    const id = /requests\/(\d+)"/.exec(body)![1]!
    const told = words((await app.look(`/requests/${id}`)).body)
    for (const step of [
      'request',
      'cookie',
      'load',
      'attach',
      'handle',
      'prepare',
      'commit',
      'set-cookie',
      'send',
      'return',
    ])
      expect(told).toContain(` ${step} `)
    expect(told).toMatch(/cookie .*valid .*load .*loaded .*attach .*known/)
  })

  it('show what became of changes that met, path by path', async () => {
    const sessions = coatcheck({ secret })
    const arrived = gate()
    const go = gate()
    const app = await appWith(
      sessions,
      {},
      {
        handler: async (req, res) => {
          if (req.url === '/set') Object.assign(req.session, { n: 1 })
          if (req.url === '/first') Object.assign(req.session, { n: 2, lang: 'fr' })
          if (req.url === '/second') {
            arrived.open()
            await go.passed
            Object.assign(req.session, { n: 3, theme: 'dark' })
          }
          res.end()
        },
      },
    )
    const visitor = app.visitor()
    await visitor.ask('/set')
    const second = visitor.ask('/second')
    await arrived.passed
    await visitor.ask('/first')
    go.open()
    await second
    const { body } = await app.look('/requests?conflicts=1')
    expect([...body.matchAll(/<code>(\/[^<]*)<\/code>/g)].map(([, path]) => path)).toEqual(['/second'])
    const told = words((await app.look(`/requests/${/requests\/(\d+)"/.exec(body)![1]!}`)).body)
    expect(told).toMatch(
      /changed by the later request \/theme changed by the other \/lang changed by both: the later stands \/n/,
    )
  })

  it('are two hundred at most, and forty on the page unless all are asked for', async () => {
    const app = await appWith(coatcheck({ secret }))
    const visitor = app.visitor()
    for (let index = 0; index < 230; index += 1) await visitor.ask(`/${index}`)
    const rows = async (query: string): Promise<number> =>
      (await app.look(`/requests${query}`)).body.match(/class="waterfall">\s*<svg/g)!.length
    expect([await rows(''), await rows('?all=1')]).toEqual([40, 200])
    expect((await app.look('/requests/1')).status).toBe(404)
  })

  it('cost nothing where they are not traced', async () => {
    const sessions = coatcheck({ secret })
    const app = await appWith(sessions, { trace: false })
    await app.visitor().ask('/set')
    expect(words((await app.look('/requests')).body)).toContain('trace: true')
  })
})

describe('stores of every kind', () => {
  it.each<[string, () => Sessions]>([
    ['coatcheck() over a store for express-session', () => coatcheck({ secret, store: new MemoryStore() })],
    [
      'session() over a store of records',
      () => session({ secret, resave: false, saveUninitialized: false, store: memoryStore() }),
    ],
    ['coatcheck() with plain IDs', () => coatcheck({ secret, hashIds: false })],
  ])('%s', async (_name, open) => {
    const sessions = open()
    const app = await appWith(sessions)
    await signedIn(app, 'ann')
    const name = await handle(sessions, 'ann')
    expect(words((await app.look()).body)).toContain('Live sessions 1')
    expect(handlesIn((await app.look('/sessions')).body)).toEqual([name])
    expect((await app.look('/sessions?q=ann')).body).toContain(name)
    expect(words((await app.look(`/sessions/${name}`)).body)).toContain('views 1')
    await app.send('/end', { what: 'sessions', handle: name })
    expect(await sessions.list('ann')).toEqual([])
  })
})
