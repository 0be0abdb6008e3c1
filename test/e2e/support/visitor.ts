/**
 * A visitor without a browser: sends requests, keeps cookies, follows no redirect on its own.
 */

export interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: Headers
  /** Where the answer sends the visitor. */
  readonly location: string | null
}

export class Visitor {
  readonly #origin: string
  readonly #headers: Readonly<Record<string, string>>
  readonly cookies = new Map<string, string>()

  constructor(origin: string, headers: Readonly<Record<string, string>> = {}) {
    this.#origin = origin
    this.#headers = headers
  }

  async get(path: string): Promise<Answer> {
    return this.#send(path, { headers: this.#headers })
  }

  /** Sends a form as a page of the shop would, unless `headers` say that it comes from elsewhere. */
  async post(
    path: string,
    fields: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = { 'Sec-Fetch-Site': 'same-origin', Origin: this.#origin },
  ): Promise<Answer> {
    return this.#send(path, {
      method: 'POST',
      headers: { ...this.#headers, 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    })
  }

  /** Another visitor with the same cookies: the same browser, or somebody who has copied them. */
  copy(): Visitor {
    const copy = new Visitor(this.#origin, this.#headers)
    for (const [name, value] of this.cookies) copy.cookies.set(name, value)
    return copy
  }

  async #send(
    path: string,
    init: Omit<RequestInit, 'headers'> & { readonly headers: Readonly<Record<string, string>> },
  ): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = cookie === '' ? init.headers : { ...init.headers, Cookie: cookie }
    const response = await fetch(this.#origin + path, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      this.cookies.set(name!, value!)
    }
    return {
      status: response.status,
      body: await response.text(),
      headers: response.headers,
      location: response.headers.get('Location'),
    }
  }
}
