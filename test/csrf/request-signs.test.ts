/**
 * What is read from a request, and what is not believed.
 */
import { describe, expect, it } from 'vitest'

import { kindOf, sourceOf } from '../../src/csrf/request-signs.js'

const tls = { connection: { encrypted: true } }
const https = { 'x-forwarded-proto': 'https' }

function ownOrigin(req: object, proxy?: boolean): string | undefined {
  return sourceOf(req as never, proxy).ownOrigin
}

describe('the origin that a request was sent to', () => {
  it.each<[string, string | undefined, string | undefined]>([
    ['app.example.com', 'https://app.example.com', 'http://app.example.com'],
    ['APP.Example.COM', 'https://app.example.com', 'http://app.example.com'],
    ['app.example.com:443', 'https://app.example.com', 'http://app.example.com:443'],
    ['app.example.com:80', 'https://app.example.com:80', 'http://app.example.com'],
    ['app.example.com:', 'https://app.example.com', 'http://app.example.com'],
    ['app.example.com:8443', 'https://app.example.com:8443', 'http://app.example.com:8443'],
    ['localhost:3000', 'https://localhost:3000', 'http://localhost:3000'],
    ['127.0.0.1:3000', 'https://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['[::1]:3000', 'https://[::1]:3000', 'http://[::1]:3000'],
    ['[2001:DB8::1]', 'https://[2001:db8::1]', 'http://[2001:db8::1]'],
    // What is no host is none, and so no Origin is that of the request.
    ['', undefined, undefined],
    ['user@app.example.com', undefined, undefined],
    ['app.example.com/path', undefined, undefined],
    ['app.example.com#', undefined, undefined],
    ['app.example.com\\evil', undefined, undefined],
    ['app.example.com, evil.example', undefined, undefined],
    ['app.example.com:80:80', undefined, undefined],
    ['app.example.com:x', undefined, undefined],
    ['[::1', undefined, undefined],
    ['::1', undefined, undefined],
  ])('Host %s', (host, overTls, plain) => {
    expect(ownOrigin({ headers: { host }, ...tls })).toBe(overTls)
    expect(ownOrigin({ headers: { host } })).toBe(plain)
  })

  it('is not known without Host', () => {
    expect(ownOrigin({ headers: {}, ...tls })).toBeUndefined()
  })

  it.each<[string, object, boolean | undefined, string]>([
    ['plain http', { headers: {} }, undefined, 'http'],
    ['TLS', { headers: {}, ...tls }, undefined, 'https'],
    ['TLS, proxy false', { headers: {}, ...tls }, false, 'https'],
    ['Express says secure', { headers: {}, secure: true }, undefined, 'https'],
    ['Express says secure, proxy false', { headers: {}, secure: true }, false, 'http'],
    ['forwarded, and nobody said to believe it', { headers: https }, undefined, 'http'],
    ['forwarded, proxy false', { headers: https }, false, 'http'],
    ['forwarded, proxy true', { headers: https }, true, 'https'],
    ['forwarded as http, proxy true', { headers: { 'x-forwarded-proto': 'http' } }, true, 'http'],
  ])('has the scheme of the connection: %s', (_name, req, proxy, scheme) => {
    const { headers } = req as { headers: object }
    expect(ownOrigin({ ...req, headers: { ...headers, host: 'a.example' } }, proxy)).toBe(`${scheme}://a.example`)
  })

  it.each([undefined, false, true])('is Host’s, whatever X-Forwarded-Host or Forwarded say, with proxy %s', (proxy) => {
    const headers = {
      host: 'a.example',
      'x-forwarded-host': 'evil.example',
      'x-original-host': 'evil.example',
      forwarded: 'host=evil.example',
    }
    expect(ownOrigin({ headers, hostname: 'evil.example', ...tls }, proxy)).toBe('https://a.example')
  })

  it('is that of the authority in HTTP/2', () => {
    expect(ownOrigin({ headers: { ':authority': 'a.example', host: 'b.example' }, ...tls })).toBe('https://a.example')
  })
})

describe('headers that came several times', () => {
  it('are all of their values, so that none of them is taken for the one', () => {
    const headers = { origin: ['https://a.example', 'https://b.example'], 'sec-fetch-site': ['same-origin', 'none'] }
    expect(sourceOf({ headers } as never, undefined)).toMatchObject({
      origin: 'https://a.example, https://b.example',
      site: 'same-origin, none',
    })
  })
})

describe('what is asked for', () => {
  it.each([
    [{ method: 'GET', headers: {} }, 'safe'],
    [{ method: 'GET', headers: { upgrade: 'websocket' } }, 'handshake'],
    [{ method: 'CONNECT', headers: { ':protocol': 'websocket' } }, 'handshake'],
    [{ method: 'CONNECT', headers: {} }, 'change'],
    [{ method: 'GET', originalMethod: 'POST', headers: {} }, 'change'],
    [{ method: 'GET', originalMethod: 5, headers: {} }, 'safe'],
    // Names of a method that travel in headers or the URL are the app's business, which sets the method by them or does not.
    [{ method: 'POST', headers: { 'x-http-method-override': 'GET' } }, 'change'],
    [{ method: 'POST', url: '/?_method=GET', headers: {} }, 'change'],
    [{ headers: {} }, 'change'],
  ])('%o: %s', (req, kind) => {
    expect(kindOf(req as never)).toBe(kind)
  })
})
