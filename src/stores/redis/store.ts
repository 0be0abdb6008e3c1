/**
 * The store in Redis or Valkey.
 */

import { SessionError, SessionOptionError } from '../../core/errors.js'
import { handBackOf, type HandBackOptions } from '../../core/hand-back.js'
import type { MaybePromise, ReadOptions, ScanPage, SessionStore, UpdateResult } from '../../core/record.js'
import type { KeptRecord, SessionRecord } from '../../core/record.js'
import { engineOf, type Engine } from './engine.js'
import { urlEngine } from './engine-packages.js'
import { EndedFeed } from './ended-feed.js'
import { Ground } from './ground.js'
import { KeyScan } from './key-scan.js'
import { NearCache } from './near-cache.js'
import type { RedisSettings } from './options.js'
import { RecordReader } from './record-reader.js'
import { RecordWriter } from './record-writer.js'
import { UserIndex } from './user-index.js'

/** How long `close` waits for a server that does not answer, in milliseconds. */
const longestClose = 5_000
/** Sessions that are handed back at once. */
const handBackBatch = 200

export class RedisSessionStore implements SessionStore {
  readonly #settings: RedisSettings
  readonly #engine: Engine
  readonly #ground: Ground
  readonly #nearCache: NearCache | undefined
  readonly #reader: RecordReader
  readonly #writer: RecordWriter
  readonly #index: UserIndex
  readonly #scan: KeyScan
  readonly #feed: EndedFeed | undefined
  /** Hears of records that were deleted, by whichever process. There with the option `tellEnds`. */
  readonly onEnded: ((listener: (key: string) => void) => Promise<() => Promise<void>>) | undefined
  /** Calls that were not answered yet. */
  #underWay = 0
  readonly #whenIdle: (() => void)[] = []
  #closing: Promise<void> | undefined

