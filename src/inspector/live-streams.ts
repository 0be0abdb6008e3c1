/**
 * Server-sent events (WHATWG HTML, section 9.2) for open overviews: the parts that have changed, every two seconds, and nothing at all while
 * nobody watches.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../core/clock.js'
import { setHeaders } from './serving/reply.js'

interface Stream<Snapshot> {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly openUntil: number
  /** Makes a snapshot into the markup of each part. */
  readonly parts: (snapshot: Snapshot) => Readonly<Record<string, string>>
  readonly sent: Map<string, string>
}

const interval = 2000
/** A browser comes back when a stream ends, and is asked again then whether it may look. */
const longest = 60_000
const most = 32

export class LiveStreams<Snapshot> {
  readonly #clock: Clock
  readonly #look: () => Promise<Snapshot>
  readonly #streams = new Set<Stream<Snapshot>>()
  #cancel: (() => void) | undefined

  constructor(clock: Clock, look: () => Promise<Snapshot>) {
    this.#clock = clock
    this.#look = look
  }

  /** `false`: too many watch already. */
  async open(req: IncomingMessage, res: ServerResponse, parts: Stream<Snapshot>['parts']): Promise<boolean> {
    if (this.#streams.size >= most) return false
    const stream: Stream<Snapshot> = { req, res, parts, openUntil: this.#clock.now() + longest, sent: new Map() }
    this.#streams.add(stream)
    res.once('close', () => this.#streams.delete(stream))
    setHeaders(res, 'text/event-stream; charset=utf-8')
    // Proxies that gather a response before they pass it on would gather for ever.
    res.setHeader('X-Accel-Buffering', 'no')
    res.write('retry: 1000\n\n')
    send(stream, await this.#look())
    this.#wait()
    return true
  }

  close(): void {
    this.#cancel?.()
    this.#cancel = undefined
    for (const { res } of this.#streams) res.end()
    this.#streams.clear()
  }

  async #tick(): Promise<void> {
    const now = this.#clock.now()
    for (const stream of this.#streams) {
      if (now < stream.openUntil && !isClosing(stream.req)) continue
      this.#streams.delete(stream)
      stream.res.end()
    }
    this.#cancel = undefined
    if (this.#streams.size === 0) return
    const snapshot = await this.#look()
    for (const stream of this.#streams) send(stream, snapshot)
    this.#wait()
  }

  #wait(): void {
    // A fault of these pages is none of the app's: they stand still then.
    this.#cancel ??= this.#clock.after(interval, () => void this.#tick().catch(() => this.close()), 'background')
  }
}

function send<Snapshot>({ res, parts, sent }: Stream<Snapshot>, snapshot: Snapshot): void {
  // Whoever reads more slowly than this is written to gets the next one.
  if (res.writableNeedDrain || res.writableEnded) return
  const changed: Record<string, string> = {}
  for (const [name, text] of Object.entries(parts(snapshot))) {
    if (sent.get(name) === text) continue
    sent.set(name, text)
    changed[name] = text
  }
  res.write(`data: ${JSON.stringify(changed)}\n\n`)
}

/** Has the server stopped listening? Then it waits for this stream, and must not. */
function isClosing({ socket }: IncomingMessage): boolean {
  return (socket as { server?: { listening?: boolean } } | undefined)?.server?.listening === false
}
