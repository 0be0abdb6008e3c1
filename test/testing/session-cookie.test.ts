import { describe, expect, it } from 'vitest'

import { coatcheck, session, type Sessions } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { sessionCookie } from '../../src/testing/index.js'
import { site } from '../http/support/site.js'

const secret = 'sessions of tests are signed with this secret'

const doors: Record<string, () => Sessions> = {
  'coatcheck()': () => coatcheck({ secret }),
  'coatcheck() with the cookie of production': () =>
    coatcheck({ secret, name: '__Host-session', cookie: { secure: true } }),
  'session()': () => session({ secret, resave: false, saveUninitialized: false, store: memoryStore() }),
}

describe.each(Object.entries(doors))('a test of an app with %s', (_name, open) => {
  it('gets a session with data, of a user, and the cookie that leads to it', async () => {
    const sessions = open()
    const where = await site(sessions, (req, res) => {
      res.end(JSON.stringify([sessions.info(req)?.userId, sessions.info(req)?.method, req.session.cart]))
    })
    const cookie = await sessionCookie(sessions, { userId: 42, signIn: { method: 'test' }, data: { cart: [1] } })
    expect((await where.ask('/', { headers: { cookie } })).body).toBe('["42","test",[1]]')
    expect(await sessions.list(42)).toHaveLength(1)
  })

  it('gets a session of nobody', async () => {
    const sessions = open()
    const where = await site(sessions, (req, res) =>
      res.end(JSON.stringify([req.session.theme, sessions.info(req)?.isNew])),
    )
    const cookie = await sessionCookie(sessions, { data: { theme: 'dark' } })
    expect((await where.ask('/', { headers: { cookie } })).body).toBe('["dark",false]')
  })
})

it('says why there is none where the cookie is for another path', async () => {
  const sessions = coatcheck({ secret, cookie: { path: '/app' } })
  await expect(sessionCookie(sessions)).rejects.toThrow(/do not serve the path/)
})
