/**
 * Durations as apps write them: milliseconds, or a string such as '30m'. The one place in core that knows a package, because
 * reading '1.5 hours' is not what a session layer is for.
 */
import { inspect } from 'node:util'
import ms from 'ms'
import { SessionOptionError } from './errors.js'

type Unit =
  | 'ms'
  | 's'
  | 'sec'
  | 'second'
  | 'seconds'
  | 'm'
  | 'min'
  | 'minute'
  | 'minutes'
  | 'h'
  | 'hour'
  | 'hours'
  | 'd'
  | 'day'
  | 'days'
  | 'w'
  | 'week'
  | 'weeks'
  | 'y'
  | 'year'
  | 'years'

/** Milliseconds, or text such as `'30s'`, `'15m'`, `'8h'`, `'30d'`, `'2 weeks'`. */
export type Duration = number | `${number}${Unit}` | `${number} ${Unit}`

/** The longest that a timer can wait; a longer one would fire at once. */
const longestTimer = 2_147_483_647

/** The duration in milliseconds. Throws for what is none, naming the option. 0 counts only where `from` says so. */
export function milliseconds(option: string, value: unknown, from: 0 | 1 = 1): number {
  const result = typeof value === 'string' ? readText(value) : value
  if (typeof result === 'number' && Number.isFinite(result) && result >= from) return result
  throw new SessionOptionError(
    `${option} must be a number of milliseconds from ${from} on or a duration such as '30m', '8h' or '30d', and not ${inspect(value)}`,
  )
}

/** The same for what a timer waits for: 24 days at most. */
export function timerMilliseconds(option: string, value: unknown): number {
  const result = milliseconds(option, value)
  if (result <= longestTimer) return result
  throw new SessionOptionError(`${option} must be 24 days at most, and not ${inspect(value)}`)
}

function readText(text: string): unknown {
  try {
    return ms(text as ms.StringValue)
  } catch {
    return undefined
  }
}
