/**
 * Numbers, sizes and times as people read them.
 */
import { html, type Markup } from './html.js'

const whole = new Intl.NumberFormat('en')

export function count(value: number): string {
  return whole.format(value)
}

/** `1 session`, `2 sessions`. */
export function counted(value: number, one: string, many: string = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`
  return value < 1_000_000 ? `${significant(value / 1000)} kB` : `${significant(value / 1_000_000)} MB`
}

/** Milliseconds as a latency: from microseconds to seconds. */
export function latency(milliseconds: number): string {
  if (milliseconds < 1) return `${significant(milliseconds * 1000)} µs`
  return milliseconds < 1000 ? `${significant(milliseconds)} ms` : `${significant(milliseconds / 1000)} s`
}

export function percent(part: number, whole_: number): string {
  return whole_ === 0 ? '0 %' : `${Math.round((part / whole_) * 100)} %`
}

/** Two digits where they say something: `1.4`, `14`, `140`. */
function significant(value: number): string {
  return value < 9.95 ? String(Math.round(value * 10) / 10) : String(Math.round(value))
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** A span in the one unit that fits: `40 s`, `12 min`, `5 h`, `26 d`. */
export function span(milliseconds: number): string {
  const value = Math.abs(milliseconds)
  if (value < minute) return `${Math.round(value / second)} s`
  if (value < hour) return `${Math.round(value / minute)} min`
  return value < 2 * day ? `${Math.round(value / hour)} h` : `${Math.round(value / day)} d`
}

/** `3 min ago`, `in 26 d`, with the moment itself for those who point at it and for scripts. */
export function moment(time: number, now: number): Markup {
  const distance = time - now
  const words = Math.abs(distance) < second ? 'now' : distance < 0 ? `${span(distance)} ago` : `in ${span(distance)}`
  return at(time, words)
}

/** A moment that is told in other words. */
export function at(time: number, words: string): Markup {
  if (!isTime(time)) return html`unknown`
  return html`<time datetime="${new Date(time).toISOString()}" title="${clock(time)}">${words}</time>`
}

/** `2026-01-31 09:05:07 UTC`. */
export function clock(time: number): string {
  return isTime(time) ? `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC` : 'unknown'
}

/** `09:05:07`. */
export function timeOfDay(time: number): string {
  return isTime(time) ? new Date(time).toISOString().slice(11, 19) : 'unknown'
}

// What a store answers may be no time at all.
function isTime(time: number): boolean {
  return Math.abs(time) <= 8.64e15
}

/** Enough of a handle to tell it from others. */
export function shortHandle(handle: string): string {
  return handle.length > 10 ? `${handle.slice(0, 8)}…` : handle
}
