/**
 * Asking a callback store one question and hearing one answer, whatever the store does: answer twice, never, by a rejected promise, or by
 * throwing.
 */
import { systemClock, type Clock } from '../core/clock.js'
import { SessionError } from '../core/errors.js'
import { storeTimeout } from '../core/deadline.js'
import type { MaybePromise } from '../core/record.js'
import type { Callback } from './callback-or-promise.js'
import { visitOf } from './visit-of.js'

/** How long an answer is waited for, and by which clock. */
export interface Patience {
  readonly clock: Clock
  /** Milliseconds. */
  readonly storeTimeout: number
}

export const defaultStoreTimeout = 5000

export const systemPatience: Patience = { clock: systemClock, storeTimeout: defaultStoreTimeout }

/** The patience that the middleware of this request was given. */
export function patienceOf(req: object): Patience {
  return visitOf(req)?.layer ?? systemPatience
}

/**
 * Calls `done` exactly once. When the store answers at once, `done` runs after the store's method has returned and not inside it, so
 * that what the app throws is never caught by a store and taken for a failure of its own.
 */
export function askStore<T>(
  operation: string,
  patience: Patience,
  ask: (answer: Callback<T>) => unknown,
  done: Callback<T>,
): void {
  let answered = false
  let waiting = false
  let error: unknown
  let value: T | undefined
  let cancel: (() => void) | undefined

  const answer: Callback<T> = (givenError, givenValue) => {
    if (answered) return
    answered = true
    error = givenError
    value = givenValue
    if (!waiting) return
    cancel?.()
    outsidePromise(done, error, value)
  }

  let returned: unknown
  try {
    returned = ask(answer)
  } catch (thrown) {
    answer(thrown ?? failedSilently())
  }
  // Stores that answer by callback return promises too: one that fails is an answer, one that fulfils says nothing yet.
  if (isThenable(returned)) returned.then(undefined, (reason: unknown) => answer(reason ?? failedSilently()))
  if (answered) {
    done(error, value)
    return
  }
  waiting = true
  cancel = patience.clock.after(patience.storeTimeout, () => answer(storeTimeout(operation, patience.storeTimeout)))
}

/**
 * Calls the app from where the call stack is a store's or a promise's. What the app throws must neither come back to the store, which would take
 * it for a failure of its own, nor vanish as a rejection: it is thrown where nobody is in between.
 */
export function outsidePromise<Args extends unknown[]>(task: (...args: Args) => void, ...args: Args): void {
  try {
    task(...args)
  } catch (thrown) {
    process.nextTick(() => {
      throw thrown
    })
  }
}

/** The same as a value: here at once when the store answered at once, a promise otherwise. */
export function answerOf<T>(
  operation: string,
  patience: Patience,
  ask: (answer: Callback<T>) => unknown,
): MaybePromise<T> {
  let here = false
  let failure: unknown
  let value: T | undefined
  let settle: ((failure: unknown, value: T | undefined) => void) | undefined
  askStore<T>(operation, patience, ask, (error, answer) => {
    here = true
    failure = error
    value = answer
    settle?.(failure, value)
  })
  if (here) {
    if (failure) throw failure
    return value as T
  }
  return new Promise<T>((resolve, reject) => {
    settle = (error, answer) => {
      if (error) reject(error)
      else resolve(answer as T)
    }
  })
}

// A rejection with nothing in it must not be taken for an answer that all went well.
function failedSilently(): SessionError {
  return new SessionError(
    'ERR_SESSION_STORE_FAILED',
    'the session store failed and did not say why; look into its own logs',
  )
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as Partial<PromiseLike<unknown>>).then === 'function'
  )
}
