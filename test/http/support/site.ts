/**
 * A real server with the middleware in front of one handler, and visitors that keep their cookies.
 */
import {
  createServer,
  request,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

import { onTestFinished } from 'vitest'

import type { Session, Store } from '../../../src/index.js'
import { rawConnection, type RawConnection } from './raw-connection.js'

export type SessionedRequest = IncomingMessage & {
  session: Session
  sessionID: string
  sessionStore: Store
}

export type Handler = (req: SessionedRequest, res: ServerResponse) => unknown
export type Middleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => unknown

export interface Reply {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  readonly body: string
  /** The Set-Cookie lines. */
  readonly setCookies: readonly string[]
}

export interface Ask {
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
  /** A form. */
  readonly form?: Readonly<Record<string, string>>
}

export interface Site {
  readonly port: number
  /** What the app's error handler was handed, in order. */
  readonly errors: unknown[]
  /** One request without cookies but those in `headers`. */
  ask(path?: string, options?: Ask): Promise<Reply>
  /** A connection whose bytes can be looked at as they arrive. */
  connect(): Promise<RawConnection>
  /** Resolves when the server has been around its event loop: what it had to send by now has been sent. */
  settled(): Promise<void>
}

const settledPath = '/-settled'

/** `handler` behind `middleware`, with an error handler that notes the error and answers 500 where nothing has been answered. */
export function site(middleware: Middleware, handler: Handler): Promise<Site> {
  const errors: unknown[] = []
  return listen((req, res) => {
    const failed = (error: unknown): void => {
      errors.push(error)
      if (res.headersSent) return
      res.statusCode = 500
      res.end(error instanceof Error ? error.message : String(error))
    }
    middleware(req, res, (error) => {
      if (error !== undefined) {
        failed(error)
        return
      }
      try {
        const answer = handler(req as SessionedRequest, res)
        // oxlint-disable-next-line promise/no-promise-in-callback -- what the app's handler does is not this callback's to wait for
        if (answer instanceof Promise) answer.catch(failed)
      } catch (thrown) {
        failed(thrown)
      }
    })
  }, errors)
}

/** Any application as a site. It is gone with the test. */
export async function listen(app: RequestListener, errors: unknown[] = []): Promise<Site> {
  const server = createServer((req, res) => {
    if (req.url === settledPath) setImmediate(() => res.end())
    else app(req, res)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const ask = (path = '/', options: Ask = {}): Promise<Reply> => send(port, path, options)
  return {
    port,
    errors,
    ask,
    connect: () => rawConnection(port),
    async settled() {
      await ask(settledPath)
    },
  }
}

function send(port: number, path: string, { method = 'GET', headers: given = {}, form }: Ask): Promise<Reply> {
  const headers = form === undefined ? given : { 'content-type': 'application/x-www-form-urlencoded', ...given }
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (res) => {
      let body = ''
      res.setEncoding('utf8')
      res.on('data', (chunk: string) => {
        body += chunk
      })
      res.on('error', reject)
      res.on('end', () => {
        const setCookies = res.headers['set-cookie'] ?? []
        resolve({ status: res.statusCode!, headers: res.headers, rawHeaders: res.rawHeaders, body, setCookies })
      })
    })
    req.on('error', reject)
    req.end(form === undefined ? undefined : new URLSearchParams(form).toString())
  })
}

/** A visitor with a browser's manners, as far as names and values go: what is set is sent back. */
export class Visitor {
  readonly cookies = new Map<string, string>()
  readonly #site: Site

  constructor(where: Site) {
    this.#site = where
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async ask(path = '/', { headers, ...options }: Ask = {}): Promise<Reply> {
    const cookie = this.cookies.size === 0 ? {} : { cookie: this.cookieHeader }
    const reply = await this.#site.ask(path, { ...options, headers: { ...cookie, ...headers } })
    for (const line of reply.setCookies) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      this.cookies.set(name!, value!)
    }
    return reply
  }
}
