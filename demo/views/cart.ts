/**
 * The cart.
 */
import type { Page } from '../http/page.js'
import { pictureOf } from '../pictures/products.js'
import { mostOfOne, type CartLine } from '../shop/cart.js'
import type { Cents } from '../shop/money.js'
import { html, type Markup } from './html.js'
import { pegNumber } from './product-card.js'

export function cartPage(page: Page, lines: readonly CartLine[], total: Cents): Markup {
  const { cart } = page.texts
  if (lines.length === 0) {
    return html`<div class="wrap narrow">
      <h1>${cart.title}</h1>
      <p class="lead">${cart.empty}</p>
      <p><a class="button" href="/">${cart.toShop}</a></p>
    </div>`
  }
  return html`<div class="wrap">
    <h1>${cart.title}</h1>
    <div class="cart">
      <ul class="lines">
        ${lines.map((line) => cartLine(page, line))}
      </ul>
      <div class="till">
        <p class="sum"><span>${cart.total}</span> <b>${page.money(total)}</b></p>
        <p><a class="button" href="/checkout">${cart.checkout}</a></p>
        ${
          page.account === undefined &&
          html`<p class="hint"><a href="/account/sign-in?next=/cart">${cart.signInFirst}</a></p>`
        }
        <p class="hint">${cart.kept}</p>
      </div>
    </div>
  </div>`
}

function cartLine({ texts, language, money }: Page, { product, quantity, total }: CartLine): Markup {
  const { cart } = texts
  const { slug, name } = product
  return html`<li class="line ${product.tone}">
    <div class="hook">${pictureOf(slug)}</div>
    <div class="what">
      <p class="number">${pegNumber(product)}</p>
      <h2>
        <a href="/products/${slug}">${name}</a>
        <small>${product.kind[language]}</small>
      </h2>
    </div>
    <form method="post" action="/cart/items/${slug}">
      <label class="unseen" for="quantity-${slug}">${cart.quantityOf(name)}</label>
      <input id="quantity-${slug}" name="quantity" type="number" min="0" max="${mostOfOne}" value="${quantity}" />
      <button class="quiet" aria-label="${cart.changeNamed(name)}">${cart.change}</button>
      <button class="plain" name="remove" value="yes" aria-label="${cart.removeNamed(name)}">${cart.remove}</button>
    </form>
    <p class="price">${money(total)}</p>
  </li>`
}
