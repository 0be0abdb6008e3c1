/**
 * What an app is told of a session besides its data: by the request that has it, by lists, by the user's page of devices.
 */
import { parseData, type SessionValues } from './codec.js'
import type { SessionTimes } from './deadlines.js'
import type { Handles } from './handles.js'
import type { DeviceMark, SessionMarks } from './marks.js'
import type { KeptRecord } from './record.js'
import type { RecordKeeper } from './record-keeper.js'

/** A browser as people know it. */
export interface AgentName {
  /** Such as `Firefox 128`. */
  readonly browser: string | undefined
  /** Such as `Windows`, `macOS`, `Android 14`. */
  readonly system: string | undefined
  readonly kind: 'desktop' | 'phone' | 'tablet' | 'other' | undefined
}

/** The device that a user's session was used on last, as far as the option `device` has it kept. */
export interface DeviceInfo extends AgentName {
  readonly userAgent: string | undefined
  /** As the app's `trust proxy` setting has it; the network alone where the option says `truncated`. */
  readonly address: string | undefined
}

/** Reads a browser's name for itself. */
export type NameAgent = (userAgent: string) => AgentName

/** What is known of a session besides its data. Times are epoch milliseconds. */
export interface SessionInfo {
  /** The public name of the session: names it in lists and logs, and opens nothing. It changes with the ID. */
  readonly handle: string
  readonly userId: string | undefined
  /** `undefined` under a callback store that does not keep it. */
  readonly createdAt: number | undefined
  /** The last request whose deadline was written: up to one touch window old. */
  readonly lastSeenAt: number | undefined
  /** When it ends if no request comes. */
  readonly expiresAt: number | undefined
  /** When it ends whatever comes; `undefined` without such a limit. */
  readonly absoluteExpiresAt: number | undefined
  /** When its user last proved who they are. */
  readonly authenticatedAt: number | undefined
  /** How, in the app's own words. */
  readonly method: string | undefined
  readonly device: DeviceInfo | undefined
}

/** A session seen from its own request. */
export interface CurrentSessionInfo extends SessionInfo {
  /** The session began with this request. */
  readonly isNew: boolean
}

/** A session seen from outside. */
export interface SessionSummary extends SessionInfo {
  /** Bytes of its data. */
  readonly size: number
}

/** A session seen from outside, with its data. */
export interface FoundSession extends SessionSummary {
  readonly data: SessionValues
}

export class Summaries {
  readonly #keeper: RecordKeeper
  readonly #handles: Handles
  readonly #nameAgent: NameAgent

  constructor(keeper: RecordKeeper, handles: Handles, nameAgent: NameAgent) {
    this.#keeper = keeper
    this.#handles = handles
    this.#nameAgent = nameAgent
  }

  of({ key, record }: KeptRecord): SessionSummary {
    const info = this.info(this.#handles.handleOf(key), this.#keeper.times(record), this.#keeper.marks(record))
    return { ...info, size: Buffer.byteLength(record.data) }
  }

  withData(kept: KeptRecord): FoundSession {
    return { ...this.of(kept), data: parseData(kept.record.data) ?? {} }
  }

  info(handle: string, times: SessionTimes, { userId, authenticatedAt, method, device }: SessionMarks): SessionInfo {
    return { handle, ...times, userId, authenticatedAt, method, device: device && this.#device(device) }
  }

  #device({ agent, address }: DeviceMark): DeviceInfo {
    return { userAgent: agent, address, ...(agent === undefined ? nameless : this.#nameAgent(agent)) }
  }
}

const nameless: AgentName = { browser: undefined, system: undefined, kind: undefined }
