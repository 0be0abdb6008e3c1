/**
 * The command as people run it: the built program, in a process of its own.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { coatcheck, session, type SessionRecord } from '../../src/index.js'
import { postgresStore } from '../../src/stores/postgres/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { sqliteStore } from '../../src/stores/sqlite/index.js'
import { site, Visitor } from '../http/support/site.js'
import { temporaryFolder } from '../stores/support.js'
import { startPostgres, startRedis, useEngine } from '../support/engines.js'
import { cli, type Ran } from './support.js'

const hour = 3_600_000

function record(fields: Partial<SessionRecord> = {}): SessionRecord {
  const now = Date.now()
  return { data: '{"cart":[1,2]}', version: 1, createdAt: now - hour, expiresAt: now + hour, ...fields }
}

const annsKey = `ann-${'a'.repeat(39)}`
const strangersKey = `xyz-${'b'.repeat(39)}`
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

const redis = useEngine(startRedis)
const postgres = useEngine(startPostgres)

const places = {
  sqlite: () => {
    const path = join(temporaryFolder(), 'sessions.db')
    return { url: `sqlite:${path}`, store: sqliteStore(path) }
  },
  redis: () => ({ url: redis().url, store: redisStore({ url: redis().url }) }),
  postgres: () => ({ url: postgres().url, store: postgresStore({ url: postgres().url }) }),
}

describe.each(Object.entries(places))('over %s', (_name, open) => {
  it('lists, shows, counts, exports, ends and sweeps', { timeout: 120_000 }, async () => {
    const { url, store } = open()
    onTestFinished(() => store.close())
    const device = { agent: firefox, address: '192.0.2.7' }
    const attributes = JSON.stringify({ at: 1, method: 'password', device })
    await store.create(annsKey, record({ userId: 'ann', attributes }))
    await store.create(strangersKey, record({ data: '{}' }))

    const listed = await cli(['list', '--store', url])
    expect(listed).toMatchObject({ code: 0, err: '' })
    expect(listed.out).toMatch(/^SESSION +USER +DEVICE +ADDRESS +BEGAN +ENDS IN +SIZE$/m)
    expect(listed.out).toMatch(/^ann-aaaaaa… +ann +Firefox 140, Linux +192\.0\.2\.7 +1 h ago +1 h +14 B$/m)
    expect(listed.out).toMatch(/^xyz-bbbbbb… +– +– +– /m)
    // Under session() the whole key would be the ID.
    expect(listed.out).not.toContain(annsKey)

    const shown = await cli(['show', 'ann-aa', '--store', url, '--json'])
    expect(JSON.parse(shown.out)).toMatchObject({ session: 'ann-aaaaaa…', method: 'password', data: { cart: [1, 2] } })
    expect((await cli(['show', annsKey, '--full', '--store', url])).out).toContain(annsKey)

    expect(JSON.parse((await cli(['user', 'ann', '--store', url, '--json'])).out)).toHaveLength(1)
    expect((await cli(['user', 'nobody', '--store', url])).out).toBe('no sessions\n')
    expect(JSON.parse((await cli(['stats', '--json'], { COATCHECK_STORE: url })).out)).toMatchObject({
      sessions: 2,
      signedIn: 1,
      anonymous: 1,
      users: 1,
      size: { total: 16, largest: 14 },
    })
    const lines = (await cli(['export', '--store', url])).out.trim().split('\n')
    const exported = lines.map((line) => (JSON.parse(line) as { data: unknown }).data)
    expect(exported).toHaveLength(2)
    expect(exported).toEqual(expect.arrayContaining([{ cart: [1, 2] }, {}]))

    expect(await cli(['revoke', 'xyz-bbb', '--store', url])).toMatchObject({ code: 0, out: 'ended 1 session\n' })
    expect(await cli(['revoke', '--user', 'ann', '--store', url])).toMatchObject({ code: 0, out: 'ended 1 session\n' })
    expect(await cli(['revoke', '--user', 'ann', '--store', url])).toMatchObject({ code: 3 })
    expect(await store.read(annsKey)).toBeUndefined()
    expect(await cli(['sweep', '--store', url])).toMatchObject({ code: 0, out: expect.stringMatching(/^deleted \d/) })
  })
})

describe('revoke', () => {
  it('ends everyone’s sessions only when it is told twice', async () => {
    const { url, store } = places.sqlite()
    onTestFinished(() => store.close())
    await store.create(annsKey, record({ userId: 'ann' }))
    const once = await cli(['revoke', '--everyone', '--store', url])
    expect(once).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
    expect(await store.read(annsKey)).toBeDefined()
    expect(await cli(['revoke', '--everyone', '--yes', '--store', url])).toMatchObject({ out: 'ended 1 session\n' })
    expect(await store.read(annsKey)).toBeUndefined()
  })

  it('says what it needs, and what a name that fits several sessions is', async () => {
    const { url, store } = places.sqlite()
    onTestFinished(() => store.close())
    await store.create(`${annsKey}1`, record())
    await store.create(`${annsKey}2`, record())
    const refused = async (...args: string[]): Promise<string> => {
      const { code, err } = await cli(['revoke', ...args, '--store', url])
      expect(code).toBe(2)
      return err
    }
    expect(await refused()).toContain('--user')
    expect(await refused('ann-aa')).toContain('several')
    expect(await refused('an')).toContain('at least')
    expect(await cli(['revoke', 'nobody-here', '--store', url])).toMatchObject({ code: 3 })
  })
})

describe('a command line that is not right', () => {
  it('is told what to write, with exit code 2', async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { code, err } = await cli(args)
      expect(code).toBe(2)
      return err
    }
    expect(await refused('list')).toContain('sqlite:./sessions.db')
    expect(await refused('list', '--store', 'mongodb://x')).toContain('mongodb')
    expect(await refused('list', '--store', 'sqlite:')).toContain('path of a file')
    expect(await refused('nothing')).toContain('unknown command')
    expect(await refused('list', '-n', 'many', '--store', 'x')).toContain('whole number')
    expect(await refused('completion', 'tcsh')).toContain('fish')
    expect(await cli(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('Exit codes') })
  })

  it('makes no new, empty store of a mistyped path', async () => {
    const path = join(temporaryFolder(), 'mistyped.db')
    const ran = await cli(['list', '--store', `sqlite:${path}`])
    expect(ran).toMatchObject({ code: 3, err: `coatcheck: there is no file ${path}\n` })
  })

  it('fails with 1, and the reason, where the store does', async () => {
    const ran = await cli(['list', '--store', 'postgres://127.0.0.1:1/none'])
    expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(/^coatcheck: .*ECONNREFUSED/) })
  })
})

it('a module of the app names its store', async () => {
  const { url, store: made } = places.sqlite()
  await made.close()
  const folder = temporaryFolder()
  const named = (name: string, text: string): string => {
    const file = join(folder, name)
    writeFileSync(file, text)
    return file
  }
  const face = JSON.stringify(join(import.meta.dirname, '../../dist/stores/sqlite/index.js'))
  const good = `import { sqliteStore } from ${face}\nexport const store = sqliteStore(${JSON.stringify(url.slice(7))})\n`
  expect(await cli(['list', '--config', named('store.mjs', good)])).toMatchObject({ code: 0, out: 'no sessions\n' })
  const other = await cli(['list', '--config', named('other.mjs', 'export const other = 1\n')])
  expect(other).toMatchObject({ code: 2, err: expect.stringContaining('must export a store') })
  const missing = await cli(['list', '--config', join(folder, 'missing.mjs')])
  expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('cannot be loaded') })
})

describe('secret and decode', () => {
  const secrets = ['the newest secret of this test, long enough', 'the one before it, which still verifies']

  async function cookieOf(
    door: typeof coatcheck | typeof session,
    secret: string,
  ): Promise<{ cookie: string; id: string }> {
    let id = ''
    const where = await site(door({ secret, resave: false, saveUninitialized: false }), (req, res) => {
      req.session.a = 1
      id = req.sessionID
      res.end()
    })
    const visitor = new Visitor(where)
    await visitor.ask()
    return { cookie: visitor.cookieHeader, id }
  }

  it('makes a new secret each time, of 32 bytes', async () => {
    const [one, other] = [(await cli(['secret'])).out, (await cli(['secret'])).out]
    expect(Buffer.from(one.trim(), 'base64url')).toHaveLength(32)
    expect(one).not.toBe(other)
  })

  it.each([
    ['coatcheck()', coatcheck],
    ['session()', session as unknown as typeof coatcheck],
  ])('tells by which secret a cookie of %s was signed, and never the whole ID unasked', async (_name, door) => {
    const { cookie, id } = await cookieOf(door, secrets[1]!)
    const env = { SESSION_SECRET: secrets[0]!, SESSION_SECRET_OLD: secrets[1]! }
    const ran = await cli(['decode', cookie], env)
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('valid, by secret 2 of 2: an older one') })
    expect(ran.out).not.toContain(id)
    const whole = await cli(['decode', cookie, '--json', '--full'], env)
    expect(JSON.parse(whole.out)).toMatchObject({ valid: true, secret: 2, id })
    expect(await cli(['decode', cookie], { SESSION_SECRET: 'another' })).toMatchObject({ code: 1 })
    expect(await cli(['decode', cookie])).toMatchObject({ code: 0, out: expect.stringContaining('not checked') })
    expect(await cli(['decode', 'nonsense'])).toMatchObject({ code: 2 })
  })
})

describe('doctor', () => {
  async function examined(options: string, args: readonly string[] = []): Promise<Ran> {
    const file = join(temporaryFolder(), 'sessions.mjs')
    const built = (name: string): string => JSON.stringify(join(import.meta.dirname, '../../dist', name))
    writeFileSync(
      file,
      `import { coatcheck, session, MemoryStore } from ${built('index.js')}
import { sqliteStore } from ${built('stores/sqlite/index.js')}
export const sessions = ${options}\n`,
    )
    return cli(['doctor', file, ...args], { NODE_ENV: 'production', NODE_NO_WARNINGS: '1' })
  }

  it('finds the open doors of settings that many apps have, and says what to change', async () => {
    const ran = await examined(`session({ secret: 'keyboard cat', resave: true, saveUninitialized: true })`)
    expect(ran.code).toBe(4)
    expect(ran.out).toMatch(/^change {2}a secret has 12 bytes.*\n +→ make one with `npx coatcheck secret`/m)
    expect(ran.out).toMatch(/^change {2}the cookie travels over plain http/m)
    expect(ran.out).toMatch(/^change {2}sessions are kept in this process/m)
    expect(ran.out).toMatch(/^think {3}each request writes the session/m)
    expect(ran.err).toMatch(/3 to change, \d+ to think about/)
  })

  it('has nothing to change in coatcheck() with a store, and fails for warnings where it is strict', async () => {
    const options = `coatcheck({ secret: 'x'.repeat(32), store: sqliteStore(':memory:') })`
    const ran = await examined(options, ['--json'])
    expect(ran.code).toBe(0)
    const findings = JSON.parse(ran.out) as { level: string; what: string }[]
    expect(findings.filter(({ level }) => level === 'bad')).toEqual([])
    expect(findings).toContainEqual({ level: 'ok', what: 'no other host can set the cookie (__Host-)' })
    expect((await examined(options, ['--strict'])).code).toBe(4)
  })

  it('says what a module must export', async () => {
    expect(await examined('{}')).toMatchObject({ code: 2, err: expect.stringContaining('export const sessions') })
  })
})
