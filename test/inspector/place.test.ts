/**
 * Where a request finds the inspector, and what it asks for there.
 */
import { describe, expect, it } from 'vitest'

import { placeOf, type Located } from '../../src/inspector/serving/place.js'
import { routeOf } from '../../src/inspector/serving/routes.js'

describe('the place', () => {
  it.each<[what: string, req: Located, own: string, place: readonly [base: string, path: string] | undefined]>([
    ['Express, at the mount path', { baseUrl: '/ops', originalUrl: '/ops', url: '/' }, '/_sessions', ['/ops', '/']],
    ['Express, below it', { baseUrl: '/ops', originalUrl: '/ops/a?b', url: '/a?b' }, '/_sessions', ['/ops', '/a']],
    ['Express, in a router', { baseUrl: '/a/b', originalUrl: '/a/b/c', url: '/c' }, '/_sessions', ['/a/b', '/c']],
    ['Express, mounted at no path', { baseUrl: '', url: '/_sessions/a' }, '/_sessions', ['/_sessions', '/a']],
    ['Express, mounted at no path, elsewhere', { baseUrl: '', url: '/cart' }, '/_sessions', undefined],
    ['connect, at the mount path', { originalUrl: '/ops', url: '/' }, '/_sessions', ['/ops', '/']],
    ['connect, at the mount path with a slash', { originalUrl: '/ops/', url: '/' }, '/_sessions', ['/ops', '/']],
    ['connect, below it', { originalUrl: '/ops/a?x=1', url: '/a?x=1' }, '/_sessions', ['/ops', '/a']],
    ['a bare server', { url: '/_sessions' }, '/_sessions', ['/_sessions', '/']],
    ['a bare server, below', { url: '/_sessions/sessions?q=a' }, '/_sessions', ['/_sessions', '/sessions']],
    ['a bare server, a longer name', { url: '/_sessionsandmore' }, '/_sessions', undefined],
    ['a bare server, elsewhere', { url: '/' }, '/_sessions', undefined],
    ['at the root of a host', { url: '/sessions' }, '/', ['', '/sessions']],
    ['another host as the mount path', { baseUrl: '//evil.example', url: '/' }, '/_sessions', undefined],
    ['another host, written otherwise', { baseUrl: '/\\evil.example', url: '/' }, '/_sessions', undefined],
  ])('%s', (_what, req, own, expected) => {
    const place = placeOf(req, own)
    expect(place && [place.base, place.path]).toEqual(expected)
  })
})

describe('the route', () => {
  it.each([
    ['GET', '/', { page: 'overview' }],
    ['HEAD', '/sessions', { page: 'sessions' }],
    ['GET', '/sessions/Abc-_9', { page: 'session', handle: 'Abc-_9' }],
    ['GET', '/requests/12', { page: 'request', id: 12 }],
    ['GET', '/requests/x', undefined],
    ['GET', '/assets/inspector.css', { page: 'asset', name: 'inspector.css' }],
    ['GET', '/assets/../inspector.css', undefined],
    ['GET', '/sessions/a/b', undefined],
    ['GET', '/nothing', undefined],
    ['GET', '/constructor', undefined],
    ['POST', '/end', { page: 'end' }],
    ['POST', '/confirm', { page: 'confirm' }],
    ['GET', '/end', 'wrong-method'],
    ['GET', '/confirm', 'wrong-method'],
    ['DELETE', '/end', 'wrong-method'],
    ['POST', '/sessions', 'wrong-method'],
    ['POST', '/', 'wrong-method'],
    [undefined, '/', 'wrong-method'],
  ])('of %s %s', (method, path, route) => {
    expect(routeOf(method, path)).toEqual(route)
  })
})
