/**
 * One run: two browsers in which a user is signed in, their requests side by side, and a record of what came of it.
 */
import type { IncomingMessage } from 'node:http'

import type { Scheduler } from 'fast-check'

import { withoutSuccessors } from '../../../src/core/predecessors.js'
import { isTombstone } from '../../../src/core/tombstones.js'
import { coatcheck, type CoatcheckOptions, type SessionStore, type Sessions } from '../../../src/index.js'
import { browsers, type AccountProgram, type AccountStep, type Browser } from './account-programs.js'
import { ask, type SessionedRequest } from './requests.js'
import { scheduledRecords } from './scheduled-stores.js'
import type { Data } from './subjects.js'
import { Turns } from './turns.js'

export const user = 'ann'
const secret = 'the laboratory signs with this secret'
const renewEvery = 60_000

/** Something that was asked for: from when to when, and how it ended. Moments count up. */
export interface Deed {
  readonly step: AccountStep
  readonly request: number
  readonly from: number
  to: number | undefined
  failure: string | undefined
  /** The origin of the session it was done to, or that it made. */
  readonly origin: string
}

export interface AccountTrace {
  readonly program: AccountProgram
  readonly number: number
  startedAt: number
  endedAt: number | undefined
  status: number
  sentCookie: string | undefined
  setCookie: string | undefined
  readonly saw: Data[]
  /** Tokens of changes, with the origin of the session that was changed. */
  readonly wrote: { readonly step: AccountStep; readonly token: string; readonly origin: string }[]
  readonly errors: string[]
}

export interface AccountHistory {
  readonly traces: readonly AccountTrace[]
  readonly deeds: readonly Deed[]
  readonly firstCookie: Readonly<Record<Browser, string>>
  readonly newestCookie: Readonly<Record<Browser, string>>
  /** The user's sessions at the end: their data, and the handle that leads there. */
  readonly living: readonly { readonly handle: string; readonly data: Data }[]
  /** The most that were there at once, at any moment. */
  readonly most: number
  /** The handles that the cookies lead to which browsers were ever handed. */
  readonly reachable: ReadonlySet<string>
  /** What a request with the browser's newest cookie finds at the end. */
  readonly found: Readonly<Record<Browser, Data>>
}

export interface AccountSubject {
  readonly name: string
  readonly newStore: () => SessionStore | Promise<SessionStore>
  readonly options?: Partial<CoatcheckOptions>
  readonly schedule?: (store: SessionStore, turns: Turns) => SessionStore
}

export async function runAccounts(
  { newStore, options, schedule = scheduledRecords }: AccountSubject,
  scheduler: Scheduler,
  programs: readonly AccountProgram[],
): Promise<AccountHistory> {
  const turns = new Turns(scheduler)
  const store = await newStore()
  const sessions = coatcheck({
    secret,
    store: schedule(store, turns),
    clock: turns.clock(),
    renewEvery,
    // Longer than all that may pass in a run: who comes after it is another story.
    tombstone: 100 * renewEvery,
    ...options,
  })
  try {
    return await new Run(sessions, store, turns).of(programs)
  } finally {
    await store.close()
  }
}

class Run {
  readonly #sessions: Sessions
  readonly #store: SessionStore
  readonly #turns: Turns
  readonly #firstCookie = {} as Record<Browser, string>
  readonly #newestCookie = {} as Record<Browser, string>
  readonly #handedOut = new Set<string>()
  readonly #deeds: Deed[] = []
  #most = 0
  #moment = 0

  constructor(sessions: Sessions, store: SessionStore, turns: Turns) {
    this.#sessions = sessions
    this.#store = store
    this.#turns = turns
  }

