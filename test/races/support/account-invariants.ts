/**
 * What must hold of a user's sessions however requests run into each other, each with the requests that put it to the test.
 */
import { accountPrograms, changes, type AccountProgram, type AccountStep } from './account-programs.js'
import type { AccountHistory, Deed } from './account-run.js'
import type { fc } from './fast-check.js'

export interface AccountInvariant {
  readonly name: string
  readonly programs: fc.Arbitrary<AccountProgram[]>
  /** What was broken, in words; `undefined` when all is well. */
  readonly broken: (history: AccountHistory) => string | undefined
}

const endsAll: ReadonlySet<AccountStep> = new Set(['end all', 'end everyone'])

export const endOfAllHolds: AccountInvariant = {
  name: 'the end of all sessions holds: no session that began before it lives, and no sign-in that was under way, whatever renews meanwhile',
  programs: accountPrograms(['set', 'time passes', 'time passes', 'sign in', 'end all', 'end all', 'end everyone']),
  broken({ deeds, living, traces }) {
    for (const end of done(deeds).filter(({ step }) => endsAll.has(step))) {
      const late = sawAfter(traces, end, (origin) => beganAt(deeds, origin) < end.from)
      if (late !== undefined) return late
      const survivor = living.find(({ data }) => beganAt(deeds, data.origin) < end.from)
      if (survivor !== undefined) {
        return `${String(survivor.data.origin)} began at ${beganAt(deeds, survivor.data.origin)} and outlived '${end.step}' of ${end.from} to ${end.to}`
      }
    }
    return undefined
  },
}

export const endOfOthersSparesOne: AccountInvariant = {
  name: 'the end of all others spares the session it is asked from, also when that is renewed meanwhile, and no other',
  programs: accountPrograms(['read', 'time passes', 'time passes', 'end all others']),
  broken({ deeds, living }) {
    const ends = done(deeds)
    // Who asks from both sides at once may find none left.
    if (ends.length === 0 || new Set(ends.map(({ origin }) => origin)).size > 1) return undefined
    const [{ origin }] = ends as [Deed]
    const names = living.map(({ data }) => String(data.origin))
    return names.length === 1 && names[0] === origin
      ? undefined
      : `from ${origin} the others were ended, and there is ${names.join(', ') || 'none'}`
  },
}

export const endedStaysEnded: AccountInvariant = {
  name: 'a session that was signed out or revoked, also during its renewal, is gone and stays gone',
  programs: accountPrograms([...changes, 'time passes', 'time passes', 'sign out', 'end one']),
  broken({ deeds, living, traces }) {
    const ends = done(deeds).filter(({ step }) => step === 'sign out' || step === 'end one')
    for (const end of ends) {
      const late = sawAfter(traces, end, (origin) => origin === end.origin)
      if (late !== undefined) return late
    }
    const alive = ends.find(({ origin }) => living.some(({ data }) => data.origin === origin))
    return alive === undefined
      ? undefined
      : `${alive.origin} lives after '${alive.step}' of ${alive.from} to ${alive.to}`
  },
}

export const renewalLosesNothing: AccountInvariant = {
  name: 'parallel renewals give each session one successor, lose no write, and leave the browser with a cookie that leads there',
  programs: accountPrograms([...changes, 'read', 'time passes', 'time passes']),
  broken({ traces, living, found }) {
    const names = living.map(({ data }) => String(data.origin)).sort()
    if (names.join() !== 'one,other') return `the sessions are ${names.join(', ') || 'none'}`
    for (const { data } of living) {
      const wrote = traces.flatMap((trace) => trace.wrote).filter(({ origin }) => origin === data.origin)
      const lost = wrote.find(({ step, token }) => {
        if (step === 'set') return !(token in data)
        return step === 'append' && (data.list as string[]).filter((item) => item === token).length !== 1
      })
      if (lost !== undefined) return `${lost.step} ${lost.token} of ${lost.origin} is lost`
      const updates = wrote.filter(({ step }) => step === 'update').length
      if (data.n !== updates) return `${updates} updates of ${String(data.origin)} count ${String(data.n)}`
    }
    const strayed = Object.entries(found).find(([browser, data]) => data.origin !== browser)
    return strayed === undefined ? undefined : `the browser ${strayed[0]} ended up with ${JSON.stringify(strayed[1])}`
  },
}

export const signInTakesAlong: AccountInvariant = {
  name: 'a sign-in takes along what other requests wrote before the old ID was dead, and during its renewal',
  programs: accountPrograms(['append', 'save', 'time passes', 'sign in'], { browsers: ['one'] }),
  broken({ traces, deeds, living }) {
    // Of two sign-ins from one session each has what was there when it came.
    if (deeds.length !== 1 || deeds[0]!.failure !== undefined) return undefined
    const [{ from, request }] = deeds as [Deed]
    const signedIn = living.find(({ data }) => data.origin === `${request}-${stepOf(traces, request)}`)
    if (signedIn === undefined) return 'the session that was signed in is not there'
    for (const trace of traces) {
      // What was answered before the sign-in began was stored by then.
      if (trace.endedAt === undefined || trace.endedAt > from || trace.number === request) continue
      const lost = trace.wrote.find(({ token }) => !(signedIn.data.list as string[]).includes(token))
      if (lost !== undefined) return `what request ${trace.number} wrote is lost: ${lost.token}`
    }
    return undefined
  },
}

