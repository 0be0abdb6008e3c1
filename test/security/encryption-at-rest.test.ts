/**
 * With encryption, who holds the store holds nothing: not what is in sessions, and not a way to put a session where it does not belong.
 * (Decrypt failure falls back to another decoder: rack-session CVE-2026-39324. Token of one purpose accepted for another: next-auth
 * CVE-2023-48309.)
 */
import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { coatcheck, session, type KeptRecord, type SessionRecord, type Sessions } from '../../src/index.js'
import { sealedRecords } from '../../src/core/sealed-records.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { hour, record, start } from '../stores/support.js'
import { site, Visitor, type Handler, type Site } from '../http/support/site.js'
import { useRealStores } from './support/real-stores.js'

const secret = 'a secret of at least thirty-two bytes'
const keys = ['a key of at least thirty-two bytes, for tests']
const encryption = { keys }

const handler: Handler = (req, res) => {
  const name = new URL(req.url!, 'http://x').searchParams.get('as')
  if (name !== null) Object.assign(req.session, { nickname: name, note: `the diary of ${name}` })
  if (req.url === '/cookie') req.session.cookie.maxAge = 7_654_321
  res.end(String(req.session.nickname))
}

const doors: [string, (store: ReturnType<typeof memoryStore>, clock?: never) => Sessions][] = [
  ['coatcheck()', (store) => coatcheck({ secret, store, encryption })],
  ['session()', (store) => session({ secret, store, encryption, resave: false, saveUninitialized: false })],
]

async function signedIn(where: Site, name: string): Promise<Visitor> {
  const visitor = new Visitor(where)
  await visitor.ask(`/?as=${name}`)
  expect((await visitor.ask()).body).toBe(name)
  return visitor
}

const realStores = useRealStores()

describe.each(realStores)('in %s', (_store, open) => {
  it.each(doors)('nothing that %s was given is found, in any of its bytes', async (_door, mounted) => {
    const real = await open()
    const sessions = mounted(real.handle() as never)
    const where = await site(sessions, handler)
    const anneliese = await signedIn(where, 'anneliese')
    await anneliese.ask('/cookie')
    await signedIn(where, 'balthasar')
    await anneliese.ask('/?as=annabella')
    const contents = await real.contents()
    expect(Buffer.concat(contents).includes('coatcheck:sealed')).toBe(true)
    for (const part of ['anneliese', 'annabella', 'balthasar', 'diary', 'nickname', '7654321', 'originalMaxAge']) {
      expect(contents.filter((bytes) => bytes.includes(part)).map(String)).toEqual([])
    }
    await sessions.close()
  })

  it('what is looked for would be found if it were there', async () => {
    const real = await open()
    const sessions = coatcheck({ secret, store: real.handle() })
    const anneliese = await signedIn(await site(sessions, handler), 'anneliese')
    await anneliese.ask('/cookie')
    const contents = await real.contents()
    for (const part of ['anneliese', 'the diary of anneliese', 'nickname', '7654321', 'originalMaxAge']) {
      expect(contents.some((bytes) => bytes.includes(part))).toBe(true)
    }
    await sessions.close()
  })

  it('a row of another visitor is not his session: rows swapped', async () => {
    const real = await open()
    const store = real.handle()
    const sessions = coatcheck({ secret, store: real.handle(), encryption })
    const where = await site(sessions, handler)
    const ann = await signedIn(where, 'ann')
    const [anns] = (await store.scan(undefined, 10)).records as [KeptRecord]
    const bob = await signedIn(where, 'bob')
    const bobs = (await store.scan(undefined, 10)).records.find(({ key }) => key !== anns.key)!
    const errors: unknown[] = []
    sessions.on('storeError', ({ error }) => errors.push(error))

    await store.update(bobs.key, { ...bobs.record, data: anns.record.data }, bobs.record.version)
    await store.update(anns.key, { ...anns.record, data: bobs.record.data }, anns.record.version)
    expect((await bob.ask()).body).toBe('undefined')
    expect((await ann.ask()).body).toBe('undefined')
    expect(errors).toEqual(
      Array.from({ length: 2 }, () => expect.objectContaining({ code: 'ERR_SESSION_STORE_ANSWER' })),
    )
    await store.close()
    await sessions.close()
  })

  it.each<[string, (one: SessionRecord, other: SessionRecord) => Partial<SessionRecord>]>([
    ['rows swapped', (_one, other) => other],
    ['texts swapped', (_one, { data }) => ({ data })],
    ['columns swapped', ({ data }) => ({ data: '{"user":"admin"}', attributes: data })],
    ['a column filled', ({ data }) => ({ data, attributes: '{"cookie":{}}' })],
    ['user swapped', (_one, { userId }) => ({ userId })],
    ['user taken away', () => ({ userId: undefined })],
    ['age changed, past the absolute timeout', ({ createdAt }) => ({ createdAt: createdAt + hour })],
    ['an older text under a newer version', (_one, { data }) => ({ data, version: 2 })],
    ['decrypt failure falls back: plain JSON', () => ({ data: '{"user":"admin"}' })],
    ['decrypt failure falls back: a serialized object', () => ({ data: '\u0004\bo:\u0006X' })],
    ['decrypt failure falls back: another format', ({ data }) => ({ data: data.replace('":"1', '":"0') })],
  ])('what was changed opens no record: %s', async (_attack, change) => {
    const real = await open()
    const [store, sealed] = [real.handle(), sealedRecords(real.handle(), encryption)]
    const now = Date.now()
    const fresh = { createdAt: now, expiresAt: now + hour }
    await sealed.create('one', record({ ...fresh, data: '{"user":"ann"}', userId: 'ann' }))
    await sealed.create('other', record({ ...fresh, data: '{"user":"bob"}', userId: 'bob' }))
    const [one, other] = [(await store.read('one'))!, (await store.read('other'))!]

    expect(await store.update('one', { ...one, ...change(one, other) }, one.version)).toBe('updated')
    await expect((async () => sealed.read('one'))()).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_ANSWER' })
    for (const user of ['ann', 'bob']) {
      const listed = await sealed.listByUser(user)
      expect(listed.find(({ key }) => key === 'one')?.record ?? { data: '{}', expiresAt: 0 }).toMatchObject({
        data: '{}',
        expiresAt: 0,
      })
    }
    expect(await sealed.read('other')).toMatchObject({ data: '{"user":"bob"}' })
    await store.close()
    await sealed.close()
  })

  it('a key that was removed opens nothing, and its visitors begin anew', async () => {
    const real = await open()
    const before = coatcheck({ secret, store: real.handle(), encryption })
    const ann = await signedIn(await site(before, handler), 'ann')
    const after = coatcheck({ secret, store: real.handle(), encryption: { keys: [randomBytes(32)] } })
    const told: string[] = []
    after.on('storeError', ({ error }) => told.push((error as Error).message))
    const where = await site(after, handler)
    const visitor = new Visitor(where)
    for (const [name, value] of ann.cookies) visitor.cookies.set(name, value)
    expect(await visitor.ask()).toMatchObject({ status: 200, body: 'undefined' })
    expect(told).toEqual([expect.stringContaining('encrypted with none of the keys')])
    expect((await visitor.ask('/?as=ann')).body).toBe('ann')
    expect((await visitor.ask()).body).toBe('ann')
    expect(where.errors).toEqual([])
    await before.close()
    await after.close()
  })
})

