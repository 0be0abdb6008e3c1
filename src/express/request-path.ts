/**
 * The path a request asks for, and whether a cookie with some Path belongs to it.
 */
import type { SessionRequest } from './session-host.js'

/** The path as the visitor sent it, mounting aside; `undefined` for a request that has none (`OPTIONS *`). */
export function requestPath(req: SessionRequest): string | undefined {
  const url = req.originalUrl ?? req.url
  if (!url) return '/'
  if (url.startsWith('/')) {
    const end = url.search(/[?#]/)
    return end === -1 ? url : url.slice(0, end)
  }
  if (url === '*') return undefined
  try {
    return new URL(url).pathname || '/'
  } catch {
    return '/'
  }
}

/** RFC 6265 section 5.1.4: the same path, or one below it. */
export function pathMatches(requested: string, cookiePath: string): boolean {
  if (!requested.startsWith(cookiePath)) return false
  return requested.length === cookiePath.length || cookiePath.endsWith('/') || requested[cookiePath.length] === '/'
}
