/**
 * What must hold however requests run into each other, each with the requests that put it to the test.
 */
import { programsOf, writes, type Name, type Program } from './programs.js'
import { fc } from './fast-check.js'
import type { History, Trace } from './history.js'

export interface Invariant {
  readonly name: string
  readonly programs: fc.Arbitrary<Program[]>
  /** What was broken, in words; `undefined` when all is well. */
  readonly broken: (history: History) => string | undefined
}

const both: readonly Name[] = ['ann', 'ben']

export const nothingLost: Invariant = {
  name: 'no update is lost: changes to different paths, appends, deletions and increments are all kept, each once',
  programs: programsOf(['read', ...writes]),
  broken({ traces, kept }) {
    const first = kept.find((data) => data.first === 'ann')
    if (first === undefined) return 'the session is gone'
    const list = first.list as string[]
    const nested = first.nested as Record<string, unknown>
    const wrote = traces.flatMap(({ wroteFirst, number }) => wroteFirst.map((write) => ({ ...write, number })))
    for (const { step, token, number } of wrote) {
      if (step === 'set' && first[token] !== 'ann') return `${token} is lost`
      if ((step === 'nested' || step === 'update') && nested[token] !== 'ann') return `nested ${token} is lost`
      if (step === 'delete' && `old${number}` in first) return `the deletion of old${number} is lost`
      if (step !== 'append') continue
      const times = list.filter((item) => item === token).length
      if (times !== 1) return `${token} is in the list ${times} times`
    }
    const updates = wrote.filter(({ step }) => step === 'update').length
    return first.n === updates ? undefined : `${updates} increments count ${String(first.n)}`
  },
}

export const staysEnded: Invariant = {
  name: 'a session that was signed out, here or elsewhere, is never there again',
  programs: programsOf(['read', ...writes, 'sign out', 'sign out', 'sign out elsewhere']),
  broken: revival,
}

export const oldIdIsDead: Invariant = {
  name: 'the record of an ID that was given up at sign-in is never there again, and the ID leads nowhere',
  programs: programsOf(['read', ...writes, 'sign in', 'sign in']),
  broken(history) {
    const late = lateTraces(history).find(({ saw }) => Object.keys(saw[0] ?? {}).length > 1)
    if (late !== undefined) return `request ${late.number} came with the dead ID and got ${JSON.stringify(late.saw[0])}`
    return revival(history)
  },
}

export const newSessionIsApart: Invariant = {
  name: 'a late request neither reads nor changes the session that the sign-in led to',
  programs: programsOf(['read', ...writes, 'sign in']),
  broken({ traces, kept, firstCookie }) {
    for (const { signedIn, saw, sentCookie, program, number } of traces) {
      if (sentCookie !== firstCookie[program.visitor] || signedIn.length > 0) continue
      const seen = saw.find(({ user }) => user !== undefined)
      if (seen !== undefined) return `request ${number} with the old ID saw the session of ${String(seen.user)}`
    }
    const signedIn = kept.filter(({ user }) => user !== undefined)
    for (const data of signedIn) {
      const strangers = traces.filter(({ sentCookie, signedIn: users, program }) => {
        return sentCookie === firstCookie[program.visitor] && !users.includes(String(data.user))
      })
      const text = JSON.stringify(data)
      const stranger = strangers.find(({ program, number }) => text.includes(`${program.visitor}-${number}-`))
      if (stranger !== undefined) return `request ${stranger.number} with the old ID wrote into ${text}`
    }
    return undefined
  },
}

export const lateSetsNoCookie: Invariant = {
  name: 'a late response with an ended or given-up session sets no cookie',
  programs: fc.oneof(
    programsOf(['read', 'set', 'save', 'update', 'sign in']),
    programsOf(['read', ...writes, 'sign in', 'sign out']),
  ),
  broken(history) {
    const { traces, firstCookie, endedAt } = history
    for (const { setCookie, startedAt, endedAt: answeredAt, program, number, signedIn, sentCookie } of traces) {
      const end = endedAt[program.visitor]
      if (end === undefined || answeredAt === undefined || signedIn.length > 0) continue
      if (sentCookie !== firstCookie[program.visitor] || setCookie !== sentCookie) continue
      if (answeredAt > end)
        return `request ${number} began at ${startedAt}, and at ${answeredAt} set the cookie that was dead at ${end}`
    }
    const late = lateTraces(history).find(({ setCookie, signedIn }) => setCookie !== undefined && signedIn.length === 0)
    return late !== undefined && !history.traces.some(({ signedOut }) => signedOut)
      ? `request ${late.number} came with the given-up ID and got the cookie ${late.setCookie}`
      : undefined
  },
}

export const signInStands: Invariant = {
  name: 'a sign-in stands: at the end the browser holds a cookie that leads to a signed-in session',
  programs: programsOf(['set', 'append', 'save', 'update', 'sign in']),
  broken({ traces, found }) {
    if (!traces.some(({ signedIn }) => signedIn.length > 0)) return undefined
    return found.ann.user === undefined ? `the browser ended up with ${JSON.stringify(found.ann)}` : undefined
  },
}

export const nobodyElsesData: Invariant = {
  name: "no visitor's data is seen or kept under another's session",
  programs: programsOf(['read', ...writes, 'reload', 'sign in', 'sign out'], both),
  broken({ traces, kept }) {
    for (const { program, saw, number } of traces) {
      const other = program.visitor === 'ann' ? 'ben' : 'ann'
      if (JSON.stringify(saw).includes(other))
        return `request ${number} of ${program.visitor} saw ${JSON.stringify(saw)}`
    }
    const mixed = kept.map((data) => JSON.stringify(data)).find((text) => text.includes('ann') && text.includes('ben'))
    return mixed === undefined ? undefined : `kept: ${mixed}`
  },
}

// What an app is told about a session that ended while it used it.
const meantErrors = new Set(['ERR_SESSION_NOT_FOUND', 'ERR_SESSION_NO_SESSION'])

export const everyRequestEnds: Invariant = {
  name: 'every request ends, and none fails but for saying that its session has ended',
  programs: programsOf(['read', ...writes, 'reload', 'sign in', 'sign out', 'sign out elsewhere'], both),
  broken({ traces, endedAt }) {
    for (const { endedAt: answeredAt, number, status, errors, program } of traces) {
      if (answeredAt === undefined) return `request ${number} never ended`
      if (status !== 200) return `request ${number} ended with ${status}: ${errors.join(', ')}`
      const failure = errors.find((code) => endedAt[program.visitor] === undefined || !meantErrors.has(code))
      if (failure !== undefined) return `request ${number} was told ${failure}`
    }
    return undefined
  },
}

export const invariants: readonly Invariant[] = [
  nothingLost,
  staysEnded,
  oldIdIsDead,
  newSessionIsApart,
  lateSetsNoCookie,
  signInStands,
  nobodyElsesData,
  everyRequestEnds,
]

function revival({ kept, endedAt, revived }: History): string | undefined {
  if (revived.length > 0) return `the session of ${revived.join(' and ')} was there again after it had gone`
  const back = kept.find(({ first }) => first !== undefined && endedAt[first as Name] !== undefined)
  return back === undefined ? undefined : `kept after its end: ${JSON.stringify(back)}`
}

/** Requests that began with the first cookie when its session was known to have ended. */
function lateTraces({ traces, firstCookie, endedAt }: History): readonly Trace[] {
  return traces.filter(({ startedAt, sentCookie, program }) => {
    const end = endedAt[program.visitor]
    return end !== undefined && startedAt > end && sentCookie === firstCookie[program.visitor]
  })
}
