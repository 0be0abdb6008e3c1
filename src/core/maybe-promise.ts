/**
 * Going on with an answer that may be here already. A store that answers at once must not cost a turn of the event loop.
 */
import type { MaybePromise } from './record.js'

/** Is this answer still on its way? */
export function isPending<T>(answer: MaybePromise<T>): answer is Promise<T> {
  return typeof answer === 'object' && answer !== null && typeof (answer as Partial<Promise<T>>).then === 'function'
}

/** `next(answer)` now, or when it is here. */
export function andThen<T, U>(answer: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isPending(answer) ? answer.then(next) : next(answer)
}
