/**
 * Everything that the page about the visitor's session shows, gathered for it.
 */
import type { Request } from 'express'
import type { CurrentSessionInfo, FoundSession, Sessions } from 'coatcheck'
import type { KeptTrace, Traces } from './traces.js'

/** The session's cookie, as this app names and signs it. */
interface TicketCookie {
  readonly name: string
  readonly expires: Date | undefined
  readonly path: string
  readonly httpOnly: boolean
  readonly secure: boolean
  readonly sameSite: string | undefined
}

export interface SessionView {
  /** Nothing of the visitor is stored. */
  readonly stranger: boolean
  readonly info: CurrentSessionInfo
  readonly id: string
  /** The whole ID may be shown, because the visitor asked for it. */
  readonly revealed: boolean
  readonly cookie: TicketCookie
  /** The live values, as the shop's code finds them. */
  readonly values: Readonly<Record<string, unknown>>
  readonly record: FoundSession | undefined
  readonly traces: readonly KeptTrace[]
  /** The trace that is shown in full. */
  readonly trace: KeptTrace | undefined
  /** Sessions of all visitors. */
  readonly count: number
  readonly server: { readonly process: number; readonly startedAt: number }
  /** What was typed as a note and could not be kept, and why. */
  readonly note: { readonly typed: string; readonly error: string } | undefined
}

interface Sources {
  readonly sessions: Sessions
  readonly traces: Traces
  readonly cookieName: string
}

const startedAt = Date.now() - process.uptime() * 1000

export async function sessionView(
  req: Request,
  { sessions, traces, cookieName }: Sources,
  extras: { readonly revealed?: boolean; readonly note?: SessionView['note'] } = {},
): Promise<SessionView> {
  const { session } = req
  const { cookie, ...values } = session
  const info = sessions.info(req)!
  const kept = traces.of(info.handle)
  const wanted = Number(req.query.request)
  return {
    stranger: info.isNew,
    info,
    id: session.id,
    revealed: extras.revealed ?? false,
    cookie: {
      name: cookieName,
      expires: cookie.expires ?? undefined,
      path: cookie.path ?? '/',
      httpOnly: cookie.httpOnly ?? false,
      secure: cookie.secure === true,
      sameSite: typeof cookie.sameSite === 'string' ? cookie.sameSite : undefined,
    },
    values,
    record: await sessions.find(info.handle),
    traces: kept,
    trace: kept.find(({ id }) => id === wanted) ?? kept[0],
    count: await sessions.count(),
    server: { process: process.pid, startedAt },
    note: extras.note,
  }
}
