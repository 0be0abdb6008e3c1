/**
 * A product as a ticket: the thing on its peg, and the stub with number, name and price.
 */
import type { Page } from '../http/page.js'
import { pictureOf } from '../pictures/products.js'
import type { Product } from '../shop/catalogue.js'
import { html, type Markup } from './html.js'

export function productCard(page: Page, product: Product): Markup {
  const { texts, language, money } = page
  return html`<li class="card ${product.tone}">
    <a class="hook" href="/products/${product.slug}" tabindex="-1" aria-hidden="true">${pictureOf(product.slug)}</a>
    <div class="stub">
      <p class="number"><span class="unseen">${texts.product.peg}</span> ${pegNumber(product)}</p>
      <h2>
        <a href="/products/${product.slug}">${product.name}</a>
        <small>${product.kind[language]}</small>
      </h2>
      <p class="price">${money(product.price)}</p>
      <form method="post" action="/cart/items">
        <input type="hidden" name="product" value="${product.slug}" />
        <input type="hidden" name="back" value="${page.path}" />
        <button class="add" aria-label="${texts.product.addNamed(product.name)}">${texts.product.add}</button>
      </form>
    </div>
  </li>`
}

/** As it stands on the ticket. */
export function pegNumber({ peg }: Product): string {
  return `Nº ${String(peg).padStart(3, '0')}`
}
