/**
 * A keep-alive connection that sends one request after the other, with as little work for each as reading the response whole allows: the
 * load must never be what the servers wait for.
 */
import { connect } from 'node:net'

const headEnd = '\r\n\r\n'
const lengthHeader = '\r\nContent-Length: '
const cookieHeader = '\r\nSet-Cookie: '
const noCookies = []

export class Connection {
  #socket
  #received = ''
  #pending

  static open(port) {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Connection(socket))
      })
    })
  }

  constructor(socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text) => this.#read(text))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the server closed the connection')))
  }

  /** Sends `bytes` and calls `done(error, response)` when the response is here. One at a time. */
  send(bytes, done) {
    this.#pending = done
    this.#socket.write(bytes)
  }

  exchange(bytes) {
    return new Promise((resolve, reject) => {
      this.send(bytes, (error, response) => (error ? reject(error) : resolve(response)))
    })
  }

  close() {
    this.#pending = undefined
    this.#socket.destroy()
  }

  #read(text) {
    this.#received = this.#received === '' ? text : this.#received + text
    const response = parse(this.#received)
    if (response === undefined) return
    this.#received = ''
    const done = this.#pending
    this.#pending = undefined
    done(undefined, response)
  }

  #fail(error) {
    const done = this.#pending
    this.#pending = undefined
    done?.(error)
  }
}

/** The response that `text` is, once it is whole. */
function parse(text) {
  const end = text.indexOf(headEnd)
  if (end === -1) return undefined
  const lengthAt = text.indexOf(lengthHeader)
  if (lengthAt === -1 || lengthAt > end) throw new Error(`a response without Content-Length:\n${text}`)
  const length = Number.parseInt(text.slice(lengthAt + lengthHeader.length, lengthAt + lengthHeader.length + 8), 10)
  const bodyAt = end + headEnd.length
  if (text.length < bodyAt + length) return undefined
  return { ok: text.startsWith('HTTP/1.1 200 '), text, body: text.slice(bodyAt), setCookies: setCookies(text, end) }
}

function setCookies(text, end) {
  let at = text.indexOf(cookieHeader)
  if (at === -1 || at > end) return noCookies
  const lines = []
  while (at !== -1 && at < end) {
    const from = at + cookieHeader.length
    const to = text.indexOf('\r\n', from)
    lines.push(text.slice(from, to))
    at = text.indexOf(cookieHeader, to)
  }
  return lines
}
