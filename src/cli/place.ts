/**
 * Where the sessions are: a store's URL, or a module of the app.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { SessionStore } from '../core/record.js'
import { postgresStore } from '../stores/postgres/index.js'
import { redisStore } from '../stores/redis/index.js'
import { sqliteStore } from '../stores/sqlite/index.js'
import { Failure, notFound } from './failures.js'

export interface PlaceOptions {
  readonly store?: string | undefined
  readonly config?: string | undefined
  readonly prefix?: string | undefined
  readonly table?: string | undefined
}

const help =
  'Say where the sessions are: --store sqlite:./sessions.db, redis://localhost:6379 or postgres://user@host/database, ' +
  'or --config ./sessions.js, a module of yours that exports store. COATCHECK_STORE does the same as --store'

/** Opens the store. Throws a `Failure` that says how to name one. */
export async function openPlace(options: PlaceOptions): Promise<SessionStore> {
  const { config, store = process.env['COATCHECK_STORE'] } = options
  if (config !== undefined) return configured(config)
  if (store === undefined || store === '') throw new Failure(help, 2)
  return openStore(store, options)
}

export interface StoreOptions extends Pick<PlaceOptions, 'prefix' | 'table'> {
  /** Whether a file that is not there may be made. */
  readonly create?: boolean | undefined
}

/** A store by its URL. */
export function openStore(url: string, { prefix, table, create }: StoreOptions = {}): SessionStore {
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/is.exec(url) ?? []
  switch (scheme.toLowerCase()) {
    case 'sqlite':
    case 'file':
      return sqliteStore(pathOf(rest, create))
    case 'redis':
    case 'rediss':
    case 'valkey':
    case 'valkeys':
      return redisStore(prefix === undefined ? { url } : { url, prefix })
    case 'postgres':
    case 'postgresql':
      return postgresStore(table === undefined ? { url } : { url, table })
    default:
      throw new Failure(`there is no store for ${scheme === '' ? `'${url}'` : `${scheme}:`}. ${help}`, 2)
  }
}

/** `sqlite:./a.db`, `sqlite:/a.db` and `sqlite:///a.db` alike. */
function pathOf(rest: string, create: boolean = false): string {
  const path = rest.replace(/^\/\/(?=\/)/, '')
  if (path === '') throw new Failure('sqlite: wants the path of a file, as in sqlite:./sessions.db', 2)
  // Opened, a mistyped path would be a new, empty store, and nobody would wonder.
  if (!create && !existsSync(path)) throw notFound(`there is no file ${path}`)
  return path
}

async function configured(file: string): Promise<SessionStore> {
  let module: { readonly default?: unknown; readonly store?: unknown }
  try {
    module = (await import(pathToFileURL(resolve(file)).href)) as typeof module
  } catch (cause) {
    throw new Failure(`${file} cannot be loaded`, 2, { cause })
  }
  const { store = module.default } = module
  if (typeof (store as Partial<SessionStore> | undefined)?.scan === 'function') return store as SessionStore
  throw new Failure(
    `${file} must export a store of coatcheck/stores: export const store = sqliteStore('sessions.db')`,
    2,
  )
}
