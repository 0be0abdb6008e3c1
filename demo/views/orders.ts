/**
 * Orders: the list of a customer's, and what is in one.
 */
import type { Page } from '../http/page.js'
import { findProduct } from '../shop/catalogue.js'
import type { Card } from '../shop/card.js'
import type { Address } from '../shop/checkout.js'
import type { Order, OrderLine } from '../shop/orders.js'
import { locales } from '../texts/languages.js'
import { accountPages } from './account-pages.js'
import { html, type Content, type Markup } from './html.js'

export function ordersPage(page: Page, orders: readonly Order[]): Markup {
  const { account, cart } = page.texts
  return html`<div class="wrap narrow">
    ${accountPages(page)}
    <h1>${account.orders}</h1>
    ${
      orders.length === 0 &&
      html`<p class="lead">${account.noOrders}</p>
        <p><a class="button" href="/">${cart.toShop}</a></p>`
    }
    <ul class="orders">
      ${orders.map((order) => html`<li>${orderTicket(page, order)}</li>`)}
    </ul>
  </div>`
}

/** An order as the ticket to collect it with. */
export function orderTicket(page: Page, order: Order): Markup {
  const { account } = page.texts
  const placed = new Intl.DateTimeFormat(locales[page.language], { dateStyle: 'long', timeStyle: 'short' })
  return html`<article class="order">
    <header>
      <h2 class="number">${account.order(order.number)}</h2>
      <p>${account.placed}: <time datetime="${order.placedAt}">${placed.format(new Date(order.placedAt))}</time></p>
    </header>
    ${orderTable(page, order.lines, order.deliveryPrice, order.total)}
    <div class="to">
      ${addressLines(page, order.address)}
      <p>${page.texts.checkout.deliveries[order.delivery].name}<br />${cardLine(page, order.card)}</p>
    </div>
  </article>`
}

export function orderTable(page: Page, lines: readonly OrderLine[], delivery: number, total: number): Markup {
  const { texts, language, money } = page
  const { cart, checkout } = texts
  return html`<table class="bill">
    <thead>
      <tr>
        <th scope="col">${cart.product}</th>
        <th scope="col">${cart.quantity}</th>
        <th scope="col">${cart.price}</th>
      </tr>
    </thead>
    <tbody>
      ${lines.map(({ slug, quantity, total: price }) => {
        const product = findProduct(slug)
        return html`<tr>
          <td>${product?.name ?? slug} <small>${product?.kind[language]}</small></td>
          <td>${quantity}</td>
          <td>${money(price)}</td>
        </tr>`
      })}
      <tr>
        <td>${checkout.steps.delivery}</td>
        <td></td>
        <td>${delivery === 0 ? checkout.free : money(delivery)}</td>
      </tr>
    </tbody>
    <tfoot>
      <tr>
        <th scope="row">${cart.total}</th>
        <td></td>
        <td>${money(total)}</td>
      </tr>
    </tfoot>
  </table>`
}

export function addressLines({ language }: Page, { name, street, postcode, city, country }: Address): Markup {
  return html`<address>${name}<br />${street}<br />${postcode} ${city}<br />${countryName(country, language)}</address>`
}

export function countryName(country: string, language: string): string {
  return new Intl.DisplayNames([language], { type: 'region' }).of(country) ?? country
}

export function cardLine({ texts }: Page, { brand, lastFour }: Card): Content {
  return texts.checkout.endingIn(brand, lastFour)
}
