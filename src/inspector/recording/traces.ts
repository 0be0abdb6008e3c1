/**
 * The latest requests with their ten steps, and what became of changes that met others.
 */
import type { IncomingMessage } from 'node:http'
import type { SettledPaths } from '../../core/conflicts.js'
import type { SessionEvents } from '../../core/events.js'
import type { RequestSessions } from '../../core/request-sessions.js'
import type { RequestTrace, TraceStep, TraceStepName } from '../../core/trace.js'
import { Latest } from './latest.js'

export interface KeptTrace {
  readonly id: number
  readonly startedAt: number
  readonly method: string
  /** Without its query, and with what looks like a secret in it left out. */
  readonly path: string
  /** As the response had it; `undefined` for one that never ended. */
  readonly status: string | undefined
  /** Of a session that is kept. */
  readonly handle: string | undefined
  readonly userId: string | undefined
  readonly steps: readonly TraceStep[]
  readonly conflicts: readonly SettledPaths[]
}

const kept = 200

export class Traces {
  readonly #requests: RequestSessions
  readonly #latest = new Latest<KeptTrace>(kept)
  readonly #conflicts = new WeakMap<object, SettledPaths[]>()
  #lastId = 0

  constructor(requests: RequestSessions) {
    this.#requests = requests
  }

  noteConflict({ req, paths, mine, theirs }: SessionEvents['conflict']): void {
    if (req === undefined) return
    const conflicts = this.#conflicts.get(req) ?? []
    conflicts.push({ paths, mine, theirs })
    this.#conflicts.set(req, conflicts)
  }

  add({ req, startedAt, steps }: RequestTrace): void {
    const { method = '', originalUrl, url = '' } = req as IncomingMessage & { originalUrl?: string }
    const session = isKept(steps) ? this.#requests.find(req) : undefined
    this.#lastId += 1
    this.#latest.add({
      id: this.#lastId,
      startedAt,
      method,
      path: tellablePath(originalUrl ?? url),
      status: outcomeOf(steps, 'handle'),
      handle: session?.handle,
      userId: session?.marks.userId,
      steps,
      conflicts: this.#conflicts.get(req) ?? [],
    })
  }

  /** The newest first. */
  get latest(): Iterable<KeptTrace> {
    return this.#latest
  }

  find(id: number): KeptTrace | undefined {
    for (const trace of this.#latest) if (trace.id === id) return trace
    return undefined
  }
}

export function outcomeOf(steps: readonly TraceStep[], name: TraceStepName): string | undefined {
  return steps.find((step) => step.name === name)?.outcome
}

/** A session that was new and was not stored has a handle that leads nowhere. */
function isKept(steps: readonly TraceStep[]): boolean {
  if (outcomeOf(steps, 'prepare') === 'ended') return false
  return outcomeOf(steps, 'attach') === 'known' || outcomeOf(steps, 'set-cookie') === 'sent'
}

const longestPath = 300
/** Made by no person: digits, or letters of both cases. One random ID in 250 has no digit. */
const looksMade = /\d|[a-z].*[A-Z]|[A-Z].*[a-z]/

/** A query may hold anything, and a path may: links that reset a password carry what opens it. */
function tellablePath(url: string): string {
  const path = url.split(/[?#]/, 1)[0]!.slice(0, longestPath)
  return path.replaceAll(/[^/]{20,}/g, (segment) =>
    looksMade.test(segment) && /^[\w.~%=+-]+$/.test(segment) ? `${segment.slice(0, 4)}…` : segment,
  )
}
