/**
 * Did this request come over TLS, as far as the app may believe it?
 */
import type { SessionRequest } from './session-host.js'

/**
 * A TLS socket is always believed. Beyond that `proxy: true` believes X-Forwarded-Proto, `proxy: false` believes nothing, and
 * otherwise `req.secure` decides, which is Express's trust proxy setting.
 */
export function isSecureRequest(req: SessionRequest, proxy: boolean | undefined): boolean {
  if (req.connection?.encrypted) return true
  if (proxy === false) return false
  if (proxy !== true) return req.secure === true
  const header = req.headers['x-forwarded-proto']
  const forwarded = Array.isArray(header) ? header[0] : header
  return forwarded !== undefined && forwarded.split(',', 1)[0]!.trim().toLowerCase() === 'https'
}
