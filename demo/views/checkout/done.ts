/**
 * The page after an order.
 */
import type { Page } from '../../http/page.js'
import type { Order } from '../../shop/orders.js'
import { html, type Markup } from '../html.js'
import { orderTicket } from '../orders.js'

export function donePage(page: Page, order: Order): Markup {
  const words = page.texts.checkout
  return html`<div class="wrap narrow">
    <h1>${words.doneTitle}</h1>
    <p class="lead">${words.doneLead(order.number)} ${words.doneText}</p>
    ${orderTicket(page, order)}
    <div class="ways">
      ${page.account !== undefined && html`<a class="button" href="/account/orders">${words.toOrders}</a>`}
      <a href="/">← ${words.toShop}</a>
    </div>
  </div>`
}
