/**
 * Metrics and spans for OpenTelemetry, through the `@opentelemetry/api` that the app has.
 *
 *     import { instrument } from 'coatcheck/opentelemetry'
 *     instrument(sessions)
 *
 * No attribute names a session or a user, so nothing here needs protecting and no series grows with the visitors.
 */
import { metrics, trace, type MeterProvider, type TracerProvider } from '@opentelemetry/api'
import type { SessionEventName, SessionListener } from '../core/events.js'
import { tellMetrics } from './session-metrics.js'
import { tellSpans } from './store-spans.js'

/** As much of the mounted object as is needed here. */
export interface Listenable {
  on<Name extends SessionEventName>(event: Name, listener: SessionListener<Name>): unknown
  off<Name extends SessionEventName>(event: Name, listener: SessionListener<Name>): unknown
}

export interface InstrumentOptions {
  /** Default: the global one. */
  readonly meterProvider?: MeterProvider | undefined
  /** Default: the global one. */
  readonly tracerProvider?: TracerProvider | undefined
  /** A span for each question to the store, inside the request's own. Default `true`. */
  readonly spans?: boolean | undefined
}

const name = 'coatcheck'

/**
 * Counts what happens to sessions and times the store, from now until the function that is answered is called. docs/operations.md lists the instruments.
 * It is the listening that costs: without it, requests pay nothing.
 */
export function instrument(sessions: Listenable, options: InstrumentOptions = {}): () => void {
  const { meterProvider = metrics, tracerProvider = trace, spans = true } = options
  const stopMetrics = tellMetrics(sessions, meterProvider.getMeter(name))
  const stopSpans = spans ? tellSpans(sessions, tracerProvider.getTracer(name)) : undefined
  return () => {
    stopMetrics()
    stopSpans?.()
  }
}
