/**
 * The conformance suite on the SQLite store in a process of its own, for Nodes and engines that the tests themselves do not run
 * on: `node sqlite-conformance.mjs [engine]` prints the engine it used and what failed.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { sqliteStore } from 'coatcheck/stores/sqlite'
import { storeConformance } from 'coatcheck/testing'

const engine = process.argv[2] || undefined
let used
const checks = storeConformance({
  sweepBatch: 100,
  open(clock) {
    const folder = mkdtempSync(join(tmpdir(), 'coatcheck-test-'))
    const open = () => sqliteStore({ path: join(folder, 'sessions.db'), clock, engine })
    const stores = [open(), open(), open()]
    used = stores[0].engine
    return { stores, dispose: () => rmSync(folder, { recursive: true }) }
  },
})
const failures = []
for (const { name, run } of checks) {
  await run().catch((error) => failures.push(`${name}: ${error.message}`))
}
console.log(JSON.stringify({ engine: used, checks: checks.length, failures }))
