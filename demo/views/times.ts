/**
 * Moments and spans, as people say them.
 */
import { locales, type Language } from '../texts/languages.js'
import { html, type Markup } from './html.js'

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** `3 minutes ago`, `in 30 days`. */
export function fromNow(time: number, language: Language, now: number = Date.now()): string {
  const distance = time - now
  const [unit, size] = units.find(([, length]) => Math.abs(distance) >= length) ?? units[3]
  return new Intl.RelativeTimeFormat(locales[language], { numeric: 'auto' }).format(Math.round(distance / size), unit)
}

/** A moment, with how far away it is. */
export function moment(time: number, language: Language): Markup {
  const format = new Intl.DateTimeFormat(locales[language], { dateStyle: 'medium', timeStyle: 'medium' })
  return html`<time datetime="${new Date(time).toISOString()}">${format.format(time)}</time>
    <span class="hint">${fromNow(time, language)}</span>`
}

/** The time of day. */
export function clockTime(time: number, language: Language): string {
  return new Intl.DateTimeFormat(locales[language], { timeStyle: 'medium' }).format(time)
}

export function formatNumber(value: number, language: Language): string {
  return new Intl.NumberFormat(locales[language]).format(value)
}

export function microseconds(value: number, language: Language): string {
  return `${formatNumber(value, language)} µs`
}

export function percent(part: number, whole: number, language: Language): string {
  const share = whole === 0 ? 0 : part / whole
  return new Intl.NumberFormat(locales[language], {
    style: 'percent',
    maximumFractionDigits: share < 0.1 ? 1 : 0,
  }).format(share)
}
