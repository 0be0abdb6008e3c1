/**
 * Everything that the inspector's pages are made of: what it has recorded, how it looks at the store, and what it may do.
 */
import { withDeadline } from '../core/deadline.js'
import { SessionError } from '../core/errors.js'
import type { MountedGround } from '../core/ground-of.js'
import type { CookieSettings } from '../core/request-sessions.js'
import { Census } from './looking/census.js'
import type { Redact } from './looking/redaction.js'
import { Sight } from './looking/sight.js'
import { Total } from './looking/total.js'
import type { Overview, Pace } from './pages/overview.js'
import { tallied, type Recorder, type Tallied } from './recording/recorder.js'

/** Milliseconds for which a page waits for numbers that it can do without. */
const patience = 400
const lateOnes = 10
const measure = (): number => performance.now()

export class Desk {
  readonly recorder: Recorder
  readonly sight: Sight
  readonly redact: Redact
  readonly cookie: CookieSettings
  readonly #mounted: MountedGround
  readonly #total: Total
  readonly #census: Census

  constructor(mounted: MountedGround, recorder: Recorder, redact: Redact) {
    this.recorder = recorder
    this.redact = redact
    this.sight = new Sight(mounted)
    this.cookie = mounted.ground.cookie
    this.#mounted = mounted
    this.#total = new Total(this.sight, measure)
    this.#census = new Census(this.sight, measure)
  }

  /** About how many sessions there are; `undefined` where the store takes its time. */
  async total(): Promise<number | undefined> {
    await this.#waitFor(this.#total.refresh())
    return this.#total.last
  }

  /** Sessions were ended, so that what was counted is of no use. */
  countAgain(): void {
    this.#total.forget()
  }

  async overview(): Promise<Overview> {
    const trouble = await this.#waitFor(Promise.all([this.#total.refresh(), this.#census.advance()]))
    const { recorder } = this
    const { tallies, history } = recorder
    const { scale, latencies } = recorder.chart()
    const { columns, columnSeconds } = scale
    const pace = (name: Tallied): Pace => ({
      lastMinute: tallies.recent(name, 60),
      total: tallies.total(name),
      columns: tallies.columns(name, columns, columnSeconds),
    })
    return {
      minutes: (columns * columnSeconds) / 60,
      headcount: this.#census.headcount(this.#total.last),
      trouble,
      paces: Object.fromEntries(tallied.map((name) => [name, pace(name)])) as Overview['paces'],
      rejections: recorder.rejections(),
      latencies: { recent: latencies.recent(300 / columnSeconds), columns: latencies.columns() },
      operations: recorder.operations().map(([name, recent]) => [name, recent.recent(5)]),
      latest: history.latest(lateOnes),
    }
  }

  /** Answers what went wrong, if anything did. What takes too long goes on behind the page. */
  async #waitFor(work: Promise<unknown>): Promise<string | undefined> {
    try {
      await withDeadline(work, 'count', patience, this.#mounted.ground.clock)
      return undefined
    } catch (error) {
      const isSlow = error instanceof SessionError && error.code === 'ERR_SESSION_STORE_TIMEOUT'
      return isSlow ? 'The store has not answered yet.' : troubleOf(error)
    }
  }
}

/** What a person is told of a store that failed. Only our own words: those of drivers may name users and passwords. */
export function troubleOf(error: unknown): string {
  if (error instanceof SessionError) return `The store could not be asked: ${error.message}.`
  return 'The store failed. What it said is for the log of the app: listen to storeError, or look there.'
}
