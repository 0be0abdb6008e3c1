/**
 * One after the other: tasks that concern the same key wait for each other, and tasks that concern different keys do not.
 */
import type { Clock } from './clock.js'
import { isPending } from './maybe-promise.js'
import type { MaybePromise } from './record.js'

/** How long a task waits for the one before it; then it goes ahead. */
export interface TurnPatience {
  readonly clock: Clock
  readonly milliseconds: number
}

export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()
  readonly #patience: TurnPatience | undefined

  /** With `patience` for tasks that run an app's code: one that never ends must not hold up all others. */
  constructor(patience?: TurnPatience) {
    this.#patience = patience
  }

  /** Runs `task` when those before it on this key are through; at once, and without a promise, when there are none. */
  take<T>(key: string, task: () => MaybePromise<T>): MaybePromise<T> {
    const before = this.#last.get(key)
    const answer = before === undefined ? task() : this.#after(before).then(task)
    if (isPending(answer)) this.#remember(key, answer)
    return answer
  }

  #after(before: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#patience?.clock.after(this.#patience.milliseconds, resolve)
      const go = (): void => {
        cancel?.()
        resolve()
      }
      before.then(go, go)
    })
  }

  #remember(key: string, turn: Promise<unknown>): void {
    const forget = (): void => {
      if (this.#last.get(key) === turn) this.#last.delete(key)
    }
    this.#last.set(key, turn)
    turn.then(forget, forget)
  }
}
