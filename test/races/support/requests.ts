/**
 * Requests without a network: Node's own request and response objects, a connection that swallows what is written, and a handler.
 */
import { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

import type { Session, Store } from '../../../src/index.js'

export type Middleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => unknown

export type SessionedRequest = IncomingMessage & { session: Session; sessionID: string; sessionStore: Store }

export interface Reply {
  readonly status: number
  /** The value of the session cookie that was set, ready to be sent back. */
  readonly setCookie: string | undefined
}

class NoConnection extends Duplex {
  override _read(): void {}
  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    done()
  }
}

/** One request through `middleware`; resolves when the response is out. `failed` hears what `next` is told. */
export function ask(
  middleware: Middleware,
  cookie: string | undefined,
  handler: (req: SessionedRequest) => Promise<void>,
  failed: (error: unknown) => void,
): Promise<Reply> {
  const socket = new NoConnection() as unknown as Socket
  const req = new IncomingMessage(socket)
  req.method = 'GET'
  req.url = '/'
  if (cookie !== undefined) req.headers.cookie = cookie
  const res = new ServerResponse(req)
  res.assignSocket(socket)
  const end = (error?: unknown): void => {
    if (error !== undefined) {
      failed(error)
      if (res.headersSent) return
      res.statusCode = 500
    }
    res.end('done')
  }
  const handle = async (): Promise<void> => {
    try {
      await handler(req as SessionedRequest)
    } catch (error) {
      end(error)
      return
    }
    end()
  }
  return new Promise((resolve) => {
    res.once('finish', () => {
      const lines = ([] as string[]).concat((res.getHeader('set-cookie') as string | string[] | undefined) ?? [])
      resolve({ status: res.statusCode, setCookie: lines.at(-1)?.split(';')[0] })
    })
    middleware(req, res, (error) => {
      if (error !== undefined) end(error)
      else void handle()
    })
  })
}
