/**
 * Where the inspector is mounted, and what of a request's URL is its own.
 */

/** As much of a request as tells it: of Express, of connect, or of bare node:http. */
export interface Located {
  readonly url?: string | undefined
  readonly originalUrl?: unknown
  readonly baseUrl?: unknown
}

export interface Place {
  /** What each of the inspector's own links begins with; empty at the root of a host. */
  readonly base: string
  readonly path: string
  readonly query: URLSearchParams
}

/** `undefined` for a request that is none of the inspector's. `ownPath` counts where nothing is mounted at a path. */
export function placeOf(req: Located, ownPath: string): Place | undefined {
  const [path, search] = split(req.url ?? '/')
  const mounted = mountPath(req, path)
  const base = (mounted === '' ? ownPath : mounted).replace(/\/+$/, '')
  // A browser takes //host and /\host for another host.
  if (/^\/[/\\]/.test(base)) return undefined
  const query = new URLSearchParams(search)
  if (mounted !== '') return { base, path: path === '' ? '/' : path, query }
  if (path !== base && !path.startsWith(`${base}/`)) return undefined
  return { base, path: path.slice(base.length) || '/', query }
}

/** Express says it. Others, such as connect, take the path off `url` and leave the whole in `originalUrl`. */
function mountPath({ baseUrl, originalUrl }: Located, path: string): string {
  if (typeof baseUrl === 'string') return baseUrl
  if (typeof originalUrl !== 'string') return ''
  const [whole] = split(originalUrl)
  if (path === '/' && !whole.endsWith('/')) return whole
  return whole.endsWith(path) ? whole.slice(0, whole.length - path.length) : ''
}

function split(url: string): [path: string, search: string] {
  const at = url.indexOf('?')
  return at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at)]
}
