/**
 * Any bytes in any number of Cookie headers: the request is served, and the session is the victim's exactly when the plain rule finds the
 * victim's cookie among the first four of its name.
 */
import { createHmac } from 'node:crypto'

import * as fc from 'fast-check'

import { doors, secret } from '../lib/doors.mjs'
import { exchange, listen, cookieIn, parse, requestText } from '../lib/server.mjs'

const name = 'session'
const limit = 15_000

const pieces = [
  `${name}=`,
  name,
  '=',
  ';',
  '; ',
  ';;',
  ' ',
  '\t',
  '"',
  '%',
  '%00',
  '%zz',
  '%2E',
  ',',
  '$Version=1; ',
  '$Path="/"',
  '__proto__=1; ',
  'constructor=1; ',
  'a=;',
  '\xa0',
  '\xc2\xa0',
  '\xe2\x80\x80',
  '\xef\xbb\xbf',
  'Session=',
  'SESSION=',
  '__Host-session=',
  '%73ession=',
  'session[]=',
  's:',
  'j:{"id":1}',
]

/** Cuts, flips, changes and rewrites what was issued. */
function mutation(issued) {
  const at = fc.nat(issued.length - 1)
  const id = decodeURIComponent(issued).replace(/^s:/, '').split('.')[0]
  return fc.oneof(
    fc.constant(issued),
    at.map((to) => issued.slice(0, to)),
    at.map((from) => issued.slice(from)),
    fc
      .tuple(at, fc.nat(7))
      .map(([where, bit]) => put(issued, where, String.fromCharCode(issued.charCodeAt(where) ^ (1 << bit)))),
    fc
      .tuple(at, fc.constantFrom(...Array.from('AZaz09-_.+/=%~')))
      .map(([where, character]) => put(issued, where, character)),
    fc.constantFrom('=', '==', 'A', '.', '%00', '.A').map((tail) => issued + tail),
    fc.constant(encodeURIComponent(issued)),
    fc.constant(`"${issued}"`),
    fc
      .constantFrom('', secret, 'another secret')
      .map((key) => `${id}.${createHmac('sha256', key).update(id).digest('base64url')}`),
    fc
      .constantFrom('', secret, 'another secret')
      .map((key) =>
        encodeURIComponent(`s:${id}.${createHmac('sha256', key).update(id).digest('base64').slice(0, 42)}`),
      ),
  )
}

function put(text, at, character) {
  return text.slice(0, at) + character + text.slice(at + 1)
}

/** What Node takes for the end of a header line, or refuses in one, is left to Node: a 400 is an answer too. */
function plainly(header) {
  const values = []
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals === -1 || trim(pair.slice(0, equals)) !== name) continue
    const value = trim(pair.slice(equals + 1))
    const bare = value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
    try {
      values.push(decodeURIComponent(bare))
    } catch {
      values.push(bare)
    }
  }
  return values.slice(0, 4)
}

function trim(text) {
  return text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '')
}

export const cookieHeader = {
  name: 'cookie-header',
  async open() {
    const fronts = []
    for (const door of doors) {
      const site = await listen(door.open(), (req, res) => {
        if (req.url === '/set') req.session.user = 'victim'
        res.end(String(req.session.user))
      })
      const close = [['Connection', 'close']]
      const issued = cookieIn(parse(await exchange(site.port, requestText({ path: '/set', headers: close })))).slice(
        name.length + 1,
      )
      fronts.push({ site, issued, value: decodeURIComponent(issued) })
    }
    const arbitrary = fc.nat(fronts.length - 1).chain((front) => {
      const piece = fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...pieces) },
        { weight: 3, arbitrary: mutation(fronts[front].issued).map((value) => `${name}=${value}; `) },
        { weight: 2, arbitrary: mutation(fronts[front].issued) },
        {
          weight: 2,
          arbitrary: fc
            .array(fc.integer({ min: 1, max: 255 }), { maxLength: 30 })
            .map((codes) => String.fromCharCode(...codes).replaceAll(/[\r\n]/g, '')),
        },
        {
          weight: 1,
          arbitrary: fc
            .tuple(fc.constantFrom(...pieces), fc.nat(5_000))
            .map(([text, times]) => text.repeat(times).slice(0, limit)),
        },
      )
      const header = fc.array(piece, { maxLength: 12 }).map((texts) => texts.join('').slice(0, limit))
      return fc.record({ front: fc.constant(front), headers: fc.array(header, { minLength: 1, maxLength: 3 }) })
    })
    return {
      arbitrary,
      async check({ front, headers }) {
        const { site, value } = fronts[front]
        const lines = headers.map((header) => ['Cookie', header])
        const { status, body } = parse(
          await exchange(site.port, requestText({ headers: [...lines, ['Connection', 'close']] })),
        )
        // Of more than Node takes, and of bytes that no header may hold, Node itself says so.
        if (status === 431 || status === 400) return
        if (status !== 200) throw new Error(`answered ${status}: ${body}`)
        const own = plainly(headers.map(trim).join('; ')).includes(value)
        const expected = own ? 'victim' : 'undefined'
        if (body !== expected) throw new Error(`the session is ${body}'s, and should be ${expected}'s`)
        if (site.errors.length > 0) throw site.errors.splice(0)[0]
      },
      close: () => fronts.forEach(({ site }) => site.close()),
    }
  },
}
