/**
 * Requests without a network: a request and a response of Node's own on a connection that leads nowhere, many thousands a second.
 */
import { IncomingMessage, ServerResponse } from 'node:http'
import { Duplex } from 'node:stream'

class NoConnection extends Duplex {
  _read() {}
  _write(_chunk, _encoding, done) {
    done()
  }
}

/** One request through `middleware`. Resolves when the response is out: `{ status, setCookie, errors }`. */
export function ask(middleware, cookie, handler) {
  const socket = new NoConnection()
  const req = new IncomingMessage(socket)
  req.method = 'GET'
  req.url = '/'
  if (cookie !== undefined) req.headers.cookie = cookie
  const res = new ServerResponse(req)
  res.assignSocket(socket)
  const errors = []
  return new Promise((resolve) => {
    res.once('finish', () => {
      const lines = [res.getHeader('set-cookie') ?? []].flat()
      // Errors of the end come behind the response.
      setImmediate(() =>
        setImmediate(() => resolve({ status: res.statusCode, setCookie: lines.at(-1)?.split(';', 1)[0], errors })),
      )
    })
    const failed = (error) => {
      errors.push(error)
      if (res.headersSent) return
      res.statusCode = 500
      res.end()
    }
    const handle = async () => {
      try {
        await handler(req, res)
        res.end()
      } catch (error) {
        failed(error)
      }
    }
    middleware(req, res, (error) => {
      if (error !== undefined) {
        failed(error)
        return
      }
      void handle()
    })
  })
}
