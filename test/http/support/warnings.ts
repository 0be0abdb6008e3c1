/**
 * The process warnings of one test.
 */
import { onTestFinished } from 'vitest'

export interface SessionWarning extends Error {
  readonly code: string
}

/** Collects what this layer says once, from now to the end of the test. */
export function collectWarnings(): { all(): Promise<readonly SessionWarning[]>; codes(): Promise<readonly string[]> } {
  const warnings: SessionWarning[] = []
  const note = (warning: Error): void => {
    if (warning.name === 'SessionWarning') warnings.push(warning as SessionWarning)
  }
  process.on('warning', note)
  onTestFinished(() => {
    process.off('warning', note)
  })
  // Warnings are told on the next tick.
  const all = async (): Promise<readonly SessionWarning[]> => {
    await new Promise(setImmediate)
    return warnings
  }
  return { all, codes: async () => (await all()).map(({ code }) => code) }
}
