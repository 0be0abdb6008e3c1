/**
 * Where a session is by now that was renewed by the clock, and whose old ID or old key somebody holds.
 */
import type { StoreKeyOf } from './keys.js'
import { isOwnKey } from './own-records.js'
import type { KeptRecord, MaybePromise, SessionRecord } from './record.js'
import type { RecordFinder } from './record-finder.js'
import type { RetiredIds } from './retired-ids.js'
import { isTombstone } from './tombstones.js'

export interface RecordTrailSettings {
  readonly storeKeyOf: StoreKeyOf
  /** Sessions get new IDs by the clock, so one that is gone may go on elsewhere. */
  readonly renews: boolean
}

export class RecordTrail {
  readonly #settings: RecordTrailSettings
  readonly #finder: RecordFinder
  readonly #retired: RetiredIds
  readonly #lives: (record: SessionRecord) => boolean

  constructor(
    settings: RecordTrailSettings,
    finder: RecordFinder,
    retired: RetiredIds,
    lives: (record: SessionRecord) => boolean,
  ) {
    this.#settings = settings
    this.#finder = finder
    this.#retired = retired
    this.#lives = lives
  }

  /** Where the session goes on that was renewed; and, each time that is asked for, where it goes on after that. */
  async *renewed(id: string): AsyncGenerator<KeptRecord> {
    const { storeKeyOf } = this.#settings
    let oldId = id
    for (;;) {
      const renewedId = await this.#retired.reached(oldId, storeKeyOf(oldId, 0))
      if (renewedId === undefined) return
      const key = storeKeyOf(renewedId, 0)
      const record = await this.#finder.read(key)
      if (record !== undefined && !isTombstone(record)) yield { key, record }
      oldId = renewedId
    }
  }

  /** The session that stood under this key, where it stands by now; `undefined` when it is over. */
  async current(key: string): Promise<KeptRecord | undefined> {
    if (isOwnKey(key)) return undefined
    const record = await this.#finder.read(key)
    if (record !== undefined && this.#lives(record)) return { key, record }
    const next = this.#settings.renews ? await this.#retired.reachedKey(key) : undefined
    return next === undefined ? undefined : this.current(next)
  }

  /** The key to which the session is being renewed, or was a moment ago: for who ends it wherever it is. */
  successor(key: string): MaybePromise<string | undefined> {
    return this.#settings.renews ? this.#retired.successor(key) : undefined
  }
}
