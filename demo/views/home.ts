/**
 * The first page: a visitor's ticket, and everything that hangs on the pegs.
 */
import type { Page } from '../http/page.js'
import { categories, type Category, type Product } from '../shop/catalogue.js'
import { html, type Markup } from './html.js'
import { shopName } from './layout.js'
import { productCard } from './product-card.js'

export interface Home {
  readonly products: readonly Product[]
  readonly category: Category | undefined
  /** The public name of the visitor's session, where there is one. */
  readonly handle: string | undefined
}

export function homePage(page: Page, { products, category, handle }: Home): Markup {
  const { home } = page.texts
  return html`<div class="hero">
      <div class="wrap">
        <div>
          <h1>${home.lead}</h1>
          <p>${home.text}</p>
        </div>
        ${ticket(page, handle)}
      </div>
    </div>
    <div class="wrap">
      <nav class="filter" aria-label="${home.filter}">
        <ul>
          <li>${filter('/', home.all, category === undefined)}</li>
          ${categories.map(
            (name) => html`<li>${filter(`/?category=${name}`, home.categories[name], name === category)}</li>`,
          )}
        </ul>
      </nav>
      <ul class="pegs">
        ${products.map((product) => productCard(page, product))}
      </ul>
    </div>`
}

function filter(path: string, words: string, chosen: boolean): Markup {
  return html`<a href="${path}" ${chosen && html`aria-current="true"`}>${words}</a>`
}

function ticket({ texts }: Page, handle: string | undefined): Markup {
  const { home, nav } = texts
  const number = handle === undefined ? '– – – –' : shortName(handle)
  return html`<a class="ticket ${handle === undefined && 'unused'}" href="/session">
    <span class="ticket-body">
      <span class="ticket-shop">${shopName}</span>
      <span class="ticket-kind">${handle === undefined ? home.noTicket : home.ticket}</span>
      <span class="ticket-number">${number}</span>
      <span class="ticket-small">${handle === undefined ? home.noTicketHint : home.ticketKept}</span>
    </span>
    <span class="ticket-stub"><span>${nav.session} →</span></span>
  </a>`
}

/** Enough of a handle for people to tell it from another. */
export function shortName(handle: string): string {
  return handle
    .replace(/[^a-z0-9]/gi, '')
    .slice(0, 6)
    .toUpperCase()
}
