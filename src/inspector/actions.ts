/**
 * Ending sessions: what was asked for, and the doing of it.
 */
import type { Desk } from './desk.js'
import { everyoneWord, type Ending } from './pages/confirm.js'
import { field, type FormFields } from './serving/form-body.js'

/** As much of the mounted object as ends sessions. */
export interface EndsSessions {
  revoke(handle: string): Promise<boolean>
  revokeUser(userId: string): Promise<number>
  revokeEveryone(): Promise<number>
}

const mostAtOnce = 1000

/** What a form asks for, as it stands now; `undefined` for a form that asks for nothing. */
export async function endingOf(desk: Desk, fields: FormFields): Promise<Ending | undefined> {
  const what = field(fields, 'what')
  if (what === 'everyone') return { what, total: await desk.total() }
  const user = field(fields, 'user')
  if (what === 'user' && user !== '') return { what, user, sessions: await desk.sight.ofUser(user) }
  const handles = [...new Set(fields.get('handle'))].slice(0, mostAtOnce)
  if (what !== 'sessions' || handles.length === 0) return undefined
  const seen = await Promise.all(handles.map((handle) => desk.sight.find(handle)))
  const sessions = seen.flatMap((each) => (each === undefined ? [] : [each.summary]))
  return { what, sessions, asked: handles.length }
}

/** Ends them, and answers how many. `mistyped`: everyone was asked for without the word that confirms it. */
export async function end(sessions: EndsSessions, ending: Ending, fields: FormFields): Promise<number | 'mistyped'> {
  if (ending.what === 'everyone') {
    const word = field(fields, 'word').trim().toLowerCase()
    return word === everyoneWord ? sessions.revokeEveryone() : 'mistyped'
  }
  if (ending.what === 'user') return sessions.revokeUser(ending.user)
  let ended = 0
  for (const { handle } of ending.sessions) if (await sessions.revoke(handle)) ended += 1
  return ended
}