  constructor(settings: RedisSettings, engine: Engine = openEngine(settings)) {
    this.#settings = settings
    this.#engine = engine
    this.#nearCache = openNearCache(engine, settings)
    const ground = new Ground(engine, settings)
    this.#ground = ground
    this.#index = new UserIndex(ground)
    this.#reader = new RecordReader(ground)
    this.#writer = new RecordWriter(ground, this.#reader, this.#index, (work) => {
      void this.#follow(work.catch(() => {}))
    })
    this.#scan = new KeyScan(engine, settings.prefix)
    const feed = settings.tellEnds ? new EndedFeed(engine, settings.prefix) : undefined
    this.#feed = feed
    this.onEnded = feed && ((listener) => feed.listen(listener))
  }

  create(key: string, record: SessionRecord): Promise<boolean> {
    return this.#change([key], () => this.#writer.create(key, record))
  }

  /** At once where `nearCache` has it. */
  read(key: string, { fresh = false }: ReadOptions = {}): MaybePromise<SessionRecord | undefined> {
    const ask = (): Promise<SessionRecord | undefined> => this.#call(() => this.#reader.read(key))
    if (this.#nearCache === undefined || fresh || this.#closing !== undefined) return ask()
    return this.#nearCache.read(this.#ground.id(key), ask)
  }

  update(key: string, record: SessionRecord, expectedVersion: number): Promise<UpdateResult> {
    return this.#change([key], () => this.#writer.update(key, record, expectedVersion))
  }

  touch(key: string, expiresAt: number): Promise<boolean> {
    return this.#change([key], () => this.#writer.touch(key, expiresAt))
  }

  delete(key: string): Promise<boolean> {
    return this.#change([key], async () => {
      const deleted = await this.#writer.delete(key)
      if (deleted) this.#feed?.tell([key])
      return deleted
    })
  }

  /** One step, except on a Cluster without a hash tag in the prefix: there the old session ends first. */
  replace(oldKey: string, newKey: string, record: SessionRecord): Promise<boolean> {
    return this.#change([oldKey, newKey], async () => {
      const replaced = await this.#writer.replace(oldKey, newKey, record)
      this.#feed?.tell([oldKey])
      return replaced
    })
  }

  listByUser(userId: string): Promise<readonly KeptRecord[]> {
    return this.#call(async () => {
      const kept = await this.#reader.readAll(await this.#index.keysOf(userId))
      return kept
        .filter(({ record }) => record.userId === userId)
        .sort((a, b) => b.record.createdAt - a.record.createdAt)
    })
  }

  deleteByUser(userId: string, exceptKey?: string): Promise<readonly string[]> {
    return this.#call(async () => {
      const keys = (await this.#index.keysOf(userId)).filter((key) => key !== exceptKey)
      const deleted = await this.#changing(keys, () => this.#writer.deleteOfUser(userId, keys))
      this.#feed?.tell(deleted)
      return deleted
    })
  }

  /**
   * Goes through the server's whole database, and through every server of a Cluster, so for maintenance and not for requests. A
   * cursor that another process hands in is good, but a session may then come twice.
   */
  scan(cursor: string | undefined, limit: number): Promise<ScanPage> {
    return this.#call(async () => {
      const page = await this.#scan.page(cursor, limit)
      const records = await this.#reader.readAll(page.keys)
      return page.cursor === undefined ? { records } : { records, cursor: page.cursor }
    })
  }

  /** Goes through the whole database, as `scan` does. */
  count(): Promise<number> {
    return this.#call(() => this.#scan.count())
  }

  /** Answers 0: the server forgets by itself what is over. */
  sweep(_now: number): Promise<number> {
    return this.#call(() => Promise.resolve(0))
  }

  /**
   * The way back: writes each session as connect-redis keeps it, and answers how many there were. Let no instance of the app run
   * meanwhile that could take them over again. `maxAge`, in milliseconds, is for sessions whose cookie is as the options say.
   * Whose session it is, and coatcheck's other marks, are lost; the data and the deadlines stay. Encrypted sessions need the `encryption` that the app
   * runs with, and those that it does not open stay as they are; without it the first of them is ERR_SESSION_OPTION.
   */
  async handBack(options: HandBackOptions = {}): Promise<number> {
    const handBack = handBackOf(options, 'redisStore', this.#settings.clock.now)
    let count = 0
    let cursor: string | undefined
    do {
      const page = await this.#call(() => this.#scan.page(cursor, handBackBatch))
      const written = await Promise.all(
        page.keys.map((key) => this.#change([key], () => this.#writer.rewrite(key, (record) => handBack(key, record)))),
      )
      count += written.filter(Boolean).length
      cursor = page.cursor
    } while (cursor !== undefined)
    return count
  }

  close(): Promise<void> {
    this.#nearCache?.close()
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    let callOff: (() => void) | undefined
    const deadline = new Promise<void>((resolve) => {
      callOff = this.#settings.clock.after(longestClose, resolve)
    })
    try {
      if (this.#underWay > 0) {
        const idle = new Promise<void>((resolve) => {
          this.#whenIdle.push(resolve)
        })
        await Promise.race([idle, deadline])
      }
      await Promise.race([this.#feed?.close(), deadline])
      await this.#engine.close(deadline)
    } finally {
      callOff?.()
    }
  }

  #change<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    return this.#call(() => this.#changing(keys, work))
  }

  #changing<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    if (this.#nearCache === undefined) return work()
    const ids = keys.map((key) => this.#ground.id(key))
    return this.#nearCache.changing(ids, work)
  }

  #call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) return Promise.reject(closedError())
    return this.#follow(work())
  }

  #follow<T>(work: Promise<T>): Promise<T> {
    this.#underWay += 1
    const done = (): void => {
      this.#underWay -= 1
      if (this.#underWay === 0) for (const resolve of this.#whenIdle.splice(0)) resolve()
    }
    work.then(done, done)
    return work
  }
}

function openEngine({ client, url, nearCache }: RedisSettings): Engine {
  return client === undefined ? urlEngine(url!, undefined, nearCache !== undefined) : engineOf(client)
}

function openNearCache(engine: Engine, { nearCache, clock }: RedisSettings): NearCache | undefined {
  if (nearCache === undefined) return undefined
  const tracking = engine.tracking?.()
  if (tracking !== undefined) return new NearCache(tracking, nearCache, clock)
  void engine.close(Promise.resolve())
  throw new SessionOptionError(
    'redisStore: nearCache needs a client that hears what others change: a single one (no pool, Sentinel or Cluster) of redis 5.9 ' +
      'or newer, made with createClient({ RESP: 3, emitInvalidate: true }), or a url and that package installed.',
  )
}

function closedError(): SessionError {
  return new SessionError('ERR_SESSION_CLOSED', 'This redisStore is closed. Close it only once no request needs it.')
}
