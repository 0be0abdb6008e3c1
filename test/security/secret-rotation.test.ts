/**
 * Secrets rotate: the first signs, all verify, a cookie of an older one is issued anew, and one that was taken out opens nothing
 * (Flask CVE-2025-47278, which signed with the oldest key of the list).
 */
import { createHmac } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { deriveKey } from '../../src/core/keys.js'
import type { SessionStore } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { sign } from '../http/support/published.js'
import { site, Visitor, type Handler } from '../http/support/site.js'
import { TestStore } from '../http/support/test-store.js'
import { doors } from './support/doors.js'

const newest = 'the newest of all secrets, by far the best'
const older = 'an older secret that still verifies cookies'
const oldest = 'the oldest secret, on its way out of the app'

const whoAmI: Handler = (req, res) => {
  if (req.url === '/set') req.session.user = 'ann'
  res.end(JSON.stringify({ user: req.session.user ?? null, id: req.sessionID }))
}

function newStore(door: string): SessionStore | TestStore {
  return door.endsWith('records') ? memoryStore() : new TestStore('later')
}

function signed(door: string, id: string, secret: string): string {
  if (door.startsWith('session()')) return encodeURIComponent(`s:${sign(id, secret)}`)
  return `${id}.${createHmac('sha256', deriveKey(secret, 'cookie signature')).update(id).digest('base64url')}`
}

describe.each(doors)('%s', (name, open) => {
  it('signs with the first secret, whatever stands behind it (Flask CVE-2025-47278)', async () => {
    for (const secret of [[newest], [newest, older], [newest, older, oldest]]) {
      const visitor = new Visitor(await site(open({ secret }), whoAmI))
      const { id } = JSON.parse((await visitor.ask('/set')).body) as { id: string }
      expect([...visitor.cookies.values()]).toEqual([signed(name, id, newest)])
    }
  })

  it.each([
    ['the one before', [newest, older]],
    ['one of long ago', [newest, 'another one in between, of thirty-two bytes', older]],
  ])('a cookie of %s still opens its session, and signs nobody out', async (_kind, secret) => {
    const store = newStore(name)
    const before = new Visitor(await site(open({ secret: older, store }), whoAmI))
    const { id } = JSON.parse((await before.ask('/set')).body) as { id: string }
    const after = new Visitor(await site(open({ secret, store }), whoAmI))
    for (const [key, value] of before.cookies) after.cookies.set(key, value)
    for (let time = 0; time < 3; time += 1) {
      expect(JSON.parse((await after.ask('/')).body)).toEqual({ user: 'ann', id })
    }
  })

  it('a secret that was taken out opens nothing any more', async () => {
    const store = newStore(name)
    const before = new Visitor(await site(open({ secret: oldest, store }), whoAmI))
    await before.ask('/set')
    const after = await site(open({ secret: [newest, older], store }), whoAmI)
    const reply = await after.ask('/', { headers: { cookie: before.cookieHeader } })
    expect(JSON.parse(reply.body)).toMatchObject({ user: null })
  })
})

describe.each(doors.filter(([name]) => name.startsWith('coatcheck()')))('%s', (name, open) => {
  it('a cookie of an older secret is issued anew under the first, once', async () => {
    const store = newStore(name)
    const before = new Visitor(await site(open({ secret: older, store }), whoAmI))
    const { id } = JSON.parse((await before.ask('/set')).body) as { id: string }
    const after = new Visitor(await site(open({ secret: [newest, older], store }), whoAmI))
    for (const [key, value] of before.cookies) after.cookies.set(key, value)
    expect((await after.ask('/')).setCookies).toEqual([expect.stringContaining(signed(name, id, newest))])
    expect((await after.ask('/')).setCookies).toEqual([])
    // So the older secret can be taken out.
    const last = new Visitor(await site(open({ secret: newest, store }), whoAmI))
    for (const [key, value] of after.cookies) last.cookies.set(key, value)
    expect(JSON.parse((await last.ask('/')).body)).toEqual({ user: 'ann', id })
  })
})
