/**
 * After everything that can happen to sessions, no raw ID, secret or cookie value, and no part of one, is in the store, in an event, an
 * error, a warning, an object that an app may log, or the output of a process that logs all of them. (IDs logged or stored in the clear:
 * Spring Session CVE-2023-20866.)
 *
 * Out of scope: what Node shows of its own requests, whose headers hold the cookie; `req.sessionID`, which is the ID; and `inspect` with
 * `showHidden`, which shows `req.session.id` to whoever asks for what is hidden.
 */
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { coatcheck, session, type Sessions } from '../../src/index.js'
import { Visitor } from '../http/support/site.js'
import { LeakScanner, type Leak } from './support/leak-scanner.js'
import { useRealStores } from './support/real-stores.js'
import { eventNames, wholeLife, type LifeOptions } from './support/whole-life.js'

const newSecret = (): string => randomBytes(32).toString('base64url')
const encryptionKey = newSecret()

const contract = {
  resave: false,
  saveUninitialized: false,
  maxSessionsPerUser: { max: 2, whenReached: 'reject' },
} as const

/** `listed` are the places where the door's contract has the IDs themselves. */
const doors: [string, (options: LifeOptions) => Sessions, listed: readonly string[]][] = [
  ['coatcheck()', (options) => coatcheck({ ...options, maxSessionsPerUser: 2 }), []],
  [
    'coatcheck() with encryption',
    (options) => coatcheck({ ...options, maxSessionsPerUser: 2, encryption: { keys: [encryptionKey] } }),
    [],
  ],
  ['session() with hashed IDs', (options) => session({ ...options, ...contract, hashIds: true }), []],
  ['session() with plain IDs', (options) => session({ ...options, ...contract }), ['the store', 'all']],
]

/** What every life meets. Those of engines and of construction have tests of their own. */
const codes = [
  'ERR_SESSION_CLOSED',
  'ERR_SESSION_COOKIE',
  'ERR_SESSION_CSRF_TOKEN',
  'ERR_SESSION_DATA_TOO_LARGE',
  'ERR_SESSION_DATA_UNSERIALIZABLE',
  'ERR_SESSION_HEADERS_SENT',
  'ERR_SESSION_NOT_FOUND',
  'ERR_SESSION_NOT_FRESH',
  'ERR_SESSION_NO_SESSION',
  'ERR_SESSION_NO_USER',
  'ERR_SESSION_STORE_ANSWER',
  'ERR_SESSION_STORE_TIMEOUT',
]

const realStores = useRealStores()
const [[, openInMemory]] = realStores as [(typeof realStores)[0]]

describe.each(realStores)('over %s', (_store, open) => {
  it.each(doors)('%s leaks nothing', async (_door, mounted, listed) => {
    const secrets = { newest: newSecret(), older: newSecret(), encryption: encryptionKey }
    const { scanner, seen, events, codes: met, contents } = await wholeLife(await open(), mounted, secrets)
    // The life was a full one: whatever there is to be told was told, and there was much to be found.
    // No store evicts here, and with a window of 0 no touch is spared.
    const untold = new Set<string>(['evicted', 'untouched'])
    expect(eventNames.filter((name) => !untold.has(name) && !events.has(name))).toEqual([])
    expect(codes.filter((code) => !met.has(code))).toEqual([])
    expect(scanner.size).toBeGreaterThan(100)
    expect(seen.size).toBeGreaterThan(500)

    const leaks: Leak[] = []
    for (const [text, place] of seen) leaks.push(...scanner.leaksIn(place, text))
    expect(contents.length).toBeGreaterThan(0)
    for (const part of contents) leaks.push(...scanner.leaksIn('the store', part))
    expect(summary(leaks.filter(({ place }) => !listed.includes(place)))).toEqual([])
    for (const place of listed) expect(summary(leaks)).toContain(`an ID in ${place}`)
  })
})

describe('the life that is scanned', () => {
  it('knows every event that there is', () => {
    const documented = readFileSync('docs/events.md', 'utf8').matchAll(/^\| `(\w+)` /gm)
    expect(Array.from(documented, ([, name]) => name)).toEqual(expect.arrayContaining([...eventNames]))
    expect(Array.from(readFileSync('docs/events.md', 'utf8').matchAll(/^\| `(\w+)` /gm))).toHaveLength(
      eventNames.length,
    )
  })

  it('would find what an app puts where it is seen', async () => {
    const careless = (options: LifeOptions): Sessions => {
      const sessions = coatcheck(options)
      return Object.assign(
        ((req, res, next) =>
          sessions(req, res, (error) => {
            const host = req as { session?: Record<string, unknown>; sessionID?: string }
            if (host.session !== undefined) host.session['trace'] = `session ${host.sessionID}`
            next(error)
          })) as Sessions,
        sessions,
      )
    }
    const secrets = { newest: newSecret(), older: newSecret(), encryption: encryptionKey }
    const { scanner, seen } = await wholeLife(await openInMemory(), careless, secrets)
    const places = new Set(
      Array.from(seen).flatMap(([text, place]) => scanner.leaksIn(place, text).map((leak) => leak.place)),
    )
    for (const place of ['req.session', 'find', 'all', 'export']) expect([...places]).toContain(place)
  })
})

describe('a process that logs whatever it can', () => {
  it('prints nothing that opens a session', async () => {
    const secret = newSecret()
    const scanner = new LeakScanner()
    scanner.know('the secret', secret)
    scanner.know('the encryption key', encryptionKey)
    const app = await logging({ SESSION_SECRET: secret, SESSION_ENCRYPTION_KEY: encryptionKey })
    const visitor = new Visitor(app.where)
    for (const path of [
      '/write',
      '/read',
      '/in',
      '/regenerate',
      '/large',
      '/cycle',
      '/cookie',
      '/ended',
      '/down',
      '/read',
    ]) {
      const reply = await visitor.ask(path)
      for (const line of reply.setCookies) {
        const value = /^[^=]+=([^;]*)/.exec(line)![1]!
        scanner.know('a cookie', value)
        scanner.know('an ID', value.split('.')[0]!)
      }
    }
    // The last thing it does is to die of an error that nobody caught.
    await visitor.ask('/crash').catch(() => {})
    const printed = await app.output
    expect(scanner.size).toBeGreaterThan(6)
    for (const word of [
      'storeError',
      'SessionWarning',
      'ERR_SESSION_DATA_TOO_LARGE',
      'the listener failed',
      'handle:',
    ]) {
      expect(printed).toContain(word)
    }
    expect(summary(scanner.leaksIn('the output', printed))).toEqual([])
  })
})

/** Each kind of leak once. */
function summary(leaks: readonly Leak[]): string[] {
  return [...new Set(leaks.map(({ secret, place }) => `${secret} in ${place}`))].sort()
}

async function logging(env: Record<string, string>) {
  const child = fork(join(import.meta.dirname, 'children/logging-app.mjs'), {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
    execArgv: [],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let printed = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  }
  const output = new Promise<string>((resolve) => {
    child.once('close', () => resolve(printed))
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(message as number))
    child.once('exit', () => reject(new Error(`the app did not start: ${printed}`)))
  })
  return { where: siteAt(port), output }
}

function siteAt(port: number) {
  const ask = async (path = '/', { headers = {} }: { headers?: object } = {}) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: headers as Record<string, string> })
    await answer.text()
    return { setCookies: answer.headers.getSetCookie() }
  }
  return { ask } as never
}
