/**
 * Signing in and out, as far as the session is concerned.
 */
import type { Request } from 'express'
import type { Sessions } from 'coatcheck'
import { mergeCarts } from '../shop/cart.js'
import { orderNumber } from '../shop/checkout.js'
import type { Account, Accounts } from './accounts.js'

interface Desk {
  readonly sessions: Sessions
  readonly accounts: Accounts
  readonly customerIdle: number
}

export interface SignIn {
  /** The customer wants to stay signed in on this device. */
  readonly remember: boolean
  /** When the shop began to check the password. A password that is changed meanwhile lets nobody in with the old one. */
  readonly since: number
}

const method = 'password'

/**
 * What comes along from before the sign-in. Whoever planted the session could have filled it, too, so it is named, and an address or an
 * order is not in it.
 */
const trustedBefore = ['language', 'theme', 'cart']

/** What is left for whoever comes next at this browser. */
const leftBehind = ['language', 'theme']

/**
 * Makes the visitor this customer. The session gets a new ID: whoever knew the old one, and may have planted it, is left with nothing.
 * Answers whether both the visitor and the account had something in the cart.
 */
export async function signIn(
  req: Request,
  account: Account,
  { sessions, accounts, customerIdle }: Desk,
  { remember, since }: SignIn,
): Promise<boolean> {
  await sessions.signIn(req, account.id, { keep: trustedBefore, remember, method, since })
  const { session } = req
  // On a device that others use, too, the session ends soon after the last click, and its cookie with it.
  if (!remember) session.cookie.maxAge = customerIdle
  const { cart = {}, language = account.language, theme = account.theme } = session
  const { checkout } = account
  // What was chosen on this visit is newer than what the account remembers.
  Object.assign(session, { language, theme, cart: mergeCarts(account.cart, cart) })
  // A number of its own, so that it is another order than one that is under way on another device.
  if (checkout !== undefined) session.checkout = { ...checkout, number: orderNumber() }
  await accounts.keep(account.id, { language, theme, cart: session.cart ?? {} })
  return Object.keys(account.cart).length > 0 && Object.keys(cart).length > 0
}

/** The customer has typed the password again: a new ID, and `requireFresh` lets them pass for a while. */
export async function proveAgain(req: Request, { sessions }: Pick<Desk, 'sessions'>): Promise<void> {
  const { originalMaxAge } = req.session.cookie
  await sessions.reauthenticate(req, { method })
  // The new ticket is good for as long after the last click as the old one was.
  if (originalMaxAge !== null) req.session.cookie.maxAge = originalMaxAge
}

/** Ends the session. The next one, of nobody in particular, speaks the same language in the same colours. */
export async function signOut(req: Request, { sessions }: Pick<Desk, 'sessions'>): Promise<void> {
  await sessions.signOut(req, { keep: leftBehind })
}