  async of(programs: readonly AccountProgram[]): Promise<AccountHistory> {
    for (const browser of browsers) await this.#arrive(browser)
    const traces = programs.map((program, number) => newTrace(program, number))
    for (const trace of traces) void this.#serve(trace)
    await this.#turns.run(() => this.#count())
    const living = await this.#alone(() => this.#sessions.exportUser(user))
    const found = {} as Record<Browser, Data>
    for (const browser of browsers) found[browser] = (await this.#lookUp(this.#newestCookie[browser])).data
    const reachable = new Set<string>()
    for (const cookie of this.#handedOut) reachable.add((await this.#lookUp(cookie)).handle)
    return {
      traces,
      deeds: this.#deeds,
      firstCookie: { ...this.#firstCookie },
      newestCookie: { ...this.#newestCookie },
      living: living.map(({ handle, data }) => ({ handle, data })),
      most: this.#most,
      reachable,
      found,
    }
  }

  async #arrive(browser: Browser): Promise<void> {
    const reply = ask(
      this.#sessions,
      undefined,
      async (req) => {
        Object.assign(req.session, { origin: browser, n: 0, list: [] })
        await this.#sessions.signIn(req, user)
      },
      (error) => {
        throw error
      },
    )
    await this.#turns.run()
    const { setCookie } = await reply
    if (setCookie === undefined) throw new Error('the run has no session to begin with')
    this.#firstCookie[browser] = setCookie
    this.#handed(browser, setCookie)
  }

  #handed(browser: Browser, cookie: string): void {
    this.#newestCookie[browser] = cookie
    this.#handedOut.add(cookie)
  }

  async #serve(trace: AccountTrace): Promise<void> {
    const { browser, cookie, delay } = trace.program
    for (let turn = 0; turn < delay; turn += 1) await this.#turns.take(`request ${trace.number} is on its way`)
    await this.#turns.take(`request ${trace.number} starts`)
    trace.startedAt = this.#tick()
    trace.sentCookie = cookie === 'first' ? this.#firstCookie[browser] : this.#newestCookie[browser]
    const handler = (req: SessionedRequest): Promise<void> => this.#handle(req, trace)
    const reply = await ask(this.#sessions, trace.sentCookie, handler, (error) => trace.errors.push(codeOf(error)))
    trace.endedAt = this.#tick()
    trace.status = reply.status
    trace.setCookie = reply.setCookie
    // A cookie that is taken back has no value.
    if (reply.setCookie !== undefined && !reply.setCookie.endsWith('=')) this.#handed(browser, reply.setCookie)
  }

  async #handle(req: SessionedRequest, trace: AccountTrace): Promise<void> {
    for (const [index, step] of trace.program.steps.entries()) {
      await this.#turns.take(`request ${trace.number}: ${step}`)
      if (typeof req.session !== 'object' || req.session === null) return
      trace.saw.push(JSON.parse(JSON.stringify(req.session)) as Data)
      try {
        await this.#step(step, req, trace, `${trace.number}-${index}`)
      } catch (error) {
        trace.errors.push(codeOf(error))
      }
    }
  }

  async #step(step: AccountStep, req: SessionedRequest, trace: AccountTrace, token: string): Promise<void> {
    const { session } = req
    const sessions = this.#sessions
    const note = (): void => {
      trace.wrote.push({ step, token, origin: String(session.origin) })
    }
    switch (step) {
      case 'read':
        break
      case 'set':
        session[token] = 1
        note()
        break
      case 'append':
        session.list = [...((session.list as string[] | undefined) ?? []), token]
        note()
        break
      case 'save':
        await session.save()
        break
      case 'update':
        await sessions.update(req, (data) => {
          data.n = Number(data.n ?? 0) + 1
        })
        note()
        break
      case 'time passes':
        this.#turns.elapse(renewEvery)
        break
      case 'sign in': {
        const since = this.#turns.now()
        session.origin = token
        await this.#do(step, trace, token, () => sessions.signIn(req, user, { since }))
        break
      }
      case 'prove again':
        await this.#do(step, trace, String(session.origin), () => sessions.reauthenticate(req))
        break
      case 'sign out':
        await this.#do(step, trace, String(session.origin), () => sessions.signOut(req))
        break
      case 'end one': {
        const [listed] = await sessions.exportUser(user)
        if (listed === undefined) return
        await this.#do(step, trace, String(listed.data.origin), async () => {
          if (!(await sessions.revoke(listed.handle))) throw new Error('gone')
        })
        break
      }
      case 'end all':
        await this.#do(step, trace, '', () => sessions.revokeUser(user))
        break
      case 'end all others': {
        const { handle, userId } = sessions.info(req)!
        if (userId !== user) return
        await this.#do(step, trace, String(session.origin), () => sessions.revokeUser(user, { except: handle }))
        break
      }
      case 'end everyone':
        await this.#do(step, trace, '', () => sessions.revokeEveryone())
        break
    }
  }

  async #do(step: AccountStep, { number }: AccountTrace, origin: string, work: () => Promise<unknown>): Promise<void> {
    const deed: Deed = { step, request: number, from: this.#tick(), to: undefined, failure: undefined, origin }
    this.#deeds.push(deed)
    try {
      await work()
    } catch (error) {
      deed.failure = codeOf(error)
      throw error
    } finally {
      deed.to = this.#tick()
    }
  }

  /** After each turn: how many sessions has the user at this moment? Known only of a store that answers at once. */
  #count(): void {
    const kept = this.#store.listByUser(user)
    if (kept instanceof Promise) return
    const living = withoutSuccessors(kept.filter(({ record }) => !isTombstone(record)))
    this.#most = Math.max(this.#most, living.length)
  }

  /** Peeks, so that looking changes nothing. */
  async #lookUp(cookie: string): Promise<{ handle: string; data: Data }> {
    const req = { headers: { cookie } } as IncomingMessage
    const left = await this.#alone(() => this.#sessions.peek(req))
    const found = left && (await this.#alone(() => this.#sessions.find(left.handle)))
    return found === undefined
      ? { handle: '', data: {} }
      : { handle: found.handle, data: { ...found.data, user: found.userId } }
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const answer = work()
    await this.#turns.run()
    return answer
  }

  #tick(): number {
    return (this.#moment += 1)
  }
}

function newTrace(program: AccountProgram, number: number): AccountTrace {
  return {
    program,
    number,
    startedAt: 0,
    endedAt: undefined,
    status: 0,
    sentCookie: undefined,
    setCookie: undefined,
    saw: [],
    wrote: [],
    errors: [],
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error ? ((error as { code?: string }).code ?? error.message) : String(error)
}
