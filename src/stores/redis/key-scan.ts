/**
 * Goes through the keys of all sessions, a page at a time, on every server that keeps some.
 *
 * Redis hands out a key twice when its table shrinks on the way, or when another server takes over. The store remembers, for as
 * long as a scan goes on, on which page it gave which key, so each is given once, and a page that is asked for again is given
 * again. A process that goes on with another's scan cannot know, and may give a key twice after such an event.
 */

import { randomBytes } from 'node:crypto'
import type { Engine, RedisNode } from './engine.js'
import { textReply, textsReply } from './replies.js'
import { readCursor, writeCursor, type ScanCursor } from './scan-cursor.js'
import { SeenKeys } from './seen-keys.js'

/** Scans that are remembered at once; whoever begins more gets the guarantee of Redis for the oldest. */
const mostScans = 16
/** The most keys that a server looks at in one go. */
const mostPerCall = 1_000

export interface KeyPage {
  readonly keys: readonly string[]
  readonly cursor: string | undefined
}

export class KeyScan {
  readonly #engine: Engine
  /** As the keys stand on the server. */
  readonly #fullPrefix: string
  readonly #pattern: string
  readonly #scans = new Map<string, SeenKeys>()

  constructor(engine: Engine, prefix: string) {
    this.#engine = engine
    this.#fullPrefix = engine.keyPrefix + prefix
    this.#pattern = `${this.#fullPrefix.replace(/[*?[\]\\^]/g, '\\$&')}*`
  }

  async page(from: string | undefined, limit: number): Promise<KeyPage> {
    const start: ScanCursor =
      from === undefined
        ? { scan: randomBytes(9).toString('base64url'), page: 1, done: [], node: undefined, position: '0', left: [] }
        : readCursor(from)
    const { scan, page } = start
    const seen = this.#seenBy(scan)
    const isNew = (key: string): boolean => seen.isNewOn(page, key)
    const walk = new Walk(this.#engine, start)
    const keys = start.left.slice(0, limit)
    let left = start.left.slice(limit)
    let count = Math.min(limit, mostPerCall)
    while (keys.length < limit && (await walk.hasMore())) {
      const found = await this.#next(walk, count)
      const fresh = [...new Set(found)].filter(isNew)
      // Much else on this server: more at a time, or it takes for ever.
      count = Math.min(fresh.length === 0 ? count * 2 : limit, mostPerCall)
      const room = limit - keys.length
      keys.push(...fresh.slice(0, room))
      left = fresh.slice(room)
    }
    if (left.length === 0 && !(await walk.hasMore())) {
      this.#scans.delete(scan)
      return { keys, cursor: undefined }
    }
    return { keys, cursor: writeCursor({ scan, page: page + 1, ...walk.state, left }) }
  }

  /** How many keys there are. */
  async count(): Promise<number> {
    const seen = new SeenKeys()
    const walk = new Walk(this.#engine, { done: [], node: undefined, position: '0' })
    while (await walk.hasMore()) {
      for (const key of await this.#next(walk, mostPerCall)) seen.isNewOn(1, key)
    }
    return seen.size
  }

  async #next(walk: Walk, count: number): Promise<string[]> {
    const keys = await walk.next(['match', this.#pattern, 'count', `${count}`])
    return keys.map((key) => key.slice(this.#fullPrefix.length))
  }

  #seenBy(scan: string): SeenKeys {
    const seen = this.#scans.get(scan) ?? new SeenKeys()
    this.#scans.delete(scan)
    this.#scans.set(scan, seen)
    for (const oldest of this.#scans.keys()) {
      if (this.#scans.size <= mostScans) break
      this.#scans.delete(oldest)
    }
    return seen
  }
}

type WalkState = Pick<ScanCursor, 'done' | 'node' | 'position'>

/** From server to server. One that has gone is let go of, and one that has come is visited. */
class Walk {
  readonly #engine: Engine
  #state: WalkState
  #nodes: readonly RedisNode[] | undefined

  constructor(engine: Engine, state: WalkState) {
    this.#engine = engine
    this.#state = state
  }

  get state(): WalkState {
    return this.#state
  }

  async hasMore(): Promise<boolean> {
    return (await this.#node()) !== undefined
  }

  async next(args: readonly string[]): Promise<string[]> {
    const node = (await this.#node())!
    const { done, position } = this.#state
    const reply = (await node.send(['scan', position, ...args])) as readonly unknown[]
    const next = textReply(reply[0])!
    this.#state =
      next === '0'
        ? { done: [...done, node.name], node: undefined, position: '0' }
        : { done, node: node.name, position: next }
    return textsReply(reply[1]).map((key) => key ?? '')
  }

  async #node(): Promise<RedisNode | undefined> {
    this.#nodes ??= await this.#engine.nodes()
    const { done, node: name } = this.#state
    const current = this.#nodes.find((node) => node.name === name)
    if (current !== undefined) return current
    const next = this.#nodes.find((node) => !done.includes(node.name))
    this.#state = { done, node: next?.name, position: '0' }
    return next
  }
}
