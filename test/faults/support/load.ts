/**
 * Visitors who never stop asking, and a count of all that must not happen while the store is in trouble.
 */
import type { Sessions } from '../../../src/index.js'
import { ask, type SessionedRequest } from '../../races/support/requests.js'

/** What went wrong; every number of a healthy session layer is 0, whatever its store does. */
export interface Damage {
  /** Changes that the app was told are stored, and that are not. */
  acknowledgedWritesLost: number
  /** Requests that took longer than the deadline and a second. */
  tooSlow: number
  /** Requests that saw another visitor's session, or one that nobody gave them. */
  wrongAnswers: number
  unhandledRejections: number
}

interface Visitor {
  readonly name: string
  readonly cookie: string
  /** What the app was told is stored. */
  acknowledged: { updates: number; saves: number }
  asked: number
  failures: number
  successes: number
}

const patience = 1000

export class Load {
  readonly damage: Damage = { acknowledgedWritesLost: 0, tooSlow: 0, wrongAnswers: 0, unhandledRejections: 0 }
  readonly #sessions: Sessions
  readonly #limit: number
  readonly #visitors: Visitor[] = []
  readonly #wakers = new Set<() => void>()
  #running: Promise<unknown> = Promise.resolve()
  #stopped = false
  readonly #unhandled = (): void => {
    this.damage.unhandledRejections += 1
  }

  constructor(sessions: Sessions, storeTimeout: number) {
    this.#sessions = sessions
    this.#limit = storeTimeout + patience
  }

  async start(visitors: number): Promise<void> {
    process.on('unhandledRejection', this.#unhandled)
    for (let index = 0; index < visitors; index += 1) this.#visitors.push(await this.#arrive(`visitor ${index}`))
    this.#running = Promise.all([...this.#visitors.map((visitor) => this.#keepAsking(visitor)), this.#keepKnocking()])
  }

  /** Resolves when every visitor has had `times` more requests that failed, or that succeeded; answers the milliseconds it took. */
  untilEach(what: 'failures' | 'successes', times: number): Promise<number> {
    return this.untilSome(this.#visitors.length, what, times)
  }

  /** The same for so many of the visitors, whoever they are. */
  async untilSome(visitors: number, what: 'failures' | 'successes', times: number): Promise<number> {
    const began = performance.now()
    const goals = this.#visitors.map((visitor) => visitor[what] + times)
    const isThere = (): boolean =>
      this.#visitors.filter((visitor, index) => visitor[what] >= goals[index]!).length >= visitors
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!isThere()) return
        this.#wakers.delete(look)
        resolve()
      }
      this.#wakers.add(look)
      look()
    })
    return performance.now() - began
  }

  /** Lets the last requests end, and looks whether all that was acknowledged is there. */
  async stop(): Promise<Damage> {
    this.#stopped = true
    await this.#running
    for (const visitor of this.#visitors) await this.#ask(visitor, async (req) => this.#look(req, visitor))
    await new Promise(setImmediate)
    process.off('unhandledRejection', this.#unhandled)
    return this.damage
  }

  async #arrive(name: string): Promise<Visitor> {
    const reply = await ask(
      this.#sessions,
      undefined,
      async ({ session }) => void Object.assign(session, { owner: name, updates: 0, saves: 0 }),
      (error) => {
        throw error
      },
    )
    const acknowledged = { updates: 0, saves: 0 }
    return { name, cookie: reply.setCookie!, acknowledged, asked: 0, failures: 0, successes: 0 }
  }

  async #keepAsking(visitor: Visitor): Promise<void> {
    while (!this.#stopped) {
      visitor.asked += 1
      const done = await this.#ask(visitor, (req) => this.#work(req, visitor))
      visitor[done ? 'successes' : 'failures'] += 1
      for (const wake of this.#wakers) wake()
      await new Promise(setImmediate)
    }
  }

  /** Somebody without a session, who must stay that. */
  async #keepKnocking(): Promise<void> {
    while (!this.#stopped) {
      await this.#ask(undefined, async ({ session }) => {
        if (Object.keys(session).length > 1) this.damage.wrongAnswers += 1
      })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** A change by update(), or one by save(). What resolves is acknowledged. */
  async #work(req: SessionedRequest, visitor: Visitor): Promise<void> {
    this.#look(req, visitor)
    const { session } = req
    // An empty session in place of one that cannot be had: nothing to change.
    if (session.owner === undefined) throw new Error('stand-in')
    if (visitor.asked % 2 === 0) {
      const updates = await this.#sessions.update(req, (data) => (data.updates = Number(data.updates) + 1))
      visitor.acknowledged.updates = updates
    } else {
      const saves = Number(session.saves) + 1
      session.saves = saves
      await session.save()
      visitor.acknowledged.saves = saves
    }
  }

  #look({ session }: SessionedRequest, { name, acknowledged }: Visitor): void {
    if (session.owner === undefined) {
      if (Object.keys(session).length > 1) this.damage.wrongAnswers += 1
      return
    }
    if (session.owner !== name) this.damage.wrongAnswers += 1
    if (Number(session.updates) < acknowledged.updates || Number(session.saves) < acknowledged.saves) {
      this.damage.acknowledgedWritesLost += 1
    }
  }

  async #ask(visitor: Visitor | undefined, handler: (req: SessionedRequest) => Promise<void>): Promise<boolean> {
    const began = performance.now()
    let failed = false
    await ask(this.#sessions, visitor?.cookie, handler, () => {
      failed = true
    })
    if (performance.now() - began > this.#limit) this.damage.tooSlow += 1
    return !failed
  }
}

export const unharmed: Damage = { acknowledgedWritesLost: 0, tooSlow: 0, wrongAnswers: 0, unhandledRejections: 0 }
