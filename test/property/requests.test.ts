/**
 * No bytes of a request crash the process or give a 500.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { coatcheck, session } from '../../src/index.js'
import { site, Visitor, type Handler, type SessionedRequest } from '../http/support/site.js'
import { TestStore } from '../http/support/test-store.js'

const secret = 'a secret of at least thirty-two bytes'

const handler: Handler = (req, res) => {
  // Out of the cookie's path there is none.
  const { session: current } = req as { session?: SessionedRequest['session'] }
  if (req.url === '/set') current!.user = 'victim'
  res.end(String(current?.user))
}

/** Bytes that a header may carry past Node's own parser. */
const headerByte = fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f)
const bytes = fc.array(headerByte, { maxLength: 200 }).map((codes) => String.fromCharCode(...codes))

describe('any Cookie header', () => {
  it.each([
    [
      'session()',
      () =>
        session({ secret, resave: false, saveUninitialized: false, name: 'session', store: new TestStore('later') }),
    ],
    ['coatcheck()', () => coatcheck({ secret })],
  ])('is served by %s, and only the issued cookie opens the session', async (_name, open) => {
    const where = await site(open(), handler)
    const victim = new Visitor(where)
    await victim.ask('/set')
    const issued = victim.cookies.get('session')!
    const piece = fc.oneof(
      bytes,
      fc.constantFrom(
        'session=',
        'session',
        '; ',
        ';',
        '=',
        '"',
        '%',
        '\t',
        ' ',
        '$Version=1',
        '__proto__=',
        '\xc2\xa0',
      ),
      fc.nat(issued.length).map((at) => issued.slice(0, at)),
      fc.nat(issued.length).map((at) => issued.slice(at)),
      fc
        .tuple(fc.nat(issued.length - 1), fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_', '.', '%', '~'))
        .map(([at, put]) => issued.slice(0, at) + put + issued.slice(at + 1)),
    )
    const header = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
    const decoded = decodeURIComponent(issued)
    const isIssued = (cookie: string): boolean =>
      cookie.split(';').some((pair) => {
        const [, value] = /^[ \t]*session[ \t]*=[ \t]*(.*?)[ \t]*$/s.exec(pair) ?? []
        if (value === undefined) return false
        const bare = /^".*"$/s.test(value) ? value.slice(1, -1) : value
        try {
          return decodeURIComponent(bare) === decoded
        } catch {
          return bare === decoded
        }
      })
    await fc.assert(
      fc.asyncProperty(header, async (cookie) => {
        const reply = await where.ask('/', { headers: { cookie: cookie.trim() } })
        expect(reply.status).toBe(200)
        expect(isIssued(cookie) || reply.body === 'undefined').toBe(true)
      }),
      { numRuns: 200 },
    )
    expect((await victim.ask('/')).body).toBe('victim')
    expect(where.errors).toEqual([])
  })

  it('of up to 16 KB is served', async () => {
    const where = await site(coatcheck({ secret }), handler)
    const victim = new Visitor(where)
    await victim.ask('/set')
    for (const filler of ['a=;', ';', 'session=;', 'session="', 'session=%', '=;', ' ;', '\xa0=\xa0;']) {
      const cookie = filler.repeat(Math.floor(15_000 / filler.length))
      expect((await where.ask('/', { headers: { cookie } })).status).toBe(200)
      const behind = await where.ask('/', { headers: { cookie: `${victim.cookieHeader}; ${cookie}` } })
      expect(behind.body).toBe('victim')
    }
  })
})

describe('any target, method and forwarding header', () => {
  it('is served, or refused by Node itself', async () => {
    const where = await site(
      session({ secret, resave: false, saveUninitialized: false, proxy: true, cookie: { path: '/a', secure: 'auto' } }),
      handler,
    )
    const visible = fc.integer({ min: 0x21, max: 0x7e })
    const text = fc.array(visible, { maxLength: 30 }).map((codes) => String.fromCharCode(...codes))
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.constantFrom('/', '/a', '//', 'http://', '*', ''),
        bytes,
        async (rest, start, proto) => {
          const connection = await where.connect()
          const safe = proto.replace(/[\r\n]/g, '')
          connection.send(
            `GET ${start}${rest} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: ${safe}\r\nConnection: close\r\n\r\n`,
          )
          const received = await connection.closed()
          expect(received).toMatch(/^HTTP\/1\.1 (?:200|400)/)
        },
      ),
      { numRuns: 80 },
    )
    expect(where.errors).toEqual([])
  })
})
