/**
 * The inspector's own eyes on the store. It asks the app's store itself, so that its questions are none of the calls that it counts, and it
 * never writes.
 */
import { withDeadline } from '../../core/deadline.js'
import type { MountedGround } from '../../core/ground-of.js'
import { readAttributes } from '../../core/marks.js'
import type { KeptRecord, MaybePromise, ScanPage, SessionRecord } from '../../core/record.js'
import type { SessionSummary } from '../../core/summaries.js'

/** One session, as its page shows it. */
export interface SeenSession {
  readonly summary: SessionSummary
  readonly record: SessionRecord
  /** Does this text hold the session's ID? It is looked for in its data, because apps put it there. */
  readonly holdsId: (text: string) => boolean
  /** The cookie's own attributes, where they are not as the options say. */
  readonly cookie: unknown
}

export class Sight {
  readonly #mounted: MountedGround

  constructor(mounted: MountedGround) {
    this.#mounted = mounted
  }

  get now(): number {
    return this.#mounted.ground.clock.now()
  }

  /** The living session with this handle. */
  async find(handle: string): Promise<SeenSession | undefined> {
    const { handles, ownStore } = this.#mounted.ground
    const key = handles.keyOf(handle)
    const record = key === undefined ? undefined : await this.#ask('read', ownStore.read(key))
    if (key === undefined || record === undefined || !this.isLiving({ key, record })) return undefined
    const cookie = readAttributes(record.attributes, record.userId)?.cookie
    return { summary: this.summary({ key, record }), record, cookie, holdsId: (text) => this.#holdsId(key, text) }
  }

  #holdsId(key: string, text: string): boolean {
    const { keeper, handles } = this.#mounted.ground
    if (handles.handleOf(key) !== key && text.includes(key)) return true
    // Where the key is a hash of the ID, an ID is known by its hash.
    return [...text.matchAll(/[\w-]{16,200}/g)].some(([part]) => keeper.key(part) === key && part !== key)
  }

  /** The user's living sessions, youngest first. */
  async ofUser(userId: string): Promise<readonly SessionSummary[]> {
    const kept = await this.#ask('list', this.#mounted.ground.ownStore.listByUser(userId))
    return kept.filter((each) => this.isLiving(each)).map((each) => this.summary(each))
  }

  async page(cursor: string | undefined, limit: number): Promise<ScanPage> {
    return this.#ask('list', this.#mounted.ground.ownStore.scan(cursor, limit))
  }

  /** How many records there are: those that are over and not swept yet may be among them, and some of coatcheck's own. */
  async count(): Promise<number> {
    return this.#ask('count', this.#mounted.ground.ownStore.count())
  }

  isLiving({ key, record }: KeptRecord): boolean {
    return this.#mounted.ground.keeper.isLiving(key, record)
  }

  summary(kept: KeptRecord): SessionSummary {
    return this.#mounted.summaries.of(kept)
  }

  async #ask<T>(operation: string, answer: MaybePromise<T>): Promise<T> {
    const { storeTimeout, clock } = this.#mounted.ground
    return withDeadline(answer, operation, storeTimeout, clock)
  }
}
