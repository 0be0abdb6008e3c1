/**
 * The checkout: which steps there are, what each collects, and which of them a customer may enter.
 */
import { randomInt } from 'node:crypto'
import type { Card } from './card.js'
import type { Delivery } from './delivery.js'

export const steps = ['address', 'delivery', 'payment', 'review'] as const

export type Step = (typeof steps)[number]

export interface Address {
  readonly name: string
  readonly street: string
  readonly postcode: string
  readonly city: string
  readonly country: string
}

/** How far a customer has come. It lies in the session from step to step. */
export interface Checkout {
  /** Given at the start, so that an order that is sent twice is placed once. */
  readonly number: string
  readonly address?: Address | undefined
  readonly delivery?: Delivery | undefined
  readonly card?: Card | undefined
}

/** A checkout that can be ordered. */
export type CompleteCheckout = { readonly [Field in keyof Checkout]-?: Exclude<Checkout[Field], undefined> }

/** Countries that the shop delivers to (ISO 3166-1). */
export const countries = ['AT', 'BE', 'CH', 'DE', 'FR', 'GB', 'IE', 'LU', 'NL'] as const

/** The first step that is not done yet: the furthest a customer may go. */
export function openStep(checkout: Checkout | undefined): Step {
  if (checkout?.address === undefined) return 'address'
  if (checkout.delivery === undefined) return 'delivery'
  if (checkout.card === undefined) return 'payment'
  return 'review'
}

/** A step may be entered when all before it are done. */
export function mayEnter(step: Step, checkout: Checkout | undefined): boolean {
  return steps.indexOf(step) <= steps.indexOf(openStep(checkout))
}

export function isComplete(checkout: Checkout | undefined): checkout is CompleteCheckout {
  return checkout !== undefined && openStep(checkout) === 'review'
}

// Without the letters and digits that are read as one another over the telephone.
const alphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZ'

export function orderNumber(): string {
  return Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]).join('')
}
