/**
 * Errors that are an answer to the visitor: Express's error handling, left to itself, answers with their `status`.
 */
import { SessionError, type SessionErrorCode } from '../core/errors.js'

export function refusal(code: SessionErrorCode, status: number, message: string): SessionError {
  return Object.assign(new SessionError(code, message), { status })
}
