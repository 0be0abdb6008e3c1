/**
 * Other options than the usual ones: good, bad, and functions.
 */
import type { AppRequest, Twist } from './cell.js'
import { pair, sign } from './jar.js'

const olderSecret = 'an older secret'

const settings: Record<string, Twist> = {
  'another name': { options: { name: 'shop' }, cookie: pair('known', 'shop') },
  'key instead of name': { options: { key: 'shop' }, cookie: pair('known', 'shop') },
  'name over key': { options: { name: 'shop', key: 'other' }, cookie: pair('known', 'shop') },
  'two secrets, signed by the first': { options: { secret: ['keyboard cat', olderSecret] } },
  'two secrets, signed by the second': {
    options: { secret: ['keyboard cat', olderSecret] },
    cookie: pair('known', 'connect.sid', olderSecret),
  },
  'a Buffer as secret': { options: { secret: Buffer.from('keyboard cat') } },
  'req.secret': {
    options: { secret: undefined },
    before: (req) => void Object.assign(req, { secret: 'keyboard cat' }),
  },
  'no secret': { options: { secret: undefined } },
  'an empty secret': { options: { secret: '' } },
  'no secrets': { options: { secret: [] } },
  signedCookies: { before: (req) => void Object.assign(req, { signedCookies: { 'connect.sid': 'known' } }) },
  cookies: { before: (req) => void Object.assign(req, { cookies: { 'connect.sid': sign('known') } }) },
  'unset unknown': { options: { unset: 'forget' } },
  'genid no function': { options: { genid: 'random' } },
  'genid with odd characters': { options: { genid: () => 'a;b,ü."c' } },
  'genid throws': {
    options: {
      genid: () => {
        throw new Error('no ID')
      },
    },
  },
  'genid gives a number': { options: { genid: () => 7 } },
  'genid gives nothing': { options: { genid: () => undefined } },
  'genid gives a promise': { options: { genid: () => Promise.resolve('late') } },
  'genid reads the old session': {
    options: { genid: (req: AppRequest) => `after-${req.session ? String(req.session.views) : 'none'}` },
  },
  domain: { cookieOptions: { domain: '.shop.example' } },
  path: { cookieOptions: { path: '/shop' }, url: '/shop/cart' },
  'path as a prefix': { cookieOptions: { path: '/shop' }, url: '/shopping' },
  'outside of the path': { cookieOptions: { path: '/shop' }, url: '/about' },
  'inside by originalUrl': {
    visits: '/shop/cart',
    cookieOptions: { path: '/shop' },
    url: '/cart',
    before: (req) => void Object.assign(req, { originalUrl: '/shop/cart?x=1' }),
  },
  'outside by originalUrl': {
    visits: '/other/shop/cart',
    cookieOptions: { path: '/shop' },
    url: '/shop/cart',
    before: (req) => void Object.assign(req, { originalUrl: '/other/shop/cart' }),
  },
  'OPTIONS *': { method: 'OPTIONS', url: '*' },
  'a query': { url: '/?path=/shop#x' },
  'an absolute URL': { url: 'http://shop.example/cart' },
  HEAD: { method: 'HEAD' },
  'no HttpOnly': { cookieOptions: { httpOnly: false } },
  'sameSite true': { cookieOptions: { sameSite: true } },
  'sameSite lax': { cookieOptions: { sameSite: 'lax' } },
  'sameSite STRICT': { cookieOptions: { sameSite: 'STRICT' } },
  'sameSite none': { cookieOptions: { sameSite: 'none', secure: true }, encrypted: true },
  'priority medium': { cookieOptions: { priority: 'medium' } },
  'priority HIGH': { cookieOptions: { priority: 'HIGH' } },
  partitioned: { cookieOptions: { partitioned: true, secure: true }, encrypted: true },
  expires: { cookieOptions: { expires: new Date('2026-02-01T00:00:00Z') } },
  'expires false': { cookieOptions: { expires: false } },
  'maxAge as a Date': { cookieOptions: { maxAge: new Date('2026-02-01T00:00:00Z') } },
  'expires, then maxAge': { options: { cookie: { expires: new Date('2026-02-01T00:00:00Z'), maxAge: 5000 } } },
  'maxAge, then expires': { options: { cookie: { maxAge: 5000, expires: new Date('2026-02-01T00:00:00Z') } } },
  originalMaxAge: { cookieOptions: { originalMaxAge: 7000 } },
  'a cookie option nobody knows': { cookieOptions: { flavour: 'oat' } },
  'data as a cookie option': { cookieOptions: { data: { path: '/nowhere' } } },
  'a session already there': { before: (req) => void Object.assign(req, { session: { cookie: {}, views: 1 } }) },
  'session null beforehand': { before: (req) => void (req.session = null) },
  'the store disconnected': { connected: (store) => store.emit('disconnect') },
  'the store disconnected and back': {
    connected: (store) => {
      store.emit('disconnect')
      store.emit('connect')
    },
  },
}

const invalid: Record<string, Twist> = {
  'invalid: expires': { cookieOptions: { expires: 'tomorrow' } },
  'invalid: maxAge text': { cookieOptions: { maxAge: '5m' } },
  'invalid: maxAge NaN': { cookieOptions: { maxAge: Number.NaN } },
  'invalid: priority': { cookieOptions: { priority: 'urgent' } },
  'invalid: sameSite': { cookieOptions: { sameSite: 'loose' } },
  'invalid: domain': { cookieOptions: { domain: 'shop.example; Secure' } },
  'invalid: path': { cookieOptions: { path: '/;x' } },
  'invalid: name': { options: { name: 'my session' } },
  'invalid: cookie a string': { options: { cookie: 'path=/' } },
}

/** A cookie function that counts its calls where `watch` finds them. */
function cookieFunction(give: (req: AppRequest) => unknown): Pick<Twist, 'options' | 'watch'> {
  const cookie = (req: AppRequest): unknown => {
    Object.assign(req, { cookieCalls: Number(req.cookieCalls ?? 0) + 1 })
    return give(req)
  }
  return { options: { cookie }, watch: (req) => `cookie function called ${Number(req.cookieCalls ?? 0)} times` }
}

const functions: Record<string, Twist> = {
  'cookie function': cookieFunction(() => ({ maxAge: 30_000, sameSite: 'lax' })),
  'cookie function by host': cookieFunction((req) => ({ domain: req.headers.host, secure: false })),
  'cookie function, auto over http': cookieFunction(() => ({ maxAge: 60_000, secure: 'auto', sameSite: 'auto' })),
  'cookie function, auto over TLS': {
    ...cookieFunction(() => ({ maxAge: 60_000, secure: 'auto', sameSite: 'auto' })),
    encrypted: true,
  },
  'cookie function, outside of its path': cookieFunction(() => ({ path: '/shop' })),
  'cookie function gives nothing': cookieFunction(() => undefined),
  'cookie function throws': cookieFunction(() => {
    throw new Error('no cookie')
  }),
}

export const optionTwists = { settings, invalid, functions }
