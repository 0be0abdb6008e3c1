/**
 * A clock that a test moves by hand, so that nothing in a test ever waits for time to pass.
 */

import type { Clock } from '../core/clock.js'

/** A `Clock` that stands still until it is moved. */
export interface FakeClock extends Clock {
  /**
   * Lets `milliseconds` pass. Tasks that fall due run in the order of their due times (those of one time in the order they
   * were asked for), each at its own time; a task that a task asks for runs too if it falls due. An error a task throws ends
   * the advance at that task's time.
   */
  advance(milliseconds: number): void
  /**
   * Puts the clock to `time`. Forwards this is `advance`. Backwards it is a system clock set back: nothing runs, and each task
   * still waits for as long as it had to.
   */
  set(time: number): void
  /** How many tasks wait: 0 shows that whatever was under test left nothing behind. */
  readonly pending: number
}

interface Task {
  due: number
  readonly run: () => void
}

/** A clock that starts at `start`: epoch milliseconds, 2026-01-01T00:00:00Z by default, so that runs can be compared. */
export function fakeClock(start: number = Date.UTC(2026, 0, 1)): FakeClock {
  let time = start
  const tasks: Task[] = []

  function nextDue(until: number): Task | undefined {
    let next: Task | undefined
    for (const task of tasks) {
      if (task.due <= until && (next === undefined || task.due < next.due)) next = task
    }
    return next
  }

  function remove(task: Task): void {
    const index = tasks.indexOf(task)
    if (index !== -1) tasks.splice(index, 1)
  }

  function advanceTo(until: number): void {
    for (let task = nextDue(until); task !== undefined; task = nextDue(until)) {
      remove(task)
      time = Math.max(time, task.due)
      task.run()
    }
    time = Math.max(time, until)
  }

  return {
    now: () => time,
    after(milliseconds, run) {
      const task: Task = { due: time + Math.max(0, milliseconds), run }
      tasks.push(task)
      return () => remove(task)
    },
    advance(milliseconds) {
      if (!(milliseconds >= 0)) throw new RangeError(`advance() takes milliseconds from 0 on, not ${milliseconds}`)
      advanceTo(time + milliseconds)
    },
    set(to) {
      if (!Number.isFinite(to)) throw new RangeError(`set() takes epoch milliseconds, not ${to}`)
      if (to >= time) return advanceTo(to)
      for (const task of tasks) task.due -= time - to
      time = to
    },
    get pending() {
      return tasks.length
    },
  }
}
