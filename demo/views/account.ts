/**
 * Signing in and signing up.
 */
import type { Page } from '../http/page.js'
import { checkField, errorSummary, textField, type Filled } from './forms.js'
import { html, type Markup } from './html.js'
import { span } from './times.js'

export type SignInField = 'email' | 'password' | 'remember'
export type SignUpField = SignInField | 'name'

export interface AccountForm<Field extends string> extends Filled<Field> {
  /** Where the customer was on the way to. */
  readonly next: string | undefined
  /** How long a session lives without a click where the customer is not remembered. Milliseconds. */
  readonly idle: number
}

export function signInPage(page: Page, form: AccountForm<SignInField>): Markup {
  const { texts } = page
  const { account } = texts
  const { next } = form
  return html`<div class="wrap narrow">
    ${errorSummary(texts, form.errors)}
    <h1>${account.signIn}</h1>
    ${next?.startsWith('/account/') === true && html`<p class="lead">${account.needed}</p>`}
    <form class="sheet" method="post" action="/account/sign-in" novalidate>
      ${whereTo(next)}
      ${textField({ name: 'email', label: account.email, type: 'email', autocomplete: 'username', value: form.values.email, error: form.errors.email })}
      ${textField({ name: 'password', label: account.password, type: 'password', autocomplete: 'current-password', error: form.errors.password })}
      ${remember(page, form)}
      <button>${account.signInButton}</button>
      <p class="hint">${account.keptAlong}</p>
    </form>
    <p>${account.noAccount} <a href="/account/sign-up${query(next)}">${account.signUp}</a></p>
  </div>`
}

export function signUpPage(page: Page, form: AccountForm<SignUpField>): Markup {
  const { texts } = page
  const { account } = texts
  const { values, errors, next } = form
  return html`<div class="wrap narrow">
    ${errorSummary(texts, errors)}
    <h1>${account.signUp}</h1>
    <form class="sheet" method="post" action="/account/sign-up" novalidate>
      ${whereTo(next)}
      ${textField({ name: 'name', label: account.name, autocomplete: 'name', value: values.name, error: errors.name })}
      ${textField({ name: 'email', label: account.email, type: 'email', autocomplete: 'username', hint: account.emailHint, value: values.email, error: errors.email })}
      ${textField({ name: 'password', label: account.password, type: 'password', autocomplete: 'new-password', hint: account.passwordHint, error: errors.password })}
      ${remember(page, form)}
      <button>${account.signUpButton}</button>
      <p class="hint">${account.keptAlong}</p>
    </form>
    <p>${account.haveAccount} <a href="/account/sign-in${query(next)}">${account.signIn}</a></p>
  </div>`
}

function remember({ texts, language }: Page, { values, idle }: AccountForm<SignInField>): Markup {
  const { label, hint } = texts.customer.remember
  return html`<div>
    ${checkField({ name: 'remember', label, hint: hint(span(idle, language)), checked: values.remember === 'yes' })}
  </div>`
}

function whereTo(next: string | undefined): Markup | undefined {
  return next === undefined ? undefined : html`<input type="hidden" name="next" value="${next}" />`
}

function query(next: string | undefined): string {
  return next === undefined ? '' : `?next=${encodeURIComponent(next)}`
}
