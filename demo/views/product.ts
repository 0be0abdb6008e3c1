/**
 * One product.
 */
import type { Page } from '../http/page.js'
import { pictureOf } from '../pictures/products.js'
import { mostOfOne } from '../shop/cart.js'
import type { Product } from '../shop/catalogue.js'
import { html, type Markup } from './html.js'
import { pegNumber } from './product-card.js'

export function productPage(page: Page, product: Product, inCart: number): Markup {
  const { texts, language, money } = page
  return html`<div class="wrap">
    <p class="crumb"><a href="/">← ${texts.product.back}</a></p>
    <article class="product ${product.tone}">
      <div class="hook">${pictureOf(product.slug)}</div>
      <div class="about">
        <p class="number">${texts.product.peg} ${pegNumber(product)}</p>
        <h1>${product.name} <small>${product.kind[language]}</small></h1>
        <p class="lead">${product.description[language]}</p>
        <p class="price">${money(product.price)}</p>
        <form class="buy" method="post" action="/cart/items">
          <input type="hidden" name="product" value="${product.slug}" />
          <input type="hidden" name="back" value="/cart" />
          <label for="quantity">${texts.product.quantity}</label>
          <input id="quantity" name="quantity" type="number" min="1" max="${mostOfOne}" value="1" />
          <button>${texts.product.add}</button>
        </form>
        ${inCart > 0 && html`<p class="hint">${texts.product.inCart(inCart)}</p>`}
        <h2>${texts.product.details}</h2>
        <p>${product.details[language]}</p>
      </div>
    </article>
  </div>`
}
