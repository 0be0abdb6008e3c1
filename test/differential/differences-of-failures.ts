/**
 * Where failures differ: data that cannot be stored, stores that break their contract, options that mean nothing.
 */
import { noExchange, type StoreMethod } from './cell.js'
import type { Difference } from './differences.js'
import { asIfFailing, endedMessage, endsSession, fails, faultOf, unanswered, withoutCalls } from './rewrites.js'

const invalid: Readonly<Record<string, string>> = {
  'invalid: expires': 'cookie.expires must be a Date; for a lifetime counted from each request use cookie.maxAge',
  'invalid: maxAge text': 'cookie.maxAge must be a number of milliseconds, as in maxAge: 3_600_000 for an hour',
  'invalid: maxAge NaN':
    'cookie.maxAge must be a finite number of milliseconds; leave it out for a cookie that ends with the browser',
  'invalid: priority': "option priority is invalid: write cookie.priority as 'low', 'medium' or 'high'",
  'invalid: sameSite':
    "option sameSite is invalid: write cookie.sameSite as true, false, 'strict', 'lax', 'none' or 'auto'",
  'invalid: domain': "option domain is invalid: write cookie.domain as a host name such as 'example.com'",
  'invalid: path': "option path is invalid: write cookie.path as text without ';' or control characters",
  'invalid: name': "option name is invalid: write the name with letters, digits and any of !#$%&'*+-.^_`|~",
  'invalid: cookie a string': 'the cookie option must be an object or a function that returns one, and not "path=/"',
}

const wordings: Readonly<Record<string, string>> = {
  'genid option must be a function':
    'genid option must be a function: it is called with the request and returns the ID of a new session',
  "Cannot read properties of undefined (reading 'path')":
    'the cookie function must return an object of cookie options, at once and for every request',
  "Cannot read properties of undefined (reading 'expires')":
    'the stored session has no cookie, so it is none of express-session or coatcheck; clear it from the store',
}

const noIDMessage = 'genid must return a string, at once; what it returned is no ID that a session could be saved under'

function timeoutMessage(method: StoreMethod): string {
  const operation = { get: 'read', set: 'save', destroy: 'destroy', touch: 'touch' }[method]
  return `the session store did not answer ${operation} within 5000 ms; look whether its server is up and reachable, or raise storeTimeout`
}

