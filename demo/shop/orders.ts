/**
 * Orders that were placed, each in a file of its own.
 */
import { join } from 'node:path'
import { linesOf, totalOf, type Cart } from './cart.js'
import type { Card } from './card.js'
import type { Address, CompleteCheckout } from './checkout.js'
import { deliveryPrice, type Delivery } from './delivery.js'
import { Drawer } from './drawer.js'
import type { Cents } from './money.js'

/** A line as it was ordered: later prices do not reach it. */
export interface OrderLine {
  readonly slug: string
  readonly quantity: number
  readonly total: Cents
}

export interface Order {
  readonly number: string
  /** ISO 8601. */
  readonly placedAt: string
  readonly lines: readonly OrderLine[]
  readonly address: Address
  readonly delivery: Delivery
  readonly deliveryPrice: Cents
  readonly total: Cents
  readonly card: Card
}

/** What an order would come to now. */
export function priceOf(cart: Cart, delivery: Delivery): { readonly delivery: Cents; readonly total: Cents } {
  const goods = totalOf(cart)
  const price = deliveryPrice(delivery, goods)
  return { delivery: price, total: goods + price }
}

const guests = 'guests'

export class Orders {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Places an order. One that was placed already under this number stays as it is: a button pressed twice orders once. */
  async place(customer: string | undefined, cart: Cart, checkout: CompleteCheckout): Promise<void> {
    const { number, address, delivery, card } = checkout
    const price = priceOf(cart, delivery)
    const lines = linesOf(cart).map(({ product, quantity, total }) => ({ slug: product.slug, quantity, total }))
    const placedAt = new Date().toISOString()
    const order = {
      number,
      placedAt,
      lines,
      address,
      delivery,
      deliveryPrice: price.delivery,
      total: price.total,
      card,
    }
    await this.#drawer(customer).add(number, order)
  }

  async find(customer: string | undefined, number: string): Promise<Order | undefined> {
    return this.#drawer(customer).read(number)
  }

  /** All orders of a customer, the newest first. */
  async list(customer: string): Promise<readonly Order[]> {
    const drawer = this.#drawer(customer)
    const orders = await Promise.all((await drawer.names()).map(async (name) => drawer.read(name)))
    return orders.filter((order) => order !== undefined).sort((a, b) => b.placedAt.localeCompare(a.placedAt))
  }

  #drawer(customer: string | undefined): Drawer<Order> {
    return new Drawer(join(this.#folder, customer ?? guests))
  }
}
