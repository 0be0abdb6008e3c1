/**
 * Ending sessions from outside of their requests: one, a user's, everyone's. A sign-in that is under way at that moment does not get past it, nor
 * does a session that is given a new ID just then.
 */
import { withDeadline } from '../core/deadline.js'
import type { SessionEvents } from '../core/events.js'
import { isOwnKey } from '../core/own-records.js'
import { isSuccessorOf } from '../core/predecessors.js'
import type { SessionGround } from '../core/request-sessions.js'
import type { KeptRecord, MaybePromise } from '../core/record.js'
import { isTombstone } from '../core/tombstones.js'
import { everyone, type Page, type UserLedger } from './user-ledger.js'

type By = SessionEvents['revoked']['by']

const page = 500
/**
 * What was listed may have got a new ID before it was ended, so it is looked for until nothing is left. Twice does; more often there is something
 * only where sessions are renewed, or users sign in, faster than they are ended.
 */
const rounds = 20

/** As much of the ground as ending sessions needs: the command line has no more. */
type RevocationGround = Pick<SessionGround, 'store' | 'keeper' | 'handles' | 'events' | 'clock' | 'storeTimeout'>

export class Revocations {
  readonly #ground: RevocationGround
  readonly #ledger: UserLedger

  constructor(ground: RevocationGround, ledger: UserLedger) {
    this.#ground = ground
    this.#ledger = ledger
  }

  async byHandle(handle: string): Promise<boolean> {
    const { handles, keeper } = this.#ground
    const key = handles.keyOf(handle)
    const kept = key === undefined ? undefined : await keeper.current(key)
    return kept !== undefined && this.end(kept, 'handle')
  }

  async ofUser(userId: string, exceptHandle: string | undefined): Promise<number> {
    const { store, keeper, handles } = this.#ground
    // The mark first: a sign-in that stores its session after the deletion finds it, and one that stored it before is deleted.
    await this.#mark(userId)
    let spared = exceptHandle === undefined ? undefined : handles.keyOf(exceptHandle)
    let count = 0
    for (let round = 0; round < rounds; round += 1) {
      if (spared !== undefined) spared = (await keeper.current(spared))?.key
      const kept = await this.#ask('list', store.listByUser(userId))
      const others = kept.filter(({ key, record }) => key !== spared && !(spared && isSuccessorOf(record, spared)))
      if (others.length === 0) break
      const sessions = new Set(keeper.living(others).map(({ key }) => key))
      // One by one where one is spared: what it is renewed to meanwhile is not in the list, and must not be ended with the others.
      const deleted =
        spared === undefined ? await this.#ask('destroy', store.deleteByUser(userId)) : await this.#deleteEach(others)
      const known = new Set(others.map(({ key }) => key))
      for (const key of deleted) {
        keeper.noteEnded(key)
        if (known.has(key) && !sessions.has(key)) continue
        count += 1
        this.#tell(key, userId, 'user')
      }
    }
    return count
  }

  async ofEveryone(): Promise<number> {
    const at = this.#ground.clock.now()
    await this.#mark(everyone)
    let count = 0
    for (let round = 0; round < rounds; round += 1) {
      // Whoever came after the first round has nothing to do with it.
      const ended = await this.#endAll(({ record }) => round === 0 || record.createdAt <= at)
      if (round > 0 && ended === 0) break
      count += ended
    }
    return count
  }

  /** Ends the session, also where it has got a new ID since it was read. `false` when there was none any more. */
  async end({ key, record }: KeptRecord, by: By): Promise<boolean> {
    const { store, keeper } = this.#ground
    let ended = false
    let at: string | undefined = key
    while (at !== undefined) {
      const deleted: boolean = await this.#ask('destroy', store.delete(at))
      keeper.noteEnded(at)
      if (deleted && !ended) this.#tell(at, record.userId, by)
      ended ||= deleted
      at = await keeper.successor(at)
    }
    return ended
  }

  async #endAll(isMeant: (kept: KeptRecord) => boolean): Promise<number> {
    const { store } = this.#ground
    let count = 0
    let cursor: string | undefined
    do {
      const found = await this.#ask('scan', store.scan(cursor, page))
      for (const kept of found.records) {
        // What is over goes as well: a record that no key of ours opens counts as over, and another key may open it again.
        if (isOwnKey(kept.key) || isTombstone(kept.record) || !isMeant(kept)) continue
        if (await this.end(kept, 'everyone')) count += 1
      }
      cursor = found.cursor
      // A store in memory answers at once, and a million of them in a row would keep everybody else waiting.
      if (cursor !== undefined) await new Promise(setImmediate)
    } while (cursor !== undefined)
    return count
  }

  async #deleteEach(kept: readonly KeptRecord[]): Promise<readonly string[]> {
    const { store } = this.#ground
    const answers = await Promise.all(kept.map(({ key }) => this.#ask('destroy', store.delete(key))))
    return kept.map(({ key }) => key).filter((_, index) => answers[index])
  }

  #tell(key: string, userId: string | undefined, by: By): void {
    const { events, handles } = this.#ground
    if (events.wants('revoked')) events.emit('revoked', { handle: handles.handleOf(key), userId, by })
  }

  async #mark(whose: Page): Promise<void> {
    const now = this.#ground.clock.now()
    await this.#ledger.change(whose, (state) => ({
      state: { ...state, revocations: state.revocations + 1, revokedAt: now },
      result: undefined,
    }))
  }

  async #ask<T>(operation: string, answer: MaybePromise<T>): Promise<T> {
    const { storeTimeout, clock } = this.#ground
    return withDeadline(answer, operation, storeTimeout, clock)
  }
}
