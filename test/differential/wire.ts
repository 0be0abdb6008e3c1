/**
 * A connection without a network: Node's own HTTP parser and ServerResponse on one end, a client that reads bytes on the other.
 */
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { Duplex } from 'node:stream'

/** What has reached the client so far. */
type Arrival = 'nothing' | 'head' | 'part' | 'all'

/** How the body's end is marked: by its length, by a last chunk, or by there being none. */
type Framing = 'length' | 'chunked' | 'none'

export interface RawResponse {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly framing: Framing
  readonly body: string
}

/** The client's end: a request goes in, and the answer can be looked at while it is still arriving. */
export interface Line {
  /** Also the socket as the server sees it, so that a request can be told apart. */
  readonly serverEnd: unknown
  send(request: string): void
  arrival(): Arrival
  response(): RawResponse | undefined
  close(): void
}

class MemorySocket extends Duplex {
  readonly encrypted: boolean
  received = ''

  constructor(encrypted: boolean) {
    super()
    this.encrypted = encrypted
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.received += chunk.toString('latin1')
    done()
  }
}

export function memoryLine(server: Server, method: string, encrypted: boolean): Line {
  const socket = new MemorySocket(encrypted)
  socket.on('error', () => {})
  server.emit('connection', socket)
  return {
    serverEnd: socket,
    send: (request) => socket.push(request),
    ...reader(() => socket.received, method),
    close: () => socket.destroy(),
  }
}

/** Looked at once a turn: parsed again only when something has arrived. */
function reader(received: () => string, method: string): Pick<Line, 'arrival' | 'response'> {
  let seen = ''
  let response: RawResponse | undefined
  const look = (): void => {
    if (seen === received()) return
    seen = received()
    response = parseResponse(seen, method)
  }
  return {
    arrival() {
      look()
      if (response !== undefined) return 'all'
      if (seen === '') return 'nothing'
      return seen.indexOf('\r\n\r\n') === seen.length - 4 ? 'head' : 'part'
    },
    response() {
      look()
      return response
    },
  }
}

/** The same over a real socket: the proof that the connection in memory changes nothing. */
export async function networkLine(port: number, method: string): Promise<Line & { readonly localPort: number }> {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.on('data', (chunk) => (received += chunk.toString('latin1')))
  socket.on('error', () => {})
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  return {
    serverEnd: undefined,
    localPort: socket.localPort!,
    send: (request) => socket.write(request),
    ...reader(() => received, method),
    close: () => socket.destroy(),
  }
}

/** The response once all of it is there. */
function parseResponse(received: string, method: string): RawResponse | undefined {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const [statusLine, ...lines] = received.slice(0, headEnd).split('\r\n')
  const status = Number(statusLine!.split(' ')[1])
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  const rest = received.slice(headEnd + 4)
  const length = headers.find(([name]) => name === 'content-length')?.[1]
  const chunked = headers.some(([name]) => name === 'transfer-encoding')
  const framing: Framing = chunked ? 'chunked' : length === undefined ? 'none' : 'length'
  if (method === 'HEAD' || status === 204 || status === 304) return { status, headers, framing, body: rest }
  if (chunked) {
    const body = unchunk(rest)
    return body === undefined ? undefined : { status, headers, framing, body }
  }
  return rest.length < Number(length ?? 0) ? undefined : { status, headers, framing, body: rest }
}

function unchunk(text: string): string | undefined {
  let body = ''
  for (let at = 0; ;) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (text.length < lineEnd + 2 + size + 2) return undefined
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
    if (size === 0) return body + text.slice(at)
  }
}
