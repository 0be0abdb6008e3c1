/**
 * A client that sees bytes: what has arrived so far, and when.
 */
import { once } from 'node:events'
import { connect } from 'node:net'

import { onTestFinished } from 'vitest'

export interface RawConnection {
  /** What the server sent, so far. */
  readonly received: string
  readonly ended: boolean
  send(text: string): void
  /** Resolves once what was received fulfils `enough`; rejects when the connection ends first. */
  until(enough: (received: string) => boolean): Promise<string>
  /** Resolves when the server has closed the connection. */
  closed(): Promise<string>
  /** Hangs up without a word. */
  abort(): void
}

export async function rawConnection(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  let ended = false
  const wakers = new Set<() => void>()
  const wake = (): void => {
    for (const waker of wakers) waker()
  }
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    received += chunk
    wake()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    ended = true
    wake()
  })
  onTestFinished(() => {
    socket.destroy()
  })
  await once(socket, 'connect')

  const until = (enough: () => boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!enough() && !ended) return
        wakers.delete(look)
        if (enough()) resolve(received)
        else reject(new Error(`the connection ended after ${JSON.stringify(received)}`))
      }
      wakers.add(look)
      look()
    })

  return {
    get received() {
      return received
    },
    get ended() {
      return ended
    },
    send: (text) => {
      socket.write(text, 'latin1')
    },
    until: (enough) => until(() => enough(received)),
    closed: () => until(() => ended),
    abort: () => {
      socket.resetAndDestroy()
    },
  }
}

/** The request line and headers of a plain GET. */
export function get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}\r\n`
}
