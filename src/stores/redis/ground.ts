/**
 * What reading and writing records stand on: the engine, the names of the keys, and how far one step reaches.
 */

import type { Clock } from '../../core/clock.js'
import type { Engine } from './engine.js'
import type { RedisSettings } from './options.js'
import { asciiUser } from './record-text.js'
import { replyCode, run, type Script } from './scripts.js'

export class Ground {
  readonly engine: Engine
  readonly clock: Clock
  /** Whether records of connect-redis are read. */
  readonly legacy: boolean
  readonly #prefix: string
  readonly #userPrefix: string
  #inOneStep: boolean

  constructor(engine: Engine, { prefix, userPrefix, legacy, clock }: RedisSettings) {
    this.engine = engine
    this.clock = clock
    this.legacy = legacy
    const toAdd = engine.addsKeyPrefix ? '' : engine.keyPrefix
    this.#prefix = toAdd + prefix
    this.#userPrefix = toAdd + userPrefix
    // A hash tag in the prefix is the same for every key.
    this.#inOneStep = !engine.clustered || /^[^{]*\{[^}]+\}/.test(engine.keyPrefix + prefix)
  }

  /** What a session is kept under, as commands have it. */
  id(key: string): string {
    return this.#prefix + key
  }

  /** What a user's index is kept under. */
  indexId(userId: string): string {
    return this.#userPrefix + asciiUser(userId)
  }

  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return run(this.engine, script, keys, args)
  }

  /** How long the server keeps it, in milliseconds by our clock and not by the server's. One is the least that it takes. */
  life(expiresAt: number): string {
    return `${Math.max(1, Math.ceil(expiresAt - this.clock.now()))}`
  }

  /**
   * Several keys in one step where they are on one server, else one after another. A proxy that makes a Cluster look like one
   * server refuses the step, and is not asked again.
   */
  async either<T>(inOneStep: () => Promise<T>, oneByOne: () => Promise<T>): Promise<T> {
    if (!this.#inOneStep) return oneByOne()
    try {
      return await inOneStep()
    } catch (error) {
      if (replyCode(error) !== 'CROSSSLOT') throw error
      this.#inOneStep = false
      return oneByOne()
    }
  }
}
