/**
 * A store over a store: what goes down is sealed, what comes up is opened, and nobody on either side has to know.
 */
import { andThen } from './maybe-promise.js'
import { isOwnKey } from './own-records.js'
import { hasRecordShape, unreadable } from './record-bookmark.js'
import type { KeptRecord, MaybePromise, ReadOptions, ScanPage } from './record.js'
import type { SessionRecord, SessionStore, UpdateResult } from './record.js'
import { Sealing, type EncryptionOptions, type SealingFault } from './sealing.js'

/** `store` with its records encrypted as `encryption` says; `store` itself without. Throws ERR_SESSION_OPTION for keys that are none. */
export function sealedRecords(store: SessionStore, encryption: EncryptionOptions | undefined): SessionStore {
  return encryption === undefined ? store : new SealedRecords(store, new Sealing(encryption))
}

const faults: Record<SealingFault, string> = {
  plain:
    'a record that is not encrypted, which the option encryption refuses unless its plain is "accept" (docs/encryption.md)',
  'unknown key': 'a record that was encrypted with none of the keys of the option encryption',
  changed: 'an encrypted record that is not what was stored in its place',
}

/**
 * A record that does not open is ERR_SESSION_STORE_ANSWER where it is asked for by its key, as garbage in a store is. In lists it is one that is over:
 * nobody is shown it, and whoever ends sessions ends it too, so that a key that comes back does not bring it back. A record of our own is one that is
 * over in either case: what it says is worth no more than its absence, and its place must be free for the next.
 */
export class SealedRecords implements SessionStore {
  readonly #store: SessionStore
  readonly #sealing: Sealing

  constructor(store: SessionStore, sealing: Sealing) {
    this.#store = store
    this.#sealing = sealing
  }

  create(key: string, record: SessionRecord): MaybePromise<boolean> {
    return this.#store.create(key, this.#sealing.seal(key, record))
  }

  read(key: string, options?: ReadOptions): MaybePromise<SessionRecord | undefined> {
    return andThen(this.#store.read(key, options), (record) =>
      record === undefined ? undefined : this.#opened(key, record),
    )
  }

  update(key: string, record: SessionRecord, expectedVersion: number): MaybePromise<UpdateResult> {
    return andThen(this.#store.update(key, this.#sealing.seal(key, record), expectedVersion), (result) => {
      if (result === 'updated' || result === 'missing') return result
      return { conflict: this.#opened(key, result?.conflict) }
    })
  }

  touch(key: string, expiresAt: number): MaybePromise<boolean> {
    return this.#store.touch(key, expiresAt)
  }

  delete(key: string): MaybePromise<boolean> {
    return this.#store.delete(key)
  }

  replace(oldKey: string, newKey: string, record: SessionRecord): MaybePromise<boolean> {
    return this.#store.replace(oldKey, newKey, this.#sealing.seal(newKey, record))
  }

  listByUser(userId: string): MaybePromise<readonly KeptRecord[]> {
    return andThen(this.#store.listByUser(userId), (kept) => this.#listed(kept))
  }

  deleteByUser(userId: string, exceptKey?: string): MaybePromise<readonly string[]> {
    return this.#store.deleteByUser(userId, exceptKey)
  }

  scan(cursor: string | undefined, limit: number): MaybePromise<ScanPage> {
    return andThen(this.#store.scan(cursor, limit), (page) => ({ ...page, records: this.#listed(page.records) }))
  }

  count(): MaybePromise<number> {
    return this.#store.count()
  }

  sweep(now: number): MaybePromise<number> {
    return this.#store.sweep(now)
  }

  close(): MaybePromise<void> {
    return this.#store.close()
  }

  #opened(key: string, record: unknown): SessionRecord {
    if (!hasRecordShape(record)) throw unreadable()
    const opened = this.#sealing.open(key, record)
    if (typeof opened !== 'string') return opened
    if (isOwnKey(key)) return { ...record, ...over }
    throw unreadable(faults[opened])
  }

  #listed(kept: readonly KeptRecord[]): readonly KeptRecord[] {
    return kept.map(({ key, record }) => {
      const opened = this.#sealing.open(key, record)
      return { key, record: typeof opened === 'string' ? { ...record, ...over } : opened }
    })
  }
}

const over = { data: '{}', attributes: undefined, expiresAt: 0 }
