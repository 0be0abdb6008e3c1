/**
 * A server on a free port with a session layer in front of one handler, and clients that send bytes.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'

/** `middleware` may be undefined: the handler alone. `errors` hears what the app's error handling is told. */
export async function listen(middleware, handler) {
  const errors = []
  const server = createServer((req, res) => {
    // What is written to a response that has ended is an event here, as it is in apps that listen.
    res.on('error', () => {})
    const failed = (error) => {
      errors.push(error)
      if (res.headersSent || res.writableEnded) return
      res.statusCode = 500
      res.end('failed')
    }
    const handle = async () => {
      try {
        await handler(req, res)
      } catch (error) {
        failed(error)
      }
    }
    const go = (error) => {
      if (error === undefined) void handle()
      else failed(error)
    }
    if (middleware === undefined) go()
    else middleware(req, res, go)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  return {
    port,
    errors,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The request line and headers of one request, as bytes. */
export function requestText({ method = 'GET', path = '/', version = '1.1', headers = [] } = {}) {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/${version}\r\nHost: localhost\r\n${lines.join('')}\r\n`
}

/** Sends bytes on a connection of their own and answers all that comes back until the server hangs up. `abortAfter`: hang up first. */
export async function exchange(port, text, { abortAfter } = {}) {
  const socket = connect(port, '127.0.0.1')
  const chunks = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', () => {})
  const closed = once(socket, 'close')
  socket.write(text, 'latin1')
  if (abortAfter !== undefined) {
    for (let turn = 0; turn < abortAfter; turn += 1) await new Promise(setImmediate)
    socket.resetAndDestroy()
  }
  await closed
  return Buffer.concat(chunks).toString('latin1')
}

/** A response in its parts: status, reason, headers as they came, and the body out of its chunks. */
export function parse(text) {
  let rest = text
  for (;;) {
    const end = rest.indexOf('\r\n\r\n')
    if (end === -1) return { status: 0, reason: '', headers: [], body: rest }
    const [first, ...lines] = rest.slice(0, end).split('\r\n')
    const [, status, reason] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/s.exec(first) ?? []
    rest = rest.slice(end + 4)
    // 100 Continue and 103 Early Hints come before the answer.
    if (status?.startsWith('1') && status !== '101') continue
    const headers = lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    })
    const chunked = headers.some(([name, value]) => name === 'transfer-encoding' && value === 'chunked')
    return { status: Number(status), reason, headers, ...(chunked ? unchunked(rest) : { body: rest, whole: true }) }
  }
}

function unchunked(text) {
  let body = ''
  let at = 0
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd === -1) return { body, whole: false }
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (!(size >= 0)) return { body, whole: false }
    // The trailer, if there is one, belongs to what is compared.
    if (size === 0) return { body, whole: true, trailer: text.slice(lineEnd + 2) }
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 4 + size
  }
}

/** The session cookie that a response sets, as `name=value`. */
export function cookieIn({ headers }) {
  const line = headers.findLast(([name, value]) => name === 'set-cookie' && value.startsWith('session='))
  return line?.[1].split(';', 1)[0]
}
