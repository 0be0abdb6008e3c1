/**
 * `better-sqlite3` and `libsql`: installed by the app, with one API.
 */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Connection, Engine, SqlRow, SqlValue } from './engine.js'

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
  return engineOf('better-sqlite3', require)
}

export function loadLibsql(): Engine {
  return engineOf('libsql', requireOf('libsql'))
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

function engineOf(name: 'better-sqlite3' | 'libsql', require: NodeJS.Require): Engine {
  const Database = require(name) as Database
  // Their native parts are loaded at the first open: a package that was installed without them is found out here.
  new Database(':memory:').close()
  const module = require.resolve(name)
  return { name, module, open: (path) => connectionOf(new Database(path), name === 'libsql') }
}

/**
 * libsql closes a file only once its statements were garbage collected. `isLibsql` has `close` let go of them, and first put
 * everything into the file itself, so that the file alone can be copied or moved at once, as after a real close.
 */
function connectionOf(database: InstanceType<Database>, isLibsql: boolean): Connection {
  const statements: { native: ReturnType<typeof database.prepare> | undefined }[] = []
  return {
    exec: (sql) => void database.exec(sql),
    prepare(sql) {
      const statement: (typeof statements)[number] = { native: database.prepare(sql) }
      statements.push(statement)
      return {
        run: (values) => statement.native!.run(values).changes,
        get: (values) => statement.native!.get(values),
        all: (values) => statement.native!.all(values),
      }
    },
    close() {
      if (isLibsql) {
        tryCheckpoint(database)
        for (const statement of statements) statement.native = undefined
      }
      database.close()
    },
  }
}

function tryCheckpoint(database: InstanceType<Database>): void {
  try {
    database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all([])
  } catch {
    // Another process is at it, or needs the log as it is: whoever opens the file next takes it over.
  }
}
