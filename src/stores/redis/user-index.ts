/**
 * Which sessions a user has: a sorted set per user, of session keys by the time until which they stand in it.
 *
 * A session and its index cannot always be written in one step, so the order is fixed: the index learns of a session before the
 * session is there, and for at least as long as it can live. An index may name what is gone, and never lacks what is there;
 * whoever reads it looks at the sessions themselves.
 */

import type { Ground } from './ground.js'
import { textsReply } from './replies.js'
import { indexScript, unindexScript } from './scripts.js'

/**
 * How long an entry outlives the deadline it was made for: a session in use, whose deadline moves every minute, is written to
 * the index once an hour. And so far apart may the clocks of the app's machines be.
 */
const slack = 3_600_000

export class UserIndex {
  readonly #ground: Ground

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /** Until when a session with this deadline stands in the index. */
  untilOf(expiresAt: number): number {
    return Math.trunc(expiresAt) + slack
  }

  /** What the scripts take for one entry. */
  entry(key: string, until: number): [until: string, member: string, now: string, life: string] {
    const now = Math.trunc(this.#ground.clock.now())
    return [`${until}`, key, `${now}`, `${Math.max(1, until - now)}`]
  }

  async add(userId: string, key: string, until: number): Promise<void> {
    await this.#ground.run(indexScript, [this.#ground.indexId(userId)], this.entry(key, until))
  }

  /** Takes out sessions that were deleted. Left undone, it costs a little space until they would have been over. */
  async remove(userId: string, entries: readonly { key: string; until: number }[]): Promise<void> {
    if (entries.length === 0) return
    const args = entries.flatMap(({ key, until }) => [key, `${until}`])
    await this.#ground.run(unindexScript, [this.#ground.indexId(userId)], args)
  }

  /** Every session that the user may have. */
  async keysOf(userId: string): Promise<string[]> {
    const id = this.#ground.indexId(userId)
    const reply = await this.#ground.engine.send(id, ['zrange', id, '0', '-1'])
    return textsReply(reply).map((key) => key ?? '')
  }
}
