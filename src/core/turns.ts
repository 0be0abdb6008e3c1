/**
 * One after the other: tasks that concern the same key wait for each other, and tasks that concern different keys do not.
 */
import { isPending } from './maybe-promise.js'
import type { MaybePromise } from './record.js'

export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs `task` when those before it on this key are through; at once, and without a promise, when there are none. */
  take<T>(key: string, task: () => MaybePromise<T>): MaybePromise<T> {
    const before = this.#last.get(key)
    const answer = before === undefined ? task() : before.then(task, task)
    if (isPending(answer)) this.#remember(key, answer)
    return answer
  }

  #remember(key: string, turn: Promise<unknown>): void {
    const forget = (): void => {
      if (this.#last.get(key) === turn) this.#last.delete(key)
    }
    this.#last.set(key, turn)
    turn.then(forget, forget)
  }
}
