/**
 * What may be the ID of a user: whatever an app's database has for one.
 */

/**
 * The ID as sessions are kept under it; `undefined` for what is none. A number that is not exact is none: above 2^53 two users would be one, and
 * `NaN` is what a missing ID becomes.
 */
export function userIdOf(value: unknown): string | undefined {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) return String(value)
  // What every store can keep and compare.
  return typeof value === 'string' && value !== '' && !/\0|\p{Surrogate}/u.test(value) ? value : undefined
}
