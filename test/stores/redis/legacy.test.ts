import { createRequire } from 'node:module'

import { RedisStore } from 'connect-redis'
import express from 'express'
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { session } from '../../../src/index.js'
import { ownKey } from '../../../src/core/own-records.js'
import { sealedRecords } from '../../../src/core/sealed-records.js'
import { redisStore, type RedisSessionStore } from '../../../src/stores/redis/index.js'
import { fakeClock, type FakeClock } from '../../../src/testing/index.js'
import { startRedis, useEngine } from '../../support/engines.js'
import { hour, record } from '../support.js'

const genuine = createRequire(import.meta.url)('express-session') as typeof session
type SessionData = Parameters<RedisStore['set']>[1]

const redis = useEngine(startRedis)
let client: ReturnType<typeof createClient>
let before: RedisStore
let clock: FakeClock
let store: RedisSessionStore

beforeAll(async () => {
  client = createClient({ url: redis().url })
  await client.connect()
})
afterAll(() => client.destroy())
beforeEach(async () => {
  await client.flushAll()
  before = new RedisStore({ client })
  // connect-redis goes by the system's clock.
  clock = fakeClock(Date.now())
  store = redisStore({ client, clock, legacy: 'connect-redis' })
})

/** A session as express-session hands it to its store. */
function sessionOf(values: object, maxAge: number | null = hour): SessionData {
  const expires = maxAge === null ? null : new Date(clock.now() + maxAge)
  return { cookie: { originalMaxAge: maxAge, expires, httpOnly: true, path: '/' }, ...values } as never
}

const text = '{"user":{"name":"Žofie 😀"},"list":[],"__proto__":{"admin":true},"n":1.5}'
const values = JSON.parse(text) as object

