/**
 * Handlers that do what express-session does not expect: values that cannot be stored, replaced objects, callback forms of `end`.
 */
import { modify, read, save } from './actions.js'
import type { Action, LiveCookie, LiveSession } from './cell.js'

export const dataActions = {
  'data: cycle': ({ session, res }) => {
    session.loop = session.user = { session: {} }
    ;(session.loop as { session: unknown }).session = session.loop
    res.end('done')
  },
  'data: BigInt': ({ session, res }) => {
    session.count = 1n
    res.end('done')
  },
  'data: toJSON throws': ({ session, res }) => {
    session.value = {
      toJSON() {
        throw new Error('no text for this')
      },
    }
    res.end('done')
  },
  'data: cycle, save': async (visit) => {
    const loop: Record<string, unknown> = {}
    loop.self = loop
    visit.session.loop = loop
    await save(visit)
    visit.res.end('done')
  },
  'data: function, symbol, undefined': ({ session, res }) => {
    Object.assign(session, { fn: () => 1, symbol: Symbol('s'), nothing: undefined, list: [undefined, () => 1] })
    res.end('done')
  },
  'data: Date, Map, Buffer, NaN': ({ session, res }) => {
    Object.assign(session, { at: new Date(0), map: new Map([[1, 2]]), bytes: Buffer.from('x'), none: Number.NaN })
    res.end('done')
  },
  'data: toJSON': ({ session, res }) => {
    session.price = { toJSON: () => 'EUR 5' }
    res.end('done')
  },
  'data: text that looks like JSON': ({ session, res }) => {
    session.note = '{"cookie":{}}\u2028\u0000"\\ üñ😀 \ud800'
    res.end('done')
  },
  'data: keys that are numbers': ({ session, res }) => {
    Object.assign(session, { 2: 'two', 1: 'one', b: 1, a: 2 })
    res.end('done')
  },
  'data: hidden properties': ({ session, res }) => {
    Object.defineProperty(session, 'hidden', { value: 1, enumerable: false })
    Object.defineProperty(session, 'computed', { get: () => 2, enumerable: true })
    res.end('done')
  },
} satisfies Record<string, Action>

export const replacingActions = {
  'replace: plain object': ({ req, res }) => {
    req.session = { views: 9, lang: 'de' } as unknown as LiveSession
    res.end('done')
  },
  'replace: empty object': ({ req, res }) => {
    req.session = {} as unknown as LiveSession
    res.end('done')
  },
  'replace: a copy of itself': ({ req, res, session }) => {
    req.session = { ...session }
    res.end('done')
  },
  'replace: key by key': ({ req, res }) => {
    for (const key of Object.keys(req.session!)) if (key !== 'cookie') delete req.session![key]
    Object.assign(req.session!, { views: 9, lang: 'de' })
    res.end('done')
  },
  'replace: all keys away': ({ req, res }) => {
    for (const key of Object.keys(req.session!)) if (key !== 'cookie') delete req.session![key]
    res.end('done')
  },
  'replace: false': ({ req, res }) => {
    req.session = false as unknown as null
    res.end('done')
  },
  'replace: the cookie by an object': ({ session, res }) => {
    session.cookie = { maxAge: 5000, path: '/' } as LiveCookie
    res.end('done')
  },
  'replace: the cookie key by key': ({ session, res }) => {
    Object.assign(session.cookie, { maxAge: 5000, path: '/' })
    res.end('done')
  },
  'replace: session.id': ({ session, res, note }) => {
    try {
      Object.assign(session, { id: 'mine' })
    } catch (error) {
      note(`threw ${(error as Error).name}`)
    }
    res.end('done')
  },
  'replace: sessionID': ({ req, res }) => {
    req.sessionID = 'mine'
    res.end('done')
  },
  'replace: sessionID, modify': (visit) => {
    visit.req.sessionID = 'mine'
    modify(visit)
    visit.res.end('done')
  },
  'replace: sessionID undefined': ({ req, res }) => {
    Object.assign(req, { sessionID: undefined })
    res.end('done')
  },
  'replace: a key named save': ({ session, res }) => {
    Object.assign(session, { touch: Reflect.get(session, 'touch') })
    session.views = 9
    res.end('done')
  },
} satisfies Record<string, Action>

export const endActions = {
  'end: callback only': ({ res, note, session }) => {
    session.views = 9
    res.end(() => note('ended'))
  },
  'end: data and callback': ({ res, note, session }) => {
    session.views = 9
    res.end('done', () => note('ended'))
  },
  'end: data, encoding and callback': ({ res, note, session }) => {
    session.views = 9
    res.end('done', 'utf8', () => note('ended'))
  },
  'end: write after end': ({ res, session }) => {
    session.views = 9
    res.on('error', () => {})
    res.end('done')
    res.write('more')
  },
  'end: what it gives': ({ res, session, note }) => {
    session.views = 9
    note(`end gave the response ${(res.end('done') as unknown) === res}`)
  },
  'end: read before it': (visit) => {
    read(visit)
    visit.res.end('done')
  },
  'end: null': ({ res, session }) => {
    session.views = 9
    res.end(null)
  },
  'end: an object': ({ res, session }) => {
    session.views = 9
    res.end({ not: 'a body' })
  },
} satisfies Record<string, Action>
