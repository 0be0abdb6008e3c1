/**
 * Telling other processes which records were deleted, by Redis's own publish and subscribe: for connections that live as long as their session.
 */
import { SessionError } from '../../core/errors.js'
import type { Engine } from './engine.js'

export class EndedFeed {
  readonly #engine: Engine
  readonly #channel: string
  readonly #stops = new Set<() => Promise<void>>()

  constructor(engine: Engine, prefix: string) {
    this.#engine = engine
    this.#channel = `${engine.keyPrefix}${prefix}ended`
  }

  /** Nobody waits for it, and nobody relies on it alone: who listens looks now and then as well. */
  tell(keys: readonly string[]): void {
    for (const key of keys) this.#engine.send(this.#channel, ['publish', this.#channel, key]).catch(() => {})
  }

  /** Over a connection of its own. Rejects where the client cannot give one. */
  async listen(listener: (key: string) => void): Promise<() => Promise<void>> {
    const { subscribe } = this.#engine
    if (subscribe === undefined) {
      throw new SessionError(
        'ERR_SESSION_STORE_SHAPE',
        'this client cannot subscribe, so nobody tells of ended sessions',
      )
    }
    const unsubscribe = await subscribe(this.#channel, listener)
    const stop = async (): Promise<void> => {
      if (this.#stops.delete(stop)) await unsubscribe()
    }
    this.#stops.add(stop)
    return stop
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#stops].map((stop) => stop()))
  }
}
