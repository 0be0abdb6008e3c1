/**
 * A cookie that we did not sign does nothing: it reads no session, and it ends none (better-auth CVE-2025-71402, where a sign-out deleted
 * whatever sessions an unsigned cookie named).
 */
import { createHmac } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { site, Visitor, type Handler } from '../http/support/site.js'
import { TestStore } from '../http/support/test-store.js'
import { watchedRecords } from '../http/support/watched-records.js'
import { doors, secret } from './support/doors.js'

/** Cookies by somebody who knows the victim's ID and a ticket of their own, and no secret. */
function forgeries(name: string, id: string, handle: string, own: string): string[] {
  const signature = decodeURIComponent(own).split('.').at(-1)!
  const guessed = createHmac('sha256', '').update(id).digest('base64url')
  const values = [
    id,
    handle,
    `${id}.`,
    `s:${id}`,
    `s:${id}.`,
    `${id}.${signature}`,
    `s:${id}.${signature}`,
    `${id}.${guessed}`,
    `s:${id}.${guessed}`,
    `${id}.${'A'.repeat(43)}`,
    `${id}.${id}`,
    `j:${JSON.stringify({ id })}`,
  ]
  return values.map((value) => `${name}=${encodeURIComponent(value)}`)
}

describe.each(doors)('%s', (name, open) => {
  it.each(['destroy', 'sign-out', 'unset', 'regenerate', 'write'])(
    'an unsigned cookie ends nobody’s session, whatever the request does: %s (better-auth CVE-2025-71402)',
    async (deed) => {
      const records = watchedRecords()
      const callbacks = new TestStore('later')
      const store = name.endsWith('records') ? records : callbacks
      const sessions = open({ store, unset: 'destroy' })
      const handler: Handler = async (req, res) => {
        const body = JSON.stringify({
          user: req.session.user ?? null,
          id: req.sessionID,
          handle: sessions.info(req)?.handle,
        })
        if (req.url!.startsWith('/as/')) req.session.user = req.url!.slice(4)
        if (req.url === '/destroy') await req.session.destroy()
        if (req.url === '/sign-out') await sessions.signOut(req)
        if (req.url === '/unset') delete (req as Partial<typeof req>).session
        if (req.url === '/regenerate') await req.session.regenerate()
        if (req.url === '/write') req.session.user = 'mallory'
        res.end(body)
      }
      const where = await site(sessions, handler)
      const [victim, mallory] = [new Visitor(where), new Visitor(where)]
      const { id, handle } = JSON.parse((await victim.ask('/as/victim')).body) as { id: string; handle: string }
      await mallory.ask('/as/mallory')
      const [[cookieName, own]] = [...mallory.cookies] as [[string, string]]

      for (const cookie of forgeries(cookieName, id, handle, own)) {
        const reply = await where.ask(`/${deed}`, { headers: { cookie } })
        expect(JSON.parse(reply.body)).toMatchObject({ user: null })
      }
      expect(JSON.parse((await victim.ask('/')).body)).toMatchObject({ user: 'victim', id })
    },
  )

  it.each(['destroy', 'sign-out', 'unset'])(
    'while the cookie itself does, so that the above says something: %s',
    async (deed) => {
      const sessions = open({ unset: 'destroy' })
      const where = await site(sessions, async (req, res) => {
        const { user } = req.session
        if (req.url === '/set') req.session.user = 'ann'
        if (req.url === '/destroy') await req.session.destroy()
        if (req.url === '/sign-out') await sessions.signOut(req)
        if (req.url === '/unset') delete (req as Partial<typeof req>).session
        res.end(String(user))
      })
      const visitor = new Visitor(where)
      await visitor.ask('/set')
      const headers = { cookie: visitor.cookieHeader }
      await where.ask(`/${deed}`, { headers })
      expect((await where.ask('/', { headers })).body).toBe('undefined')
    },
  )
})

describe('every bit of a signature counts', () => {
  it.each(doors)(
    '%s: a cookie with one bit changed, or a piece cut off or put on, opens nothing',
    async (_name, open) => {
      const where = await site(open({ secret }), (req, res) => {
        const { user } = req.session
        if (req.url === '/set') req.session.user = 'victim'
        res.end(String(user))
      })
      const victim = new Visitor(where)
      await victim.ask('/set')
      const [[name, sent]] = [...victim.cookies] as [[string, string]]
      const value = decodeURIComponent(sent)
      const changed = new Set<string>()
      for (let at = 0; at < value.length; at += 1) {
        for (let bit = 0; bit < 7; bit += 1) {
          const other = String.fromCharCode(value.charCodeAt(at) ^ (1 << bit))
          changed.add(value.slice(0, at) + other + value.slice(at + 1))
        }
        // Cut down to one byte, this is the very character that was there.
        changed.add(value.slice(0, at) + String.fromCharCode(value.charCodeAt(at) + 0x100) + value.slice(at + 1))
        changed.add(value.slice(0, at))
        changed.add(value.slice(at + 1))
      }
      for (const put of ['A', '=', '==', '.', ' ', '\0', '\u0141', '.A']) changed.add(value + put).add(put + value)
      // Other ways to write the same bytes in base64.
      changed.add(value.replaceAll('-', '+').replaceAll('_', '/')).add(value.replaceAll('+', '-').replaceAll('/', '_'))
      changed.delete(value)
      // A blank, or a pair of quotes, around a value is none of it.
      const opened: string[] = []
      for (const text of changed) {
        const cookie = `${name}=${encodeURIComponent(text)}`
        const { status, body } = await where.ask('/', { headers: { cookie } })
        if (status !== 200 || body !== 'undefined') opened.push(text)
      }
      expect(changed.size).toBeGreaterThan(500)
      expect(opened).toEqual([])
      expect((await victim.ask('/')).body).toBe('victim')
    },
  )
})
