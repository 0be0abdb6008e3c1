/**
 * How long a customer stays signed in: a line that is true without a script, and a bar that counts down with one (static/countdown.js).
 */
import type { Page } from '../http/page.js'
import { html, type Content } from './html.js'
import { span } from './times.js'

const second = 1000

/** Early enough to read it and to act, and not so early that it is a nuisance. */
const warning = 120 * second

export function stayLine({ stay, texts, language }: Page): Content {
  if (stay === undefined) return undefined
  const words = texts.customer.stay
  return html`<p>${(stay.final ? words.final : words.idle)(span(stay.left, language))}</p>`
}

/** Hidden until little is left. It stands at the top of the page, where the keyboard comes by first. */
export function stayBar({ stay, account, texts, path }: Page): Content {
  if (stay === undefined || account === undefined) return undefined
  const words = texts.customer.stay
  const here = encodeURIComponent(path)
  return html`<section
      class="stay"
      aria-label="${words.label}"
      data-left="${stay.left}"
      data-warning="${Math.min(warning, stay.left / 2)}"
      data-customer="${account.id}"
      hidden
    >
      <div class="wrap" data-part="soon">
        <p>
          <b>${words.before} <span class="clock" role="timer" data-part="clock"></span>${words.after}</b>
          <span data-part="idle" ${hiddenIf(stay.final)}>${words.why}</span>
          <span data-part="final" ${hiddenIf(!stay.final)}>${words.whyFinal}</span>
          <span class="failed" data-part="failed" role="alert" hidden>${words.failed}</span>
        </p>
        <form method="post" action="/account/stay" data-part="idle" ${hiddenIf(stay.final)}>
          <input type="hidden" name="back" value="${path}" /><button>${words.button}</button>
        </form>
        <a class="button" href="/account/confirm?next=${here}" data-part="final" ${hiddenIf(!stay.final)}>
          ${words.confirm}
        </a>
      </div>
      <div class="wrap" data-part="over" hidden>
        <p><b>${words.over}</b> <span data-part="typed">${words.overText}</span></p>
        <a class="button" href="/account/sign-in?next=${here}">${words.again}</a>
      </div>
    </section>
    <p
      class="unseen"
      id="stay-news"
      role="status"
      data-soon="${words.said}"
      data-stayed="${words.stayed}"
      data-soon-title="${words.soonTitle}"
      data-over-title="${words.overTitle}"
    ></p>`
}

function hiddenIf(condition: boolean): Content {
  return condition && html`hidden`
}

/** Told where what was typed before the session ended has been put back into its fields. */
export function typedAgain({ account, texts }: Page): Content {
  if (account === undefined) return undefined
  return html`<div class="flash wrap" id="typed-again" role="status" hidden><p>${texts.customer.stay.back}</p></div>`
}
