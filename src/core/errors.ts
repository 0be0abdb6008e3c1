/**
 * Every error that coatcheck throws or hands to `next`, with a code that stays.
 */

/** The stable codes. docs/errors.md says for each what happened and what to do. */
export type SessionErrorCode =
  | 'ERR_SESSION_OPTION'
  | 'ERR_SESSION_SECRET_MISSING'
  | 'ERR_SESSION_STORE_SHAPE'
  | 'ERR_SESSION_STORE_TIMEOUT'
  | 'ERR_SESSION_STORE_ANSWER'
  | 'ERR_SESSION_STORE_FAILED'
  | 'ERR_SESSION_ENGINE_MISSING'
  | 'ERR_SESSION_CONFLICT'
  | 'ERR_SESSION_NOT_FOUND'
  | 'ERR_SESSION_NO_SESSION'
  | 'ERR_SESSION_NO_USER'
  | 'ERR_SESSION_NOT_FRESH'
  | 'ERR_SESSION_REVOKED'
  | 'ERR_SESSION_LIMIT'
  | 'ERR_SESSION_HEADERS_SENT'
  | 'ERR_SESSION_DATA_UNSERIALIZABLE'
  | 'ERR_SESSION_DATA_TOO_LARGE'
  | 'ERR_SESSION_COOKIE'
  | 'ERR_SESSION_CLOSED'
  | 'ERR_SESSION_CSRF_ORIGIN'
  | 'ERR_SESSION_CSRF_TOKEN'

const brand = Symbol.for('coatcheck.SessionError')

/** An error of the session layer: `code` for programs, `message` with what to do next for people, `cause` where there is one. */
export class SessionError extends Error {
  override readonly name: string = 'SessionError'
  readonly code: SessionErrorCode

  constructor(code: SessionErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }

  /** Recognises errors of another installed copy of coatcheck too, which `instanceof` alone would not. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value
  }

  get [brand](): true {
    return true
  }
}

/** An option that cannot be accepted. Thrown at construction, so that a bad setting never waits for the first request. */
export class SessionOptionError extends TypeError {
  override readonly name: string = 'SessionOptionError'
  readonly code: SessionErrorCode

  constructor(message: string, code: SessionErrorCode = 'ERR_SESSION_OPTION', options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }

  get [brand](): true {
    return true
  }
}
