/**
 * What the shop sells. Each thing hangs on a numbered peg.
 */
import type { Translated } from '../texts/languages.js'
import type { Cents } from './money.js'
import { stock } from './stock.js'

export const categories = ['coats', 'hats', 'umbrellas', 'odds'] as const

export type Category = (typeof categories)[number]

/** The colour of the ticket that a product comes with. */
type Tone = 'rose' | 'butter' | 'sky' | 'mint' | 'lilac' | 'apricot'

export interface Product {
  readonly slug: string
  /** The number of its peg. */
  readonly peg: number
  readonly category: Category
  readonly tone: Tone
  readonly price: Cents
  /** A proper name, the same in every language. */
  readonly name: string
  /** What sort of thing it is. */
  readonly kind: Translated
  readonly description: Translated
  /** Materials and care. */
  readonly details: Translated
}

export const products: readonly Product[] = stock

const bySlug = new Map(products.map((product) => [product.slug, product]))

export function findProduct(slug: string): Product | undefined {
  return bySlug.get(slug)
}

export function isCategory(value: unknown): value is Category {
  return (categories as readonly unknown[]).includes(value)
}

export function productsOf(category: Category | undefined): readonly Product[] {
  return category === undefined ? products : products.filter((product) => product.category === category)
}
