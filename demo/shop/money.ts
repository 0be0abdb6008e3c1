/**
 * Prices: whole cents everywhere, written out only where they are shown.
 */
import type { Language } from '../texts/languages.js'

export type Cents = number

const formats: Readonly<Record<Language, Intl.NumberFormat>> = {
  en: euros('en-IE'),
  de: euros('de-DE'),
  fr: euros('fr-FR'),
}

export function formatMoney(cents: Cents, language: Language): string {
  return formats[language].format(cents / 100)
}

function euros(locale: string): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' })
}