describe('the same key in another use', () => {
  it('makes no text that opens as a session: token of one purpose for another', () => {
    const raw = memoryStore()
    const sealed = sealedRecords(raw, encryption)
    void sealed.create('key', record())
    const { data } = raw.read('key')!
    const header = data.slice(21, 68)
    const place = Buffer.from(header + JSON.stringify(['key', start, 1, null]))
    const forge = (label: string): string => {
      const key = Buffer.from(hkdfSync('sha256', keys[0]!, '', label, 32))
      const aes = createCipheriv('aes-256-gcm', key, Buffer.from(header.slice(-16), 'base64url')).setAAD(place)
      const body = Buffer.concat([aes.update(':{"user":"admin"}'), aes.final(), aes.getAuthTag()])
      return `{"coatcheck:sealed":"${header}${body.toString('base64url')}"}`
    }
    const salt = header.slice(7, 31)
    const attempt = (label: string): unknown => {
      void raw.update('key', record({ data: forge(label) }), 1)
      return sealed.read('key')
    }
    for (const purpose of ['cookie signature', 'store key', 'handle encryption', 'record encryption']) {
      expect(() => attempt(`coatcheck ${purpose}`)).toThrow(
        expect.objectContaining({ code: 'ERR_SESSION_STORE_ANSWER' }),
      )
      if (purpose === 'record encryption') continue
      expect(() => attempt(`coatcheck ${purpose} ${salt}`)).toThrow(/is not what was stored/)
    }
    // The forger does everything else right: with the key of this very purpose and salt it opens.
    expect(attempt(`coatcheck record encryption ${salt}`)).toMatchObject({ data: '{"user":"admin"}' })
  })

  it('keeps what the secret protects apart: an encryption key signs no cookie', async () => {
    const where = await site(coatcheck({ secret, encryption }), handler)
    const other = await site(coatcheck({ secret: keys[0]! }), handler)
    const visitor = await signedIn(other, 'ann')
    const reply = await where.ask('/', { headers: { cookie: visitor.cookieHeader } })
    expect(reply.body).toBe('undefined')
  })
})
