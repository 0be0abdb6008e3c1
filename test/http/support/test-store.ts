/**
 * A callback store whose answers a test gives by hand, or lets come by themselves. It keeps what it is given as text, as stores do.
 */
import { Store } from '../../../src/index.js'

export type Method = 'get' | 'set' | 'touch' | 'destroy'
type Callback = (error?: unknown, value?: never) => void

/** One question, waiting for the test. */
export interface Call {
  readonly method: Method
  readonly id: string
  readonly session: object | undefined
  /** Does what was asked and says so. */
  succeed(): void
  fail(error: unknown): void
  /** Calls back with whatever the test says, and does nothing. */
  answer(error?: unknown, value?: unknown): void
  /** Does what was asked and says nothing. */
  commit(): unknown
}

/** `sync` calls back before it returns, `later` in another turn of the loop, `held` when the test says so. */
export type Timing = 'sync' | 'later' | 'held'

export class TestStore extends Store {
  readonly records = new Map<string, string>()
  /** `get <id>` and so on, in order. */
  readonly calls: string[] = []
  timing: Timing
  /** Takes a method over: what it returns, the store's method returns. */
  readonly takeOver: Partial<Record<Method, (call: Call) => unknown>> = {}
  readonly #held: Call[] = []
  readonly #wanted: { method: Method; resolve: (call: Call) => void }[] = []

  constructor(timing: Timing = 'later') {
    super()
    this.timing = timing
  }

  override get(id: string, callback: Callback): unknown {
    return this.#serve('get', id, undefined, callback)
  }

  override set(id: string, session: object, callback?: Callback): unknown {
    return this.#serve('set', id, session, callback)
  }

  override touch(id: string, session: object, callback?: Callback): unknown {
    return this.#serve('touch', id, session, callback)
  }

  override destroy(id: string, callback?: Callback): unknown {
    return this.#serve('destroy', id, undefined, callback)
  }

  /** The next question of this kind, as soon as it is asked. Only while `held`. */
  next(method: Method): Promise<Call> {
    const index = this.#held.findIndex((call) => call.method === method)
    if (index !== -1) return Promise.resolve(this.#held.splice(index, 1)[0]!)
    return new Promise((resolve) => {
      this.#wanted.push({ method, resolve })
    })
  }

  /** What is kept under this ID. */
  record(id: string): Record<string, unknown> | undefined {
    const text = this.records.get(id)
    return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>)
  }

  #serve(method: Method, id: string, session: object | undefined, callback: Callback = () => {}): unknown {
    this.calls.push(`${method} ${id}`)
    const commit = (): unknown => {
      if (method === 'get') return this.record(id) ?? null
      if (method === 'set') this.records.set(id, JSON.stringify(session))
      if (method === 'destroy') this.records.delete(id)
      const kept = this.record(id)
      if (method === 'touch' && kept !== undefined) {
        this.records.set(id, JSON.stringify({ ...kept, cookie: (session as { cookie: unknown }).cookie }))
      }
      return undefined
    }
    const call: Call = {
      method,
      id,
      session,
      commit,
      succeed: () => callback(null, commit() as never),
      fail: (error) => callback(error),
      answer: (error, value) => callback(error, value as never),
    }
    const takenOver = this.takeOver[method]
    if (takenOver !== undefined) return takenOver(call)
    if (this.timing === 'sync') call.succeed()
    else if (this.timing === 'later') setImmediate(call.succeed)
    else this.#hold(call)
    return undefined
  }

  #hold(call: Call): void {
    const index = this.#wanted.findIndex(({ method }) => method === call.method)
    if (index === -1) this.#held.push(call)
    else this.#wanted.splice(index, 1)[0]!.resolve(call)
  }
}
