/**
 * One purpose, one key: what is good for one thing is refused for every other (next-auth CVE-2023-48309, where a token of an interrupted
 * sign-in passed for a session).
 */
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

import { coatcheck, session, type SessionStore } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { sign } from '../http/support/published.js'
import { site, Visitor, type Handler } from '../http/support/site.js'
import { watchedRecords } from '../http/support/watched-records.js'
import { plain, secret } from './support/doors.js'

const source = fileURLToPath(new URL('../../src/', import.meta.url))

/** The labels under which the source derives keys: `coatcheck <purpose>`, and those that are named outright. */
function labels(): string[] {
  const found: string[] = []
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue
    const text = readFileSync(join(source, file), 'utf8')
    const [, purposes] = /type KeyPurpose =([^\n]*(?:\n\s+\|[^\n]*)*)/.exec(text) ?? []
    if (purposes !== undefined)
      found.push(...[...purposes.matchAll(/'([^']+)'/g)].map(([, purpose]) => `coatcheck ${purpose}`))
    found.push(...[...text.matchAll(/hkdfSync\([^\n]*'(coatcheck [^']+)'/g)].map(([, label]) => label!))
  }
  return found
}

function derived(label: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', label, 32)))
}

const whoAmI: Handler = (req, res) => {
  if (req.url === '/set') req.session.user = 'victim'
  res.end(String(req.session.user))
}

describe('the keys', () => {
  it('are derived under a label of their own each, and no two are the same', () => {
    const purposes = labels()
    expect(purposes).toEqual(
      expect.arrayContaining(['coatcheck cookie signature', 'coatcheck store key', 'coatcheck forward']),
    )
    expect(new Set(purposes).size).toBe(purposes.length)
    const keys = purposes.map((label) => derived(label).export().toString('hex'))
    expect(new Set([...keys, Buffer.from(secret).toString('hex')]).size).toBe(purposes.length + 1)
  })
})

describe('what was made for one purpose', () => {
  it('does not sign a cookie: of all keys that come from the secret, one does (next-auth CVE-2023-48309)', async () => {
    const store = watchedRecords()
    const where = await site(coatcheck({ secret, store }), whoAmI)
    const victim = new Visitor(where)
    await victim.ask('/set')
    const [id] = victim.cookies.get('session')!.split('.') as [string]
    const opened: string[] = []
    for (const [name, key] of [['the secret itself', secret], ...labels().map((label) => [label, derived(label)])] as [
      string,
      string | KeyObject,
    ][]) {
      const signature = createHmac('sha256', key).update(id).digest('base64url')
      if ((await where.ask('/', { headers: { cookie: `session=${id}.${signature}` } })).body === 'victim')
        opened.push(name)
    }
    expect(opened).toEqual(['coatcheck cookie signature'])
  })

  it('is no cookie: neither a store key nor a handle nor a signature passes for an ID or a ticket', async () => {
    const store = watchedRecords()
    const sessions = coatcheck({ secret, store })
    const handles: string[] = []
    const where = await site(sessions, (req, res) => {
      handles.push(sessions.info(req)!.handle)
      return whoAmI(req, res)
    })
    const victim = new Visitor(where)
    await victim.ask('/set')
    const [key] = Object.keys(store.contents()) as [string]
    const [id, signature] = victim.cookies.get('session')!.split('.') as [string, string]
    for (const one of [key, handles[0]!, signature, id]) {
      for (const other of [key, signature, id, '']) {
        if (one === id && other === signature) continue
        const { body } = await where.ask('/', { headers: { cookie: `session=${one}.${other}` } })
        expect([one, other, body]).toEqual([one, other, 'undefined'])
      }
    }
  })

  it('at one door is refused at the other, though both know the secret', async () => {
    const store = memoryStore()
    const modern = await site(coatcheck({ secret, store, hashIds: false, name: 'sid' }), whoAmI)
    const dropIn = await site(session({ ...plain, store, name: 'sid' }), whoAmI)
    for (const [own, other] of [
      [modern, dropIn],
      [dropIn, modern],
    ] as const) {
      const victim = new Visitor(own)
      await victim.ask('/set')
      expect((await victim.ask('/')).body).toBe('victim')
      expect((await other.ask('/', { headers: { cookie: victim.cookieHeader } })).body).toBe('undefined')
    }
    // Nor does the signature alone, in the form of the other door.
    const victim = new Visitor(dropIn)
    await victim.ask('/set')
    const [, id, signature] = /^s:(.*)\.(.*)$/.exec(decodeURIComponent(victim.cookies.get('sid')!))!
    const cookie = `sid=${id!.padEnd(43, 'A')}.${signature!.replaceAll('+', '-').replaceAll('/', '_')}`
    expect((await modern.ask('/', { headers: { cookie } })).body).toBe('undefined')
    expect(sign(id!, secret)).toBe(`${id}.${signature}`)
  })

  it('for one ID leads nowhere for another: the tombstone of a renewal opens under its own old ID alone', async () => {
    const clock = fakeClock(Date.now())
    const store = memoryStore({ clock })
    const where = await site(coatcheck({ secret, store, clock, renewEvery: '1h' }), whoAmI)
    const [mine, theirs] = [new Visitor(where), new Visitor(where)]
    await mine.ask('/set')
    await theirs.ask('/set')
    const [oldMine, oldTheirs] = [mine.cookieHeader, theirs.cookieHeader]
    clock.advance(3_600_000)
    await mine.ask('/')
    const [own] = tombstones(store)
    await theirs.ask('/')
    const other = tombstones(store).find(({ key }) => key !== own!.key)
    expect([mine.cookieHeader, theirs.cookieHeader]).not.toEqual([oldMine, oldTheirs])
    // Who writes to the store puts the way to the other session under the ID of their own old one.
    expect((await where.ask('/', { headers: { cookie: oldMine } })).body).toBe('victim')
    store.delete(own!.key)
    store.create(own!.key, other!.record)
    expect((await where.ask('/', { headers: { cookie: oldMine } })).body).toBe('undefined')
    expect((await where.ask('/', { headers: { cookie: oldTheirs } })).body).toBe('victim')
  })
})

function tombstones(store: SessionStore): Awaited<ReturnType<SessionStore['scan']>>['records'] {
  const page = store.scan(undefined, 100) as Awaited<ReturnType<SessionStore['scan']>>
  return page.records.filter(({ record }) => record.attributes?.includes('"retired":true') === true)
}
