/**
 * Listens to what happens to sessions, from the moment the inspector is made, and keeps a bounded memory of it.
 */
import type { SessionEventName, SessionEvents, SessionListener } from '../../core/events.js'
import type { SessionGround } from '../../core/request-sessions.js'
import { History, historic } from './history.js'
import type { Clock } from '../../core/clock.js'
import { RecentLatencies } from './latencies.js'
import { Tallies } from './tallies.js'
import { Traces } from './traces.js'

export const tallied = [
  'created',
  'ended',
  'reads',
  'writes',
  'touches',
  'deletes',
  'spared',
  'merged',
  'overruled',
  'blocked',
  'rejected',
  'failed',
] as const
export type Tallied = (typeof tallied)[number]

/** How far a chart goes back, and in what steps. */
export interface Scale {
  readonly columns: number
  readonly columnSeconds: number
}

/** Half an hour; five minutes while there is hardly more to be seen. */
export const scales: Readonly<Record<'long' | 'short', Scale>> = {
  long: { columns: 120, columnSeconds: 15 },
  short: { columns: 100, columnSeconds: 3 },
}
const short = 10 * 60_000

/** What the store is asked for the sake of requests. Lists and counts are asked for by people, and would tell of nobody's waiting. */
const operations: Readonly<Record<string, Tallied>> = {
  read: 'reads',
  create: 'writes',
  update: 'writes',
  replace: 'writes',
  touch: 'touches',
  delete: 'deletes',
}

const operationMinutes = 5

export class Recorder {
  readonly startedAt: number
  readonly tallies: Tallies<Tallied>
  readonly history: History
  readonly traces: Traces | undefined
  readonly #ground: SessionGround
  /** Of the operations that requests wait for, in the columns of the charts. */
  readonly #latencies: Readonly<Record<keyof typeof scales, RecentLatencies>>
  readonly #byOperation = new Map<string, RecentLatencies>()
  readonly #reasons = new Map<SessionEvents['rejected']['reason'], number>()
  readonly #own = new WeakSet<object>()
  readonly #stops: (() => void)[] = []

  constructor(ground: SessionGround, { trace }: { readonly trace: boolean }) {
    const { clock } = ground
    this.#ground = ground
    this.startedAt = clock.now()
    this.tallies = new Tallies(tallied, clock)
    this.history = new History(clock)
    this.#latencies = { long: latenciesOf(scales.long, clock), short: latenciesOf(scales.short, clock) }
    this.#listen()
    if (trace) {
      const traces = new Traces(ground.requests)
      this.traces = traces
      this.#on('conflict', (event) => traces.noteConflict(event))
      this.#on('request', (event) => {
        if (!this.#own.has(event.req)) traces.add(event)
      })
    }
  }

  /** This request is the inspector's own, and nothing to tell of. */
  leaveOut(req: object): void {
    this.#own.add(req)
  }

  /** The scale of the charts at this moment, and the latencies in its columns. */
  chart(): { readonly scale: Scale; readonly latencies: RecentLatencies } {
    const name = this.#ground.clock.now() - this.startedAt < short ? 'short' : 'long'
    return { scale: scales[name], latencies: this.#latencies[name] }
  }

  /** The last minutes of each operation that was asked for. */
  operations(): readonly (readonly [name: string, latencies: RecentLatencies])[] {
    return [...this.#byOperation].sort(([one], [other]) => (one < other ? -1 : 1))
  }

  /** Rejected cookies by their reason, the most frequent first. */
  rejections(): readonly (readonly [reason: string, times: number])[] {
    return [...this.#reasons].sort(([, one], [, other]) => other - one)
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
  }

  #listen(): void {
    const count = (name: SessionEventName, tally: Tallied): void => this.#on(name, () => this.tallies.add(tally))
    count('created', 'created')
    for (const name of ['destroyed', 'revoked', 'expired', 'evicted'] as const) count(name, 'ended')
    count('untouched', 'spared')
    count('blocked', 'blocked')
    count('storeError', 'failed')
    this.#on('conflict', ({ paths }) => this.tallies.add(paths.length === 0 ? 'merged' : 'overruled'))
    this.#on('rejected', ({ reason }) => {
      this.tallies.add('rejected')
      this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1)
    })
    this.#on('storeCall', ({ operation, milliseconds }) => this.#countCall(operation, milliseconds))
    for (const name of historic) this.#on(name, (event) => this.history.add(name, event))
  }

  #countCall(operation: string, milliseconds: number): void {
    const tally = operations[operation]
    if (tally === undefined) return
    this.tallies.add(tally)
    this.#latencies.long.add(milliseconds)
    this.#latencies.short.add(milliseconds)
    let own = this.#byOperation.get(operation)
    if (own === undefined) {
      own = new RecentLatencies(this.#ground.clock, operationMinutes, 60)
      this.#byOperation.set(operation, own)
    }
    own.add(milliseconds)
  }

  #on<Name extends SessionEventName>(name: Name, listener: SessionListener<Name>): void {
    const { events } = this.#ground
    events.on(name, listener)
    this.#stops.push(() => events.off(name, listener))
  }
}

function latenciesOf({ columns, columnSeconds }: Scale, clock: Clock): RecentLatencies {
  return new RecentLatencies(clock, columns, columnSeconds)
}
