/**
 * Ending sessions from outside of their requests: one, a user's, everyone's. A sign-in that is under way at that moment does not get past it.
 */
import type { SessionEvents } from '../core/events.js'
import { isOwnKey } from '../core/own-records.js'
import type { SessionGround } from '../core/request-sessions.js'
import type { KeptRecord } from '../core/record.js'
import type { RecordKeeper } from '../core/record-keeper.js'
import { everyone, type Page, type UserLedger } from './user-ledger.js'

type By = SessionEvents['revoked']['by']

const page = 500

/** As much of the ground as ending sessions needs: the command line has no more. */
interface RevocationGround extends Pick<SessionGround, 'store' | 'handles' | 'events' | 'clock'> {
  readonly keeper: Pick<RecordKeeper, 'noteEnded'>
}

export class Revocations {
  readonly #ground: RevocationGround
  readonly #ledger: UserLedger

  constructor(ground: RevocationGround, ledger: UserLedger) {
    this.#ground = ground
    this.#ledger = ledger
  }

  async byHandle(handle: string, isLiving: (kept: KeptRecord) => boolean): Promise<boolean> {
    const { store, handles } = this.#ground
    const key = handles.keyOf(handle)
    const record = key === undefined ? undefined : await store.read(key, { fresh: true })
    if (key === undefined || record === undefined || !isLiving({ key, record })) return false
    return this.end({ key, record }, 'handle')
  }

  async ofUser(userId: string, exceptHandle: string | undefined): Promise<number> {
    const { store, handles } = this.#ground
    // The mark first: a sign-in that stores its session after the deletion finds it, and one that stored it before is deleted.
    await this.#mark(userId)
    const deleted = await store.deleteByUser(
      userId,
      exceptHandle === undefined ? undefined : handles.keyOf(exceptHandle),
    )
    for (const key of deleted) this.#tell(key, userId, 'user')
    return deleted.length
  }

  async ofEveryone(): Promise<number> {
    const { store } = this.#ground
    await this.#mark(everyone)
    let count = 0
    let cursor: string | undefined
    do {
      const found = await store.scan(cursor, page)
      for (const kept of found.records) {
        if (!isOwnKey(kept.key) && (await this.end(kept, 'everyone'))) count += 1
      }
      cursor = found.cursor
    } while (cursor !== undefined)
    return count
  }

  async end({ key, record }: KeptRecord, by: By): Promise<boolean> {
    const { store } = this.#ground
    const deleted = await store.delete(key)
    if (deleted) this.#tell(key, record.userId, by)
    return deleted
  }

  #tell(key: string, userId: string | undefined, by: By): void {
    const { events, handles, keeper } = this.#ground
    // Responses that are on their way in this process must not send its cookie any more.
    keeper.noteEnded(key)
    if (events.wants('revoked')) events.emit('revoked', { handle: handles.handleOf(key), userId, by })
  }

  async #mark(whose: Page): Promise<void> {
    const now = this.#ground.clock.now()
    await this.#ledger.change(whose, (state) => ({
      state: { ...state, revocations: state.revocations + 1, revokedAt: now },
      result: undefined,
    }))
  }
}
