/**
 * No page shows what opens a session: not the ID, not the cookie, not what the app marks or what goes by the name of a secret.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'

import { describe, expect, it } from 'vitest'

import { coatcheck, session, type Sessions } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { appWith, type App } from './support/app.js'

const secret = 'hush hush hush hush hush hush hush hush'

let visitors = 0
/** IDs that look like anything but an ID. */
const genid = (): string => `visitor-${(visitors += 1)}-of-the-shop`

/** As random IDs are, and with no digit in them, which one in 250 has not. */
const genidWithoutDigits = (): string => {
  const letters = [...randomBytes(32)].map((byte, index) =>
    String.fromCharCode((index % 3 === 0 ? 65 : 97) + (byte % 26)),
  )
  return letters.join('')
}

const doors: [string, () => Sessions][] = [
  ['coatcheck()', () => coatcheck({ secret, store: memoryStore() })],
  ['coatcheck() with plain IDs', () => coatcheck({ secret, store: memoryStore(), hashIds: false })],
  ['coatcheck() with IDs of the app’s own', () => coatcheck({ secret, store: memoryStore(), genid })],
  [
    'coatcheck() with plain IDs of the app’s own',
    () => coatcheck({ secret, store: memoryStore(), genid, hashIds: false }),
  ],
  [
    'coatcheck() with IDs without a digit',
    () => coatcheck({ secret, store: memoryStore(), genid: genidWithoutDigits, hashIds: false }),
  ],
  ['session()', () => session({ secret, resave: false, saveUninitialized: false, store: memoryStore() })],
]

/** Every page that can be reached from the overview, and the first message of the stream. */
async function everything(app: App): Promise<string> {
  const seen = new Map<string, string>()
  const left = ['/_sessions/']
  while (left.length > 0) {
    const path = left.pop()!
    if (seen.has(path)) continue
    const { body } = await app.look(path.slice('/_sessions'.length))
    seen.set(path, body)
    for (const [, link] of body.matchAll(/href="(\/_sessions\/[^"]*)"/g)) left.push(link!.replaceAll('&amp;', '&'))
  }
  expect([...seen.keys()].some((path) => path.startsWith('/_sessions/sessions/'))).toBe(true)
  expect([...seen.keys()].some((path) => path.startsWith('/_sessions/requests/'))).toBe(true)
  const asked = get(`http://127.0.0.1:${app.site.port}/_sessions/live`)
  const [stream] = (await once(asked, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of stream) {
    text += String(chunk)
    if (text.includes('data: ')) break
  }
  return [...seen.values(), text].join('\n')
}

describe.each(doors)('%s', (_name, open) => {
  it('shows no ID, no cookie and no secret on any page', async () => {
    const sessions = open()
    const ids: string[] = []
    const app = await appWith(
      sessions,
      { redact: ['shoeSize'] },
      {
        handler: async (req, res) => {
          if (req.url!.startsWith('/in')) await sessions.signIn(req, 'ann')
          else if (req.url === '/out') await sessions.signOut(req)
          else {
            const { sessionID } = req
            Object.assign(req.session, {
              back: `/return?to=${sessionID}&more=1`,
              [sessionID]: 'as a name',
              cookieHeader: req.headers.cookie,
              note: [`the ticket is ${req.headers.cookie?.split('=')[1] ?? ''}`],
              password: 'hunter2',
              deep: { er: { apiKey: 'hunter3' } },
              shoeSize: 'hunter4',
            })
          }
          if (req.sessionID !== undefined) ids.push(req.sessionID)
          res.end()
        },
      },
    )
    const people = [app.visitor(), app.visitor()]
    for (const visitor of people) {
      for (const path of ['/a', '/b', '/in', '/c', '/d']) await visitor.ask(path)
      await visitor.ask(`/of/${ids.at(-1)!}/${visitor.cookieHeader.split('=')[1]!}?${visitor.cookieHeader}`)
    }
    // IDs from before a sign-in open nothing, and those of an app's own making look like anything.
    const told = ids.filter(
      (id) => !id.startsWith('visitor-') || people.some(({ cookieHeader }) => cookieHeader.includes(id)),
    )
    const cookies = people.map(({ cookieHeader }) => decodeURIComponent(cookieHeader.split('=')[1]!))
    await people[1]!.ask('/out')
    const pages = await everything(app)
    const signatures = cookies.map((cookie) => cookie.split('.').at(-1)!)
    const secrets = [...told, ...cookies, ...signatures, ...told.map(encodeURIComponent), secret, 'hunter']
    const shown = secrets.filter((text) => pages.includes(text))
    expect(shown.map((text) => pages.slice(Math.max(0, pages.indexOf(text) - 200), pages.indexOf(text) + 80))).toEqual(
      [],
    )
    expect(pages.includes('ann')).toBe(true)
  })
})
