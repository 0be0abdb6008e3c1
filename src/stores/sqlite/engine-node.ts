/**
 * `node:sqlite`, which Node has from 22.13 on.
 */

import type { Connection, Engine, SqlRow, SqlValue } from './engine.js'

/** The part of `node:sqlite` that is used, written down because older type packages do not know it. */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => {
    exec(sql: string): void
    prepare(sql: string): {
      run(...values: readonly SqlValue[]): { readonly changes: number | bigint }
      get(...values: readonly SqlValue[]): SqlRow | undefined
      all(...values: readonly SqlValue[]): SqlRow[]
    }
    close(): void
  }
}

export function loadNodeSqlite(): Engine {
  const module = withoutItsWarning(() => process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined)
  if (module === undefined) throw new Error('this Node does not have it')
  const { DatabaseSync } = module
  return {
    name: 'node:sqlite',
    module: 'node:sqlite',
    open(path): Connection {
      const database = new DatabaseSync(path)
      return {
        exec: (sql) => database.exec(sql),
        prepare(sql) {
          const statement = database.prepare(sql)
          return {
            run: (values) => Number(statement.run(...values).changes),
            get: (values) => statement.get(...values),
            all: (values) => statement.all(...values),
          }
        },
        close: () => database.close(),
      }
    },
  }
}

/** Node says that SQLite is experimental. That one warning is ours to answer for; every other is the app's to see. */
function withoutItsWarning<T>(load: () => T): T {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning')!
  const emit = own.value as (...said: unknown[]) => void
  process.emitWarning = (...said: unknown[]) => {
    const [warning, how] = said
    const type = typeof how === 'object' && how !== null && 'type' in how ? how.type : how
    if (type === 'ExperimentalWarning' && /\bSQLite\b/.test(String(warning))) return
    Reflect.apply(emit, process, said)
  }
  try {
    return load()
  } finally {
    Object.defineProperty(process, 'emitWarning', own)
  }
}
