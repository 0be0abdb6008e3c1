/**
 * Who may look when the app does not say: a developer, on their own machine. Pure functions of what a request shows;
 * `test/inspector/admission.test.ts` walks the table.
 */
import { isIPv4 } from 'node:net'

/** What counts for it. Nothing here is a header that a stranger could send to get in; headers can only keep one out. */
export interface AdmissionSigns {
  readonly production: boolean
  /** The other end of the connection itself. */
  readonly address: string | undefined
  /** The request names a proxy that it came through. */
  readonly forwarded: boolean
  /** The Host header, or the authority of HTTP/2. */
  readonly host: string | undefined
}

/** Why somebody is kept out. */
export type ClosedReason =
  /** NODE_ENV is `production`. */
  | 'production'
  /** The connection comes from another machine. */
  | 'remote'
  /** The connection comes from this machine, the request does not: a proxy or a tunnel has brought it. */
  | 'forwarded'
  /** The page was asked for under another name than this machine's own, as with DNS rebinding. */
  | 'host'

/** `undefined` lets the visitor in. */
export function reasonToStayClosed({ production, address, forwarded, host }: AdmissionSigns): ClosedReason | undefined {
  if (production) return 'production'
  if (!isLoopbackAddress(address)) return 'remote'
  if (forwarded) return 'forwarded'
  return isLoopbackHost(host) ? undefined : 'host'
}

// A socket for both families writes IPv4 addresses as ::ffff:127.0.0.1.
function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false
  const plain = address.replace(/^::ffff:/i, '')
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'))
}

/** Names that lead to this machine wherever they are asked for: `localhost` and those below it (RFC 6761, 6.3), and loopback addresses. */
function isLoopbackHost(host: string | undefined): boolean {
  const name = /^(\[[0-9a-f:.]+\]|[^:]+)(?::\d*)?$/i.exec(host ?? '')?.[1]?.toLowerCase()
  if (name === undefined) return false
  if (name.startsWith('[')) return isLoopbackAddress(name.slice(1, -1))
  return name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name)
}
