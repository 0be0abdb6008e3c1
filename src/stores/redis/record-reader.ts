/**
 * Reads records: ours, and those of connect-redis where they are asked for.
 */

import { SessionError } from '../../core/errors.js'
import type { KeptRecord, SessionRecord } from '../../core/record.js'
import type { Ground } from './ground.js'
import { isLegacyText, legacyRecord } from './legacy.js'
import { readText } from './record-text.js'
import { numberReply, textReply, textsReply } from './replies.js'
import { readScript } from './scripts.js'

/** Enough for one command, and a fraction of what a server allows. */
const mostKeysAtOnce = 500

export class RecordReader {
  readonly #ground: Ground

  constructor(ground: Ground) {
    this.#ground = ground
  }

  async read(key: string): Promise<SessionRecord | undefined> {
    const text = await this.text(key)
    if (text === undefined) return undefined
    return readText(text)?.record ?? this.otherRecord(key, text)
  }

  /** What is there of these, in their order. What is no record is left out. */
  async readAll(keys: readonly string[]): Promise<readonly KeptRecord[]> {
    const texts = await this.#texts(keys)
    const records = await Promise.all(
      keys.map(async (key, index) => {
        const text = texts[index]
        return text === undefined ? undefined : (readText(text)?.record ?? this.#legacyRecord(key, text))
      }),
    )
    return keys.flatMap((key, index) => {
      const record = records[index]
      return record === undefined ? [] : [{ key, record }]
    })
  }

  /** What the server keeps, as it stands. */
  async text(key: string): Promise<string | undefined> {
    const { engine } = this.#ground
    const id = this.#ground.id(key)
    return textReply(
      engine.readsFromReplicas ? await this.#ground.run(readScript, [id], []) : await engine.send(id, ['get', id]),
    )
  }

  /** The record in a text that is none of ours; `undefined` when it has gone meanwhile. */
  async otherRecord(key: string, text: string): Promise<SessionRecord | undefined> {
    if (!this.#ground.legacy || !isLegacyText(text)) throw unreadable()
    return this.#legacyRecord(key, text)
  }

  async #legacyRecord(key: string, text: string): Promise<SessionRecord | undefined> {
    const { engine, legacy, clock } = this.#ground
    if (!legacy || !isLegacyText(text)) return undefined
    const id = this.#ground.id(key)
    const timeToLive = numberReply(await engine.send(id, ['pttl', id]))
    return timeToLive === -2 ? undefined : legacyRecord(text, timeToLive, clock.now())
  }

  async #texts(keys: readonly string[]): Promise<readonly (string | undefined)[]> {
    const { engine } = this.#ground
    if (engine.readsFromReplicas) return Promise.all(keys.map((key) => this.text(key)))
    const ids = keys.map((key) => this.#ground.id(key))
    // Answers for a key that is no text, too, where GET would be an error.
    const get = async (some: readonly string[]): Promise<(string | undefined)[]> =>
      textsReply(await engine.send(some[0]!, ['mget', ...some]))
    const all = async (groups: readonly (readonly string[])[]): Promise<(string | undefined)[]> =>
      (await Promise.all(groups.map(get))).flat()
    return this.#ground.either(
      () => all(inGroups(ids)),
      () => all(ids.map((id) => [id])),
    )
  }
}

function inGroups(ids: readonly string[]): string[][] {
  const groups: string[][] = []
  for (let start = 0; start < ids.length; start += mostKeysAtOnce) groups.push(ids.slice(start, start + mostKeysAtOnce))
  return groups
}

function unreadable(): SessionError {
  return new SessionError(
    'ERR_SESSION_STORE_ANSWER',
    'redisStore: what the server keeps for the session is no session record. Give the sessions a prefix of their own, or, if ' +
      "connect-redis wrote it, legacy: 'connect-redis'.",
  )
}
