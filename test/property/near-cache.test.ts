/**
 * The near-cache against a model of a server that tells what has changed: in any order of events no answer from it is older than what
 * its process knows, and once all that was said has arrived none is older than what the server has.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { SessionRecord } from '../../src/core/record.js'
import type { Tracking } from '../../src/stores/redis/engine.js'
import { NearCache } from '../../src/stores/redis/near-cache.js'
import { fakeClock } from '../../src/testing/index.js'
import { hour, record, start } from '../stores/support.js'

type Key = 'a' | 'b'
const keys: readonly Key[] = ['a', 'b']

/** When a server tells a client of what that client itself has changed: Redis 6 before it answers, Redis 7 after, with NOLOOP never. */
type TellsOwn = 'before' | 'after' | 'never with'

/** Something on its way that arrives, or is lost with the connection. */
interface Underway {
  readonly arrive: () => void
  readonly lost: () => void
}

class Model implements Tracking {
  readonly near: NearCache
  readonly faults: string[] = []
  readonly #tellsOwn: TellsOwn
  #listener: (id: string | undefined) => void = () => {}
  #epoch: number | undefined = 1
  #epochs = 1
  /** What the server has, by the moment since which it has it. The moment is the record's version. */
  readonly #kept = new Map<Key, number>()
  readonly #since = new Map<Key, number>()
  #moment = 0
  readonly #tracked = new Set<string>()
  #toServer: Underway[] = []
  #toClient: Underway[] = []
  /** The newest moment of each key that this process was told of, in answers. */
  readonly #known = new Map<Key, number>()

  constructor(tellsOwn: TellsOwn) {
    this.#tellsOwn = tellsOwn
    this.near = new NearCache(this, { maxAge: hour, maxEntries: 10 }, fakeClock(start))
  }

  connection(): number | undefined {
    return this.#epoch
  }

  listen(listener: (id: string | undefined) => void): () => void {
    this.#listener = listener
    return () => {}
  }

  read(key: Key): void {
    const answer = this.near.read(key, () => this.#get(key))
    if (answer instanceof Promise) answer.catch(() => {})
    else if (answer!.version < (this.#known.get(key) ?? 0)) this.faults.push(`${key} was answered older than was known`)
  }

  /** `twice`: the server does not know the script, and is asked again with its text. */
  change(key: Key, kind: 'write' | 'end', twice: boolean): void {
    const change = async (): Promise<void> => {
      if (twice) await this.#ask((answer) => answer(() => 'NOSCRIPT'))
      await this.#ask((answer) => {
        const moment = this.#change(key, kind)
        const told = this.#tracked.delete(key)
        if (told && this.#tellsOwn === 'before') this.#tell(key)
        answer(() => this.#learn(key, moment))
        if (told && this.#tellsOwn === 'after') this.#tell(key)
      })
    }
    this.near.changing([key], change).catch(() => {})
  }

  changeElsewhere(key: Key, kind: 'write' | 'end'): void {
    this.#change(key, kind)
    if (this.#tracked.delete(key)) this.#tell(key)
  }

  flush(): void {
    for (const key of keys) this.#change(key, 'end')
    this.#tracked.clear()
    this.#tell(undefined)
  }

  /** The server does what it was asked first. */
  serve(): void {
    if (this.#epoch !== undefined) this.#toServer.shift()?.arrive()
  }

  /** So much of what the server said arrives in one piece. */
  arrive(count: number): void {
    for (const { arrive } of this.#toClient.splice(0, count)) arrive()
  }

  /** `resends`: what the server has not done yet is asked again over the next connection. */
  break(resends: boolean): void {
    this.#epoch = undefined
    this.#tracked.clear()
    const lost = resends ? this.#toClient : [...this.#toClient, ...this.#toServer.splice(0)]
    this.#toClient = []
    for (const each of lost) each.lost()
  }

  connect(): void {
    if (this.#epoch === undefined) this.#epoch = this.#epochs += 1
  }

  async end(): Promise<void> {
    this.connect()
    while (this.#toServer.length > 0) this.serve()
    this.arrive(Infinity)
    await turn()
    for (const key of keys) {
      const answer = this.near.read(key, async () => undefined)
      if (!(answer instanceof Promise) && answer!.version !== this.#kept.get(key)) {
        this.faults.push(`${key} is answered as it is no more`)
      }
    }
  }

  #get(key: Key): Promise<SessionRecord | undefined> {
    return this.#ask((answer) => {
      this.#tracked.add(key)
      const version = this.#kept.get(key)
      const since = this.#since.get(key) ?? 0
      answer(() => {
        this.#learn(key, since)
        return version === undefined ? undefined : record({ version })
      })
    })
  }

  #ask<T>(serve: (answer: (value: () => T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const lost = (): void => reject(new Error('lost'))
      const answer = (value: () => T): void => {
        this.#toClient.push({ arrive: () => resolve(value()), lost })
      }
      this.#toServer.push({ arrive: () => serve(answer), lost })
    })
  }

  #change(key: Key, kind: 'write' | 'end'): number {
    this.#moment += 1
    this.#since.set(key, this.#moment)
    if (kind === 'write') this.#kept.set(key, this.#moment)
    else this.#kept.delete(key)
    return this.#moment
  }

  #tell(key: string | undefined): void {
    this.#toClient.push({ arrive: () => this.#listener(key), lost: () => {} })
  }

  #learn(key: Key, moment: number): void {
    this.#known.set(key, Math.max(moment, this.#known.get(key) ?? 0))
  }
}

/** Everything that waits for an answer which has arrived goes on. */
async function turn(): Promise<void> {
  for (let step = 0; step < 8; step += 1) await Promise.resolve()
}

const key = fc.constantFrom(...keys)
const kind = fc.constantFrom('write' as const, 'end' as const)
const event: fc.Arbitrary<(model: Model) => void> = fc.oneof(
  { weight: 4, arbitrary: key.map((of) => (model: Model) => model.read(of)) },
  { weight: 4, arbitrary: fc.constant((model: Model) => model.serve()) },
  { weight: 4, arbitrary: fc.nat(3).map((count) => (model: Model) => model.arrive(count + 1)) },
  { weight: 2, arbitrary: fc.tuple(key, kind, fc.boolean()).map((of) => (model: Model) => model.change(...of)) },
  { weight: 2, arbitrary: fc.tuple(key, kind).map((of) => (model: Model) => model.changeElsewhere(...of)) },
  { weight: 1, arbitrary: fc.boolean().map((resends) => (model: Model) => model.break(resends)) },
  { weight: 2, arbitrary: fc.constant((model: Model) => model.connect()) },
  { weight: 1, arbitrary: fc.constant((model: Model) => model.flush()) },
)

describe.each(['before', 'after', 'never with'] as const)(
  'over a server that tells a client of its own changes: %s its answer',
  (tells) => {
    it('nothing is answered from it that is older than what is known', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(event, { maxLength: 60, size: 'max' }), async (events) => {
          const model = new Model(tells)
          for (const happen of events) {
            happen(model)
            await turn()
          }
          await model.end()
          expect(model.faults).toEqual([])
        }),
        { numRuns: 1_500 },
      )
    })
  },
)
