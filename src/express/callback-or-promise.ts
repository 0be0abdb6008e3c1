/**
 * Asynchronous methods in both ways of speaking: a callback where one is given, a promise where not.
 */

/** Node's callback. `error` is null or absent when all went well. */
export type Callback<T = unknown> = (error?: unknown, value?: T) => void

/**
 * Runs `work` and hands its outcome to `callback`, answering `self` for chaining; without a callback, answers a promise.
 * The promise may be left alone: old code calls `req.session.save()` and looks at nothing, and must not be ended by an unhandled rejection.
 */
export function callbackOrPromise<T>(
  self: unknown,
  callback: Callback<T> | undefined,
  work: (done: Callback<T>) => void,
): unknown {
  if (typeof callback === 'function') {
    work(callback)
    return self
  }
  const promise = new Promise<T | undefined>((resolve, reject) => {
    work((error, value) => {
      if (error) reject(error)
      else resolve(value)
    })
  })
  promise.catch(() => {})
  return promise
}
