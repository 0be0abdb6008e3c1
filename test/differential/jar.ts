/**
 * Cookies: how a visitor's cookie is made, how a Set-Cookie is read, and a jar that does what a browser does with it.
 */
import { createHmac } from 'node:crypto'

const secret = 'keyboard cat'

const signed = new Map<string, string>()

export function sign(id: string, key = secret): string {
  const known = signed.get(`${key} ${id}`)
  if (known !== undefined) return known
  const signature = createHmac('sha256', key).update(id).digest('base64').replace(/=+$/, '')
  signed.set(`${key} ${id}`, `s:${id}.${signature}`)
  return `s:${id}.${signature}`
}

/** A cookie pair as a browser sends it back. */
export function pair(id: string, name = 'connect.sid', key = secret): string {
  return `${name}=${encodeURIComponent(sign(id, key))}`
}

/** A Set-Cookie line with a signed ID put in clear: `connect.sid=<id-1>; Path=/; …`. Anything not signed stays as it is. */
export function readable(line: string, keys: readonly string[] = [secret, 'an older secret']): string {
  const [first = '', ...attributes] = line.split('; ')
  const equals = first.indexOf('=')
  const value = decodeURIComponent(first.slice(equals + 1))
  const id = value.startsWith('s:') ? value.slice(2, value.lastIndexOf('.')) : undefined
  const key = id === undefined ? undefined : keys.findIndex((candidate) => sign(id, candidate) === value)
  if (key === undefined || key === -1) return line
  const name = first.slice(0, equals)
  return [`${name}=<${id}${key === 0 ? '' : ` by secret ${key}`}>`, ...attributes].join('; ')
}

interface KeptCookie {
  readonly name: string
  readonly path: string
  readonly text: string
  /** Set for another domain or path, so that nothing this app sends ever replaces it. */
  readonly foreign: boolean
}

/** As much of a browser as the follow-up needs: name and path, expiry, Secure. */
export class Jar {
  #kept: KeptCookie[]

  /** Of several cookies of one name, the known visitor's is the app's own. */
  constructor(initial = '') {
    const texts = initial === '' ? [] : initial.split('; ')
    const own = (text: string): boolean =>
      text === pair('known') || texts.filter((other) => nameOf(other) === nameOf(text)).length === 1
    this.#kept = texts.map((text) => ({ name: nameOf(text), path: '/', text, foreign: !own(text) }))
  }

  store(line: string, now: number, secure: boolean): void {
    const [text = '', ...attributes] = line.split('; ')
    const path = attributes.find((attribute) => attribute.startsWith('Path='))?.slice(5) ?? '/'
    const expires = attributes.find((attribute) => attribute.startsWith('Expires='))?.slice(8)
    if (attributes.includes('Secure') && !secure) return
    const name = nameOf(text)
    const at = this.#kept.findIndex((cookie) => cookie.name === name && cookie.path === path && !cookie.foreign)
    const fresh = expires === undefined || Date.parse(expires) > now ? [{ name, path, text, foreign: false }] : []
    this.#kept.splice(at === -1 ? this.#kept.length : at, at === -1 ? 0 : 1, ...fresh)
  }

  copy(): Jar {
    const copy = new Jar()
    copy.#kept = [...this.#kept]
    return copy
  }

  /** A copy without the cookies of others. */
  own(): Jar {
    const copy = new Jar()
    copy.#kept = this.#kept.filter((cookie) => !cookie.foreign)
    return copy
  }

  /** The Cookie header for a request to `path`: longer paths first, as browsers do. */
  header(path: string): string | undefined {
    const sent = this.#kept
      .filter((cookie) => path.startsWith(cookie.path))
      .sort((one, other) => other.path.length - one.path.length)
    return sent.length === 0 ? undefined : sent.map((cookie) => cookie.text).join('; ')
  }
}

function nameOf(text: string): string {
  return text.slice(0, text.indexOf('='))
}
