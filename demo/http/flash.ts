/**
 * Messages for the next page. They wait in the session, because the page that shows them is another request.
 */
import type { Request } from 'express'
import type { Texts } from '../texts/languages.js'

export interface Flash {
  readonly message: keyof Texts['flash']
  /** A name in the message: a product's or a customer's. */
  readonly name?: string | undefined
}

/** Leaves a message. It is kept by its key, so that it is told in the language the next page is in. */
export function leaveFlash(req: Request, message: Flash['message'], name?: string): void {
  req.session.flash = [...(req.session.flash ?? []), { message, name }]
}

/** Takes the messages that wait. Each is shown once. */
export function takeFlashes(req: Request): readonly Flash[] {
  const { flash } = req.session
  if (flash === undefined) return []
  delete req.session.flash
  return flash
}
