/**
 * Where it differs what becomes of two requests of one visitor that run at the same time in one process.
 */
import type { Difference } from './differences.js'
import { isNewID, without, withoutCalls } from './rewrites.js'

export const parallelDifferences: readonly Difference[] = [
  {
    name: 'Two requests at the same time lose nothing',
    theirs: 'stores the session as the later request has it, and what the other one stored meanwhile is lost',
    ours: 'merges both: keys that one of them changed, and what both added to the same list',
    why: 'browsers send requests in parallel, and a cart must not lose what was put into it',
    rewrite(theirs, cell, stage) {
      const meanwhile = /^(.*), meanwhile (?:a key is added|another is pushed)$/.exec(cell.action)?.[1]
      const stores = meanwhile === 'modify' || meanwhile === 'push' || (meanwhile === 'nothing' && cell.resave)
      if (stage !== 'first' || !stores) return undefined
      const merged = (text: string): string => (meanwhile === 'push' ? withBothTags(text) : withKey(text))
      const mergedRecord = (text: string): string => (text.startsWith('known ') ? merged(text) : text)
      const store = theirs.store.map((call) => (call.startsWith('set ') ? merged(call) : call))
      return { ...theirs, store, after: merged(theirs.after), left: theirs.left.map(mergedRecord) }
    },
  },
  {
    name: 'A session that was ended by another request stays ended',
    theirs: 'stores it again, or renews its cookie, at the end of a request that began before',
    ours: 'neither stores nor touches it, and sends no cookie',
    why: 'a slow request must not undo a sign-out',
    rewrite(theirs, cell, stage) {
      if (stage !== 'first' || !/, meanwhile it is (?:destroyed|regenerated)$/.test(cell.action)) return undefined
      const untouched = withoutCalls(theirs, (call) => /^(?:set|touch) known /.test(call))
      return {
        ...untouched,
        cookies: theirs.cookies.filter((cookie) => !cookie.includes('<known>')),
        left: theirs.left.filter((record) => !record.startsWith('known ')),
      }
    },
  },
  {
    name: 'A request that comes late with an ID that was just given up is not given a new session',
    theirs: 'asks the store, begins a new session, and with saveUninitialized its cookie replaces that of the sign-in',
    ours: 'runs it, for half a minute after `regenerate()`, with an empty session that is neither stored nor sent',
    why: 'of two requests sent together the slower one must not undo the sign-in of the faster one',
    rewrite(theirs, cell, stage) {
      const retired = stage === 'follow-up' && cell.twist === 'a late request' && cell.visitor === 'known'
      if (!retired || !/regenerate(?!.*(?:destroy|end))/.test(cell.action)) return undefined
      return { ...without(theirs, cell, isNewID), store: [], arrived: [], cookies: [] }
    },
  },
]

function withKey(text: string): string {
  return text.replace('"tags":["a","b"]}}', '"tags":["a","b"]},"lang":"de"}')
}

function withBothTags(text: string): string {
  return text.replace('["a","b","mine"]', '["a","b","theirs","mine"]')
}
