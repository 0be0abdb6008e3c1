/**
 * What an incoming request shows of who sent it.
 */
import type { IncomingMessage } from 'node:http'
import type { AdmissionSigns } from './admission.js'

// What proxies and tunnels add. Their contents are never believed; that they are there is enough.
const forwardingHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

export function signsOf(req: IncomingMessage, production: boolean): AdmissionSigns {
  const { headers, socket } = req
  const host = headers[':authority'] ?? headers.host
  return {
    production,
    // The socket's own word, and not Express's req.ip, which may come from a header.
    address: (socket as { remoteAddress?: string } | undefined)?.remoteAddress,
    forwarded: forwardingHeaders.some((name) => headers[name] !== undefined),
    host: typeof host === 'string' ? host : undefined,
  }
}