describe('a session that connect-redis kept', () => {
  it('is read where it is: data, cookie, and the time it has left', async () => {
    await before.set('id', sessionOf(values))
    const found = (await store.read('id'))!
    expect(found.data).toBe(text)
    expect(JSON.parse(found.attributes!)).toEqual({
      cookie: JSON.parse(JSON.stringify(sessionOf({}).cookie)) as unknown,
    })
    expect(found.userId).toBeUndefined()
    expect(Math.abs(found.expiresAt - clock.now() - hour)).toBeLessThan(5_000)
    expect(await client.get('sess:id')).toContain('"cookie"')
  })

  it('lives as long as connect-redis last said, by a touch too, and a day without a cookie that ends', async () => {
    await before.set('id', sessionOf(values))
    await before.touch('id', sessionOf(values, 3 * hour))
    expect(Math.abs((await store.read('id'))!.expiresAt - clock.now() - 3 * hour)).toBeLessThan(5_000)
    await before.set('id', sessionOf(values, null))
    expect(Math.abs((await store.read('id'))!.expiresAt - clock.now() - 24 * hour)).toBeLessThan(5_000)
    const endless = new RedisStore({ client, disableTTL: true })
    await endless.set('endless', sessionOf(values, null))
    expect((await store.read('endless'))!.expiresAt).toBe(clock.now() + 24 * hour)
    await endless.set('endless', sessionOf(values, 2 * hour))
    expect((await store.read('endless'))!.expiresAt).toBe(clock.now() + 2 * hour)
  })

  it('began when it was last saved, at every reading', async () => {
    const saved = clock.now()
    await before.set('id', sessionOf(values))
    clock.advance(60_000)
    expect((await store.read('id'))!.createdAt).toBe(saved)
    await before.set('id', sessionOf(values, null))
    expect((await store.read('id'))!.createdAt).toBe(clock.now())
  })

  it('is taken over by the first update, and is ours from then on', async () => {
    await before.set('id', sessionOf(values))
    const found = (await store.read('id'))!
    const next = { ...found, data: '{"n":2}', version: found.version + 1, expiresAt: clock.now() + 2 * hour }
    expect(await store.update('id', next, found.version)).toBe('updated')
    expect(await store.read('id')).toEqual(next)
    expect(await client.get('sess:id')).not.toMatch(/^\{/)
    expect(Math.abs((await client.pTTL('sess:id')) - 2 * hour)).toBeLessThan(5_000)
    expect(await store.update('id', { ...next, version: next.version + 1 }, next.version)).toBe('updated')
    expect(await store.update('id', next, found.version)).toMatchObject({ conflict: { version: next.version + 1 } })
  })

  it('is taken over with its user, who finds it', async () => {
    await before.set('id', sessionOf(values))
    const found = (await store.read('id'))!
    const next = { ...found, userId: 'ann', version: found.version + 1 }
    expect(await store.update('id', next, found.version)).toBe('updated')
    expect(await store.listByUser('ann')).toEqual([{ key: 'id', record: next }])
  })

  it('is taken over by a touch, and keeps what it says', async () => {
    await before.set('id', sessionOf(values))
    const found = (await store.read('id'))!
    const expiresAt = clock.now() + 2 * hour
    expect(await store.touch('id', expiresAt)).toBe(true)
    expect(await store.read('id')).toEqual({ ...found, expiresAt })
    const next = { ...found, data: '{}', version: found.version + 1, expiresAt }
    expect(await store.update('id', next, found.version)).toBe('updated')
  })

  it('that an instance on connect-redis changes meanwhile is a conflict, and nothing is lost', async () => {
    await before.set('id', sessionOf(values))
    const found = (await store.read('id'))!
    await before.set('id', sessionOf({ theirs: true }))
    const result = await store.update('id', { ...found, version: found.version + 1 }, found.version)
    expect(result).toMatchObject({ conflict: { data: '{"theirs":true}' } })
    const { version } = (result as { conflict: { version: number } }).conflict
    expect(await store.update('id', record({ version: version + 1, expiresAt: clock.now() + hour }), version)).toBe(
      'updated',
    )
  })

  it('is taken over by one of several that try at once', async () => {
    await before.set('id', sessionOf(values))
    const found = (await store.read('id'))!
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        store.update('id', { ...found, data: `{"n":${index}}`, version: found.version + 1 }, found.version),
      ),
    )
    expect(results.filter((result) => result === 'updated')).toHaveLength(1)
  })

  it('can be deleted and replaced, is in the way of a create, and is not brought back', async () => {
    await before.set('a', sessionOf(values))
    await before.set('b', sessionOf(values))
    const found = (await store.read('a'))!
    expect(await store.create('a', found)).toBe(false)
    expect(await store.delete('a')).toBe(true)
    expect(await store.update('a', found, found.version)).toBe('missing')
    expect(await store.touch('a', clock.now() + hour)).toBe(false)
    expect(await store.replace('b', 'c', found)).toBe(true)
    expect(await store.read('b')).toBeUndefined()
  })

  it('is scanned and counted with the others', async () => {
    await before.set('theirs', sessionOf(values))
    await store.create('ours', record({ expiresAt: clock.now() + hour }))
    await client.set('sess:odd', '{"no":"cookie"}')
    const { records } = await store.scan(undefined, 10)
    expect(records.map(({ key }) => key).sort()).toEqual(['ours', 'theirs'])
    expect(await store.count()).toBe(3)
  })

  it('is no session where nobody asked for it', async () => {
    await before.set('id', sessionOf(values))
    const strict = redisStore({ client, clock, prefix: 'sess:' })
    await expect(strict.read('id')).rejects.toThrow("legacy: 'connect-redis'")
  })
})

