/**
 * Ways to answer: streaming, written heads, redirects, empty answers, and the forms of `end`.
 */
import type { Action, Visit } from './cell.js'
import { modify, regenerate, save, destroy } from './actions.js'

type Answer = (visit: Visit) => void

const forms = {
  'end without a body': ({ res }) => void res.end(),
  'end with a buffer': ({ res }) => void res.end(Buffer.from('done')),
  'end with an encoding': ({ res }) => void res.end('ZG9uZQ==', 'base64'),
  'end with an empty string': ({ res }) => void res.end(''),
  'content-length': ({ res }) => {
    res.setHeader('Content-Length', '4')
    res.end('done')
  },
  'write, end': ({ res }) => {
    res.write('do')
    res.end('ne')
  },
  'write, end without a body': ({ res }) => {
    res.write('done')
    res.end()
  },
  'content-length, write, end': ({ res }) => {
    res.setHeader('Content-Length', '4')
    res.write('do')
    res.end('ne')
  },
  flushHeaders: ({ res }) => {
    res.flushHeaders()
    res.end('done')
  },
  'writeHead with an object': ({ res }) => {
    res.writeHead(201, { 'X-Shop': 'open', 'Set-Cookie': 'lang=de' })
    res.end('done')
  },
  'writeHead with a status text': ({ res }) => {
    res.writeHead(201, 'Made', { 'X-Shop': 'open' })
    res.end('done')
  },
  'writeHead with a flat array': ({ res }) => {
    res.writeHead(201, ['X-Shop', 'open', 'Set-Cookie', 'lang=de'])
    res.end('done')
  },
  'writeHead with nothing more': ({ res }) => {
    res.writeHead(201)
    res.end('done')
  },
  'writeHead chained to end': ({ res }) => void res.writeHead(202, { 'Content-Length': 4 }).end('done'),
  'writeHead over a header set before': ({ res }) => {
    res.setHeader('Set-Cookie', ['a=1', 'b=2'])
    res.setHeader('X-Shop', 'closed')
    res.writeHead(200, { 'X-Shop': 'open', 'Set-Cookie': 'c=3' })
    res.end('done')
  },
  'a cookie set before': ({ res }) => {
    res.setHeader('Set-Cookie', 'lang=de; Path=/')
    res.end('done')
  },
  'cookies set before': ({ res }) => {
    res.setHeader('set-cookie', ['lang=de; Path=/', 'theme=dark'])
    res.end('done')
  },
  'redirect with a body': ({ res }) => {
    res.writeHead(302, { Location: '/next', 'Content-Type': 'text/plain' })
    res.end('Found. Redirecting to /next')
  },
  'redirect with a body and its length': ({ res }) => {
    res.statusCode = 302
    res.setHeader('Location', '/next')
    res.setHeader('Content-Length', 27)
    res.end('Found. Redirecting to /next')
  },
  'redirect without a body': ({ res }) => {
    res.statusCode = 302
    res.setHeader('Location', '/next')
    res.end()
  },
  'status 204': ({ res }) => {
    res.statusCode = 204
    res.end()
  },
  'status 304': ({ res }) => {
    res.statusCode = 304
    res.end()
  },
  'status 500': ({ res }) => {
    res.statusCode = 500
    res.end('failed')
  },
  'end twice': ({ res, note }) => {
    res.end('done')
    note(`second end gave false: ${(res.end('again') as unknown) === false}`)
  },
  'setHeader after end': ({ res, note }) => {
    res.end('done')
    try {
      res.setHeader('X-Late', '1')
    } catch (error) {
      note(`threw ${(error as NodeJS.ErrnoException).code}`)
    }
  },
  'what end leaves behind': ({ res, note }) => {
    res.end('done')
    note(`headersSent ${res.headersSent}`)
  },
  'finish event': ({ res, note }) => {
    res.on('finish', () => note('finished'))
    res.end('done')
  },
} satisfies Record<string, Answer>

const changes = {
  nothing: () => {},
  modify,
  'modify, save': async (visit) => {
    modify(visit)
    await save(visit)
  },
  regenerate,
  destroy,
  'set null': ({ req }) => void (req.session = null),
} satisfies Record<string, (visit: Visit) => void | Promise<void>>

/** The names of the ways to answer. Each exists with each change to the session: `<change> › <form>`. */
export const responseForms = Object.keys(forms)

const combined = Object.entries(changes).flatMap(([change, alter]) =>
  Object.entries<Answer>(forms).map(([form, answer]): [string, Action] => [
    `${change} › ${form}`,
    (visit) => {
      const altered = alter(visit)
      return altered instanceof Promise ? altered.then(() => answer(visit)) : answer(visit)
    },
  ]),
)

/** Changes to the session around the moment when the headers go out. */
const streaming = {
  'write, modify, end': (visit) => {
    visit.res.write('do')
    modify(visit)
    visit.res.end('ne')
  },
  'modify, write, end': (visit) => {
    modify(visit)
    visit.res.write('do')
    visit.res.end('ne')
  },
  'modify, write, modify, end': (visit) => {
    modify(visit)
    visit.res.write('do')
    modify(visit)
    visit.res.end('ne')
  },
  'modify, write, revert, end': (visit) => {
    modify(visit)
    visit.res.write('do')
    delete visit.session.views
    visit.res.end('ne')
  },
  'flushHeaders, modify, end': (visit) => {
    visit.res.flushHeaders()
    modify(visit)
    visit.res.end('done')
  },
  'writeHead, modify, end': (visit) => {
    visit.res.writeHead(200, { 'Content-Length': '4' })
    modify(visit)
    visit.res.end('done')
  },
  'write, modify, save, end': async (visit) => {
    visit.res.write('do')
    modify(visit)
    await save(visit)
    visit.res.end('ne')
  },
  'write, save, end': async (visit) => {
    visit.res.write('do')
    await save(visit)
    visit.res.end('ne')
  },
  'write, destroy, end': async (visit) => {
    visit.res.write('do')
    await destroy(visit)
    visit.res.end('ne')
  },
  'write, regenerate, end': async (visit) => {
    visit.res.write('do')
    await regenerate(visit)
    visit.res.end('ne')
  },
  'write, set null, end': ({ req, res }) => {
    res.write('do')
    req.session = null
    res.end('ne')
  },
  'write, change maxAge, end': ({ session, res }) => {
    res.write('do')
    session.cookie.maxAge = 120_000
    res.end('ne')
  },
} satisfies Record<string, Action>

export const streamingActions = Object.keys(streaming)

export const responses: Readonly<Record<string, Action>> = { ...Object.fromEntries(combined), ...streaming }