export const failureDifferences: readonly Difference[] = [
  {
    name: 'A store that throws has failed',
    theirs:
      'lets the exception through: out of `end`, and the response never ends, or past the callback that waits for an answer',
    ours: 'treats it as the error that the store should have answered',
    why: 'the response completes, and the error reaches the callback or `next` once',
    like: (cell) => asIfFailing(cell, 'throws'),
    rewrite: (theirs, cell) =>
      faultOf(cell)?.fault === 'throws' ? unanswered(theirs, faultOf(cell)!.method) : undefined,
  },
  {
    name: 'A session that could not be loaded is not destroyed',
    theirs:
      "with unset 'destroy', takes a failed load for an app that removed the session, and destroys it behind the error page",
    ours: 'leaves it alone',
    why: 'a store that fails for a moment must not sign everybody out',
    like: (cell, stage) =>
      cell.unset === 'destroy' && fails(cell, 'get') && (stage === 'follow-up' || cell.visitor !== 'no cookie')
        ? { ...cell, unset: 'keep' }
        : undefined,
  },
  {
    name: 'A session that was ended stays ended when the store fails',
    theirs: 'finds it again on the next request, when the store could not destroy it',
    ours: 'does not take it up again in this process',
    why: 'who has signed out is signed out; the callback of `destroy()` has told the app that the record is still there',
    like: (cell, stage) =>
      stage === 'follow-up' && fails(cell, 'destroy') && cell.visitor === 'known' && endsSession(cell)
        ? { ...cell, twist: 'get finds nothing' }
        : undefined,
  },
  {
    name: 'A store need not inherit from Store',
    theirs: 'fails to load any session from an object that has the methods of a store and not `createSession`',
    ours: 'does for it what Store would do',
    why: 'new sessions were stored in it and could never be read again',
    like: (cell) => (cell.twist === 'a store that inherits nothing' ? { ...cell, twist: undefined } : undefined),
  },
  {
    name: 'A store that answers twice is heard once',
    theirs: 'runs the rest of the app again for each answer',
    ours: 'takes the first answer',
    why: 'some stores call back again when the first callback throws, and a handler that runs twice charges twice',
    like: (cell) => (cell.twist?.endsWith('answers twice') ? { ...cell, twist: undefined } : undefined),
  },
  {
    name: 'Data that cannot be stored is an error, and the response completes',
    theirs: 'throws out of `res.end`, ignores the error page, and the response never ends',
    ours: 'sends the response without storing, and hands the error to `next` once, with the reason',
    why: 'one bad value must not hang the visitor',
    rewrite(theirs, cell, stage) {
      if (stage !== 'first' || !/^data: (?:cycle|BigInt|toJSON throws)/.test(cell.action)) return undefined
      const error = `the session holds a value that JSON cannot hold, so it was not saved: ${theirs.errors[0]}`
      const saw = cell.action === 'data: cycle, save' ? [`save called back: ${error}`] : []
      return { ...theirs, status: 200, framing: 'length 4', body: 'done', errors: [error], saw }
    },
  },
  {
    name: 'A `save()` that failed is not taken for done',
    theirs:
      'counts the session as saved, and at the end of the request touches at most the record that was not written',
    ours: 'tries again at the end of the request, and tells `next` when that fails too',
    why: 'an outage of a moment loses nothing, and one that lasts is told',
    rewrite(theirs, cell, stage) {
      const failed = theirs.saw.some((line) => line === 'save called back: set failed')
      if (stage !== 'first' || !failed || !fails(cell, 'set')) return undefined
      const again = theirs.store.findLast((call) => call.startsWith('set '))!
      if (theirs.errors.includes('set failed')) return undefined
      const touched = theirs.store.at(-1)!.startsWith('touch ')
      const store = touched ? theirs.store.slice(0, -1) : theirs.store
      const arrived = touched ? theirs.arrived.slice(0, -1) : theirs.arrived
      return {
        ...theirs,
        store: [...store, again],
        arrived: [...arrived, arrived.at(-1)!],
        errors: ['set failed'],
        left: touched ? theirs.left.map((record) => record.replace('12:01:00', '12:00:40')) : theirs.left,
      }
    },
  },
  {
    name: 'An error of genid reaches the callback of `regenerate()`',
    theirs: 'throws it into the store, and the callback is never called: with most stores that ends the process',
    ours: 'hands it to the callback; the old session is ended, and nothing more is stored for it',
    why: 'an error of the app must not become one of the store',
    rewrite(theirs, cell, stage) {
      const thrown = 'thrown into the store: no ID'
      if (stage !== 'first' || !theirs.errors.includes(thrown)) return undefined
      const saw = ['regenerate called back: no ID']
      if (cell.action.endsWith('save')) saw.push(`save called back: ${endedMessage}`)
      const after = cell.action.includes('modify') ? theirs.after.replace('"views":3', '"views":4') : theirs.after
      return { ...theirs, status: 200, framing: 'length 4', body: 'done', errors: [], saw, after }
    },
  },
  {
    name: '`save()` under an ID that is none is an error',
    theirs:
      "stores a session under whatever genid returned, `undefined` and '[object Promise]' included, and sends no cookie",
    ours: 'stores nothing, and tells the callback that genid must return a string',
    why: 'all visitors shared one record, and none could be led to it',
    rewrite(theirs, cell, stage) {
      const noID = cell.twist?.startsWith('genid gives') === true
      if (stage !== 'first' || !noID || !theirs.saw.includes('save called back')) return undefined
      const stored = theirs.store.filter((call) => /^set (?!known)/.test(call)).map((call) => call.slice(4))
      if (stored.length === 0) return undefined
      const saw = theirs.saw.map((line) => (line === 'save called back' ? `${line}: ${noIDMessage}` : line))
      const unsaved = withoutCalls(theirs, (call) => stored.includes(call.slice(4)))
      return { ...unsaved, saw, left: theirs.left.filter((record) => !stored.includes(record)) }
    },
  },
  {
    name: '`reload()` knows ENOENT',
    theirs:
      "takes the code ENOENT for 'no such session' at the beginning of a request, and for a failure in `reload()`",
    ours: "takes it for 'no such session' in both",
    why: 'the store says the same thing both times',
    rewrite: (theirs, cell) =>
      cell.twist === 'get fails with ENOENT'
        ? {
            ...theirs,
            saw: theirs.saw.map((line) =>
              line.replace('reload called back: get failed', 'reload called back: failed to load session'),
            ),
          }
        : undefined,
  },
  {
    name: 'A store that never answers has failed',
    theirs: 'waits, and so does the visitor',
    ours: 'treats it as a failure after storeTimeout, five seconds by default',
    why: 'one lost answer must not hang a request',
    like: (cell) => asIfFailing(cell, 'never answers'),
    rewrite(theirs, cell) {
      const found = faultOf(cell)
      if (found?.fault !== 'never answers') return undefined
      const told = (line: string): string => line.replace(`${found.method} failed`, timeoutMessage(found.method))
      return { ...unanswered(theirs, found.method), errors: theirs.errors.map(told), saw: theirs.saw.map(told) }
    },
  },
  {
    name: 'Options are checked at construction',
    theirs:
      'accepts cookie attributes and names that cannot be sent, and fails at the first response that should send them',
    ours: 'throws when the middleware is made, and says what to write instead',
    why: 'a mistake shows when the app starts, not when the first visitor signs in',
    rewrite(_theirs, cell) {
      const message = invalid[cell.twist ?? '']
      return message === undefined ? undefined : { ...noExchange, errors: [message] }
    },
  },
  {
    name: 'Errors say what to do',
    theirs: 'names what is wrong, or the property of undefined that the engine stumbled on',
    ours: 'says what was expected',
    why: 'the reader of the log knows where to look',
    rewrite: (theirs) =>
      theirs.errors.some((error) => error in wordings)
        ? { ...theirs, errors: theirs.errors.map((error) => wordings[error] ?? error) }
        : undefined,
  },
]
