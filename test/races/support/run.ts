/**
 * One run: two visitors with a session each, their requests side by side, and a record of what came of it.
 */
import type { Scheduler } from 'fast-check'

import { newTrace, type History, type Trace } from './history.js'
import type { Name, Program, Step } from './programs.js'
import { ask, type SessionedRequest } from './requests.js'
import type { Bench, Data, Subject } from './subjects.js'
import { Turns } from './turns.js'

const names: readonly Name[] = ['ann', 'ben']

export async function run(subject: Subject, scheduler: Scheduler, programs: readonly Program[]): Promise<History> {
  const turns = new Turns(scheduler)
  const bench = await subject.open(turns)
  try {
    return await new Run(bench, turns).of(programs)
  } finally {
    await bench.close()
  }
}

class Run {
  readonly #bench: Bench
  readonly #turns: Turns
  readonly #firstCookie = {} as Record<Name, string>
  readonly #newestCookie = {} as Record<Name, string>
  readonly #endedAt: Partial<Record<Name, number>> = {}
  readonly #gone = new Set<Name>()
  readonly #revived = new Set<Name>()
  #moment = 0

  constructor(bench: Bench, turns: Turns) {
    this.#bench = bench
    this.#turns = turns
  }

  async of(programs: readonly Program[]): Promise<History> {
    for (const name of names) await this.#arrive(name)
    const traces = programs.map((program, number) => newTrace(program, number))
    for (const trace of traces) void this.#serve(trace)
    await this.#turns.run(() => this.#look())
    const found = {} as Record<Name, Data>
    for (const name of names) found[name] = await this.#lookUp(this.#newestCookie[name])
    const kept = await this.#bench.kept()
    return {
      traces,
      kept,
      firstCookie: this.#firstCookie,
      newestCookie: this.#newestCookie,
      endedAt: this.#endedAt,
      revived: [...this.#revived],
      found,
    }
  }

  /** The visitor's first session. */
  async #arrive(name: Name): Promise<void> {
    const start = async ({ session }: SessionedRequest): Promise<void> => {
      Object.assign(session, {
        owner: name,
        first: name,
        n: 0,
        list: [],
        nested: {},
        old0: 1,
        old1: 1,
        old2: 1,
        old3: 1,
      })
    }
    let failure: unknown
    const reply = ask(this.#bench.sessions, undefined, start, (error) => (failure = error))
    await this.#turns.run()
    if (failure !== undefined) throw failure
    const { setCookie } = await reply
    if (setCookie === undefined) throw new Error('the run has no session to begin with')
    this.#firstCookie[name] = setCookie
    this.#newestCookie[name] = setCookie
  }

  async #serve(trace: Trace): Promise<void> {
    const { visitor, cookie, delay } = trace.program
    for (let turn = 0; turn < delay; turn += 1) await this.#turns.take(`request ${trace.number} is on its way`)
    await this.#turns.take(`request ${trace.number} starts`)
    trace.startedAt = this.#tick()
    trace.sentCookie = cookie === 'first' ? this.#firstCookie[visitor] : this.#newestCookie[visitor]
    const handler = (req: SessionedRequest): Promise<void> => this.#handle(req, trace)
    const reply = await ask(this.#bench.sessions, trace.sentCookie, handler, (error) =>
      trace.errors.push(codeOf(error)),
    )
    trace.endedAt = this.#tick()
    trace.status = reply.status
    trace.setCookie = reply.setCookie
    // The browser that has been handed a cookie sends that one from now on.
    if (reply.setCookie !== undefined) this.#newestCookie[visitor] = reply.setCookie
  }

  async #handle(req: SessionedRequest, trace: Trace): Promise<void> {
    for (const [index, step] of trace.program.steps.entries()) {
      await this.#turns.take(`request ${trace.number}: ${step}`)
      // What was ended, or belongs to nobody yet, is not written to.
      if (typeof req.session !== 'object' || req.session === null) return
      trace.saw.push(JSON.parse(JSON.stringify(req.session)) as Data)
      try {
        await this.#step(step, req, trace, `${trace.program.visitor}-${trace.number}-${index}`)
      } catch (error) {
        trace.errors.push(codeOf(error))
      }
    }
  }

  async #step(step: Step, req: SessionedRequest, trace: Trace, token: string): Promise<void> {
    const { session } = req
    const { visitor } = trace.program
    const note = (): void => {
      const wrote = session.first === visitor ? trace.wroteFirst : trace.wroteLater
      wrote.push({ step, token })
    }
    switch (step) {
      case 'read':
        break
      case 'set':
        session[token] = visitor
        note()
        break
      case 'nested':
        session.nested = Object.assign((session.nested as object | undefined) ?? {}, { [token]: visitor })
        note()
        break
      case 'append':
        session.list = [...((session.list as string[] | undefined) ?? []), token]
        note()
        break
      case 'delete':
        delete session[`old${trace.number}`]
        note()
        break
      case 'save':
        await session.save()
        break
      case 'reload':
        await session.reload()
        break
      case 'update':
        await this.#bench.sessions.update(req, (data) => {
          data.n = Number(data.n ?? 0) + 1
          ;(data.nested as Data | undefined) ??= {}
          ;(data.nested as Data)[token] = visitor
        })
        note()
        break
      case 'sign in': {
        const isFirst = session.first === visitor
        await session.regenerate()
        if (isFirst) this.#ended(visitor)
        Object.assign(req.session, { owner: visitor, user: token })
        trace.signedIn.push(token)
        break
      }
      case 'sign out': {
        const isFirst = session.first === visitor
        trace.signedOut = true
        await session.destroy()
        if (isFirst) this.#ended(visitor)
        break
      }
      case 'sign out elsewhere': {
        const isFirst = session.first === visitor
        trace.signedOut = true
        await this.#endElsewhere(req, trace.sentCookie)
        if (isFirst) this.#ended(visitor)
        break
      }
    }
  }

  /** As the page with all devices does. Who has a callback store has only its own layers for that. */
  async #endElsewhere({ session, sessionStore }: SessionedRequest, cookie: string | undefined): Promise<void> {
    const { elsewhere } = this.#bench
    if (elsewhere !== undefined) {
      await ask(
        elsewhere,
        cookie,
        (other) => other.session.destroy(),
        () => {},
      )
      return
    }
    await new Promise<void>((resolve, reject) => {
      sessionStore.destroy(session.id, (error) => (error ? reject(error) : resolve()))
    })
  }

  #ended(name: Name): void {
    this.#endedAt[name] ??= this.#tick()
  }

  /** After each turn: is what was gone still gone? */
  #look(): void {
    const kept = this.#bench.kept()
    if (kept instanceof Promise) return
    for (const name of names) this.#note(name, kept)
  }

  #note(name: Name, kept: readonly Data[]): void {
    const present = kept.some(({ first }) => first === name)
    if (!present) this.#gone.add(name)
    else if (this.#gone.has(name)) this.#revived.add(name)
  }

  async #lookUp(cookie: string): Promise<Data> {
    let found: Data = {}
    const reply = ask(
      this.#bench.sessions,
      cookie,
      async ({ session }) => {
        found = JSON.parse(JSON.stringify(session)) as Data
      },
      () => {},
    )
    await this.#turns.run()
    await reply
    return found
  }

  #tick(): number {
    return (this.#moment += 1)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error ? ((error as { code?: string }).code ?? error.message) : String(error)
}
