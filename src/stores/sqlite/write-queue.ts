/**
 * Groups the writes of one turn of the event loop into one transaction.
 *
 * A write is queued, and at the end of the turn all that are queued run between one BEGIN and one COMMIT, at once: the lock on
 * the file is held for as long as that takes, a few milliseconds at most, and never while other code runs. Each write is answered after the COMMIT, so an
 * answer is a promise that the record is in the file. When another process holds the lock, the queue waits by the clock and the
 * event loop goes on.
 */

import { clearImmediate, setImmediate } from 'node:timers'
import type { Clock } from '../../core/clock.js'
import { isBusy } from './engine.js'
import { lockedError } from './open.js'
import type { Statements } from './statements.js'

/** A group holds up the event loop and the other processes for two milliseconds or so. */
const largestGroup = 256
/** Milliseconds. Writes of much data end their group earlier. */
const longestGroup = 2
/** Milliseconds before each next attempt on a locked file; the last one from then on. */
const pauses = [1, 1, 2, 5, 10, 20]

export interface Write<T> {
  /** Runs the statements. It may run again when the transaction it ran in did not come through. */
  readonly run: () => T
  /** The keys it may change, or `'all'`: what a read must wait for. */
  readonly keys: readonly string[] | 'all'
  /** How many rows it changes at most, as far as that is known. */
  readonly rows: number
  /** A single statement is a transaction by itself when nothing else is queued. */
  readonly statements: 'one' | 'several'
}

interface Queued {
  readonly write: Write<unknown>
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
  waited: number
}

export interface QueueSettings {
  readonly busyTimeout: number
  readonly clock: Clock
  /** Told of each commit: how many rows it changed at most. */
  readonly onCommit: (rows: number) => void
}

/** What throws while the file is locked: its statements, or the opening of it. */
interface Source {
  readonly statements: Statements
}

export class WriteQueue {
  readonly #database: Source
  readonly #settings: QueueSettings
  #queued: Queued[] = []
  /** Keys of queued writes. It may name some that are already written: they cost a read one turn. */
  readonly #keys = new Set<string>()
  #allKeys = false
  #scheduled: NodeJS.Immediate | undefined
  /** Attempts on the locked file so far. */
  #attempts = 0
  #callOff: (() => void) | undefined
  readonly #whenEmpty: (() => void)[] = []

  constructor(database: Source, settings: QueueSettings) {
    this.#database = database
    this.#settings = settings
  }

  get isEmpty(): boolean {
    return this.#queued.length === 0
  }

  /** Whether a queued write may change the record of `key`. */
  holds(key: string): boolean {
    return this.#allKeys || this.#keys.has(key)
  }

  /** Answers what `write.run` answered, once it is committed. A read can be queued too, to be answered in order. */
  add<T>(write: Write<T>): Promise<T> {
    if (write.keys === 'all') this.#allKeys = true
    else for (const key of write.keys) this.#keys.add(key)
    return new Promise<T>((resolve, reject) => {
      this.#queued.push({ write, resolve: resolve as (answer: unknown) => void, reject, waited: 0 })
      this.#schedule()
    })
  }

  /** Writes at once what can be, and resolves when nothing is queued any more. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEmpty.push(resolve)
      this.#flush()
    })
  }

  #schedule(): void {
    if (this.#callOff !== undefined) return
    this.#scheduled ??= setImmediate(() => this.#flush())
  }

  #flush(): void {
    clearImmediate(this.#scheduled)
    this.#scheduled = undefined
    this.#callOff?.()
    this.#callOff = undefined
    const group = this.#queued.splice(0, largestGroup)
    const left = this.#write(group)
    this.#queued.unshift(...left)
    if (left.length > 0) this.#waitForLock()
    else this.#attempts = 0
    if (this.#queued.length > 0) return this.#schedule()
    this.#keys.clear()
    this.#allKeys = false
    for (const resolve of this.#whenEmpty.splice(0)) resolve()
  }

  /** Answers the writes that another process's lock kept from being written. */
  #write(group: readonly Queued[]): readonly Queued[] {
    if (group.length === 0) return group
    let answers: unknown[]
    try {
      answers = this.#run(group)
    } catch (error) {
      if (isBusy(error)) return this.#withoutOverdue(group, error)
      // Nothing of the group is in the file. One by one, those that can be written are, and the others learn their own error.
      if (group.length > 1) return this.#writeOneByOne(group)
      group[0]!.reject(error)
      return []
    }
    const rows = group.slice(0, answers.length).reduce((sum, { write }) => sum + write.rows, 0)
    for (const [index, answer] of answers.entries()) group[index]!.resolve(answer)
    this.#queued.unshift(...group.slice(answers.length))
    this.#settings.onCommit(rows)
    return []
  }

  #writeOneByOne(group: readonly Queued[]): readonly Queued[] {
    for (const [index, one] of group.entries()) {
      const left = this.#write([one])
      if (left.length > 0) return group.slice(index)
    }
    return []
  }

  /** Answers what each write answered, of as many as there was time for. */
  #run(group: readonly Queued[]): unknown[] {
    const { begin, commit, rollback } = this.#database.statements
    const { now } = this.#settings.clock
    const [first] = group
    if (group.length === 1 && first!.write.statements === 'one') return [first!.write.run()]
    begin.run([])
    try {
      const begun = now()
      const answers: unknown[] = []
      for (const { write } of group) {
        answers.push(write.run())
        if (now() - begun > longestGroup) break
      }
      commit.run([])
      return answers
    } catch (error) {
      try {
        rollback.run([])
      } catch {
        // SQLite has already rolled back by itself, as it does when the disk is full.
      }
      throw error
    }
  }

  #waitForLock(): void {
    const pause = pauses[Math.min(this.#attempts, pauses.length - 1)]! * (0.5 + Math.random())
    this.#attempts += 1
    for (const queued of this.#queued) queued.waited += pause
    this.#callOff = this.#settings.clock.after(pause, () => {
      this.#callOff = undefined
      this.#flush()
    })
  }

  #withoutOverdue(group: readonly Queued[], error: unknown): readonly Queued[] {
    const { busyTimeout } = this.#settings
    return group.filter(({ waited, reject }) => {
      if (waited < busyTimeout) return true
      reject(lockedError(busyTimeout, error))
      return false
    })
  }
}
