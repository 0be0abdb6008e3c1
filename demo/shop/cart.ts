/**
 * Carts: how many of what. Prices are not kept in them but looked up, so that a cart of last month shows today's.
 */
import { products, type Product } from './catalogue.js'
import type { Cents } from './money.js'

/** Quantities by the product's slug: an object and not a list, so that two changes at once touch two places. */
export type Cart = Readonly<Record<string, number>>

export interface CartLine {
  readonly product: Product
  readonly quantity: number
  readonly total: Cents
}

/** More than this of one product is a typing error. */
export const mostOfOne = 20

/** The cart with `quantity` of a product; with none of it, the product is gone. */
export function withQuantity(cart: Cart, slug: string, quantity: number): Cart {
  const { [slug]: _, ...others } = cart
  return quantity > 0 ? { ...others, [slug]: Math.min(quantity, mostOfOne) } : others
}

/**
 * Two carts of one customer as one. Where both have a product the larger quantity stays: a coat that was put into the cart at home
 * and again on the way is one coat.
 */
export function mergeCarts(one: Cart, other: Cart): Cart {
  const merged: Record<string, number> = { ...one }
  for (const [slug, quantity] of Object.entries(other)) merged[slug] = Math.max(merged[slug] ?? 0, quantity)
  return merged
}

/** What is in the cart, in the order of the catalogue's shelves. Products that are no longer sold are left out. */
export function linesOf(cart: Cart): readonly CartLine[] {
  return products.flatMap((product) => {
    const quantity = cart[product.slug] ?? 0
    return quantity === 0 ? [] : [{ product, quantity, total: product.price * quantity }]
  })
}

export function countOf(cart: Cart): number {
  return linesOf(cart).reduce((sum, { quantity }) => sum + quantity, 0)
}

export function totalOf(cart: Cart): Cents {
  return linesOf(cart).reduce((sum, { total }) => sum + total, 0)
}
