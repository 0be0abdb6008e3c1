/**
 * Typing the password once more, and changing it.
 */
import type { Page } from '../http/page.js'
import { accountPages } from './account-pages.js'
import { errorSummary, textField, type Filled } from './forms.js'
import { html, type Markup } from './html.js'
import { fromNow } from './times.js'

const minute = 60_000

export type ConfirmField = 'password'
export type PasswordField = 'new-password'

/** `next` is where the customer was on the way to. */
export function confirmPage(page: Page, { errors }: Filled<ConfirmField>, next: string): Markup {
  const { texts, account } = page
  const words = texts.customer.confirm
  return html`<div class="wrap narrow">
    ${errorSummary(texts, errors)}
    <h1>${words.title}</h1>
    <p class="lead">${words.lead}</p>
    <form class="sheet" method="post" action="/account/confirm" novalidate>
      <input type="hidden" name="next" value="${next}" />
      <p>${texts.nav.signedInAs} <b>${account?.name}</b> <span class="hint">${account?.email}</span></p>
      ${forPasswordManagers(page)}
      ${textField({ name: 'password', label: texts.account.password, type: 'password', autocomplete: 'current-password', error: errors.password })}
      <button>${words.button}</button>
      <p class="hint">${words.good}</p>
    </form>
    <form class="aside" method="post" action="/account/sign-out">
      ${words.elsewhere} <button class="plain">${texts.nav.signOut}</button>
    </form>
  </div>`
}

/** `provedAt` is when the customer typed the old password last. */
export function passwordPage(page: Page, { errors }: Filled<PasswordField>, provedAt: number, now: number): Markup {
  const { texts, language } = page
  const words = texts.customer.password
  const isJustNow = now - provedAt < minute
  return html`<div class="wrap narrow">
    ${errorSummary(texts, errors)} ${accountPages(page)}
    <h1>${words.title}</h1>
    <p class="lead">${words.lead}</p>
    <form class="sheet" method="post" action="/account/password" novalidate>
      <p class="hint">${isJustNow ? words.provedNow : words.proved(fromNow(provedAt, language, now))}</p>
      ${forPasswordManagers(page)}
      ${textField({ name: 'new-password', label: words.label, type: 'password', autocomplete: 'new-password', hint: texts.account.passwordHint, error: errors['new-password'] })}
      <button>${words.button}</button>
    </form>
  </div>`
}

/** Tells them whose password it is: they look for a field with the name. */
function forPasswordManagers({ texts, account }: Page): Markup {
  const name = texts.account.email
  return html`<input
    type="text"
    autocomplete="username"
    aria-label="${name}"
    value="${account?.email}"
    readonly
    hidden
  />`
}
