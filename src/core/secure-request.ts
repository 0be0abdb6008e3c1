/**
 * Did this request come over TLS, as far as the app may believe it?
 */
import type { IncomingHttpHeaders } from 'node:http'

/** The parts of a request that tell it. All but the headers may be missing on a bare one. */
export interface TransportSigns {
  readonly headers: IncomingHttpHeaders
  /** Express's word for it, as its trust proxy setting has it. */
  readonly secure?: boolean | undefined
  readonly connection?: { readonly encrypted?: boolean } | null | undefined
}

/**
 * A TLS socket is always believed. Beyond that `proxy: true` believes X-Forwarded-Proto, `proxy: false` believes nothing, and
 * otherwise `req.secure` decides, which is Express's trust proxy setting.
 */
export function isSecureRequest(req: TransportSigns, proxy: boolean | undefined): boolean {
  if (req.connection?.encrypted) return true
  if (proxy === false) return false
  if (proxy !== true) return req.secure === true
  const header = req.headers['x-forwarded-proto']
  const forwarded = Array.isArray(header) ? header[0] : header
  return forwarded !== undefined && forwarded.split(',', 1)[0]!.trim().toLowerCase() === 'https'
}
