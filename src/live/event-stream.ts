/**
 * Server-sent events (WHATWG HTML, section 9.2) that end with the session.
 */
import type { EndReason } from './watched-sessions.js'

export interface EventStreamRequest {
  once(event: 'close', listener: () => void): unknown
}

export interface EventStreamResponse {
  readonly writableEnded: boolean
  setHeader(name: string, value: string): unknown
  flushHeaders(): void
  write(text: string): boolean
  end(): unknown
  once(event: 'close', listener: () => void): unknown
}

export interface EventStream {
  /** Sends an event. `data` goes as JSON. `false` when the stream is over, or the browser is slower than its events: wait, or drop some. */
  send(data: unknown, options?: { readonly event?: string | undefined; readonly id?: string | undefined }): boolean
  close(): void
  /** Aborted when the stream is over, whoever ended it. */
  readonly signal: AbortSignal
}

export async function eventStream(
  req: EventStreamRequest,
  res: EventStreamResponse,
  watch: (req: object, onEnd: (reason: EndReason) => void) => Promise<() => void>,
): Promise<EventStream> {
  const over = new AbortController()
  const send: EventStream['send'] = (data, { event, id } = {}) => {
    if (over.signal.aborted) return false
    return res.write(`${field('event', event)}${field('id', id)}data: ${JSON.stringify(data)}\n\n`)
  }
  const close = (): void => {
    if (over.signal.aborted) return
    over.abort()
    if (!res.writableEnded) res.end()
  }
  res.setHeader('Content-Type', 'text/event-stream')
  res.setHeader('Cache-Control', 'no-store')
  // Proxies that gather a response before they pass it on would gather for ever.
  res.setHeader('X-Accel-Buffering', 'no')
  res.flushHeaders()
  const stop = await watch(req, (reason) => {
    // So that the page knows, and does not connect again as EventSource does by itself.
    send({ reason }, { event: 'session-end' })
    close()
  })
  over.signal.addEventListener('abort', stop)
  if (over.signal.aborted) stop()
  res.once('close', close)
  return { send, close, signal: over.signal }
}

/** A line of its own; what has a line break cannot be one. */
function field(name: string, value: string | undefined): string {
  return value === undefined ? '' : `${name}: ${value.replaceAll(/[\r\n]/g, ' ')}\n`
}
