/**
 * Signing in and out, as far as the session is concerned.
 */
import type { Request } from 'express'
import { mergeCarts } from '../shop/cart.js'
import type { Account, Accounts } from './accounts.js'

/**
 * Makes the visitor this customer. The session gets a new ID: whoever knew the old one, and may have planted it, is left with
 * nothing. What the visitor chose comes along; nothing else does, because whoever planted the session could have filled it, too.
 * Answers whether both the visitor and the account had something in the cart.
 */
export async function signIn(req: Request, account: Account, accounts: Accounts): Promise<boolean> {
  const { language, theme, cart = {} } = req.session
  await req.session.regenerate()
  const { session } = req
  session.userId = account.id
  // What was chosen on this visit is newer than what the account remembers.
  session.language = language ?? account.language
  session.theme = theme ?? account.theme
  session.cart = mergeCarts(account.cart, cart)
  await accounts.keep(account.id, { language: session.language, theme: session.theme, cart: session.cart })
  return Object.keys(account.cart).length > 0 && Object.keys(cart).length > 0
}

/** Ends the session. The next one, of nobody in particular, speaks the same language in the same colours. */
export async function signOut(req: Request): Promise<void> {
  const { language, theme } = req.session
  await req.session.regenerate()
  req.session.language = language
  req.session.theme = theme
}
