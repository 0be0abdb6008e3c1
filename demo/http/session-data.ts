/**
 * What the shop keeps in a session. Every value is optional, because a session begins empty. Who is signed in is not among them: the
 * session layer knows (`sessions.info`).
 */
import type { Theme } from '../accounts/accounts.js'
import type { Cart } from '../shop/cart.js'
import type { Checkout } from '../shop/checkout.js'
import type { Language } from '../texts/languages.js'
import type { Flash } from './flash.js'

declare module 'coatcheck' {
  interface SessionData {
    language?: Language | undefined
    theme?: Theme | undefined
    cart?: Cart | undefined
    checkout?: Checkout | undefined
    /** The number of the order that was placed last, for the page that says thank you. */
    lastOrder?: string | undefined
    /** What a visitor of the page about sessions wrote into their own. */
    note?: string | undefined
    flash?: readonly Flash[] | undefined
  }
}
