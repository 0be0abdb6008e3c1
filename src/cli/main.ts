#!/usr/bin/env node
/**
 * `npx coatcheck`: sessions from the command line.
 */
import { exitCodeOf, explain } from './failures.js'
import { program } from './program.js'

try {
  await program().parseAsync(process.argv)
} catch (error) {
  const text = explain(error)
  if (text !== '') process.stderr.write(`${text}\n`)
  process.exitCode = exitCodeOf(error)
}
