/**
 * The way to the database: the app's pool, or one of the store's own.
 */
import { createHash } from 'node:crypto'

import { SessionError } from '../../core/errors.js'
import type { PostgresSettings } from './options.js'

export type PlainValue = string | number | null
export type PostgresValue = PlainValue | readonly PlainValue[]

/** What a query answers, as far as the store looks. */
export interface PostgresResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly rowCount: number | null
}

/** The part of `pg.Pool` that the store uses. */
export interface PostgresPool {
  query(statement: {
    readonly name?: string
    readonly text: string
    readonly values: PostgresValue[]
  }): Promise<PostgresResult>
  query(text: string): Promise<unknown>
}

/** A connection of the pool, for whoever keeps it. */
export interface ListeningClient {
  query(text: string): Promise<unknown>
  on(
    event: 'notification',
    listener: (message: { readonly channel: string; readonly payload?: string }) => void,
  ): unknown
  on(event: 'error' | 'end', listener: () => void): unknown
  /** With `true` it is closed and not given back. */
  release(destroy: boolean): void
}

/** A pool that the store made. */
interface OwnPool extends PostgresPool {
  on(event: 'error', listener: () => void): unknown
  end(): Promise<void>
}

interface PgPackage {
  readonly Pool: new (options: { connectionString: string }) => OwnPool
}

export class Connection {
  readonly #settings: PostgresSettings
  readonly #names = new Map<string, string>()
  #own: Promise<OwnPool> | undefined

  constructor(settings: PostgresSettings) {
    this.#settings = settings
  }

  /** Runs one statement. */
  async query(text: string, values: PostgresValue[]): Promise<PostgresResult> {
    const pool = await this.#pool()
    return pool.query(this.#settings.prepare ? { name: this.#nameOf(text), text, values } : { text, values })
  }

  /**
   * Runs several statements in one round trip, which makes them one transaction. Without a BEGIN of their own: when one fails, the server ends that
   * transaction by itself, and the connection is as it was.
   */
  async script(text: string): Promise<void> {
    const pool = await this.#pool()
    await pool.query(text)
  }

  /** A connection to keep, or `undefined` where what was handed in as a pool has none to give. */
  async dedicated(): Promise<ListeningClient | undefined> {
    const pool = (await this.#pool()) as PostgresPool & { connect?(): Promise<ListeningClient> }
    return pool.connect?.()
  }

  async close(): Promise<void> {
    const own = this.#own
    this.#own = undefined
    if (own !== undefined) await (await own).end()
  }

  /** Made of the text, because stores of several tables may share a connection, and a name stands for one text on it. */
  #nameOf(text: string): string {
    let name = this.#names.get(text)
    if (name === undefined) {
      name = `coatcheck_${createHash('sha256').update(text).digest('hex').slice(0, 20)}`
      this.#names.set(text, name)
    }
    return name
  }

  #pool(): PostgresPool | Promise<PostgresPool> {
    if (this.#settings.pool !== undefined) return this.#settings.pool
    this.#own ??= openPool(this.#settings.url!)
    return this.#own
  }
}

async function openPool(url: string): Promise<OwnPool> {
  const { Pool } = await loadPg()
  const pool = new Pool({ connectionString: url })
  // A connection that breaks while nobody uses it: the pool opens another, and an unheard event would end the process.
  pool.on('error', () => {})
  return pool
}

async function loadPg(): Promise<PgPackage> {
  // In a variable, so that no bundler and no type checker of an app without it goes looking for the package.
  const name = 'pg'
  try {
    const loaded = (await import(name)) as { default?: PgPackage } & PgPackage
    return loaded.default ?? loaded
  } catch (cause) {
    throw new SessionError(
      'ERR_SESSION_ENGINE_MISSING',
      'postgresStore({ url }) needs the package pg: run npm install pg, or hand in a pool of your own.',
      { cause },
    )
  }
}
