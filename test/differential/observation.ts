/**
 * What can be seen of a response, and of a request when all is over, in a form that can be compared.
 */
import type { AppRequest, Exchange } from './cell.js'
import { readable } from './jar.js'
import type { Line, RawResponse } from './wire.js'

const transport = new Set(['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding', 'set-cookie'])

export function observe(
  response: RawResponse | undefined,
  line: Line,
): Pick<Exchange, 'status' | 'headers' | 'cookies' | 'framing' | 'body'> {
  if (response === undefined) {
    return { status: 'no response', headers: [], cookies: [], framing: `arrived: ${line.arrival()}`, body: '' }
  }
  const length = response.headers.find(([name]) => name === 'content-length')?.[1]
  return {
    status: response.status,
    headers: response.headers.filter(([name]) => !transport.has(name)).map(([name, value]) => `${name}: ${value}`),
    cookies: cookiesOf(response).map((text) => readable(text)),
    framing: length === undefined ? response.framing : `length ${length}`,
    body: response.body,
  }
}

export function cookiesOf(response: RawResponse | undefined): string[] {
  return (response?.headers ?? []).filter(([name]) => name === 'set-cookie').map(([, value]) => value)
}

export function afterwards(req: AppRequest | undefined): string {
  if (req === undefined) return 'no request'
  try {
    // Its cookie's deadline moves when the session is stored, and who looks at it after the end is promised nothing.
    return `${req.sessionID} ${JSON.stringify(req.session, (key, value: unknown) => (key === 'cookie' ? undefined : value))}`
  } catch {
    return `${req.sessionID} cannot be serialised`
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0]! : String(error)
}
