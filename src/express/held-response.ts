/**
 * Holding a response until its session is stored.
 *
 * `end()` is kept back whole, headers and body, until the commit is through: what the visitor sees can never be ahead of what the store
 * holds. Towards the app the response behaves as if it had ended: headers are fixed, and what is written is refused.
 */
import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { isPending } from '../core/maybe-promise.js'
import type { MaybePromise } from '../core/record.js'

/** What a response asks of its session. Neither method throws. */
export interface ResponseGuest {
  /** The headers are about to be written: the last moment for ours. */
  beforeHeaders(): void
  /** The response ends. It goes out when the answer is here. */
  beforeEnd(): MaybePromise<void>
  /** The response has been handed to the connection. */
  afterEnd(): void
}

type HeadersArgument =
  | OutgoingHttpHeaders
  | readonly OutgoingHttpHeader[]
  | readonly (readonly [string, OutgoingHttpHeader])[]

/** Puts the guest between the app and the response. A response that cannot end (`{}` in upgrade recipes) is left alone. */
export function holdResponse(res: ServerResponse, guest: ResponseGuest): void {
  const { end, writeHead } = res
  if (typeof end !== 'function') return
  let headersSeen = false
  let ended = false

  const seeHeaders = (): void => {
    headersSeen = true
    guest.beforeHeaders()
  }

  if (typeof writeHead === 'function') {
    const heldWriteHead = function (this: ServerResponse, ...args: unknown[]): unknown {
      if (headersSeen || res.headersSent) return writeHead.apply(this, args as never)
      // As Node reads them: the second argument may be a reason, or nothing with the headers behind it.
      const headersAt = typeof args[1] === 'string' || (args[2] !== undefined && args[2] !== null) ? 2 : 1
      const headers = args[headersAt] as HeadersArgument | null | undefined
      // The guest must see, and may add to, all headers; what is no list of headers is left to Node to refuse.
      if (headers === undefined || headers === null || !mergeHeaders(res, headers)) {
        seeHeaders()
        return writeHead.apply(this, args as never)
      }
      seeHeaders()
      return writeHead.apply(this, (typeof args[1] === 'string' ? args.slice(0, 2) : args.slice(0, 1)) as never)
    }
    res.writeHead = heldWriteHead as typeof res.writeHead
  }

  const finish = (args: unknown[]): void => {
    if (!headersSeen && !res.headersSent && typeof writeHead !== 'function') seeHeaders()
    end.apply(res, args as never)
    guest.afterEnd()
  }

  res.end = function (this: ServerResponse, ...args: unknown[]): ServerResponse {
    if (ended) return endAgain(res, args)
    // What Node refuses it must refuse now, while the caller can still hear of it and end the response in another way.
    if (!isBody(args[0]) || !isSendable(res)) return end.apply(res, args as never)
    ended = true
    const pending = guest.beforeEnd()
    if (!isPending(pending)) {
      try {
        finish(args)
      } catch (error) {
        ended = false
        throw error
      }
      return res
    }
    const release = refuseWrites(res)
    pending.then(() => {
      release()
      try {
        finish(args)
      } catch (error) {
        // The caller has gone on long ago, so what Node would have thrown at it ends the response instead.
        res.destroy(error as Error)
      }
    }, rethrow)
    return res
  } as typeof res.end
}

const notInReason = /[^\t\u0020-\u007e\u0080-\u00ff]/

function isSendable(res: ServerResponse): boolean {
  const status = Math.trunc(Number(res.statusCode))
  return res.headersSent || (status >= 100 && status <= 999 && !notInReason.test(reasonOf(res) ?? ''))
}

/** HTTP/2 has no reason, and Node warns whoever looks for one. */
function reasonOf(res: ServerResponse): string | undefined {
  return res.req?.httpVersionMajor >= 2 ? undefined : res.statusMessage
}

function isBody(chunk: unknown): boolean {
  return (
    chunk === undefined ||
    chunk === null ||
    typeof chunk === 'string' ||
    typeof chunk === 'function' ||
    chunk instanceof Uint8Array
  )
}

/** What Node does with a second `end()`, less the event that would end the process: its callback is called when the first is through. */
function endAgain(res: ServerResponse, args: readonly unknown[]): ServerResponse {
  const callback = args.find((arg) => typeof arg === 'function') as (() => void) | undefined
  if (callback !== undefined) {
    if (res.writableFinished) process.nextTick(callback)
    else res.once('finish', callback)
  }
  return res
}

