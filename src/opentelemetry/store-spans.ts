/**
 * A span for each question to the store, within whatever span the request is in.
 */
import { SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api'
import type { Listenable } from './index.js'
import { listenTo } from './listeners.js'

export function tellSpans(sessions: Listenable, tracer: Tracer): () => void {
  return listenTo(sessions, {
    storeCall({ operation, milliseconds, failed }) {
      const endedAt = Date.now()
      const span = tracer.startSpan(`session ${operation}`, {
        kind: SpanKind.CLIENT,
        startTime: endedAt - milliseconds,
        attributes: { 'coatcheck.operation': operation },
      })
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end(endedAt)
    },
  })
}