export const oldIdIsDeadAtOnce: AccountInvariant = {
  name: 'once a sign-in is through, the ID from before leads nowhere, also where it was being renewed',
  programs: accountPrograms([...changes, 'time passes', 'sign in', 'sign in', 'prove again'], { browsers: ['one'] }),
  broken({ traces, deeds, firstCookie }) {
    for (const { to, request } of done(deeds)) {
      const { sentCookie } = traces[request]!
      const late = traces.find(
        (trace) => trace.startedAt > to && trace.sentCookie === sentCookie && trace.saw[0]?.origin !== undefined,
      )
      if (late !== undefined) {
        const which = sentCookie === firstCookie.one ? 'the first' : 'a later'
        return `request ${late.number} came with ${which} cookie after ${to}, when it was dead, and saw ${JSON.stringify(late.saw[0])}`
      }
    }
    return undefined
  },
}

export const signInStands: AccountInvariant = {
  name: 'a sign-in stands, a second click too: at the end the browser holds a cookie that leads to a session of the user',
  programs: accountPrograms(['set', 'save', 'update', 'time passes', 'sign in', 'sign in'], { browsers: ['one'] }),
  broken({ deeds, found }) {
    if (!done(deeds).some(({ step }) => step === 'sign in')) return undefined
    return found.one.user === 'ann' ? undefined : `the browser ended up with ${JSON.stringify(found.one)}`
  },
}

export const nothingIsLeftBehind: AccountInvariant = {
  name: 'every session in the list is one that some browser was handed',
  programs: accountPrograms([...changes, 'time passes', 'sign in', 'prove again', 'sign out', 'end one', 'end all']),
  broken({ living, reachable }) {
    const stray = living.find(({ handle }) => !reachable.has(handle))
    return stray === undefined ? undefined : `nobody holds the ID of ${JSON.stringify(stray.data)}`
  },
}

// What an app is told that asked something of a session which is over by now, or of a user whose sessions are.
const meantErrors = new Set([
  'ERR_SESSION_NOT_FOUND',
  'ERR_SESSION_NO_SESSION',
  'ERR_SESSION_NO_USER',
  'ERR_SESSION_REVOKED',
  'ERR_SESSION_LIMIT',
  'gone',
])

export const everythingEnds: AccountInvariant = {
  name: 'every request ends, and is told nothing but that sessions were ended',
  programs: accountPrograms([
    ...changes,
    'time passes',
    'sign in',
    'prove again',
    'sign out',
    'end one',
    'end all',
    'end all others',
    'end everyone',
  ]),
  broken({ traces }) {
    for (const { endedAt, number, status, errors } of traces) {
      if (endedAt === undefined) return `request ${number} never ended`
      if (status !== 200) return `request ${number} ended with ${status}: ${errors.join(', ')}`
      const failure = errors.find((code) => !meantErrors.has(code))
      if (failure !== undefined) return `request ${number} was told ${failure}`
    }
    return undefined
  },
}

/** For subjects with such a cap. */
export function capHolds(max: number): AccountInvariant {
  return {
    name: `the user never has more than ${max} sessions, at no moment, and who is signed in stays so until others come`,
    programs: accountPrograms(['read', 'sign in', 'sign in', 'prove again', 'sign out', 'end one'], {
      least: 3,
      most: 6,
    }),
    broken({ most, deeds }) {
      if (most > max) return `there were ${most} at once`
      const refused = deeds.find(({ step, failure }) => step === 'sign in' && failure === 'ERR_SESSION_REVOKED')
      return refused && `the sign-in of ${refused.from} was told that it was revoked, and nobody did`
    },
  }
}

export const accountInvariants: readonly AccountInvariant[] = [
  endOfAllHolds,
  endOfOthersSparesOne,
  endedStaysEnded,
  renewalLosesNothing,
  signInTakesAlong,
  oldIdIsDeadAtOnce,
  signInStands,
  nothingIsLeftBehind,
  everythingEnds,
]

interface DoneDeed extends Deed {
  readonly to: number
}

/** What was asked for and done, as far as whoever asked was told. */
function done(deeds: readonly Deed[]): readonly DoneDeed[] {
  return deeds.filter((deed): deed is DoneDeed => deed.to !== undefined && deed.failure === undefined)
}

/** Did a request that came when the session had been ended find it all the same? */
function sawAfter(
  traces: AccountHistory['traces'],
  { step, to }: DoneDeed,
  isMeant: (origin: unknown) => boolean,
): string | undefined {
  const late = traces.find(
    ({ startedAt, saw }) => startedAt > to && saw[0]?.origin !== undefined && isMeant(saw[0].origin),
  )
  return late && `request ${late.number} came after '${step}' of ${to}, and saw ${JSON.stringify(late.saw[0])}`
}

/** When the sign-in began that made this session; those from before the run began before everything. */
function beganAt(deeds: readonly Deed[], origin: unknown): number {
  return deeds.find((deed) => deed.step === 'sign in' && deed.origin === origin)?.from ?? 0
}

function stepOf(traces: AccountHistory['traces'], request: number): number {
  return traces[request]!.program.steps.indexOf('sign in')
}