/**
 * Headers given to `writeHead` as headers set on the response: an object, a flat list, or a list of pairs. A name given twice keeps both
 * values. Answers `false`, with nothing done, for what is none of these.
 */
function mergeHeaders(res: ServerResponse, headers: HeadersArgument): boolean {
  if (typeof headers !== 'object') return false
  const flat = flatList(headers)
  if (flat.length % 2 !== 0) return false
  const merged = new Map<string, { name: string; values: string[] }>()
  for (let index = 0; index < flat.length; index += 2) {
    const name = String(flat[index])
    const entry = merged.get(name.toLowerCase()) ?? { name, values: [] }
    entry.values.push(...[flat[index + 1] as string | string[]].flat())
    merged.set(name.toLowerCase(), entry)
  }
  for (const { name, values } of merged.values()) res.setHeader(name, values.length === 1 ? values[0]! : values)
  return true
}

function flatList(headers: HeadersArgument): readonly unknown[] {
  if (!Array.isArray(headers)) return Object.entries(headers).flatMap((pair) => (pair[1] === undefined ? [] : pair))
  return Array.isArray(headers[0]) ? headers.flatMap((pair: unknown[]) => pair.slice(0, 2)) : headers
}

/** A method or property as a held response has it. */
type Refusal = readonly [name: string, descriptor: PropertyDescriptor]

const writeRefusal = refusal('write', (...args: unknown[]) => {
  const callback = args.find((arg) => typeof arg === 'function') as ((error: Error) => void) | undefined
  if (callback !== undefined) process.nextTick(callback, nodeError('ERR_STREAM_WRITE_AFTER_END', 'write after end'))
  return false
})

const headerRefusals: readonly Refusal[] = [
  ['headersSent', { configurable: true, enumerable: true, get: () => true }],
  headerRefusal('setHeader', 'set'),
  headerRefusal('setHeaders', 'set'),
  headerRefusal('appendHeader', 'append'),
  headerRefusal('removeHeader', 'remove'),
  headerRefusal('writeHead', 'write'),
]

// A head that is written and not sent yet would leave ahead of its session, an informational response would stand in the middle of this one, and
// trailers would be sent that come too late.
const unheard: readonly Refusal[] = [
  'flushHeaders',
  'writeContinue',
  'writeProcessing',
  'writeEarlyHints',
  'addTrailers',
].map((name) => refusal(name, () => {}))

// Once headers are gone Node refuses for itself.
const refusalsAfterHeaders: readonly Refusal[] = [writeRefusal, ...unheard]
const refusalsBeforeHeaders: readonly Refusal[] = [...headerRefusals, ...refusalsAfterHeaders]

function headerRefusal(name: string, verb: string): Refusal {
  return refusal(name, () => {
    throw nodeError('ERR_HTTP_HEADERS_SENT', `Cannot ${verb} headers after they are sent to the client`)
  })
}

function refusal(name: string, value: (...args: unknown[]) => unknown): Refusal {
  return [name, { configurable: true, enumerable: true, writable: true, value }]
}

/**
 * Makes a response that has ended but is not sent yet refuse what an ended response refuses. Answers the way back.
 *
 * What is put on the response is the same for all of them: functions and accessors of its own cost each response more, in garbage above all,
 * than everything else that happens to it here.
 */
function refuseWrites(res: ServerResponse): () => void {
  const { headersSent, statusCode } = res
  const reason = reasonOf(res)
  const refusals = headersSent ? refusalsAfterHeaders : refusalsBeforeHeaders
  const before = refusals.map(([name, descriptor]) => {
    const own = Object.getOwnPropertyDescriptor(res, name)
    if (name in res) Object.defineProperty(res, name, descriptor)
    return own
  })
  return () => {
    for (const [index, [name]] of refusals.entries()) {
      const own = before[index]
      if (own === undefined) delete (res as unknown as Record<string, unknown>)[name]
      else Object.defineProperty(res, name, own)
    }
    // Node takes no notice of what these become once the head is made.
    if (res.statusCode !== statusCode) res.statusCode = statusCode
    if (reasonOf(res) !== reason) res.statusMessage = reason!
  }
}

function nodeError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

// A guest never rejects; if it did, hiding it would leave a request hanging without a word.
function rethrow(error: unknown): void {
  process.nextTick(() => {
    throw error
  })
}
