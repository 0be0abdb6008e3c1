/**
 * The sessions that have live connections in this process, and how their ends are heard of: from this process at once, from others by the store's own
 * word where it has one, and by looking.
 */
import type { SessionGround } from '../core/request-sessions.js'
import type { MaybePromise } from '../core/record.js'
import type { LiveSettings } from './options.js'

/** `ended`: signed out, revoked, replaced at a sign-in. `expired`: one of its timeouts. `none`: there was no session. */
export type EndReason = 'ended' | 'expired' | 'none'

type OnEnd = (reason: EndReason) => void

/** A store that hears, from its engine, which records other processes have deleted. */
interface TellsEnds {
  /** Calls `listener` with the key of each record that is deleted, by whichever process. Answers a function that stops it. */
  onEnded(listener: (key: string) => void): MaybePromise<() => MaybePromise<void>>
}

/** One session with all its connections here. */
interface Watched {
  id: string
  key: string
  readonly connections: Set<Connection>
}

interface Connection {
  readonly onEnd: OnEnd
  /** Changes when two entries turn out to be one session. */
  watched: Watched
}

const often = 2_000
const seldom = 30_000
/** Looked up at the same time. */
const batch = 50

export class WatchedSessions {
  readonly #ground: SessionGround
  readonly #keepAlive: boolean
  #checkEvery: number
  readonly #byKey = new Map<string, Watched>()
  readonly #stopListening: () => void
  readonly #feed: Promise<(() => MaybePromise<void>) | undefined>
  #callOff: (() => void) | undefined
  #closed = false

  constructor(ground: SessionGround, { checkEvery, keepAlive }: LiveSettings) {
    this.#ground = ground
    this.#keepAlive = keepAlive
    const { onEnded } = ground.ownStore as Partial<TellsEnds>
    this.#checkEvery = checkEvery ?? often
    this.#stopListening = this.#listen()
    this.#feed = this.#listenElsewhere(onEnded, checkEvery)
  }

  /** Answers a function that stops watching. */
  async add(id: string, onEnd: OnEnd): Promise<() => void> {
    const key = this.#ground.keeper.key(id)
    const watched = this.#byKey.get(key) ?? { id, key, connections: new Set<Connection>() }
    const connection: Connection = { onEnd, watched }
    watched.connections.add(connection)
    this.#byKey.set(key, watched)
    await this.#feed
    this.#wait()
    // It may have ended between the moment it was loaded and this one.
    await this.#check(watched)
    return () => {
      const { connections, key: latest } = connection.watched
      connections.delete(connection)
      if (connections.size === 0 && this.#byKey.get(latest) === connection.watched) this.#byKey.delete(latest)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#callOff?.()
    this.#stopListening()
    this.#byKey.clear()
    await (
      await this.#feed
    )?.()
  }

  /** By the engine's own word. What it cannot tell is found by looking, a little later. */
  async #listenElsewhere(
    onEnded: TellsEnds['onEnded'] | undefined,
    checkEvery: number | undefined,
  ): Promise<(() => MaybePromise<void>) | undefined> {
    if (onEnded === undefined) return undefined
    try {
      const stop = await onEnded.call(this.#ground.ownStore, (key) => this.#look(key))
      this.#checkEvery = checkEvery ?? seldom
      return stop
    } catch {
      return undefined
    }
  }

  #listen(): () => void {
    const { events, handles } = this.#ground
    const ended = ({ handle }: { readonly handle: string }): void => this.#end(handles.keyOf(handle), 'ended')
    const expired = ({ handle }: { readonly handle: string }): void => this.#end(handles.keyOf(handle), 'expired')
    const regenerated = ({ previousHandle }: { readonly previousHandle: string }): void => {
      const key = handles.keyOf(previousHandle)
      if (key !== undefined) this.#look(key)
    }
    const listeners = { destroyed: ended, revoked: ended, evicted: ended, expired, regenerated } as const
    for (const [event, listener] of Object.entries(listeners)) events.on(event as 'destroyed', listener as typeof ended)
    return () => {
      for (const [event, listener] of Object.entries(listeners))
        events.off(event as 'destroyed', listener as typeof ended)
    }
  }

  #wait(): void {
    if (this.#callOff !== undefined || this.#closed) return
    this.#callOff = this.#ground.clock.after(this.#checkEvery, () => void this.#checkAll(), 'background')
  }

  async #checkAll(): Promise<void> {
    const all = [...this.#byKey.values()]
    for (let from = 0; from < all.length && !this.#closed; from += batch) {
      await Promise.all(all.slice(from, from + batch).map((watched) => this.#check(watched)))
    }
    this.#callOff = undefined
    if (this.#byKey.size > 0) this.#wait()
  }

  #look(key: string): void {
    const watched = this.#byKey.get(key)
    if (watched !== undefined) void this.#check(watched)
  }

  /** Ends what has ended, and follows a session that goes on under a new ID. */
  async #check(watched: Watched): Promise<void> {
    const { keeper } = this.#ground
    let found
    try {
      found = await keeper.keepAlive(watched.id, this.#keepAlive)
    } catch {
      // A store that is in trouble says nothing about the session; the next look will.
      return
    }
    if (typeof found === 'string') {
      this.#end(watched.key, found)
      return
    }
    if (found.id === watched.id) return
    this.#byKey.delete(watched.key)
    watched.id = found.id
    watched.key = keeper.key(found.id)
    const other = this.#byKey.get(watched.key)
    if (other === undefined) {
      this.#byKey.set(watched.key, watched)
      return
    }
    for (const connection of watched.connections) {
      connection.watched = other
      other.connections.add(connection)
    }
  }

  #end(key: string | undefined, reason: EndReason): void {
    const watched = key === undefined ? undefined : this.#byKey.get(key)
    if (watched === undefined) return
    this.#byKey.delete(watched.key)
    const connections = [...watched.connections]
    watched.connections.clear()
    for (const { onEnd } of connections) onEnd(reason)
  }
}
