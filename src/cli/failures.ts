/**
 * What goes wrong, as an exit code for programs and a sentence for people.
 */
import { CommanderError } from 'commander'

/** 0: done. 1: something failed. 2: the command line is not right. 3: what was looked for is not there. 4: `doctor` has something to say. */
export type ExitCode = 0 | 1 | 2 | 3 | 4

export class Failure extends Error {
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode, options?: { cause?: unknown }) {
    super(message, options)
    this.exitCode = exitCode
  }
}

export function notFound(what: string): Failure {
  return new Failure(what, 3)
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Failure) return error.exitCode
  // Help that was asked for is no failure; anything else that the argument parser says is about the command line.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  return 1
}

/** Nothing for what was said already. */
export function explain(error: unknown): string {
  if (error instanceof CommanderError || (error instanceof Failure && error.message === '')) return ''
  if (!(error instanceof Error)) return `coatcheck: ${String(error)}`
  const { cause } = error
  const reason = cause instanceof Error && cause.message !== '' ? `\n  because: ${cause.message}` : ''
  // A connection that fails everywhere it was tried has its reasons inside.
  const inner =
    error instanceof AggregateError && error.message === '' ? error.errors.map(String).join('; ') : error.message
  return `coatcheck: ${inner}${reason}`
}
