/**
 * No secret is compared, and no ID is looked up, in a time that tells how much of it was right (cookie-signature CVE-2016-1000236, Hono
 * GHSA-gq3j-xvxp-8hrf, rack CVE-2019-16782).
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

import { sealedHandles } from '../../src/core/handles.js'
import { coatcheck, session } from '../../src/index.js'
import { site, Visitor, type Middleware } from '../http/support/site.js'
import { watchedRecords } from '../http/support/watched-records.js'
import { doors, plain, secret } from './support/doors.js'
import { replaceCrypto } from './support/replaced-crypto.js'

const source = fileURLToPath(new URL('../../src/', import.meta.url))

/** What a value that answers for a secret is called in this house. */
const secretName = '(?:signature|expected|given|digest|hmac|mac|authTag|csrfToken|presented)'
/** The value itself or a piece of it. Its other properties are no secrets: all of them have the same length. */
const itself = `\\b${secretName}\\b(?!\\.(?!toString|slice|subarray))`
const comparison = new RegExp(
  `${itself}[^;,]*?[!=]==?` +
    `|[!=]==?\\s*${itself}` +
    `|\\b${secretName}\\b\\.(?:equals|compare|localeCompare|startsWith|endsWith|includes|indexOf)\\(` +
    `|(?:\\.equals|\\.compare|\\.localeCompare)\\([^)]*\\b${secretName}\\b`,
)
/** `given` is also what options are called before they are checked; the app's own value, compared with nothing that is secret. */
const notSecret = /\b(?:typeof given|given (?:===|!==) (?:undefined|null|true|false|''))/g

function sourceFiles(): string[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
}

describe('the source', () => {
  it('compares what answers for a secret by timingSafeEqual alone (cookie-signature CVE-2016-1000236, Hono GHSA-gq3j-xvxp-8hrf)', () => {
    const found: string[] = []
    for (const file of sourceFiles()) {
      const lines = readFileSync(join(source, file), 'utf8').split('\n')
      for (const [index, line] of lines.entries()) {
        const code = line.replace(/^\s*(?:\*|\/\/|\/\*).*/, '').replace(notSecret, '')
        if (comparison.test(code)) found.push(`${file}:${index + 1}: ${line.trim()}`)
      }
    }
    expect(found).toEqual([])
  })

  it('has no file that makes a MAC to compare it, and does not use timingSafeEqual', () => {
    const makers = sourceFiles().filter((file) => {
      const text = readFileSync(join(source, file), 'utf8')
      return /import [^;]*\b(?:createHmac|textHmac|hash)\b[^;]*from '(?:node:crypto|[^']*text-hmac\.js)'/.test(text)
    })
    // These derive keys, name things by a hash, or leave the comparing to AES-GCM.
    const compareNothing = [
      'core/keys.ts',
      'core/text-hmac.ts',
      'core/marks.ts',
      'core/sealing.ts',
      'cli/commands/migrate.ts',
    ]
    const comparing = makers.map((file) => relative('.', file)).filter((file) => !compareNothing.includes(file))
    expect(comparing).toEqual(expect.arrayContaining(['core/handles.ts', 'core/secrets.ts', 'csrf/tokens.ts']))
    for (const file of comparing) expect(readFileSync(join(source, file), 'utf8')).toMatch(/\btimingSafeEqual\(/)
  })

  it.each([
    'if (signature === expected) return true',
    'return given.equals(expected)',
    'if (Buffer.compare(given, expected) === 0) return true',
    'return value.slice(dot + 1) !== signature',
    'if (expected.startsWith(value)) return true',
  ])('would be found comparing like this: %s', (line) => {
    expect(comparison.test(line.replace(notSecret, ''))).toBe(true)
  })
})

describe.each(doors)('%s', (_name, open) => {
  async function victimSite(): Promise<(value?: string) => Promise<string>> {
    const where = await site(open(), (req, res) => {
      if (req.url === '/set') req.session.user = 'victim'
      res.end(String(req.session.user))
    })
    const victim = new Visitor(where)
    await victim.ask('/set')
    const [[name, sent]] = [...victim.cookies] as [[string, string]]
    const forged = encodeURIComponent(decodeURIComponent(sent).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))
    return async (value = sent) =>
      (await where.ask('/', { headers: { cookie: `${name}=${value === 'forged' ? forged : value}` } })).body
  }

  it('the signature of a cookie is decided by timingSafeEqual and by nothing else', async () => {
    const ask = await victimSite()
    expect([await ask(), await ask('forged')]).toEqual(['victim', 'undefined'])
    replaceCrypto({ timingSafeEqual: () => true })
    expect([await ask(), await ask('forged')]).toEqual(['victim', 'victim'])
    replaceCrypto({ timingSafeEqual: () => false })
    expect([await ask(), await ask('forged')]).toEqual(['undefined', 'undefined'])
  })
})

describe('a handle that was made up', () => {
  it('is told by timingSafeEqual', () => {
    const { handleOf, keyOf } = sealedHandles(secret)
    const handle = handleOf('the ID')
    expect(keyOf(handle)).toBe('the ID')
    replaceCrypto({ timingSafeEqual: () => false })
    expect(keyOf(handle)).toBeUndefined()
  })
})

describe('the lookup of an ID', () => {
  it('in a store tells nothing of how much of it was right: it is looked up by a keyed hash (rack CVE-2019-16782)', async () => {
    const store = watchedRecords()
    const keys: string[] = []
    store.before.read = (key) => void keys.push(key as string)
    let id = ''
    const sessions = coatcheck({ secret, store, genid: () => id })
    const where = await site(sessions, (req, res) => {
      req.session.a = 1
      res.end()
    })
    const almost = 'A'.repeat(42)
    for (const last of ['A', 'B']) {
      id = almost + last
      const visitor = new Visitor(where)
      await visitor.ask()
      await visitor.ask()
    }
    expect(keys).toHaveLength(2)
    const [one, other] = keys as [string, string]
    const shared = Array.from(one).findIndex((character, index) => character !== other[index])
    expect(shared).toBeLessThan(8)
    for (const key of keys) expect(key).not.toContain('AAAA')
  })

  it.each<[string, (store: ReturnType<typeof watchedRecords>) => Middleware]>([
    ['coatcheck()', (store) => coatcheck({ secret, store })],
    ['session()', (store) => session({ ...plain, store })],
  ])('that we did not sign does not take place at all: %s', async (_name, open) => {
    const store = watchedRecords()
    const where = await site(open(store), (_req, res) => res.end())
    for (let length = 1; length < 44; length += 1) {
      const cookie = `session=${'A'.repeat(length)}.${'B'.repeat(43)}; connect.sid=s:${'A'.repeat(length)}.${'B'.repeat(43)}`
      await where.ask('/', { headers: { cookie } })
    }
    expect(store.calls).toEqual([])
  })
})
