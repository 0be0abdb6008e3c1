/**
 * What `sqliteStore` can be told, and the check of it.
 */

import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock, type Clock } from '../../core/clock.js'
import { SessionOptionError } from '../../core/errors.js'
import { engineNames, type SqliteEngineName } from './engine.js'

const levels = ['off', 'normal', 'full'] as const

export interface SqliteStoreOptions {
  /**
   * The file: a path, a `file:` URL, or `':memory:'` for a database that ends with the store. It is created if it is not there,
   * readable for its owner only, and so are the folders on the way.
   */
  readonly path: string | URL
  /**
   * What a power cut may take. `'normal'`, the default: perhaps the last moments' writes, never the file's soundness. `'full'`:
   * nothing, at the price of a disk flush for each group of writes. `'off'`: perhaps the file. The end of the process alone,
   * `kill -9` included, takes nothing that was answered under any of them.
   */
  readonly synchronous?: (typeof levels)[number] | undefined
  /**
   * How long a call waits for another process to let go of the file, in milliseconds, before it is rejected with
   * `ERR_SESSION_STORE_TIMEOUT`. Other requests go on meanwhile. Default: 5,000.
   */
  readonly busyTimeout?: number | undefined
  /** Which library to use. Default: the first that works of `node:sqlite`, `better-sqlite3`, `libsql`. */
  readonly engine?: SqliteEngineName | undefined
  /** What the waiting is timed by. Default: the system's clock. */
  readonly clock?: Clock | undefined
}

export interface SqliteSettings {
  /** Absolute, or `':memory:'`. */
  readonly path: string
  readonly synchronous: (typeof levels)[number]
  readonly busyTimeout: number
  readonly engine: SqliteEngineName | undefined
  readonly clock: Clock
}

export function readOptions(given: string | URL | SqliteStoreOptions): SqliteSettings {
  const options = typeof given === 'string' || given instanceof URL ? { path: given } : given
  const { path, synchronous = 'normal', busyTimeout = 5_000, engine, clock = systemClock }: SqliteStoreOptions = options
  if (!levels.includes(synchronous)) throw refusal('synchronous', `'off', 'normal' or 'full'`, synchronous)
  if (!Number.isFinite(busyTimeout) || busyTimeout < 0) {
    throw refusal('busyTimeout', 'a number of milliseconds from 0 on', busyTimeout)
  }
  if (engine !== undefined && !engineNames.includes(engine)) {
    throw refusal('engine', engineNames.map((name) => `'${name}'`).join(' or '), engine)
  }
  return { path: pathOf(path), synchronous, busyTimeout, engine, clock }
}

function pathOf(path: string | URL): string {
  if (path instanceof URL && path.protocol === 'file:') return fileURLToPath(path)
  // A text that starts like a URL would be a file to one engine and a remote database to another.
  if (typeof path !== 'string' || path === '' || /^[a-z]{2,}:/i.test(path)) {
    throw refusal('path', `a path, a file: URL object or ':memory:'`, path)
  }
  return path === ':memory:' ? path : resolve(path)
}

function refusal(name: string, wanted: string, value: unknown): SessionOptionError {
  return new SessionOptionError(`sqliteStore: ${name} must be ${wanted}, not ${String(value)}.`)
}
