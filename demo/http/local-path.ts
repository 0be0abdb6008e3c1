/**
 * Paths to go on to that came with a request. They lead to this site or nowhere: else a link to the shop could lead anywhere.
 */

const base = 'http://shop.invalid'

/** The path, or `fallback` where it is none of this site. */
export function localPath(value: unknown, fallback: string): string {
  if (typeof value !== 'string' || !value.startsWith('/')) return fallback
  try {
    // Read as a browser reads it: `//host` and `/\host` name another site.
    const { origin, pathname, search } = new URL(value, base)
    // `/.//host` is a path of this site until it is sent on its own.
    return origin === base && !pathname.startsWith('//') ? pathname + search : fallback
  } catch {
    return fallback
  }
}
