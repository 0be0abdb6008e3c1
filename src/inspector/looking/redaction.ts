/**
 * What of a session's data is not shown: secrets, as far as their names or their looks give them away, and what the app marks.
 */
import { SessionOptionError } from '../../core/errors.js'

/**
 * What else is not to be shown. A text is the name of a member, or its whole path with dots, such as `'profile.taxId'`; an expression is tried on
 * names. A function decides by path and value. None of them can show what is hidden by default.
 */
export type RedactOption =
  | readonly (string | RegExp)[]
  | ((path: readonly string[], value: unknown) => boolean)
  | undefined

/** Is the value at this path to be hidden, with all that is in it? */
export type Redact = (path: readonly string[], value: unknown) => boolean

// Found anywhere in a name: none of them is part of an ordinary word.
const telling =
  /passw|passwd|passphrase|passcode|secret|token|csrf|xsrf|authorization|credential|apikey|privatekey|signingkey|encryptionkey|accesskey|sessionid|cardnumber|accountnumber|jwt|bearer/

// Words that are part of others, such as pin and card, are looked for as whole ones: `cardHolder`, but not `discard`.
const words = new Set(
  (
    'pwd pass auth cookie cookies pin otp totp hotp mfa cvv cvc csc card cards iban bic ssn sid hash salt nonce verifier signature seed ' +
    'mnemonic'
  ).split(' '),
)

export function redaction(option: RedactOption): Redact {
  const marks = markedBy(option)
  return (path, value) => isSecretName(path.at(-1) ?? '') || isSecretLooking(value) || marks(path, value)
}

function markedBy(option: RedactOption): Redact {
  if (option === undefined) return () => false
  if (typeof option === 'function') return (path, value) => Boolean(option(path, value))
  if (!Array.isArray(option) || option.some((mark) => typeof mark !== 'string' && !(mark instanceof RegExp))) {
    throw new SessionOptionError(
      "inspector: redact must be a list of names and expressions, such as ['taxId', /^diagnosis/], or a function",
    )
  }
  const names = new Set(option.filter((mark) => typeof mark === 'string').map((name) => name.toLowerCase()))
  const expressions = option.filter((mark) => mark instanceof RegExp)
  return (path) => {
    const name = path.at(-1) ?? ''
    return (
      names.has(name.toLowerCase()) ||
      names.has(path.join('.').toLowerCase()) ||
      // Not test(), which goes on where it stopped where an expression is global.
      expressions.some((expression) => name.search(expression) !== -1)
    )
  }
}

function isSecretName(name: string): boolean {
  const parts = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  return telling.test(parts.join('')) || parts.some((part) => words.has(part))
}

// A signed token, a key as text, a header with credentials, a URL with a password in it.
const secretLooks =
  /^eyJ[\w-]+\.[\w-]+\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY|^(?:bearer|basic|digest) \S+|^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@|^(?:s:)[\w-]{20,}\./i

/**
 * Something random, such as the ID of a session or the key of an API: letters of both cases and digits, with nothing in between; or, because one in
 * 250 has no digit, letters that change their case again and again.
 */
const randomLooks = /(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d|(?:[\w-]*?[a-z][A-Z]){3})[\w-]{32,}/

/** Does a value give itself away, whatever its name is? */
export function isSecretLooking(value: unknown): boolean {
  if (typeof value === 'number') return isCardNumber(String(value))
  return typeof value === 'string' && (secretLooks.test(value) || randomLooks.test(value) || isCardNumber(value))
}

/** A payment card's number: 14 to 19 digits of one of their ranges, whose check digit is right (ISO/IEC 7812). No time of this age begins so. */
function isCardNumber(text: string): boolean {
  if (!/^[2-6](?:[ -]?\d){13,18}$/.test(text)) return false
  const digits = text.replaceAll(/\D/g, '')
  let sum = 0
  for (let index = 0; index < digits.length; index += 1) {
    const value = Number(digits.at(-1 - index)) * (index % 2 === 0 ? 1 : 2)
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}
