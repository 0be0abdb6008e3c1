/**
 * Telling other processes which records were deleted, by PostgreSQL's own LISTEN and NOTIFY: for connections that live as long as their session.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../../core/clock.js'
import { SessionError } from '../../core/errors.js'
import type { Connection, ListeningClient } from './connection.js'

/** What a notification has room for, in bytes. A longer key is found by looking. */
const longestPayload = 7_999
const pauseBeforeReconnect = 1_000

export class EndedFeed {
  readonly #connection: Connection
  readonly #clock: Clock
  readonly #channel: string
  readonly #stops = new Set<() => Promise<void>>()

  constructor(connection: Connection, table: string, clock: Clock) {
    this.#connection = connection
    this.#clock = clock
    // Of letters and digits alone, and no longer than a name may be.
    this.#channel = `coatcheck_ended_${createHash('sha256').update(table).digest('hex').slice(0, 16)}`
  }

  /** Nobody waits for it, and nobody relies on it alone: who listens looks now and then as well. */
  tell(keys: readonly string[]): void {
    const short = keys.filter((key) => Buffer.byteLength(key) <= longestPayload)
    if (short.length === 0) return
    const sql = 'SELECT pg_notify($1, key) FROM unnest($2::text[]) AS key'
    this.#connection.query(sql, [this.#channel, short]).catch(() => {})
  }

  /** On a connection that is kept for it; when that breaks, on another. Rejects where the pool can give none. */
  async listen(listener: (key: string) => void): Promise<() => Promise<void>> {
    const listening = new Listening(this.#connection, this.#channel, this.#clock, listener)
    await listening.start()
    const stop = async (): Promise<void> => {
      this.#stops.delete(stop)
      listening.stop()
    }
    this.#stops.add(stop)
    return stop
  }

  async close(): Promise<void> {
    await Promise.all([...this.#stops].map((stop) => stop()))
  }
}

/** One who listens: on one connection at a time, and on none once it is stopped, whatever was under way then. */
class Listening {
  readonly #connection: Connection
  readonly #channel: string
  readonly #clock: Clock
  readonly #listener: (key: string) => void
  #client: ListeningClient | undefined
  #stopped = false

  constructor(connection: Connection, channel: string, clock: Clock, listener: (key: string) => void) {
    this.#connection = connection
    this.#channel = channel
    this.#clock = clock
    this.#listener = listener
  }

  async start(): Promise<void> {
    const client = await this.#connection.dedicated()
    if (client === undefined) throw cannotListen()
    if (this.#stopped) return client.release(true)
    this.#client = client
    let listens = false
    const lost = (): void => {
      if (this.#client !== client) return
      this.#letGo()
      // Before it listens, whoever waits for that is told.
      if (listens) this.#startAgain()
    }
    client.on('error', lost)
    client.on('end', lost)
    client.on('notification', ({ channel, payload }) => {
      if (this.#client === client && channel === this.#channel && payload !== undefined) this.#listener(payload)
    })
    try {
      await client.query(`LISTEN ${this.#channel}`)
      listens = true
    } catch (error) {
      lost()
      throw error
    }
  }

  stop(): void {
    this.#stopped = true
    this.#letGo()
  }

  #startAgain(): void {
    if (this.#stopped) return
    const task = (): void => void (this.#stopped || this.start().catch(() => this.#startAgain()))
    this.#clock.after(pauseBeforeReconnect, task, 'background')
  }

  #letGo(): void {
    const client = this.#client
    this.#client = undefined
    client?.release(true)
  }
}

function cannotListen(): SessionError {
  return new SessionError(
    'ERR_SESSION_STORE_SHAPE',
    'tellEnds needs a pool of pg: with connect(), for a connection that listens',
  )
}
