/**
 * Faults in Node's own crypto: functions of it replaced, for the rest of a test, in every module that has imported them.
 */
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

import { onTestFinished } from 'vitest'

export function replaceCrypto(replacements: Partial<typeof crypto>): void {
  const before = Object.fromEntries(
    Object.keys(replacements).map((name) => [name, crypto[name as keyof typeof crypto]]),
  )
  put(replacements)
  onTestFinished(() => put(before))
}

function put(functions: Partial<typeof crypto>): void {
  Object.assign(crypto, functions)
  syncBuiltinESMExports()
}
