/**
 * Answers of the inspector. Every one carries the same strict headers.
 */
import type { ServerResponse } from 'node:http'
import type { Markup } from '../pages/html.js'

const headers: Readonly<Record<string, string>> = {
  // The pages hold no script and no style of their own, so what is smuggled into one does nothing.
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
    "base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  // Not no-referrer, with which older browsers send forms with an Origin of null.
  'Referrer-Policy': 'same-origin',
  'X-Robots-Tag': 'noindex',
  'Cache-Control': 'no-store, no-transform',
}

export function setHeaders(res: ServerResponse, contentType: string): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.setHeader('Content-Type', contentType)
}

export function reply(res: ServerResponse, status: number, contentType: string, body: string): void {
  res.statusCode = status
  setHeaders(res, contentType)
  res.end(body)
}

export function replyPage(res: ServerResponse, status: number, page: Markup): void {
  reply(res, status, 'text/html; charset=utf-8', page.text)
}

/** Sends the browser on with a GET. `location` is a path of the inspector's own. */
export function redirect(res: ServerResponse, location: string): void {
  res.statusCode = 303
  setHeaders(res, 'text/plain; charset=utf-8')
  res.setHeader('Location', location)
  res.end('See the page that this leads to.\n')
}
