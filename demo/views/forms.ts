/**
 * Parts of forms: fields with their labels, hints and errors, and the summary that leads to them.
 */
import type { Texts } from '../texts/languages.js'
import { html, type Content, type Markup } from './html.js'

/** What is wrong with a form, by field. */
export type Errors<Field extends string = string> = Readonly<Partial<Record<Field, string>>>

/** A form as it was sent, with what is wrong with it. */
export interface Filled<Field extends string = string> {
  readonly values: Readonly<Partial<Record<Field, string>>>
  readonly errors: Errors<Field>
}

export const blank: Filled<never> = { values: {}, errors: {} }

export function hasErrors(errors: Errors): boolean {
  return Object.keys(errors).length > 0
}

interface FieldOptions {
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'email' | 'password' | undefined
  readonly autocomplete: string
  readonly hint?: string | undefined
  readonly value?: string | undefined
  readonly error?: string | undefined
  readonly digits?: boolean | undefined
  readonly short?: boolean | undefined
}

export function textField(field: FieldOptions): Markup {
  const { name, label, type = 'text', autocomplete, value = '', digits = false, short = false } = field
  return html`<div class="field${short && ' short'}">
    <label for="${name}">${label}</label>
    ${notes(field)}
    <input
      id="${name}"
      name="${name}"
      type="${type}"
      value="${value}"
      autocomplete="${autocomplete}"
      maxlength="200"
      ${digits && html`inputmode="numeric"`}
      ${described(field)}
    />
  </div>`
}

interface CheckOptions {
  readonly name: string
  readonly label: string
  readonly hint: string
  readonly checked: boolean
}

export function checkField({ name, label, hint, checked }: CheckOptions): Markup {
  return html`<label class="check" for="${name}">
      <input
        id="${name}"
        name="${name}"
        type="checkbox"
        value="yes"
        aria-describedby="${name}-hint"
        ${checked && html`checked`}
      />
      <span>${label}</span>
    </label>
    <p class="hint under-check" id="${name}-hint">${hint}</p>`
}

interface Choice {
  readonly value: string
  readonly label: string
}

export function selectField(
  field: Omit<FieldOptions, 'type'> & { readonly none: string; readonly choices: readonly Choice[] },
): Markup {
  const { name, label, autocomplete, value, none, choices } = field
  return html`<div class="field">
    <label for="${name}">${label}</label>
    ${notes(field)}
    <select id="${name}" name="${name}" autocomplete="${autocomplete}" ${described(field)}>
      <option value="">${none}</option>
      ${choices.map(
        (choice) =>
          html`<option value="${choice.value}" ${choice.value === value && html`selected`}>${choice.label}</option>`,
      )}
    </select>
  </div>`
}

function notes({ name, hint, error }: Pick<FieldOptions, 'name' | 'hint' | 'error'>): Content {
  return [
    hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`,
    error !== undefined && html`<p class="error" id="${name}-error">${error}</p>`,
  ]
}

function described({ name, hint, error }: Pick<FieldOptions, 'name' | 'hint' | 'error'>): Content {
  const ids = [hint !== undefined && `${name}-hint`, error !== undefined && `${name}-error`].filter(
    (id) => id !== false,
  )
  return [
    ids.length > 0 && html`aria-describedby="${ids.join(' ')}"`,
    error !== undefined && html` aria-invalid="true"`,
  ]
}

/** All that is wrong, each with the way to its field. It takes the focus, so that a screen reader starts with it. */
export function errorSummary(texts: Texts, errors: Errors): Content {
  if (!hasErrors(errors)) return undefined
  const list = Object.entries(errors)
  return html`<div class="summary" role="alert" aria-labelledby="summary" tabindex="-1" autofocus>
    <h2 id="summary">${texts.errors.summary(list.length)}</h2>
    <ul>
      ${list.map(([name, error]) => html`<li><a href="#${name}">${error}</a></li>`)}
    </ul>
  </div>`
}

/** The title of a page whose form came back: said first, because it is what a screen reader says first. */
export function titleWith(texts: Texts, title: string, errors: Errors): string {
  return hasErrors(errors) ? `${texts.errors.title}: ${title}` : title
}
