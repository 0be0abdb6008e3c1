/**
 * Writes records: each operation is one command or one script, and one round trip, except where a Cluster keeps a session and
 * its user's index on different servers.
 */

import { randomBytes } from 'node:crypto'
import type { SessionRecord, UpdateResult } from '../../core/record.js'
import type { Ground } from './ground.js'
import type { RecordReader } from './record-reader.js'
import { fieldOf, headOf, readText, textOf, userPartOf } from './record-text.js'
import { codeReply, numberReply, textReply } from './replies.js'
import * as scripts from './scripts.js'
import type { UserIndex } from './user-index.js'

export class RecordWriter {
  readonly #ground: Ground
  readonly #reader: RecordReader
  readonly #index: UserIndex
  readonly #aside: (work: Promise<unknown>) => void
  readonly #writer = randomBytes(5).toString('base64url').slice(0, 6)
  #writes = 0

  /** `aside` takes work that nobody waits for. */
  constructor(ground: Ground, reader: RecordReader, index: UserIndex, aside: (work: Promise<unknown>) => void) {
    this.#ground = ground
    this.#reader = reader
    this.#index = index
    this.#aside = aside
  }

  async create(key: string, record: SessionRecord): Promise<boolean> {
    const token = this.#nextToken()
    return (await this.#insert(key, record, token)) || this.#isOurs(key, token)
  }

  async update(key: string, record: SessionRecord, expectedVersion: number): Promise<UpdateResult> {
    const token = this.#nextToken()
    for (;;) {
      const reply = await this.#exchange(key, record, expectedVersion, token)
      const code = codeReply(reply)
      if (code !== undefined) return code === 1 ? 'updated' : 'missing'
      const text = textReply(reply)!
      const kept = readText(text)
      if (kept !== undefined) return kept.token === token ? 'updated' : { conflict: kept.record }
      const other = await this.#reader.otherRecord(key, text)
      if (other !== undefined && other.version !== expectedVersion) return { conflict: other }
      if (other !== undefined && (await this.#takeOver(key, text, record, token))) return 'updated'
      // It has gone or changed meanwhile, and the next look tells which.
    }
  }

  async touch(key: string, expiresAt: number): Promise<boolean> {
    const args = [this.#ground.life(expiresAt), fieldOf(expiresAt)]
    let told: string[] = []
    for (;;) {
      const reply = await this.#ground.run(scripts.touchScript, [this.#ground.id(key)], [...args, ...told])
      const code = codeReply(reply)
      if (code !== undefined) return code === 1
      const text = textReply(reply)!
      const userId = readText(text)?.record.userId
      if (userId !== undefined) {
        const until = await this.#tellIndex(userId, key, expiresAt)
        told = [userPartOf(userId), fieldOf(until)]
        continue
      }
      const other = await this.#reader.otherRecord(key, text)
      if (other !== undefined && (await this.#takeOver(key, text, { ...other, expiresAt }, this.#nextToken())))
        return true
    }
  }

  async delete(key: string): Promise<boolean> {
    const id = this.#ground.id(key)
    const text = textReply(await this.#ground.engine.send(id, ['getdel', id]))
    if (text === undefined) return false
    const kept = readText(text)
    if (kept?.record.userId !== undefined) this.#forget(kept.record.userId, [{ key, until: kept.indexedUntil }])
    return true
  }

  async replace(oldKey: string, newKey: string, record: SessionRecord): Promise<boolean> {
    const token = this.#nextToken()
    const replaced = await this.#ground.either(
      () => this.#replaceInOneStep(oldKey, newKey, record, token),
      async () => {
        await this.delete(oldKey)
        return this.#insert(newKey, record, token)
      },
    )
    return replaced || this.#isOurs(newKey, token)
  }

  /** Ends those of the sessions that are the user's, and answers their keys. */
  async deleteOfUser(userId: string, keys: readonly string[]): Promise<readonly string[]> {
    const user = userPartOf(userId)
    const replies = await Promise.all(
      keys.map((key) => this.#ground.run(scripts.deleteOfUserScript, [this.#ground.id(key)], [user])),
    )
    const ended = keys.flatMap((key, index) => {
      const until = replies[index]
      return codeReply(until) === 0 ? [] : [{ key, until: Number.parseInt(textReply(until)!, 36) }]
    })
    this.#forget(userId, ended)
    return ended.map(({ key }) => key)
  }

  /** Writes the text that `change` makes of the record, whatever else is written meanwhile. `false`: there is nothing to change. */
  async rewrite(key: string, change: (record: SessionRecord) => string | undefined): Promise<boolean> {
    for (;;) {
      const text = await this.#reader.text(key)
      const record = text === undefined ? undefined : readText(text)?.record
      const changed = record === undefined ? undefined : change(record)
      if (changed === undefined) return false
      if (await this.#swap(key, text!, changed, record!.expiresAt)) return true
    }
  }

  async #insert(key: string, record: SessionRecord, token: string): Promise<boolean> {
    const { engine } = this.#ground
    const { userId, expiresAt } = record
    const id = this.#ground.id(key)
    const life = this.#ground.life(expiresAt)
    const set = async (until: number): Promise<boolean> =>
      textReply(await engine.send(id, ['set', id, textOf(record, token, until), 'px', life, 'nx'])) !== undefined
    if (userId === undefined) return set(0)
    return this.#ground.either(
      async () => {
        const until = this.#index.untilOf(expiresAt)
        const args = [textOf(record, token, until), life, ...this.#index.entry(key, until)]
        const reply = await this.#ground.run(scripts.createOfUserScript, [id, this.#ground.indexId(userId)], args)
        return numberReply(reply) === 1
      },
      async () => set(await this.#tellIndex(userId, key, expiresAt)),
    )
  }

  /** Answers as the script does. */
  async #exchange(key: string, record: SessionRecord, expectedVersion: number, token: string): Promise<unknown> {
    const { userId, expiresAt } = record
    const keys = [this.#ground.id(key)]
    const head = headOf(expectedVersion)
    const life = this.#ground.life(expiresAt)
    const plain = (until: number): Promise<unknown> =>
      this.#ground.run(scripts.updateScript, keys, [head, textOf(record, token, until), life])
    if (userId === undefined) return plain(0)
    const until = this.#index.untilOf(expiresAt)
    const args = [head, textOf(record, token, until), life, userPartOf(userId), fieldOf(expiresAt)]
    const ask = (indexKeys: readonly string[], entry: readonly string[]): Promise<unknown> =>
      this.#ground.run(scripts.updateOfUserScript, [...keys, ...indexKeys], [...args, ...entry])
    return this.#ground.either(
      () => ask([this.#ground.indexId(userId)], this.#index.entry(key, until)),
      async () => {
        const reply = await ask([], [])
        return codeReply(reply) === 2 ? plain(await this.#tellIndex(userId, key, expiresAt)) : reply
      },
    )
  }

  async #replaceInOneStep(oldKey: string, newKey: string, record: SessionRecord, token: string): Promise<boolean> {
    const { userId, expiresAt } = record
    const keys = [this.#ground.id(oldKey), this.#ground.id(newKey)]
    const life = this.#ground.life(expiresAt)
    if (userId === undefined) {
      return numberReply(await this.#ground.run(scripts.replaceScript, keys, [textOf(record, token, 0), life])) === 1
    }
    const until = this.#index.untilOf(expiresAt)
    const args = [textOf(record, token, until), life, ...this.#index.entry(newKey, until), oldKey]
    const indexKey = this.#ground.indexId(userId)
    return numberReply(await this.#ground.run(scripts.replaceOfUserScript, [...keys, indexKey], args)) === 1
  }

  /** Writes over a record of another kind, if it is still that one. */
  async #takeOver(key: string, text: string, record: SessionRecord, token: string): Promise<boolean> {
    const { userId, expiresAt } = record
    const until = userId === undefined ? 0 : await this.#tellIndex(userId, key, expiresAt)
    return this.#swap(key, text, textOf(record, token, until), expiresAt)
  }

  async #swap(key: string, text: string, next: string, expiresAt: number): Promise<boolean> {
    const args = [text, next, this.#ground.life(expiresAt)]
    return numberReply(await this.#ground.run(scripts.swapScript, [this.#ground.id(key)], args)) === 1
  }

  /**
   * A client that lost its connection may have sent a command twice, and only the second answer counts: what is in the way of
   * a new record is then that record itself.
   */
  async #isOurs(key: string, token: string): Promise<boolean> {
    const text = await this.#reader.text(key)
    return text !== undefined && readText(text)?.token === token
  }

  async #tellIndex(userId: string, key: string, expiresAt: number): Promise<number> {
    const until = this.#index.untilOf(expiresAt)
    await this.#index.add(userId, key, until)
    return until
  }

  #forget(userId: string, entries: readonly { readonly key: string; readonly until: number }[]): void {
    if (entries.length > 0) this.#aside(this.#index.remove(userId, entries))
  }

  #nextToken(): string {
    this.#writes = (this.#writes + 1) % 36 ** 4
    return this.#writer + this.#writes.toString(36).padStart(4, '0')
  }
}
