/**
 * What a response does for its session, as pure functions of what is known at that moment: whether the cookie is sent, and
 * what the store is asked. `test/core/decisions.test.ts` walks the whole tables.
 */

/** What is known of the session when the first header is about to be written. */
export interface CookieState {
  /** `req.session` is there and `req.sessionID` is a string. */
  readonly present: boolean
  /** The visitor's cookie named this very session. */
  readonly known: boolean
  /** ID or data differ from what was loaded or created. */
  readonly modified: boolean
  /** The app called `save()` on it, so there is a record that the visitor must be able to reach. */
  readonly savedByApp: boolean
  /** The cookie has an expiry that the browser must be told of. */
  readonly expiring: boolean
  /** The cookie may only go over TLS and this request did not. */
  readonly barred: boolean
  /** Options. */
  readonly saveUninitialized: boolean
  readonly rolling: boolean
  /** The cookie in the browser is older than its contents should be: signed by an old secret, its attributes were changed, or a new ID is due. */
  readonly outdated: boolean
}

export type CookieDecision = 'send' | 'barred' | 'none'

/** Is the cookie due? `barred`: it is, but must not travel over this connection. */
export function decideCookie(state: CookieState): CookieDecision {
  if (!state.present) return 'none'
  const due = state.known
    ? state.rolling || state.outdated || (state.expiring && state.modified)
    : state.saveUninitialized || state.modified || state.savedByApp
  if (!due) return 'none'
  return state.barred ? 'barred' : 'send'
}

/** What is known of the session when the response ends. */
export interface CommitState {
  /** `req.session` is there. */
  readonly present: boolean
  /** `req.sessionID`, where it is a string. */
  readonly identified: boolean
  /** The app called `session.destroy()`, so the store has been asked already. */
  readonly destroyedByApp: boolean
  /** The option `unset: 'destroy'`. */
  readonly destroyUnset: boolean
  /** The visitor's cookie named this very session. */
  readonly known: boolean
  /** ID or data differ from what was loaded or created. */
  readonly modified: boolean
  /** What the store holds is what the session holds now. */
  readonly saved: boolean
  /** The app called `save()` in this request, so the session is no longer uninitialized. */
  readonly savedByApp: boolean
  /** The session is new, its headers are gone and the visitor was not given a cookie: a record would be an orphan. */
  readonly unreachable: boolean
  readonly saveUninitialized: boolean
  /** Nothing changed, but the deadline should move. */
  readonly touchDue: boolean
  /** The session is to go on under a new ID, and the visitor can be told. */
  readonly renewalDue: boolean
}

export type CommitDecision = 'save' | 'touch' | 'destroy' | 'renew' | 'none'

/** What the store is asked when the response ends. */
export function decideCommit(state: CommitState): CommitDecision {
  if (!state.present) {
    return state.destroyUnset && state.identified && !state.destroyedByApp ? 'destroy' : 'none'
  }
  if (!state.identified) return 'none'
  if (state.known && state.renewalDue) return 'renew'
  const uninitialized = !state.saveUninitialized && !state.known && !state.savedByApp
  const save = uninitialized ? state.modified : !state.saved
  if (save) return state.unreachable ? 'none' : 'save'
  return state.known && state.touchDue ? 'touch' : 'none'
}
