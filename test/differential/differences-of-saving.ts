/**
 * Where it differs what is stored, and how often.
 */
import type { Difference } from './differences.js'
import {
  asIf,
  cookieBarred,
  endedMessage,
  errorsWithout,
  fails,
  isNewID,
  isNewVisitor,
  isRepeatedSet,
  renewed,
  savesUnmodified,
  without,
  withoutCalls,
} from './rewrites.js'

const assignments: Readonly<Record<string, string>> = {
  'replace: plain object': 'replace: key by key',
  'replace: empty object': 'replace: all keys away',
  'replace: a copy of itself': 'nothing',
}

const endedIn: Readonly<Record<string, string>> = {
  'destroy, save the destroyed': 'destroy',
  'regenerate, save the old': 'regenerate',
}

export const savingDifferences: readonly Difference[] = [
  {
    name: 'A new session that was saved is given to its visitor',
    theirs:
      'with saveUninitialized false, stores a new session on an explicit `save()` but sends no cookie unless it was changed',
    ours: 'sends the cookie, as with saveUninitialized true',
    why: 'a record that no cookie leads to is an orphan: what was saved can never be found again',
    like: (cell, stage) =>
      stage === 'first' && isNewVisitor(cell) && !cell.saveUninitialized && savesUnmodified(cell)
        ? { ...cell, saveUninitialized: true }
        : undefined,
  },
  {
    name: 'No record for a visitor who cannot be given the cookie',
    theirs:
      'stores a new session although its Secure cookie is not sent over an insecure connection: one orphan for each request',
    ours: 'does not store it, unless the app calls `save()`, and says once what is wrong',
    why: 'a site behind a proxy without `trust proxy` fills its store with records that nobody can ever use',
    rewrite(theirs, cell, stage) {
      if (!cookieBarred(cell) || (stage === 'first' && cell.action.includes('save'))) return undefined
      return without(theirs, cell, isNewID)
    },
  },
  {
    name: 'A new session that was first changed after the headers is not stored',
    theirs: 'stores it, though its cookie could not be sent any more',
    ours: 'does not store it, unless the app calls `save()`, and says once what is wrong',
    why: 'the record would be an orphan',
    rewrite(theirs, cell, stage) {
      const late = /^(?:write|flushHeaders|writeHead), (?:modify|regenerate), end$/.test(cell.action)
      if (stage !== 'first' || !late) return undefined
      const sent = (id: string): boolean => theirs.cookies.some((cookie) => cookie.includes(`<${id}>`))
      const unsaved = without(theirs, cell, (id) => isNewID(id) && !sent(id))
      return unsaved.store.length < theirs.store.length ? errorsWithout(unsaved, 'set failed') : unsaved
    },
  },
  {
    name: '`save()` moves the deadline',
    theirs:
      'stores the deadline of the last request on an explicit `save()`, and corrects it by a `touch` at the end if the store has one',
    ours: 'stores the new deadline at once',
    why: 'in a store without `touch` the session ends too early, and in any store if the process dies in between',
    rewrite: (theirs, cell, stage) =>
      stage === 'first' && /^(?!data).*save(?! the)/.test(cell.action) ? renewed(theirs, cell) : undefined,
  },
  {
    name: '`regenerate()` and `save()` store once',
    theirs: 'stores a regenerated session again at the end of the request, though nothing changed since `save()`',
    ours: 'stores it once',
    why: 'half the writes at each sign-in',
    rewrite: (theirs, cell, stage) =>
      stage === 'first' && /regenerate.*save/.test(cell.action) && !fails(cell, 'set')
        ? withoutCalls(theirs, (call, index) => isRepeatedSet(theirs, call, index))
        : undefined,
  },
  {
    name: 'No touch after `save()`',
    theirs: 'touches the record at the end of a request that has saved it',
    ours: 'touches it only when the cookie has changed since',
    why: 'the record has the new deadline already',
    rewrite(theirs, cell, stage) {
      if (stage !== 'first' || fails(cell, 'set') || !/save(?! the)/.test(cell.action)) return undefined
      const saved = theirs.store.findLast((call) => call.startsWith('set '))
      const untouched = withoutCalls(theirs, (call) => call.startsWith('touch ') && call.slice(6) === saved?.slice(4))
      return untouched.store.length < theirs.store.length ? errorsWithout(untouched, 'touch failed') : untouched
    },
  },
  {
    name: 'What was reloaded is not written back unchanged',
    theirs: 'stores a session that `reload()` brought, if it is not as it was at the beginning of the request',
    ours: 'touches it only',
    why: 'it is in the store as it is, and writing it again could undo what another request has stored since',
    rewrite(theirs, cell, stage) {
      if (stage !== 'first' || cell.resave || !/changed elsewhere, reload/.test(cell.action)) return undefined
      const last = theirs.store.at(-1)
      if (last === undefined || !last.startsWith('set known ') || last.endsWith(' (no Session)')) return undefined
      if (cell.touch) return { ...theirs, store: [...theirs.store.slice(0, -1), last.replace('set', 'touch')] }
      const asItWas = theirs.store.findLast((call) => call.endsWith(' (no Session)'))!
      const dropped = withoutCalls(theirs, (call) => call === last)
      return { ...dropped, left: [asItWas.slice('set '.length, -' (no Session)'.length)] }
    },
  },
  {
    name: 'A destroyed session is destroyed once',
    theirs: "with unset 'destroy', asks the store a second time at the end of a request that has called `destroy()`",
    ours: 'asks once, and tells the callback of `destroy()` alone when it fails',
    why: 'the second call deletes nothing',
    rewrite(theirs, cell, stage) {
      if (stage !== 'first' || cell.unset === 'keep' || !/destroy(?!.*(?:generate|store))/.test(cell.action))
        return undefined
      const isSecond = (call: string, index: number): boolean =>
        call.startsWith('destroy ') && theirs.store.indexOf(call) < index
      const once = withoutCalls(theirs, isSecond)
      return once.store.length < theirs.store.length ? errorsWithout(once, 'destroy failed') : once
    },
  },
  {
    name: 'A session that was ended stays ended',
    theirs: '`save()` on the object of a session that was destroyed or regenerated stores it again, under its old ID',
    ours: 'tells the callback that it is ended, and stores nothing',
    why: 'a sign-out must not be undone by a handler that still holds the object, and an ID of before the sign-in must not come back',
    rewrite(theirs, cell, stage) {
      const ended = endedIn[cell.action]
      if (stage !== 'first' || ended === undefined) return undefined
      const old = isNewVisitor(cell) ? 'id-1' : 'known'
      const saw = [`${ended} called back`, `save called back: ${endedMessage}`]
      return { ...without(theirs, cell, (id) => id === old), saw }
    },
  },
  {
    name: 'An object assigned to `req.session` becomes its data',
    theirs: 'throws out of `res.end`, and the response never ends',
    ours: 'takes the values as those of the session, which keeps its ID and cookie',
    why: 'it is what the line says, and nothing hangs',
    like: (cell, stage) => (stage === 'first' ? asIf(cell, assignments[cell.action]) : undefined),
  },
]
