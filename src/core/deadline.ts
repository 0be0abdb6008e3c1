/**
 * A deadline for each question to a store: an engine that hangs must never hang a request.
 */
import type { Clock } from './clock.js'
import { SessionError } from './errors.js'
import type { MaybePromise } from './record.js'
import { isPending } from './maybe-promise.js'

/** The answer, or ERR_SESSION_STORE_TIMEOUT after `milliseconds`. What arrives later is ignored. */
export function withDeadline<T>(
  answer: MaybePromise<T>,
  operation: string,
  milliseconds: number,
  clock: Clock,
): MaybePromise<T> {
  if (!isPending(answer)) return answer
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(milliseconds, () => reject(storeTimeout(operation, milliseconds)))
    answer.then(
      (value) => {
        cancel()
        resolve(value)
      },
      (error: unknown) => {
        cancel()
        reject(error)
      },
    )
  })
}

export function storeTimeout(operation: string, milliseconds: number): SessionError {
  return new SessionError(
    'ERR_SESSION_STORE_TIMEOUT',
    `the session store did not answer ${operation} within ${milliseconds} ms; ` +
      'look whether its server is up and reachable, or raise storeTimeout',
  )
}
