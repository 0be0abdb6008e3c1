/**
 * Who goes on next: everything in the laboratory that takes time waits for its turn here, and fast-check's scheduler gives the turns.
 */
import type { Scheduler } from 'fast-check'

import type { Clock } from '../../../src/index.js'

export class Turns {
  readonly #scheduler: Scheduler
  #inEngine = 0
  readonly #start = Date.now()
  #elapsed = 0

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
  }

  /** Resolves when the scheduler chooses this one. */
  async take(label: string): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), label)
  }

  /** A store call: the scheduler decides when it reaches the engine, and when its answer comes back. */
  async call<T>(label: string, work: () => T | Promise<T>): Promise<T> {
    await this.take(`${label} goes`)
    this.#inEngine += 1
    let answer: T
    try {
      answer = await work()
    } finally {
      this.#inEngine -= 1
    }
    await this.take(`${label} comes back`)
    return answer
  }

  /** Gives turns until nobody waits for one. `afterEach` runs between them. */
  async run(afterEach?: () => void): Promise<void> {
    for (;;) {
      await this.#settled(1)
      if (this.#scheduler.count() === 0) await this.#settled(8)
      if (this.#scheduler.count() === 0) return
      await this.#scheduler.waitOne()
      afterEach?.()
    }
  }

  /** The laboratory's time. No two moments are the same, so that what came first is known. */
  now(): number {
    this.#elapsed += 1
    return this.#start + this.#elapsed
  }

  /** Lets time pass, which goes on by a millisecond with each look at the clock otherwise. */
  elapse(milliseconds: number): void {
    this.#elapsed += milliseconds
  }

  /** Pauses between attempts are turns too; the deadlines of store calls are never reached. */
  clock(): Clock {
    return {
      now: () => this.now(),
      after: (milliseconds, task) => {
        let called = true
        if (milliseconds < 1000) void this.take('pause').then(() => called && task())
        return () => {
          called = false
        }
      },
    }
  }

  async #settled(times: number): Promise<void> {
    for (let time = 0; time < times || this.#inEngine > 0; time += 1) await new Promise(setImmediate)
  }
}
