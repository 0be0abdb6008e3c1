/**
 * A visitor of the benchmark: keeps its cookies as a browser does, and knows what the next response must say.
 */
import { firstViews } from './rows.mjs'

// What a browser sends beside the cookie, in short.
const browserHeaders = [
  'Host: 127.0.0.1',
  'Connection: keep-alive',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Accept-Encoding: gzip, deflate, br',
  'Accept-Language: en-GB,en;q=0.9',
]

export class Visitor {
  #cookies = new Map()
  #requests = new Map()
  /** What the counter in this visitor's session stands at. */
  views = 0

  /** `cookies` are those the visitor has of other parts of the site. */
  constructor(cookies = {}) {
    for (const [name, value] of Object.entries(cookies)) this.#cookies.set(name, value)
  }

  get cookieNames() {
    return [...this.#cookies.keys()]
  }

  cookie(name) {
    return this.#cookies.get(name)
  }

  setCookie(name, value) {
    if (this.#cookies.get(name) === value) return
    this.#cookies.set(name, value)
    this.#requests.clear()
  }

  /** The bytes of a GET of `path`. */
  request(path) {
    let bytes = this.#requests.get(path)
    if (bytes === undefined) {
      const lines = [`GET ${path} HTTP/1.1`, ...browserHeaders]
      if (this.#cookies.size > 0) {
        lines.push(`Cookie: ${[...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')}`)
      }
      bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
      this.#requests.set(path, bytes)
    }
    return bytes
  }

  /** Takes over the cookies that a response sets. */
  adopt(response) {
    for (const line of response.setCookies) {
      const pair = line.slice(0, line.indexOf(';'))
      const equals = pair.indexOf('=')
      this.setCookie(pair.slice(0, equals), pair.slice(equals + 1))
    }
  }

  /** The session of a visitor who has just arrived. */
  welcomed() {
    this.views = firstViews
  }
}
