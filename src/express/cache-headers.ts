/**
 * Keeping a response that belongs to one visitor out of caches that serve others (RFC 9111).
 */
import type { ServerResponse } from 'node:http'

/**
 * A response whose content may depend on the visitor varies by Cookie. One that carries a session is private; one that hands out the
 * cookie is so even when the app said `public`, because whoever is served it from a cache would be served the session.
 */
export function keepFromSharedCaches(res: ServerResponse, sendsCookie: boolean, carriesSession: boolean): void {
  varyByCookie(res)
  if (!sendsCookie && !carriesSession) return
  const current = res.getHeader('Cache-Control')
  if (current === undefined) {
    res.setHeader('Cache-Control', 'private')
    return
  }
  if (!sendsCookie) return
  const directives = String(current)
    .split(',')
    .map((directive) => directive.trim())
  if (directives.some((directive) => /^(?:private|no-store)$/i.test(directive))) return
  const kept = directives.filter((directive) => directive !== '' && !/^(?:public|s-maxage\b.*)$/i.test(directive))
  res.setHeader('Cache-Control', ['private', ...kept].join(', '))
}

function varyByCookie(res: ServerResponse): void {
  const current = res.getHeader('Vary')
  if (current === undefined) {
    res.setHeader('Vary', 'Cookie')
    return
  }
  const names = String(current)
    .split(',')
    .map((name) => name.trim().toLowerCase())
  if (!names.includes('cookie') && !names.includes('*')) res.setHeader('Vary', `${String(current)}, Cookie`)
}
