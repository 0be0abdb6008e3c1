/**
 * Whose session it is, and on which device, as the request shows it.
 */
import { noMarks, type SessionMarks } from '../core/marks.js'
import type { Session } from './session.js'
import type { Visit } from './visit.js'

/** A session that moves to another device is worth knowing of, and is told where it happens. */
export function seeDevice(visit: Visit): void {
  const { deviceOf, events, keeper } = visit.layer
  const previous = visit.marks.device
  if (previous === undefined || deviceOf === undefined || visit.onlyPeeked) return
  const device = deviceOf(visit.req)
  if (device.agent === previous.agent && device.address === previous.address) return
  visit.marks = { ...visit.marks, device }
  if (!events.wants('deviceChanged')) return
  const { userId } = visit.marks
  const handle = keeper.handle(String(visit.req.sessionID))
  events.emit('deviceChanged', { handle, userId, previous, device, req: visit.req })
}

/** Where the app's own data says whose session it is, as with passport. */
export function bindUser(visit: Visit, session: Session): void {
  const { userOf, deviceOf, clock } = visit.layer
  if (userOf === undefined) return
  const userId = userOf(session)
  const { marks } = visit
  if (userId === marks.userId || (userId === undefined && marks.bound === undefined)) return
  visit.lookAgain()
  const device = deviceOf?.(visit.req)
  // The ID stays, and with it what is bound to it.
  const { ancestor } = marks
  const stays: SessionMarks = ancestor === undefined ? noMarks : { ancestor }
  visit.marks = userId === undefined ? stays : { ...stays, userId, bound: true, authenticatedAt: clock.now(), device }
}
