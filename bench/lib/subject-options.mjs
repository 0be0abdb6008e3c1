/**
 * What every subject is told, whatever it keeps its sessions in.
 */
import { maxAge } from './rows.mjs'

// Long enough for production settings everywhere.
export const secret = 'a secret for the benchmark and for nothing else'

/** For express-session, and for coatcheck in its place. */
export function contractOptions(row) {
  return { secret, resave: false, saveUninitialized: false, rolling: row.rolling === true, cookie: cookieOf(row) }
}

/** For `coatcheck()`, whose defaults are not those of express-session. */
export function safeOptions(row) {
  return { secret, name: 'session', rolling: row.rolling === true, cookie: cookieOf(row) }
}

/** Not Secure, so that every subject sends its cookie over the plain http of the benchmark. */
function cookieOf(row) {
  return row.rolling ? { secure: false, maxAge } : { secure: false }
}
