/**
 * The SQLite libraries that work here.
 */

import { engineNames, loadEngine, type SqliteEngineName } from '../../src/stores/sqlite/engine.js'

/** libsql is installed on every machine that runs the tests; if it does not work, they should fail. */
export const engines = engineNames.filter((name) => name === 'libsql' || isUsable(name))

function isUsable(name: SqliteEngineName): boolean {
  try {
    loadEngine(name)
    return true
  } catch {
    return false
  }
}