describe('the way back', () => {
  it('hands every session to connect-redis, with its data, its cookie and its deadline', async () => {
    await before.set('theirs', sessionOf(values))
    const taken = (await store.read('theirs'))!
    await store.update('theirs', { ...taken, data: '{"n":2}', version: taken.version + 1 }, taken.version)
    await before.set('never taken over', sessionOf(values))
    const expiresAt = clock.now() + 2 * hour
    await store.create('ours', record({ data: text, expiresAt, userId: 'ann' }))
    await store.create('empty', record({ data: '{}', expiresAt }))
    await store.create('over', record({ expiresAt: clock.now() + 1_000 }))
    await store.create(ownKey('tombstone', 'given up'), record({ expiresAt }))
    clock.advance(1_000)

    expect(await store.handBack({ maxAge: hour })).toBe(3)

    expect(await before.get('theirs')).toEqual(
      JSON.parse(
        JSON.stringify(sessionOf({ n: 2 }, null)).replace(
          /"cookie":\{[^}]*\}/,
          `"cookie":${JSON.stringify((JSON.parse(taken.attributes!) as { cookie: object }).cookie)}`,
        ),
      ),
    )
    expect(await before.get('never taken over')).toMatchObject({ list: [], n: 1.5 })
    expect(await before.get('ours')).toMatchObject({
      ...values,
      cookie: { originalMaxAge: hour, expires: new Date(expiresAt).toJSON() },
    })
    expect(await before.get('empty')).toEqual({
      cookie: { originalMaxAge: hour, expires: new Date(expiresAt).toJSON(), httpOnly: true, path: '/' },
    })
    expect(Math.abs((await client.pTTL('sess:ours')) - (expiresAt - clock.now()))).toBeLessThan(5_000)
    expect(await store.handBack()).toBe(0)
  })

  it('opens encrypted sessions with the keys of the app, and leaves those that no key opens', async () => {
    const encryption = { keys: ['a key of at least thirty-two bytes, for tests'] }
    const fresh = record({ data: text, attributes: '{"cookie":{"path":"/app"}}', expiresAt: clock.now() + hour })
    await sealedRecords(store, encryption).create('sealed', fresh)
    await sealedRecords(store, { keys: ['another key, of thirty-two bytes at the least'] }).create('lost', fresh)
    await expect(store.handBack()).rejects.toThrow(/encrypted session.*handBack\(\{ encryption: \{ keys \} \}\)/)
    await expect(store.handBack({ encryption: { keys: [] } })).rejects.toThrow(/^encryption needs keys/)
    const lost = await store.read('lost')
    await store.create('plain', fresh)

    expect(await store.handBack({ encryption })).toBe(2)
    for (const id of ['sealed', 'plain'])
      expect(await before.get(id)).toMatchObject({ ...values, cookie: { path: '/app' } })
    expect(await store.read('lost')).toEqual(lost)
  })

  it('and forth again', async () => {
    await store.create('id', record({ data: text, expiresAt: clock.now() + hour }))
    await store.handBack()
    expect((await store.read('id'))!.data).toBe(text)
  })
})

/** Counts the visitor's requests, and answers the count and the cookie that came with it. */
async function visit(middleware: express.RequestHandler, cookie: string | undefined): Promise<[string, string]> {
  const app = express()
  app.use(middleware)
  app.get('/', (req, res) => {
    const data = req.session as unknown as { views?: number }
    data.views = (data.views ?? 0) + 1
    res.send(`${data.views}`)
  })
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const answer = await fetch(`http://127.0.0.1:${port}/`, cookie === undefined ? {} : { headers: { cookie } })
  const views = await answer.text()
  await new Promise((resolve) => server.close(resolve))
  return [views, answer.headers.getSetCookie()[0]?.split(';')[0] ?? cookie!]
}

describe('an app that changes from express-session and connect-redis', () => {
  const secret = 'a secret that both of them know, of 32 bytes'
  const settings = { secret, resave: false, saveUninitialized: false, cookie: { maxAge: hour } }

  it('signs nobody out, nor on the way back', async () => {
    const theirs = genuine({ ...settings, store: before as never }) as express.RequestHandler
    const ours = session({
      ...settings,
      store: redisStore({ client, legacy: 'connect-redis' }),
    }) as express.RequestHandler
    let [views, cookie] = await visit(theirs, undefined)
    ;[views, cookie] = await visit(theirs, cookie)
    ;[views, cookie] = await visit(ours, cookie)
    ;[views, cookie] = await visit(ours, cookie)
    expect(views).toBe('4')
    expect(await redisStore({ client, legacy: 'connect-redis' }).handBack({ maxAge: hour })).toBe(1)
    ;[views, cookie] = await visit(theirs, cookie)
    expect(views).toBe('5')
    expect((await visit(ours, cookie))[0]).toBe('6')
  })
})
