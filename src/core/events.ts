/**
 * What happens to sessions, for whoever listens: listeners on the mounted object, and subscribers of `node:diagnostics_channel`.
 * An event names a session by its handle, never by its ID. With nobody listening an event costs one comparison.
 */
import { channel, type Channel } from 'node:diagnostics_channel'
import type { SettledPaths } from './conflicts.js'
import type { DeviceMark } from './marks.js'
import type { RequestTrace } from './trace.js'

/** A session, as events name it. */
export interface SessionEvent {
  /** The public handle: names the session and opens nothing. */
  readonly handle: string
  readonly userId?: string | undefined
  /** The request in which it happened, where there is one. Not enumerable: its headers hold the cookie, and an event may be logged whole. */
  readonly req?: object | undefined
}

/** A cookie that led to no session. */
export interface RejectedEvent {
  /**
   * `signature`: no secret of ours signed it. `shape`: it never was an ID of ours. `unknown`: signed, but the store has no such
   * session. `ambiguous`: several different sessions were named at once. `retired`: the session goes on under another ID, and this request
   * is late.
   */
  readonly reason: 'signature' | 'shape' | 'unknown' | 'ambiguous' | 'retired'
  readonly req?: object | undefined
}

/** A store that failed, or did not answer in time. */
export interface StoreErrorEvent {
  /** What it was asked: `read`, `save`, `touch`, `destroy`, … */
  readonly operation: string
  readonly error: unknown
  readonly req?: object | undefined
}

/** The store has answered. */
export interface StoreCallEvent {
  /** The method of the store: `read`, `update`, `touch`, … */
  readonly operation: string
  readonly milliseconds: number
  readonly failed: boolean
}

/** Each event and what its listeners get. */
export interface SessionEvents {
  /** A new session's first record was stored. */
  created: SessionEvent
  /** A visitor's session was found. */
  loaded: SessionEvent
  /** Changed data was stored. */
  saved: SessionEvent
  /** Only the deadline was moved. */
  touched: SessionEvent
  /** A session was used, and nothing had to be written: it is unchanged, and its deadline has not drifted far enough to be moved. */
  untouched: SessionEvent
  /**
   * A request was late: it wanted to write, or to move the deadline, or to send the cookie of a session that had ended meanwhile. The session
   * stays ended.
   */
  blocked: SessionEvent & { readonly what: 'write' | 'touch' | 'cookie' }
  /** A session got a new ID. `handle` is the new one's. */
  regenerated: SessionEvent & { readonly previousHandle: string }
  /** A user signed in, or proved again who they are. `handle` is the session's from now on. */
  signedIn: SessionEvent & {
    readonly userId: string
    readonly method: string | undefined
    readonly previousHandle: string
    /** The user was signed in already, and has only proved it again. */
    readonly again: boolean
  }
  /** A session was ended from inside a request. */
  destroyed: SessionEvent
  /** A session was ended from outside of its requests: by its handle, with all of its user's, with everyone's, or to make room for a newer one. */
  revoked: SessionEvent & { readonly by: 'handle' | 'user' | 'everyone' | 'limit' }
  /** A user's session came from another browser or address than before. `address` is as the option `device` has it kept. */
  deviceChanged: SessionEvent & { readonly previous: DeviceMark; readonly device: DeviceMark }
  /** A session was found past its idle or absolute timeout, and ended. */
  expired: SessionEvent & { readonly timeout: 'idle' | 'absolute' }
  /**
   * Two requests changed a session at the same time. Of these JSON Pointers `paths`, which both had changed, went to the later one; with none, both
   * changes stand. `mine` is what the later one alone had changed, `theirs` what others had, and `/` is all of the data.
   */
  conflict: SessionEvent & SettledPaths
  /** A bounded store gave up a living session to make room for another. */
  evicted: SessionEvent
  rejected: RejectedEvent
  storeError: StoreErrorEvent
  /** A store of records has answered, and how long it took. */
  storeCall: StoreCallEvent
  /** A response is through: the ten steps of its request with their times. */
  request: RequestTrace
}

export type SessionEventName = keyof SessionEvents
export type SessionListener<Name extends SessionEventName> = (event: SessionEvents[Name]) => void

const eventNames: readonly SessionEventName[] = [
  'created',
  'loaded',
  'saved',
  'touched',
  'untouched',
  'blocked',
  'regenerated',
  'signedIn',
  'destroyed',
  'revoked',
  'deviceChanged',
  'expired',
  'conflict',
  'evicted',
  'rejected',
  'storeError',
  'storeCall',
  'request',
]

/** The diagnostics channel of an event: `coatcheck:created`, and so on. */
export function channelName(event: SessionEventName): string {
  return `coatcheck:${event}`
}

const channels = Object.fromEntries(eventNames.map((name) => [name, channel(channelName(name))])) as Record<
  SessionEventName,
  Channel
>

/** One mounted object's listeners. */
export class SessionEventHub {
  readonly #listeners = new Map<SessionEventName, ReadonlySet<SessionListener<never>>>()

  on<Name extends SessionEventName>(name: Name, listener: SessionListener<Name>): void {
    // A copy each time, so that a listener may add or remove others while an event is being told.
    this.#listeners.set(name, new Set([...(this.#listeners.get(name) ?? []), listener]))
  }

  off<Name extends SessionEventName>(name: Name, listener: SessionListener<Name>): void {
    const rest = new Set(this.#listeners.get(name))
    rest.delete(listener)
    if (rest.size === 0) this.#listeners.delete(name)
    else this.#listeners.set(name, rest)
  }

  /** Does anybody listen? Ask first, so that an event nobody hears is never made. */
  wants(name: SessionEventName): boolean {
    return this.#listeners.has(name) || channels[name].hasSubscribers
  }

  emit<Name extends SessionEventName>(name: Name, event: SessionEvents[Name]): void {
    keepOutOfLogs(event)
    channels[name].publish(event)
    for (const listener of (this.#listeners.get(name) ?? []) as ReadonlySet<SessionListener<Name>>) {
      try {
        listener(event)
      } catch (error) {
        // A listener's bug must be seen, and must not take a visitor's session with it (diagnostics channels do the same).
        process.nextTick(() => {
          throw error
        })
      }
    }
  }
}

const hidden = { enumerable: false }

/** An event that is logged, copied or turned into JSON must not take the request along, whose headers hold the cookie. */
function keepOutOfLogs(event: object): void {
  if ('req' in event) Object.defineProperty(event, 'req', hidden)
}

export function isEventName(name: unknown): name is SessionEventName {
  return (eventNames as readonly unknown[]).includes(name)
}
