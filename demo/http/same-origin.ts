/**
 * Forms of other sites are refused. The cookie's SameSite=Lax keeps the session from them already; this keeps them from signing a
 * visitor in to someone else's account, too.
 */
import type { NextFunction, Request, Response } from 'express'
import { Problem } from './problem.js'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

export function requireSameOrigin(req: Request, _res: Response, next: NextFunction): void {
  if (safeMethods.has(req.method) || isSameOrigin(req)) next()
  else next(new Problem(403))
}

/**
 * Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin. What says neither is no browser, and a forged
 * request needs a browser that brings its visitor's cookies along.
 */
function isSameOrigin(req: Request): boolean {
  const site = req.get('Sec-Fetch-Site')
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const origin = req.get('Origin')
  return origin === undefined || origin === `${req.protocol}://${req.get('Host')}`
}
