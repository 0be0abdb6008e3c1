/**
 * Over a store that remembers what it has read: a request may find its session as it was a moment ago, and whoever asks for what is there
 * now gets that.
 */
import { describe, expect, it } from 'vitest'

import { coatcheck, type Sessions } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { rememberingStore } from '../core/support/records.js'
import { site, Visitor, type SessionedRequest } from './support/site.js'

const secret = 'a secret of at least thirty-two bytes'

type Asking = (sessions: Sessions, req: SessionedRequest) => Promise<unknown>

/** What `asking` gets in a request whose session another process has changed, or ended, since this one remembers it. */
async function answerAfter(path: '/change' | '/end', asking: Asking): Promise<unknown> {
  const store = memoryStore()
  const sessions = coatcheck({ secret, store: rememberingStore(store) })
  const elsewhere = await site(coatcheck({ secret, store }), async (req, res) => {
    if (req.url === '/end') await req.session.destroy()
    else req.session.n = 2
    res.end()
  })
  let answer: unknown
  const here = await site(sessions, async (req, res) => {
    if (req.url === '/ask') answer = await asking(sessions, req).catch((error: unknown) => error)
    else req.session.n = 1
    res.end()
  })
  const visitor = new Visitor(here)
  await visitor.ask('/begin')
  await visitor.ask('/again')
  await elsewhere.ask(path, { headers: { cookie: visitor.cookieHeader } })
  await visitor.ask('/ask')
  return answer
}

it('a request may find its session as it was', async () => {
  expect(await answerAfter('/change', async (_sessions, req) => req.session.n)).toBe(1)
})

const fresh: Record<string, Asking> = {
  'req.session.reload()': async (_sessions, req) => {
    await req.session.reload()
    return req.session.n
  },
  'sessions.update()': (sessions, req) => sessions.update(req, (data) => data.n),
  'sessions.find()': async (sessions, req) => (await sessions.find(sessions.info(req)!.handle))?.data.n,
  'req.sessionStore.get()': (_sessions, { sessionStore, sessionID }) =>
    new Promise((resolve, reject) => {
      sessionStore.get(sessionID, (error: unknown, found) => {
        if (error) reject(error)
        else resolve(found === undefined || found === null ? undefined : Reflect.get(found, 'n'))
      })
    }),
}

describe.each(Object.entries(fresh))('%s', (_name, asking) => {
  it('has what another process has changed', async () => {
    expect(await answerAfter('/change', asking)).toBe(2)
  })

  it('has nothing when another process has ended it', async () => {
    expect([undefined, expect.any(Error)]).toContainEqual(await answerAfter('/end', asking))
  })
})
