/**
 * What came of a run, as the invariants look at it.
 */
import type { Name, Program, Step } from './programs.js'
import type { Data } from './subjects.js'

/** What a request did, in its own words. */
export interface Trace {
  readonly program: Program
  readonly number: number
  startedAt: number
  /** Undefined for a request that never ended. */
  endedAt: number | undefined
  status: number
  setCookie: string | undefined
  sentCookie: string | undefined
  /** Tokens of changes to the first session, and to a later one. */
  readonly wroteFirst: { readonly step: Step; readonly token: string }[]
  readonly wroteLater: { readonly step: Step; readonly token: string }[]
  /** Every session it had in its hands, as it was then. */
  readonly saw: Data[]
  /** The users it signed in. */
  readonly signedIn: string[]
  signedOut: boolean
  readonly errors: string[]
}

export interface History {
  readonly traces: readonly Trace[]
  readonly kept: readonly Data[]
  readonly firstCookie: Readonly<Record<Name, string>>
  /** The cookie that each visitor's browser holds at the end. */
  readonly newestCookie: Readonly<Record<Name, string>>
  /** When the visitor's first session was ended, as far as the one who ended it was told. */
  readonly endedAt: Readonly<Partial<Record<Name, number>>>
  /** First sessions that were there again after they had been gone. */
  readonly revived: readonly Name[]
  /** What a request with the newest cookie finds at the end. */
  readonly found: Readonly<Record<Name, Data>>
}

export function newTrace(program: Program, number: number): Trace {
  return {
    program,
    number,
    startedAt: 0,
    endedAt: undefined,
    status: 0,
    setCookie: undefined,
    sentCookie: undefined,
    wroteFirst: [],
    wroteLater: [],
    saw: [],
    signedIn: [],
    signedOut: false,
    errors: [],
  }
}
