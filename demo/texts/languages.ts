/**
 * The languages of the shop.
 */
import { de } from './de.js'
import { en, type Texts } from './en.js'
import { fr } from './fr.js'

export type { Texts }

const texts = { en, de, fr } satisfies Record<string, Texts>

export type Language = keyof typeof texts

/** A text in each language. */
export type Translated = Readonly<Record<Language, string>>

export const languages: readonly Language[] = ['en', 'de', 'fr']

/** How times and numbers are written. English as the shop's neighbours write it: 24 hours, the day before the month. */
export const locales: Translated = { en: 'en-GB', de: 'de-DE', fr: 'fr-FR' }

/** Each language by its own name. */
export const languageNames: Translated = { en: 'English', de: 'Deutsch', fr: 'Français' }

export function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && Object.hasOwn(texts, value)
}

export function textsIn(language: Language): Texts {
  return texts[language]
}
