/**
 * The forms of a new account and of a new password.
 */
import type { Texts } from '../texts/languages.js'
import type { NewAccount } from './accounts.js'

const shortestPassword = 10
// Longer ones only make the hash slow.
const longestPassword = 200
const longestText = 100

/** What is wrong with the form of a new account, by field. */
export function checkNewAccount(
  { name, email, password }: NewAccount,
  { errors: words, account: labels }: Texts,
): Partial<Record<keyof NewAccount, string>> {
  const errors: Partial<Record<keyof NewAccount, string>> = {}
  if (name === '') errors.name = words.required(labels.name)
  else if (name.length > longestText) errors.name = words.tooLong(labels.name)
  if (email === '') errors.email = words.required(labels.email)
  else if (email.length > longestText) errors.email = words.tooLong(labels.email)
  else if (!/^[^\s@]+@[^\s@]+$/.test(email)) errors.email = words.email
  const wrongPassword = checkPassword(password, words)
  if (wrongPassword !== undefined) errors.password = wrongPassword
  return errors
}

/** What is wrong with a password that somebody wants to have. */
export function checkPassword(password: string, words: Texts['errors']): string | undefined {
  if (password.length < shortestPassword) return words.passwordShort
  return password.length > longestPassword ? words.passwordLong : undefined
}
