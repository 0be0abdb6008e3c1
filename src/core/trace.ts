/**
 * The ten steps of one request, with their times. Recorded only while somebody listens to `request`.
 */

/** The steps in the order in which a request takes them; see the flow in ARCHITECTURE.md. */
export const traceStepNames = [
  'request',
  'cookie',
  'load',
  'attach',
  'handle',
  'prepare',
  'commit',
  'set-cookie',
  'send',
  'return',
] as const

export type TraceStepName = (typeof traceStepNames)[number]

/** One step as it really happened. */
export interface TraceStep {
  readonly name: TraceStepName
  /** Microseconds from the moment the middleware got the request to the end of this step. */
  readonly at: number
  /** What came of it, in one word: `valid`, `none`, `loaded`, `created`, `changed`, `saved`, `touched`, `skipped`, `sent`, … */
  readonly outcome: string
}

/** A request's whole way through the session layer. */
export interface RequestTrace {
  readonly req: object
  /** Epoch milliseconds. */
  readonly startedAt: number
  /**
   * The steps as they happened. A response that writes its headers early has `set-cookie` before `handle`; a request whose load failed has no `load`
   * and no `attach`.
   */
  readonly steps: readonly TraceStep[]
}

/** Takes the time at each step. */
export class TraceRecorder {
  readonly #start = performance.now()
  readonly #steps: TraceStep[] = []
  readonly #startedAt: number

  constructor(startedAt: number) {
    this.#startedAt = startedAt
  }

  step(name: TraceStepName, outcome: string): void {
    this.#steps.push({ name, at: Math.round((performance.now() - this.#start) * 1000), outcome })
  }

  finish(req: object): RequestTrace {
    return { req, startedAt: this.#startedAt, steps: this.#steps }
  }
}
