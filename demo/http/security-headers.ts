/**
 * Headers for every answer of the shop. The pages hold no script and no style of their own, so nothing that is smuggled into one runs: only
 * files of the shop do (static/), and they ask nobody but the shop.
 */
import type { NextFunction, Request, Response } from 'express'

const headers = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const

export function securityHeaders(_req: Request, res: Response, next: NextFunction): void {
  res.set(headers)
  next()
}
