/**
 * What the shop keeps in a session. Every value is optional, because a session begins empty.
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
    /** The account of a customer who is signed in. */
    userId?: string | undefined
    checkout?: Checkout | undefined
    /** The number of the order that was placed last, for the page that says thank you. */
    lastOrder?: string | undefined
    /** What a visitor of the page about sessions wrote into their own. */
    note?: string | undefined
    flash?: readonly Flash[] | undefined
  }
}
