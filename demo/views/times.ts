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

/** `30 minutes`, `90 seconds`: in the unit that says it best. */
export function span(milliseconds: number, language: Language): string {
  const [unit, size] = units.find(([, length]) => milliseconds >= 2 * length) ?? units[3]
  const style = { style: 'unit', unit, unitDisplay: 'long' } as const
  return new Intl.NumberFormat(locales[language], style).format(Math.round(milliseconds / size))
}

/** A moment, to the minute. */
export function dayAndTime(time: number, language: Language): Markup {
  return timeElement(time, language, 'short')
}

/** A moment to the second, with how far away it is. */
export function moment(time: number, language: Language): Markup {
  return html`${timeElement(time, language, 'medium')} <span class="hint">${fromNow(time, language)}</span>`
}

function timeElement(time: number, language: Language, timeStyle: 'short' | 'medium'): Markup {
  const format = new Intl.DateTimeFormat(locales[language], { dateStyle: 'medium', timeStyle })
  return html`<time datetime="${new Date(time).toISOString()}">${format.format(time)}</time>`
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
