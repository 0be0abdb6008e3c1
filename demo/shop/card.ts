/**
 * A pretend card. It is checked as a real one would be, and only its brand and last four digits are kept.
 */

/** All that remains of a card once it was checked. */
export interface Card {
  readonly brand: string
  readonly lastFour: string
}

/** A number that the checks accept and that no bank has given out. */
export const trialCardNumber = '4242 4242 4242 4242'

const brands: readonly (readonly [RegExp, string])[] = [
  [/^4/, 'Visa'],
  [/^(?:5[1-5]|2[2-7])/, 'Mastercard'],
  [/^3[47]/, 'American Express'],
]

/** The card with this number, or nothing when there can be none. */
export function cardOf(number: string): Card | undefined {
  const digits = number.replace(/[\s-]/g, '')
  if (!/^\d{13,19}$/.test(digits) || !addsUp(digits)) return undefined
  const brand = brands.find(([start]) => start.test(digits))?.[1] ?? 'Card'
  return { brand, lastFour: digits.slice(-4) }
}

/** Is the card good until the end of some month that is not over? As printed on it: `MM/YY`. */
export function isGoodUntil(text: string, now: Date): boolean {
  const [, month, year] = /^\s*(\d{1,2})\s*\/\s*(?:20)?(\d{2})\s*$/.exec(text) ?? []
  if (month === undefined || Number(month) < 1 || Number(month) > 12) return false
  // Month numbers of Date start with 0, so this is the first moment of the month after.
  return new Date(2000 + Number(year), Number(month)) > now
}

export function isSecurityCode(text: string): boolean {
  return /^\s*\d{3,4}\s*$/.test(text)
}

/** The check digit of card numbers (Luhn, ISO/IEC 7812-1). */
function addsUp(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index])
    const doubled = digit * 2
    sum += index % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
