/**
 * The ten steps of the latest requests, as the session layer told them. They are kept under the handle of the session they belong
 * to, so a visitor sees their own and nobody else's, and there are never more than a few for each of a bounded number of sessions.
 */
import type { Request } from 'express'
import type { RequestTrace, Sessions, TraceStep } from 'coatcheck'

export interface KeptTrace {
  /** Names it among those of its session. */
  readonly id: number
  readonly startedAt: number
  readonly method: string
  readonly path: string
  readonly status: number
  readonly steps: readonly TraceStep[]
}

interface Limits {
  readonly perSession: number
  readonly sessions: number
}

export class Traces {
  readonly #sessions: Sessions
  readonly #limits: Limits
  /** The session that was heard of longest ago comes first. */
  readonly #kept = new Map<string, readonly KeptTrace[]>()
  /** Where a request's session goes on that got a new ID in it. */
  readonly #wentOn = new WeakMap<object, string>()
  #lastId = 0

  constructor(sessions: Sessions, limits: Limits = { perSession: 8, sessions: 500 }) {
    this.#sessions = sessions
    this.#limits = limits
    sessions.on('request', (trace) => this.#record(trace))
    sessions.on('regenerated', ({ handle, previousHandle, req }) => {
      if (req !== undefined) this.#wentOn.set(req, handle)
      this.#move(previousHandle, handle)
    })
    // Whoever comes next at this browser need not see where the customer went.
    sessions.on('destroyed', ({ handle }) => this.#forget(handle))
    sessions.on('revoked', ({ handle }) => this.#forget(handle))
  }

  /** The latest requests of a session, the newest first. */
  of(handle: string): readonly KeptTrace[] {
    return this.#kept.get(handle) ?? []
  }

  #forget(handle: string): void {
    this.#kept.delete(handle)
  }

  #record({ req, startedAt, steps }: RequestTrace): void {
    const request = req as Request
    const info = this.#sessions.info(request)
    // Strangers cannot be told apart, so there is nobody to keep a stranger's request for.
    if (info === undefined || (info.isNew && !gotCookie(steps))) return
    this.#lastId += 1
    const trace: KeptTrace = {
      id: this.#lastId,
      startedAt,
      method: request.method,
      path: request.originalUrl.split('?', 1)[0]!,
      status: request.res?.statusCode ?? 0,
      steps,
    }
    const handle = this.#wentOn.get(req) ?? info.handle
    this.#keep(handle, [trace, ...this.of(handle)].slice(0, this.#limits.perSession))
  }

  #move(from: string, to: string): void {
    const traces = this.of(from)
    this.#forget(from)
    if (traces.length > 0) this.#keep(to, traces)
  }

  #keep(handle: string, traces: readonly KeptTrace[]): void {
    this.#kept.delete(handle)
    this.#kept.set(handle, traces)
    if (this.#kept.size > this.#limits.sessions) this.#forget(this.#kept.keys().next().value!)
  }
}

function gotCookie(steps: readonly TraceStep[]): boolean {
  return steps.some(({ name, outcome }) => name === 'set-cookie' && outcome === 'sent')
}
