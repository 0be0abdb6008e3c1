/**
 * The forms of the checkout: what was typed becomes what is kept, or errors that say what is wrong.
 */
import type { Texts } from '../texts/languages.js'
import { cardOf, isGoodUntil, isSecurityCode, type Card } from './card.js'
import { countries, type Address } from './checkout.js'

export type AddressField = keyof Address
export type CardField = 'number' | 'expiry' | 'code'

/** What a form came to: a value, or what is wrong with which field. */
export type Checked<Value, Field extends string> =
  | { readonly value: Value; readonly errors?: undefined }
  | { readonly value?: undefined; readonly errors: Readonly<Partial<Record<Field, string>>> }

const longest = 100

export function checkAddress(
  typed: Address,
  { errors: words, checkout: labels }: Texts,
): Checked<Address, AddressField> {
  const errors: Partial<Record<AddressField, string>> = {}
  for (const field of ['name', 'street', 'postcode', 'city'] as const) {
    if (typed[field] === '') errors[field] = words.required(labels[field])
    else if (typed[field].length > longest) errors[field] = words.tooLong(labels[field])
  }
  if (!(countries as readonly string[]).includes(typed.country)) errors.country = words.country
  return Object.keys(errors).length === 0 ? { value: typed } : { errors }
}

export function checkCard(
  typed: Readonly<Record<CardField, string>>,
  { errors: words }: Texts,
  now: Date,
): Checked<Card, CardField> {
  const errors: Partial<Record<CardField, string>> = {}
  const card = cardOf(typed.number)
  if (card === undefined) errors.number = words.cardNumber
  if (!isGoodUntil(typed.expiry, now)) errors.expiry = words.expiry
  if (!isSecurityCode(typed.code)) errors.code = words.code
  return card !== undefined && Object.keys(errors).length === 0 ? { value: card } : { errors }
}
