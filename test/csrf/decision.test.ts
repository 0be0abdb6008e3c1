/**
 * The tables by which a request is let through or refused.
 */
import { describe, expect, it } from 'vitest'

import {
  decideBySource,
  decideByToken,
  kindOfRequest,
  type RequestKind,
  type SourceSigns,
} from '../../src/csrf/decision.js'

const own = 'https://app.example.com'
const listed = 'https://www.example.com'
const none = undefined

describe('what a request asks for', () => {
  it.each<[string | undefined, string | undefined, string | undefined, RequestKind]>([
    // method, method before an override, protocol, kind
    ['GET', none, none, 'safe'],
    ['HEAD', none, none, 'safe'],
    ['OPTIONS', none, none, 'safe'],
    ['TRACE', none, none, 'safe'],
    ['POST', none, none, 'change'],
    ['PUT', none, none, 'change'],
    ['PATCH', none, none, 'change'],
    ['DELETE', none, none, 'change'],
    ['QUERY', none, none, 'change'],
    ['CONNECT', none, none, 'change'],
    ['PROPFIND', none, none, 'change'],
    ['get', none, none, 'change'],
    ['', none, none, 'change'],
    [none, none, none, 'change'],
    // A method that was overridden counts as well as the one it was overridden with.
    ['GET', 'GET', none, 'safe'],
    ['DELETE', 'POST', none, 'change'],
    ['GET', 'POST', none, 'change'],
    ['POST', 'GET', none, 'change'],
    ['GET', 'POST', 'websocket', 'change'],
    // WebSockets, over HTTP/1.1 and over HTTP/2.
    ['GET', none, 'websocket', 'handshake'],
    ['GET', none, 'WebSocket', 'handshake'],
    ['GET', none, 'h2c, websocket', 'handshake'],
    ['GET', none, 'websocket/13', 'handshake'],
    ['GET', none, ' websocket ', 'handshake'],
    ['CONNECT', none, 'websocket', 'handshake'],
    ['CONNECT', none, 'webtransport', 'handshake'],
    ['CONNECT', 'POST', 'websocket', 'change'],
    // What programs offer with every GET, and nothing that opens a connection.
    ['GET', none, 'h2c', 'safe'],
    ['GET', none, 'websockets', 'safe'],
    ['GET', none, '', 'safe'],
    ['POST', none, 'websocket', 'change'],
  ])('%s, before %s, protocol %s: %s', (method, original, protocol, kind) => {
    expect(kindOfRequest(method, original, protocol)).toBe(kind)
  })
})

type Row = [site: string | undefined, origin: string | undefined, ownOrigin: string | undefined, outcome: string]

function outcome(signs: SourceSigns, strict: boolean): string {
  const decision = decideBySource(signs, { origins: new Set([listed]), strict })
  return `${decision.allowed ? 'allowed' : 'refused'}: ${decision.reason}`
}

const rows: Row[] = [
  // The browser's own word, whatever the others say.
  ['same-origin', own, own, 'allowed: same-origin'],
  ['same-origin', none, own, 'allowed: same-origin'],
  // A proxy that changes Host makes no enemy of the app's own pages.
  ['same-origin', own, 'http://10.0.0.1:3000', 'allowed: same-origin'],
  ['same-origin', own, none, 'allowed: same-origin'],
  ['none', none, own, 'allowed: visitor'],
  ['none', own, own, 'allowed: visitor'],
  ['same-site', own, own, 'refused: same-site'],
  ['same-site', none, own, 'refused: same-site'],
  ['same-site', 'https://evil.example.com', own, 'refused: same-site'],
  ['cross-site', own, own, 'refused: cross-site'],
  ['cross-site', none, own, 'refused: cross-site'],
  ['cross-site', 'null', own, 'refused: cross-site'],
  ['cross-site', 'https://evil.example', own, 'refused: cross-site'],
  // Origins that the app has named.
  ['cross-site', listed, own, 'allowed: listed-origin'],
  ['same-site', listed, own, 'allowed: listed-origin'],
  [none, listed, own, 'allowed: listed-origin'],
  [none, listed, none, 'allowed: listed-origin'],
  ['word-of-tomorrow', listed, own, 'allowed: listed-origin'],
  ['same-site', `${listed}:8443`, own, 'refused: same-site'],
  ['same-site', `${listed}/`, own, 'refused: same-site'],
  ['same-site', `${listed}, ${own}`, own, 'refused: same-site'],
  // Browsers that send Origin alone, and every browser that opens a WebSocket.
  [none, own, own, 'allowed: same-origin'],
  [none, 'https://evil.example', own, 'refused: other-origin'],
  [none, 'https://app.example.com.evil.example', own, 'refused: other-origin'],
  [none, 'https://xapp.example.com', own, 'refused: other-origin'],
  [none, 'https://app.example.com:8443', own, 'refused: other-origin'],
  [none, 'https://APP.example.com', own, 'refused: other-origin'],
  [none, `${own}/`, own, 'refused: other-origin'],
  [none, `${own}, https://evil.example`, own, 'refused: other-origin'],
  [none, '', own, 'refused: other-origin'],
  [none, own, none, 'refused: other-origin'],
  [none, 'undefined', none, 'refused: other-origin'],
  [none, 'http://app.example.com', own, 'refused: other-scheme'],
  [none, own, 'http://app.example.com', 'refused: other-scheme'],
  [none, 'http://app.example.com:3000', own, 'refused: other-origin'],
  [none, 'null', own, 'refused: opaque-origin'],
  [none, 'null', none, 'refused: opaque-origin'],
  // Words that are no words of today: Origin decides, and has to be there.
  ['word-of-tomorrow', own, own, 'allowed: same-origin'],
  ['word-of-tomorrow', 'https://evil.example', own, 'refused: other-origin'],
  ['word-of-tomorrow', none, own, 'refused: unknown-source'],
  ['', none, own, 'refused: unknown-source'],
  ['same-origin, cross-site', none, own, 'refused: unknown-source'],
  ['SAME-ORIGIN', none, own, 'refused: unknown-source'],
]

describe('where a request comes from', () => {
  it.each(rows)('Sec-Fetch-Site %s, Origin %s, sent to %s: %s', (site, origin, ownOrigin, expected) => {
    expect(outcome({ site, origin, ownOrigin }, false)).toBe(expected)
    // Strict differs where nothing is said, and nowhere else.
    expect(outcome({ site, origin, ownOrigin }, true)).toBe(expected)
  })

  it.each([own, none])('nothing is said, sent to %s: let through, and refused when strict', (ownOrigin) => {
    expect(outcome({ site: none, origin: none, ownOrigin }, false)).toBe('allowed: no-browser')
    expect(outcome({ site: none, origin: none, ownOrigin }, true)).toBe('refused: unknown-source')
  })
})

describe('a token', () => {
  it.each([
    [true, 'right', { allowed: true, reason: 'token' }],
    [true, 'wrong', { allowed: false, reason: 'wrong-token' }],
    [true, 'none', { allowed: false, reason: 'no-token' }],
    [false, 'right', { allowed: false, reason: 'no-session' }],
    [false, 'wrong', { allowed: false, reason: 'no-session' }],
    [false, 'none', { allowed: false, reason: 'no-session' }],
  ] as const)('session %s, token %s: %o', (session, token, decision) => {
    expect(decideByToken({ session, token })).toEqual(decision)
  })
})
