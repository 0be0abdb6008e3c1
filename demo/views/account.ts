/**
 * Signing in and signing up.
 */
import type { Page } from '../http/page.js'
import { errorSummary, textField, type Filled } from './forms.js'
import { html, type Markup } from './html.js'

export type SignInField = 'email' | 'password'
export type SignUpField = SignInField | 'name'

/** `next` is where the customer was on the way to. */
export function signInPage({ texts }: Page, form: Filled<SignInField>, next: string | undefined): Markup {
  const { account } = texts
  return html`<div class="wrap narrow">
    ${errorSummary(texts, form.errors)}
    <h1>${account.signIn}</h1>
    ${next !== undefined && next !== '/cart' && html`<p class="lead">${account.needed}</p>`}
    <form class="sheet" method="post" action="/account/sign-in" novalidate>
      ${whereTo(next)}
      ${textField({ name: 'email', label: account.email, type: 'email', autocomplete: 'username', value: form.values.email, error: form.errors.email })}
      ${textField({ name: 'password', label: account.password, type: 'password', autocomplete: 'current-password', error: form.errors.password })}
      <button>${account.signInButton}</button>
      <p class="hint">${account.keptAlong}</p>
    </form>
    <p>${account.noAccount} <a href="/account/sign-up${query(next)}">${account.signUp}</a></p>
  </div>`
}

export function signUpPage({ texts }: Page, form: Filled<SignUpField>, next: string | undefined): Markup {
  const { account } = texts
  const { values, errors } = form
  return html`<div class="wrap narrow">
    ${errorSummary(texts, errors)}
    <h1>${account.signUp}</h1>
    <form class="sheet" method="post" action="/account/sign-up" novalidate>
      ${whereTo(next)}
      ${textField({ name: 'name', label: account.name, autocomplete: 'name', value: values.name, error: errors.name })}
      ${textField({ name: 'email', label: account.email, type: 'email', autocomplete: 'username', hint: account.emailHint, value: values.email, error: errors.email })}
      ${textField({ name: 'password', label: account.password, type: 'password', autocomplete: 'new-password', hint: account.passwordHint, error: errors.password })}
      <button>${account.signUpButton}</button>
      <p class="hint">${account.keptAlong}</p>
    </form>
    <p>${account.haveAccount} <a href="/account/sign-in${query(next)}">${account.signIn}</a></p>
  </div>`
}

function whereTo(next: string | undefined): Markup | undefined {
  return next === undefined ? undefined : html`<input type="hidden" name="next" value="${next}" />`
}

function query(next: string | undefined): string {
  return next === undefined ? '' : `?next=${encodeURIComponent(next)}`
}
