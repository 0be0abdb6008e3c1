/**
 * What a request says of itself, read from its headers.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { isSecureRequest } from '../core/secure-request.js'
import { kindOfRequest, type RequestKind, type SourceSigns } from './decision.js'

/** A request of Express, of node:http or node:http2, or as little of one as this. */
export interface CsrfRequest {
  readonly headers: IncomingHttpHeaders
  readonly method?: string | undefined
}

export function kindOf(req: CsrfRequest): RequestKind {
  const { method, headers } = req
  const { originalMethod } = req as { originalMethod?: unknown }
  const protocol = textOf(headers, method === 'CONNECT' ? ':protocol' : 'upgrade')
  // method-override leaves the method that was sent in req.originalMethod.
  return kindOfRequest(method, typeof originalMethod === 'string' ? originalMethod : undefined, protocol)
}

export function sourceOf(req: CsrfRequest, proxy: boolean | undefined): SourceSigns {
  const { headers } = req
  // In HTTP/2 the authority is what Host was. X-Forwarded-Host is no witness: a client can send it, and proxies let it pass.
  const host = textOf(headers, ':authority') ?? textOf(headers, 'host')
  return {
    site: textOf(headers, 'sec-fetch-site'),
    origin: textOf(headers, 'origin'),
    ownOrigin: host === undefined ? undefined : originOf(isSecureRequest(req, proxy), host),
  }
}

/** A header that came several times is all of its values, so that none of them counts for the one that is meant. */
export function textOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

const hostShape = /^([a-z0-9._~!$&'()*+,;=%-]+|\[[0-9a-f:.]+\])(?::(\d*))?$/

/** The origin in the form in which browsers write it (RFC 6454, 6.2): lower case, and a port only where it is not the scheme's own. */
function originOf(secure: boolean, host: string): string | undefined {
  const [, name, port = ''] = hostShape.exec(host.toLowerCase()) ?? []
  if (name === undefined) return undefined
  const isUsual = port === '' || port === (secure ? '443' : '80')
  return `${secure ? 'https' : 'http'}://${name}${isUsual ? '' : `:${port}`}`
}
