/**
 * What the steps of the checkout have in common: where one is, the way back, the way on.
 */
import type { Page } from '../../http/page.js'
import { mayEnter, steps, type Checkout, type Step } from '../../shop/checkout.js'
import { errorSummary, type Errors } from '../forms.js'
import { html, type Content, type Markup } from '../html.js'

interface Frame {
  readonly step: Step
  readonly checkout: Checkout | undefined
  readonly errors?: Errors | undefined
  readonly button: string
  readonly body: Content
}

export function stepFrame({ texts }: Page, { step, checkout, errors = {}, button, body }: Frame): Markup {
  const words = texts.checkout
  const index = steps.indexOf(step)
  const before = steps[index - 1]
  return html`<div class="wrap narrow">
    ${errorSummary(texts, errors)}
    <nav class="steps" aria-label="${words.progress}">
      <ol>
        ${steps.map((name) => progress(texts, name, step, checkout))}
      </ol>
    </nav>
    <h1>
      <span class="hint">${words.stepOf(index + 1, steps.length)}<span class="unseen">: </span></span>
      ${words.steps[step]}
    </h1>
    <form class="sheet" method="post" action="/checkout/${step}" novalidate>
      ${body}
      <div class="ways">
        <button>${button}</button>
        <a href="${before === undefined ? '/cart' : `/checkout/${before}`}"
          >← ${before === undefined ? words.backToCart : words.back}</a
        >
      </div>
    </form>
    <p class="hint">${words.resume}</p>
  </div>`
}

function progress(texts: Page['texts'], name: Step, here: Step, checkout: Checkout | undefined): Markup {
  const words = texts.checkout
  if (name === here) return html`<li aria-current="step">${words.steps[name]}</li>`
  if (!mayEnter(name, checkout)) return html`<li>${words.steps[name]}</li>`
  const done = steps.indexOf(name) < steps.indexOf(here)
  return html`<li class="${done && 'done'}">
    <a href="/checkout/${name}"
      >${words.steps[name]}${done && html`<span class="unseen"> (${words.stepDone})</span>`}</a
    >
  </li>`
}
