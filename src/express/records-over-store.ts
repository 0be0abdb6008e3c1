/**
 * Any express-session store as a store of records: what lets `coatcheck()` run on the stores that apps have.
 *
 * Such stores know no versions and no insert-only writes, so each write reads first. Within one process writes of one session queue up and
 * the contract holds; between processes it holds but for the moment between that read and the write.
 */
import { SessionError } from '../core/errors.js'
import type { KeptRecord, ScanPage, SessionRecord, SessionStore, UpdateResult } from '../core/record.js'
import { answerOf, type Patience } from './ask-store.js'
import { Cookie } from './cookie.js'
import { valuesOf } from './session-values.js'
import type { Store } from './store.js'

/** What of a record has no place of its own in a session object, kept in the cookie's JSON, which every store keeps whole. */
interface Envelope {
  readonly version: number
  readonly createdAt: number
  readonly expiresAt: number
  readonly userId?: string | undefined
  readonly attributes?: string | undefined
}

interface StoredSession {
  readonly cookie?: { readonly coatcheck?: Envelope }
}

export class RecordsOverStore implements SessionStore {
  readonly #store: Store
  readonly #patience: Patience
  readonly #queues = new Map<string, Promise<unknown>>()

  constructor(store: Store, patience: Patience) {
    this.#store = store
    this.#patience = patience
  }

  create(key: string, record: SessionRecord): Promise<boolean> {
    return this.#inTurn(key, async () => {
      if ((await this.read(key)) !== undefined) return false
      await this.#set(key, record)
      return true
    })
  }

  async read(key: string): Promise<SessionRecord | undefined> {
    const stored = await answerOf<object | null>('read', this.#patience, (done) => this.#store.get(key, done))
    return stored ? toRecord(stored) : undefined
  }

  update(key: string, record: SessionRecord, expectedVersion: number): Promise<UpdateResult> {
    return this.#inTurn(key, async () => {
      const current = await this.read(key)
      if (current === undefined) return 'missing'
      if (current.version !== expectedVersion) return { conflict: current }
      await this.#set(key, record)
      return 'updated'
    })
  }

  touch(key: string, expiresAt: number): Promise<boolean> {
    return this.#inTurn(key, async () => {
      const current = await this.read(key)
      if (current === undefined) return false
      const moved = fromRecord({ ...current, expiresAt })
      // A touch of these stores keeps only some of the cookie, so the whole session is set where the envelope must move with it.
      await answerOf('touch', this.#patience, (done) => this.#store.set(key, moved, done))
      return true
    })
  }

  delete(key: string): Promise<boolean> {
    return this.#inTurn(key, async () => {
      const current = await this.read(key)
      await answerOf('destroy', this.#patience, (done) => this.#store.destroy(key, done))
      return current !== undefined
    })
  }

  async replace(oldKey: string, newKey: string, record: SessionRecord): Promise<boolean> {
    await this.delete(oldKey)
    return this.create(newKey, record)
  }

  async listByUser(userId: string): Promise<readonly KeptRecord[]> {
    const kept = await this.#all()
    return kept
      .filter(({ record }) => record.userId === userId)
      .sort((one, other) => other.record.createdAt - one.record.createdAt)
  }

  async deleteByUser(userId: string, exceptKey?: string): Promise<readonly string[]> {
    const deleted: string[] = []
    for (const { key } of await this.listByUser(userId)) {
      if (key !== exceptKey && (await this.delete(key))) deleted.push(key)
    }
    return deleted
  }

  async scan(cursor: string | undefined, limit: number): Promise<ScanPage> {
    const kept = await this.#all()
    const rest = kept
      .filter(({ key }) => cursor === undefined || key > cursor)
      .sort((one, other) => (one.key < other.key ? -1 : 1))
    const records = rest.slice(0, limit)
    return rest.length > limit ? { records, cursor: records.at(-1)!.key } : { records }
  }

  async count(): Promise<number> {
    const { length } = this.#store
    if (typeof length === 'function')
      return (await answerOf<number>('count', this.#patience, (done) => length.call(this.#store, done))) ?? 0
    return (await this.#all()).length
  }

  /** These stores forget by themselves. */
  sweep(): number {
    return 0
  }

  /** The app made the store, and closes it. */
  close(): void {}

  #set(key: string, record: SessionRecord): Promise<unknown> {
    return Promise.resolve(answerOf('save', this.#patience, (done) => this.#store.set(key, fromRecord(record), done)))
  }

  /** One write of a session after the other: what was read is still so when it is written. */
  #inTurn<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(key) ?? Promise.resolve()
    const turn = before.then(task, task)
    const settled = turn.then(
      () => {},
      () => {},
    )
    this.#queues.set(key, settled)
    void settled.then(() => {
      if (this.#queues.get(key) === settled) this.#queues.delete(key)
    })
    return turn
  }

  async #all(): Promise<KeptRecord[]> {
    const { all } = this.#store
    if (typeof all !== 'function') {
      throw new SessionError(
        'ERR_SESSION_STORE_SHAPE',
        'this store has no method all(), so its sessions cannot be listed; use one of coatcheck/stores, or a store that has it',
      )
    }
    const sessions = await answerOf<unknown>('list', this.#patience, (done) => all.call(this.#store, done))
    // Some answer an array without the IDs, which nobody can tell apart then.
    if (typeof sessions !== 'object' || sessions === null || Array.isArray(sessions)) return []
    return Object.entries(sessions).flatMap(([key, stored]) => {
      const record = toRecord(stored as object)
      return record === undefined ? [] : [{ key, record }]
    })
  }
}

function toRecord(stored: object): SessionRecord | undefined {
  const { cookie, ...values } = stored as StoredSession
  const envelope = cookie?.coatcheck
  // Something else's session: not ours to open.
  if (envelope === undefined) return undefined
  return { data: JSON.stringify(values), ...envelope }
}

/** A session object that carries the record. Its cookie tells the store the deadline in each of the ways that stores look for it. */
function fromRecord(record: SessionRecord): object {
  const { data, ...envelope } = record
  const cookie = new Cookie({ expires: new Date(record.expiresAt) })
  Object.defineProperty(cookie, 'toJSON', { value: () => ({ ...cookie.data, coatcheck: envelope }) })
  Object.defineProperty(cookie, 'coatcheck', { value: envelope, enumerable: true })
  // A member of the data that is called cookie must not pass for the envelope.
  return { cookie, ...valuesOf(JSON.parse(data) as object) }
}
