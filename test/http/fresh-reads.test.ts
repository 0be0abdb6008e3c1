/**
 * Over a store that remembers what it has read: a request may find its session as it was a moment ago, and whoever asks for what is there
 * now gets that.
 */
import { randomBytes } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { coatcheck, type CoatcheckOptions, type Sessions, type SessionStore } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { rememberingStore, storeWith } from '../core/support/records.js'
import { site, Visitor, type Reply, type SessionedRequest } from './support/site.js'

const secret = 'a secret of at least thirty-two bytes'

type Asking = (sessions: Sessions, req: SessionedRequest) => Promise<unknown>

/** Two processes over one store, the first of which remembers, and a visitor of both whose session is remembered. */
async function twoProcesses(asking: Asking, options: Partial<CoatcheckOptions> = {}) {
  const store = memoryStore()
  const hooks = { beforeCreate: async (): Promise<unknown> => undefined }
  const create: SessionStore['create'] = async (key, record) => {
    await hooks.beforeCreate()
    return store.create(key, record)
  }
  const sessions = coatcheck({ secret, store: storeWith({ create }, rememberingStore(store)), ...options })
  const otherSessions = coatcheck({ secret, store, ...options })
  const elsewhere = await site(otherSessions, async (req, res) => {
    if (req.url === '/end') await req.session.destroy()
    if (req.url === '/change') req.session.n = 2
    res.end(String(req.session?.n))
  })
  const answers: unknown[] = []
  const here = await site(sessions, async (req, res) => {
    if (req.url === '/ask') answers.push(await asking(sessions, req).catch((error: unknown) => error))
    else req.session.n = 1
    res.end()
  })
  const visitor = new Visitor(here)
  await visitor.ask('/begin')
  await visitor.ask('/again')
  const goElsewhere = (path: string): Promise<Reply> =>
    elsewhere.ask(path, { headers: { cookie: visitor.cookieHeader } })
  return { visitor, goElsewhere, answers, hooks, otherSessions }
}

/** What `asking` gets in a request whose session another process has changed, or ended, since this one remembers it. */
async function answerAfter(
  path: '/change' | '/end',
  asking: Asking,
  options?: Partial<CoatcheckOptions>,
): Promise<unknown> {
  const { visitor, goElsewhere, answers } = await twoProcesses(asking, options)
  await goElsewhere(path)
  await visitor.ask('/ask')
  return answers[0]
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

  it('has it where records are encrypted, too', async () => {
    expect(await answerAfter('/change', asking, { encryption: { keys: [randomBytes(32)] } })).toBe(2)
  })

  it('has nothing when another process has ended it', async () => {
    expect([undefined, expect.any(Error)]).toContainEqual(await answerAfter('/end', asking))
  })
})

it('requireFresh() lets nobody in whose session another process has ended', async () => {
  const guarded: Asking = (sessions, req) =>
    new Promise((resolve) => {
      sessions.requireFresh('1h')(req, {}, resolve)
    })
  const asking: Asking = async (sessions, req) =>
    sessions.info(req)?.userId === undefined ? sessions.signIn(req, 'ann') : guarded(sessions, req)
  const { visitor, goElsewhere, answers } = await twoProcesses(asking)
  await visitor.ask('/ask')
  await visitor.ask('/ask')
  await goElsewhere('/end')
  await visitor.ask('/ask')
  expect(answers).toEqual([undefined, undefined, expect.objectContaining({ code: 'ERR_SESSION_NO_USER' })])
})

it('a sign-in keeps what another process has changed', async () => {
  const { visitor, goElsewhere } = await twoProcesses((sessions, req) => sessions.signIn(req, 'ann'))
  await goElsewhere('/change')
  await visitor.ask('/ask')
  expect((await goElsewhere('/')).body).toBe('2')
})

it('a sign-in that is under way hears that another process ends all sessions of the user', async () => {
  const { visitor, answers, hooks, otherSessions } = await twoProcesses((sessions, req) => sessions.signIn(req, 'ann'))
  await otherSessions.revokeUser('ann')
  await visitor.ask('/ask')
  hooks.beforeCreate = () => otherSessions.revokeUser('ann')
  await visitor.ask('/ask')
  expect(answers).toEqual([undefined, expect.objectContaining({ code: 'ERR_SESSION_REVOKED' })])
})
