/**
 * Time as something that is handed in, so that tests set it instead of waiting for it.
 */

/** Where the engine takes the time from. `systemClock` unless a test hands in another. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Runs `task` once after `milliseconds`, and answers a function that calls it off. `background` does not keep the process alive. */
  after(milliseconds: number, task: () => void, background?: 'background'): () => void
}

export const systemClock: Clock = {
  now: Date.now,
  after(milliseconds, task, background) {
    const timer = setTimeout(task, milliseconds)
    if (background !== undefined) timer.unref()
    return () => clearTimeout(timer)
  },
}
