/**
 * Telling other processes which records were deleted, by PostgreSQL's own LISTEN and NOTIFY: for connections that live as long as their session.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../../core/clock.js'
import { SessionError } from '../../core/errors.js'
import type { Connection } from './connection.js'

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
    let letGo: (() => void) | undefined
    let stopped = false
    const retry = (): void => {
      letGo = undefined
      if (!stopped) this.#clock.after(pauseBeforeReconnect, () => void connect().catch(retry), 'background')
    }
    const connect = async (): Promise<void> => {
      const client = await this.#connection.dedicated()
      if (client === undefined) throw cannotListen()
      const end = once((then: () => void) => {
        client.release(true)
        then()
      })
      client.on('error', () => end(retry))
      client.on('end', () => end(retry))
      client.on('notification', ({ channel, payload }) => {
        if (channel === this.#channel && payload !== undefined) listener(payload)
      })
      letGo = () => end(() => {})
      await client.query(`LISTEN ${this.#channel}`)
    }
    await connect()
    const stop = async (): Promise<void> => {
      stopped = true
      this.#stops.delete(stop)
      letGo?.()
    }
    this.#stops.add(stop)
    return stop
  }

  async close(): Promise<void> {
    await Promise.all([...this.#stops].map((stop) => stop()))
  }
}

function once<Argument>(work: (argument: Argument) => void): (argument: Argument) => void {
  let done = false
  return (argument) => {
    if (done) return
    done = true
    work(argument)
  }
}

function cannotListen(): SessionError {
  return new SessionError(
    'ERR_SESSION_STORE_SHAPE',
    'tellEnds needs a pool of pg: with connect(), for a connection that listens',
  )
}
