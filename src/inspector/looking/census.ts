/**
 * How many sessions are signed in, and how many are nobody's: counted by looking at one after the other, a little at a time and only while
 * somebody watches. Of more than a few thousand it is an estimate, and says so.
 */
import type { Sight } from './sight.js'

interface Lap {
  readonly looked: number
  readonly living: number
  readonly signedIn: number
}

export interface Headcount {
  readonly living: number
  readonly signedIn: number
  readonly anonymous: number
  /** Every session was counted at `at`; otherwise the shares are those of the `looked` records that were looked at by then. */
  readonly exact: boolean
  readonly looked: number
  readonly at: number
}

const batch = 500
const batchesAtOnce = 4
/** Milliseconds that one go may take before it leaves the rest to the next. */
const longestGo = 50
/** What the census costs at most: each go is followed by this many times its own length of rest. */
const rest = 20
const nothing: Lap = { looked: 0, living: 0, signedIn: 0 }

export class Census {
  readonly #sight: Sight
  readonly #measure: () => number
  #cursor: string | undefined
  #lap: Lap = nothing
  #finished: (Lap & { readonly at: number }) | undefined
  #lookedAt: number | undefined
  #restUntil = -Infinity
  #underWay: Promise<void> | undefined

  /** `measure`: a stopwatch in milliseconds. */
  constructor(sight: Sight, measure: () => number) {
    this.#sight = sight
    this.#measure = measure
  }

  /** Goes on for a moment, unless it has to rest. Rejects when the store fails. */
  async advance(): Promise<void> {
    if (this.#sight.now < this.#restUntil) return
    this.#underWay ??= this.#go().finally(() => {
      this.#underWay = undefined
    })
    return this.#underWay
  }

  /** `total`: how many records there are now. `undefined` until the census has looked for the first time. */
  headcount(total: number | undefined): Headcount | undefined {
    const known = this.#finished
    // A store that fits into one go is counted anew each time; of a larger one the shares are known, and how many there are now.
    if (known !== undefined && known.looked <= batch * batchesAtOnce) {
      return { ...sides(known), exact: true, looked: known.looked, at: known.at }
    }
    if (this.#lookedAt === undefined) return undefined
    const { looked, living, signedIn } = known ?? this.#lap
    const scale = looked === 0 ? 0 : (total ?? looked) / looked
    const estimate = { living: roughly(living * scale), signedIn: roughly(signedIn * scale) }
    return { ...sides(estimate), exact: false, looked, at: known?.at ?? this.#lookedAt }
  }

  async #go(): Promise<void> {
    const started = this.#measure()
    try {
      for (let batches = 0; batches < batchesAtOnce; batches += 1) {
        const isDone = await this.#look()
        if (isDone || this.#measure() - started > longestGo) break
        await new Promise(setImmediate)
      }
    } finally {
      this.#restUntil = this.#sight.now + (this.#measure() - started) * rest
    }
  }

  async #look(): Promise<boolean> {
    if (this.#cursor === undefined) this.#lap = nothing
    const { records, cursor } = await this.#sight.page(this.#cursor, batch)
    const living = records.filter((kept) => this.#sight.isLiving(kept))
    const signedIn = living.filter(({ record }) => record.userId !== undefined).length
    this.#lap = {
      looked: this.#lap.looked + records.length,
      living: this.#lap.living + living.length,
      signedIn: this.#lap.signedIn + signedIn,
    }
    this.#cursor = cursor
    this.#lookedAt = this.#sight.now
    if (cursor !== undefined) return false
    this.#finished = { ...this.#lap, at: this.#lookedAt }
    return true
  }
}

/** As many digits as an estimate has to say. */
function roughly(value: number): number {
  return Number(value.toPrecision(3))
}

function sides({
  living,
  signedIn,
}: Pick<Lap, 'living' | 'signedIn'>): Pick<Headcount, 'living' | 'signedIn' | 'anonymous'> {
  return { living, signedIn, anonymous: living - signedIn }
}
