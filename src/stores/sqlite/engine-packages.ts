/**
 * `better-sqlite3` and `libsql`: installed by the app, with one API.
 */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Connection, Engine, SqliteEngineName, SqlRow, SqlValue } from './engine.js'

/** The part of the API that is used. Values go in one array: libsql takes a lone blob for named parameters. */
type Database = new (path: string) => {
  exec(sql: string): unknown
  prepare(sql: string): {
    run(values: readonly SqlValue[]): { readonly changes: number }
    get(values: readonly SqlValue[]): SqlRow | undefined
    all(values: readonly SqlValue[]): SqlRow[]
  }
  close(): unknown
}

/** From better-sqlite3 13 on an older Node does not refuse it but crashes at the first open. */
const firstWithFloor = 13
const nodeFloor = [22, 14] as const

export function loadBetterSqlite3(): Engine {
  const require = requireOf('better-sqlite3/package.json')
  const { version } = require('better-sqlite3/package.json') as { version: string }
  if (Number.parseInt(version, 10) >= firstWithFloor && !nodeIsAtLeast(nodeFloor)) {
    throw new Error(`version ${version} needs Node ${nodeFloor.join('.')} or newer; version 12 runs here`)
  }
  return engineOf('better-sqlite3', require('better-sqlite3') as Database)
}

export function loadLibsql(): Engine {
  return engineOf('libsql', requireOf('libsql')('libsql') as Database)
}

/** From where this package is installed, else from where the app runs: strict package managers show it only to the app. */
function requireOf(specifier: string): NodeJS.Require {
  const own = createRequire(import.meta.url)
  try {
    own.resolve(specifier)
    return own
  } catch {
    const app = createRequire(join(process.cwd(), 'package.json'))
    app.resolve(specifier)
    return app
  }
}

function nodeIsAtLeast([major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number)
  return ownMajor > major || (ownMajor === major && ownMinor >= minor)
}

function engineOf(name: SqliteEngineName, Database: Database): Engine {
  // Their native parts are loaded at the first open: a package that was installed without them is found out here.
  new Database(':memory:').close()
  return {
    name,
    open(path): Connection {
      const database = new Database(path)
      return {
        exec: (sql) => void database.exec(sql),
        prepare(sql) {
          const statement = database.prepare(sql)
          return {
            run: (values) => statement.run(values).changes,
            get: (values) => statement.get(values),
            all: (values) => statement.all(values),
          }
        },
        close: () => void database.close(),
      }
    },
  }
}
