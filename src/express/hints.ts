/**
 * What fails in silence elsewhere, said once and with the cure, as warnings of the process.
 */

/** Each hint by its warning code. docs/errors.md lists them. */
export type HintCode =
  | 'COATCHECK_MEMORY_STORE'
  | 'COATCHECK_DEFAULT_RESAVE'
  | 'COATCHECK_DEFAULT_SAVE_UNINITIALIZED'
  | 'COATCHECK_NO_SECRET'
  | 'COATCHECK_SECURE_COOKIE_OVER_HTTP'
  | 'COATCHECK_COOKIE_REFUSED_BY_BROWSERS'
  | 'COATCHECK_CHANGED_AFTER_HEADERS'
  | 'COATCHECK_STORE_FAILED'
  | 'COATCHECK_SESSIONS_EVICTED'
  | 'COATCHECK_PASSPORT_USER'

/** Tells each hint once for one session layer. */
export class Hints {
  readonly #told = new Set<HintCode>()

  once(code: HintCode, message: string | (() => string)): void {
    if (this.#told.has(code)) return
    this.#told.add(code)
    process.emitWarning(typeof message === 'string' ? message : message(), { type: 'SessionWarning', code })
  }

  has(code: HintCode): boolean {
    return this.#told.has(code)
  }
}

const inMemory =
  'sessions are kept in the memory of this process: they end with it, and no other process knows them. ' +
  'For production pass a store, for example sqliteStore of coatcheck/stores/sqlite'

/** In production sessions should outlive the process. */
export function hintMemoryStore(hints: Hints): void {
  if (process.env.NODE_ENV === 'production') hints.once('COATCHECK_MEMORY_STORE', inMemory)
}
