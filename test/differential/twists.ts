/**
 * Special circumstances: TLS and proxies, other cookies, other records. Other options are in `option-twists.ts`, other stores in
 * `store-twists.ts`.
 */
import type { Cell, Twist } from './cell.js'
import { pair, sign } from './jar.js'
import { optionTwists } from './option-twists.js'
import { storeTwists } from './store-twists.js'

const bad = pair('known', 'connect.sid', 'a guess')

const security: Record<string, Twist> = {
  'Secure over http': { cookieOptions: { secure: true } },
  'Secure over TLS': { cookieOptions: { secure: true }, encrypted: true },
  'Secure over TLS, proxy false': { options: { proxy: false }, cookieOptions: { secure: true }, encrypted: true },
  'Secure, proxy true, https': {
    https: true,
    options: { proxy: true },
    cookieOptions: { secure: true },
    headers: { 'X-Forwarded-Proto': 'https' },
  },
  'Secure, proxy true, HTTPS and more': {
    https: true,
    options: { proxy: true },
    cookieOptions: { secure: true },
    headers: { 'X-Forwarded-Proto': ' HTTPS , http' },
  },
  'Secure, proxy true, http': {
    options: { proxy: true },
    cookieOptions: { secure: true },
    headers: { 'X-Forwarded-Proto': 'http, https' },
  },
  'Secure, proxy true, no header': { options: { proxy: true }, cookieOptions: { secure: true } },
  'Secure, no proxy option, header says https': {
    https: true,
    cookieOptions: { secure: true },
    headers: { 'X-Forwarded-Proto': 'https' },
  },
  'Secure, req.secure': {
    https: true,
    cookieOptions: { secure: true },
    before: (req) => void Object.assign(req, { secure: true }),
  },
  'Secure, req.secure, proxy false': {
    options: { proxy: false },
    cookieOptions: { secure: true },
    before: (req) => void Object.assign(req, { secure: true }),
  },
  'auto over http': { cookieOptions: { secure: 'auto', sameSite: 'auto' } },
  'auto over TLS': { cookieOptions: { secure: 'auto', sameSite: 'auto' }, encrypted: true },
  'auto behind a proxy': {
    https: true,
    options: { proxy: true },
    cookieOptions: { secure: 'auto', sameSite: 'auto' },
    headers: { 'X-Forwarded-Proto': 'https' },
  },
  'a Secure record over http': { record: (usual) => ({ ...usual, cookie: { ...usual.cookie, secure: true } }) },
  'a Secure record over TLS': {
    encrypted: true,
    record: (usual) => ({ ...usual, cookie: { ...usual.cookie, secure: true } }),
  },
}

const cookieHeaders: Record<string, Twist> = {
  'a bad duplicate first': { cookie: `${bad}; ${pair('known')}` },
  'an unsigned duplicate first': { cookie: `connect.sid=known; ${pair('known')}` },
  'a bad duplicate last': { cookie: `${pair('known')}; ${bad}` },
  'an unknown duplicate first': { cookie: `${pair('unknown')}; ${pair('known')}` },
  'an unknown duplicate last': { cookie: `${pair('known')}; ${pair('unknown')}` },
  'among others': { cookie: `lang=de; ${pair('known')}; theme=dark` },
  'names alike': { cookie: `xconnect.sid=1; connect.sidx=2; Connect.sid=3; ${pair('known')}` },
  'only a name alike': { cookie: pair('known', 'Connect.sid') },
  'in quotes': { cookie: `connect.sid="${encodeURIComponent(sign('known'))}"` },
  'not encoded': { cookie: `connect.sid=${sign('known')}` },
  'a broken escape': { cookie: `connect.sid=s%3Aknown.%ZZ` },
  'not signed': { cookie: 'connect.sid=known' },
  empty: { cookie: 'connect.sid=' },
  'only the prefix': { cookie: 'connect.sid=s:' },
  'no ID but a signature': { cookie: pair('') },
  'a shortened signature': { cookie: pair('known').slice(0, -4) },
  'an ID with dots': {
    cookie: pair('kn.ow.n'),
    store: (store) => (store.records as Map<string, string>).set('kn.ow.n', knownText({})),
  },
}

const records: Record<string, Twist> = {
  'record expired': {
    record: (usual) => ({ ...usual, cookie: { ...usual.cookie, expires: '2025-12-31T00:00:00.000Z' } }),
  },
  'record without a cookie': { record: (usual) => ({ ...usual, cookie: undefined }) },
  'record with reserved names': { record: (usual) => ({ ...usual, save: 1, id: 'x', req: 2, toString: 3, touch: 4 }) },
  'record with __proto__': {
    record: (usual) => JSON.parse(JSON.stringify(usual).replace('{', '{"__proto__":{"admin":1},')),
  },
  'record with more on its cookie': {
    record: (usual) => ({
      ...usual,
      cookie: { ...usual.cookie, flavour: 'oat', domain: 'shop.example', sameSite: 'lax' },
    }),
  },
  'record with an empty cookie': { record: (usual) => ({ ...usual, cookie: {} }) },
  'record of another maxAge': {
    record: (usual) => ({
      ...usual,
      cookie: { ...usual.cookie, originalMaxAge: 5000, expires: '2026-01-15T12:00:03.000Z' },
    }),
  },
  'record with expires false': {
    record: (usual) => ({ ...usual, cookie: { ...usual.cookie, originalMaxAge: null, expires: false } }),
  },
  'record without expires': {
    record: (usual) => ({ ...usual, cookie: { path: '/', httpOnly: true, originalMaxAge: 60_000 } }),
  },
  'record with a broken expires': { record: (usual) => ({ ...usual, cookie: { ...usual.cookie, expires: 'never' } }) },
  'record with its cookie last': { record: ({ cookie, ...data }) => ({ ...data, cookie }) },
  'record with another path': { record: (usual) => ({ ...usual, cookie: { ...usual.cookie, path: '/shop' } }) },
  'record null': { record: () => null },
  'record empty': { record: () => ({}) },
  'record a text': { record: () => 'a text' },
}

const late: Record<string, Twist> = { 'a late request': { followsAtOnce: true } }

const builtIn: Record<string, Twist> = { 'its own MemoryStore': { memoryStore: true } }

export const twistFamilies = {
  builtIn,
  late,
  security,
  cookieHeaders,
  records,
  ...optionTwists,
  ...storeTwists,
}

const all: ReadonlyMap<string, Twist> = new Map(
  Object.values(twistFamilies).flatMap((family) => Object.entries(family)),
)
const plain: Twist = {}

export function twistOf(cell: Cell): Twist {
  if (cell.twist === undefined) return plain
  const twist = all.get(cell.twist)
  if (twist === undefined) throw new Error(`no twist is called ${cell.twist}`)
  return twist
}

function knownText(extra: object): string {
  return JSON.stringify({
    cookie: { originalMaxAge: null, expires: null, httpOnly: true, path: '/' },
    views: 3,
    ...extra,
  })
}
