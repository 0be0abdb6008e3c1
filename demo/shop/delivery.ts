/**
 * Ways of delivery, and what they cost.
 */
import type { Cents } from './money.js'

export const deliveries = ['standard', 'express', 'counter'] as const

export type Delivery = (typeof deliveries)[number]

const freeFrom: Cents = 10_000

export function isDelivery(value: unknown): value is Delivery {
  return (deliveries as readonly unknown[]).includes(value)
}

/** Standard delivery is free for larger orders; at the counter nothing is delivered. */
export function deliveryPrice(delivery: Delivery, goods: Cents): Cents {
  if (delivery === 'standard') return goods >= freeFrom ? 0 : 490
  return delivery === 'express' ? 1290 : 0
}
