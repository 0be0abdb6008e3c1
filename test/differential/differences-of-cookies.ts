/**
 * Where cookies differ: which one is read, which ID is sent, and what its attributes become.
 */
import type { Difference } from './differences.js'
import { asIf, generatedIn, isNewVisitor } from './rewrites.js'

const forgedFirst = new Set(['a bad duplicate first', 'an unsigned duplicate first'])

const resolvedAuto: Readonly<Record<string, string>> = {
  'cookie function, auto over http': 'auto over http',
  'cookie function, auto over TLS': 'auto over TLS',
}

const assignedIDs: Readonly<Record<string, string>> = {
  'replace: sessionID': 'nothing',
  'replace: sessionID, modify': 'modify',
}

const bareCookie = '{"cookie":{"httpOnly":true,"path":"/"}'
const wholeCookie = '{"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}'

export const cookieDifferences: readonly Difference[] = [
  {
    name: 'A cookie that we did not sign does not hide one that we did',
    theirs: 'looks at the first cookie of its name only',
    ours: 'takes the first whose signature holds',
    why: 'anyone who can set a cookie for a parent domain or a longer path could sign a visitor out for good',
    like: (cell) => (forgedFirst.has(cell.twist ?? '') ? { ...cell, twist: undefined } : undefined),
  },
  {
    name: 'A cookie whose session is gone does not hide one that is there',
    theirs: 'asks the store for the first valid cookie of its name only',
    ours: 'asks for the next one when the store does not know the first',
    why: 'a forgotten cookie of another path or domain would shut the visitor out until it expires',
    like: (cell) => (cell.twist === 'an unknown duplicate first' ? { ...cell, twist: undefined } : undefined),
    rewrite(theirs, cell, stage) {
      const [first = ''] = theirs.store
      const found = theirs.after.startsWith(`${first.replace('get ', '')} `)
      const nextAsked = cell.twist === 'an unknown duplicate last' && stage === 'follow-up' && !found
      if (cell.twist !== 'an unknown duplicate first' && !nextAsked) return undefined
      return {
        ...theirs,
        store: theirs.store.toSpliced(nextAsked ? 1 : 0, 0, 'get unknown'),
        arrived: theirs.arrived.toSpliced(nextAsked ? 1 : 0, 0, 'nothing'),
      }
    },
  },
  {
    name: 'A cookie path ends at a slash',
    theirs: 'serves /shopping for a cookie with Path=/shop, which no browser sends there',
    ours: 'serves the path itself and what is below it',
    why: 'each visit outside of the path would begin a session that is never found again (RFC 6265, section 5.1.4)',
    like: (cell) => (cell.twist === 'path as a prefix' ? { ...cell, twist: 'outside of the path' } : undefined),
  },
  {
    name: 'The cookie carries the ID that the record has',
    theirs: 'sends what the app assigned to `req.sessionID`, and stores the session under its own ID',
    ours: 'sends and stores the ID of the session',
    why: 'a cookie with any other ID leads nowhere',
    like: (cell, stage) => (stage === 'first' ? asIf(cell, assignedIDs[cell.action]) : undefined),
    rewrite: (theirs, cell, stage) =>
      stage === 'first' && cell.action in assignedIDs
        ? { ...theirs, after: theirs.after.replace(/^\S+/, 'mine') }
        : undefined,
  },
  {
    name: 'An object assigned to `req.session.cookie` becomes a Cookie',
    theirs: 'stores the object as it is: no deadline, and a cookie without attributes',
    ours: 'makes a Cookie of it',
    why: 'maxAge means the same however it was written',
    like: (cell, stage) =>
      stage === 'first' && cell.action === 'replace: the cookie by an object'
        ? asIf(cell, 'replace: the cookie key by key')
        : undefined,
  },
  {
    name: 'A cookie function may say auto',
    theirs: "resolves `secure: 'auto'` and `sameSite: 'auto'` in an object, not in what a function returns",
    ours: 'resolves both in either',
    why: 'no cookie was sent over http, and over TLS the response failed',
    like: (cell) => {
      const twist = resolvedAuto[cell.twist ?? '']
      return twist === undefined ? undefined : { ...cell, twist }
    },
    rewrite: (theirs, cell) =>
      (cell.twist ?? '') in resolvedAuto
        ? { ...theirs, after: `${theirs.after}, cookie function called 2 times` }
        : undefined,
  },
  {
    name: 'A cookie function is called once for each session',
    theirs: 'calls it for the path, and again for the session that it makes',
    ours: 'calls it once for both, and again for each further session of the request',
    why: 'it may be expensive, and two calls could disagree',
    rewrite(theirs, cell, stage) {
      const generated = generatedIn(theirs, stage)
      const calls = stage === 'first' && !isNewVisitor(cell) ? 1 + generated : Math.max(1, generated)
      return { ...theirs, after: theirs.after.replace(/called [2-9] times/, `called ${calls} times`) }
    },
  },
  {
    name: 'A stored cookie has all that a cookie has',
    theirs: 'leaves originalMaxAge undefined where the record has none',
    ours: 'makes it null: the session of a browser',
    why: 'the record is written back in the form that every other record has',
    rewrite: (theirs, cell) =>
      cell.twist === 'record with an empty cookie'
        ? {
            ...theirs,
            store: theirs.store.map(completed),
            left: theirs.left.map(completed),
            saw: theirs.saw.map((line) => completed(line).replace('of undefined', 'of null')),
          }
        : undefined,
  },
]

function completed(text: string): string {
  return text
    .replace(bareCookie, wholeCookie)
    .replace('{"cookie":{"expires":null,"httpOnly":true,"path":"/"}', wholeCookie)
}
