/**
 * The steps of the checkout.
 */
import type { Page } from '../../http/page.js'
import type { CartLine } from '../../shop/cart.js'
import { trialCardNumber } from '../../shop/card.js'
import { countries, type Checkout, type CompleteCheckout } from '../../shop/checkout.js'
import { deliveries, deliveryPrice, type Delivery } from '../../shop/delivery.js'
import type { Cents } from '../../shop/money.js'
import type { AddressField, CardField } from '../../shop/checkout-forms.js'
import { selectField, textField, type Filled } from '../forms.js'
import { html, type Markup } from '../html.js'
import { addressLines, cardLine, countryName, orderTable } from '../orders.js'
import { stepFrame } from './frame.js'

export function addressStep(page: Page, checkout: Checkout | undefined, form: Filled<AddressField>): Markup {
  const words = page.texts.checkout
  const { values, errors } = form
  const field = (name: Exclude<AddressField, 'country'>, autocomplete: string, short = false): Markup =>
    textField({ name, label: words[name], autocomplete, value: values[name], error: errors[name], short })
  const body = html`${field('name', 'name')} ${field('street', 'street-address')}
    <div class="side">${field('postcode', 'postal-code', true)} ${field('city', 'address-level2')}</div>
    ${selectField({
      name: 'country',
      label: words.country,
      autocomplete: 'country',
      value: values.country,
      error: errors.country,
      none: words.chooseCountry,
      choices: countries.map((code) => ({ value: code, label: countryName(code, page.language) })),
    })}`
  return stepFrame(page, { step: 'address', checkout, errors, button: words.next, body })
}

export function deliveryStep(page: Page, checkout: Checkout, goods: Cents, error: string | undefined): Markup {
  const words = page.texts.checkout
  const option = (name: Delivery, first: boolean): Markup => {
    const price = deliveryPrice(name, goods)
    // The summary leads to the group by the ID of its first field.
    const id = first ? 'delivery' : `delivery-${name}`
    return html`<label class="choice" for="${id}">
      <input id="${id}" type="radio" name="delivery" value="${name}" ${checkout.delivery === name && html`checked`} />
      <span><b>${words.deliveries[name].name}</b> <small>${words.deliveries[name].about}</small></span>
      <span class="price">${price === 0 ? words.free : page.money(price)}</span>
    </label>`
  }
  const body = html`<fieldset ${error !== undefined && html`aria-describedby="delivery-error"`}>
    <legend class="unseen">${words.steps.delivery}</legend>
    ${error !== undefined && html`<p class="error" id="delivery-error">${error}</p>`}
    ${deliveries.map((name, index) => option(name, index === 0))}
  </fieldset>`
  const errors = error === undefined ? {} : { delivery: error }
  return stepFrame(page, { step: 'delivery', checkout, errors, button: words.next, body })
}

/** What was typed of a card is never sent back: it is not kept anywhere, so it is typed again. */
export function paymentStep(page: Page, checkout: Checkout, errors: Filled<CardField>['errors']): Markup {
  const words = page.texts.checkout
  const { card } = checkout
  const body = html`<p class="notice">${words.cardHint(trialCardNumber)}</p>
    ${card !== undefined && html`<p>${words.cardThere(words.endingIn(card.brand, card.lastFour))}</p>`}
    ${textField({ name: 'number', label: words.cardNumber, autocomplete: 'cc-number', hint: words.cardKept, error: errors.number, digits: true })}
    <div class="side">
      ${textField({ name: 'expiry', label: words.expiry, autocomplete: 'cc-exp', hint: words.expiryHint, error: errors.expiry, short: true })}
      ${textField({ name: 'code', label: words.code, autocomplete: 'cc-csc', hint: words.codeHint, error: errors.code, digits: true, short: true })}
    </div>`
  return stepFrame(page, { step: 'payment', checkout, errors, button: words.next, body })
}

export function reviewStep(
  page: Page,
  checkout: CompleteCheckout,
  lines: readonly CartLine[],
  price: { readonly delivery: Cents; readonly total: Cents },
): Markup {
  const words = page.texts.checkout
  const part = (step: 'address' | 'delivery' | 'payment', content: Markup): Markup =>
    html`<div class="part">
      <h2>${words.steps[step]}</h2>
      ${content}
      <a href="/checkout/${step}" aria-label="${words.changeNamed(words.steps[step])}">${words.change}</a>
    </div>`
  const bill = lines.map(({ product, quantity, total }) => ({ slug: product.slug, quantity, total }))
  const body = html`<p>${words.reviewLead}</p>
    ${orderTable(page, bill, price.delivery, price.total)}
    <div class="parts">
      ${part('address', addressLines(page, checkout.address))}
      ${part('delivery', html`<p>${words.deliveries[checkout.delivery].name}</p>`)}
      ${part('payment', html`<p>${cardLine(page, checkout.card)}</p>`)}
    </div>
    <input type="hidden" name="total" value="${price.total}" />`
  return stepFrame(page, { step: 'review', checkout, button: words.place(page.money(price.total)), body })
}
