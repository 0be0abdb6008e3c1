/**
 * Where those are sent who may not do something yet. They come back to `next` when they have done what was asked.
 */
import type { Request, Response } from 'express'

type Ask = (req: Request, res: Response) => void

export function askToSignIn(next: string): Ask {
  return (_req, res) => res.redirect(303, `/account/sign-in?next=${encodeURIComponent(next)}`)
}

export function askForPassword(next: string): Ask {
  return (_req, res) => res.redirect(303, `/account/confirm?next=${encodeURIComponent(next)}`)
}
