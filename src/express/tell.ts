/**
 * Telling the app what becomes of a request's session.
 */
import { SessionError } from '../core/errors.js'
import type { SessionEvents } from '../core/events.js'
import type { SaveResult } from '../core/keeper.js'
import type { RecordBookmark } from '../core/record-bookmark.js'
import type { SessionSnapshot } from './session-snapshot.js'
import type { Visit } from './visit.js'

type PlainEvent = 'created' | 'saved' | 'touched' | 'untouched' | 'destroyed'

export function tell(visit: Visit, event: PlainEvent, id: string): void {
  const { events, keeper } = visit.layer
  if (!events.wants(event)) return
  events.emit(event, { handle: keeper.handle(id), userId: visit.marks.userId, req: visit.req })
}

/** The session has ended meanwhile, and the request does not bring it back. */
export function tellBlocked(visit: Visit, what: SessionEvents['blocked']['what'], id: string): void {
  const { events, keeper } = visit.layer
  if (!events.wants('blocked')) return
  events.emit('blocked', { handle: keeper.handle(id), userId: visit.marks.userId, what, req: visit.req })
}

/**
 * The session was stored, under this ID for the first time perhaps, as another user's perhaps, beside another request's change perhaps. Answers with
 * what the response has to wait for.
 */
export function tellSaved(
  visit: Visit,
  result: Exclude<SaveResult, 'gone'>,
  { id, conflict, marks, bookmark }: SessionSnapshot,
): Promise<void> | undefined {
  const { events, keeper } = visit.layer
  const { bound, userId } = marks
  const isNewlyBound = bound === true && userId !== undefined && userId !== visit.storedUser
  visit.storedUser = userId
  if (conflict !== undefined && events.wants('conflict')) {
    events.emit('conflict', { handle: keeper.handle(id), userId, ...conflict, req: visit.req })
  }
  tellNewId(visit, id)
  tell(visit, result === 'moved' ? 'saved' : result, id)
  return isNewlyBound ? tellBound(visit, userId, (bookmark as RecordBookmark).key) : undefined
}

/** The app's own data has made the session a user's. */
async function tellBound(visit: Visit, userId: string, key: string): Promise<void> {
  const { since, layer } = visit
  try {
    await Promise.all(layer.userBound.map((listener) => listener({ userId, key, since })))
  } catch (error) {
    storeFailed(visit, 'list', error)
  }
}

/** The session goes on under this ID from now on. */
export function tellNewId(visit: Visit, id: string): void {
  const { events, keeper } = visit.layer
  const previous = visit.namedId
  visit.namedId = id
  if (previous === id || !events.wants('regenerated')) return
  const previousHandle = keeper.handle(String(previous))
  events.emit('regenerated', { handle: keeper.handle(id), previousHandle, userId: visit.marks.userId, req: visit.req })
}

export function storeFailed(visit: Visit, operation: string, error: unknown): void {
  if (isRefusal(error)) return
  const { events, hints } = visit.layer
  if (events.wants('storeError')) events.emit('storeError', { operation, error, req: visit.req })
  hints.once('COATCHECK_STORE_FAILED', () => {
    const message = error instanceof Error ? error.message : String(error)
    return `the session store failed (${operation}: ${message}); this is said once, listen to storeError to hear of each failure`
  })
}

/** The store is well: it was coatcheck that did not store what two requests had made of the session. The app hears of it as of any other error. */
function isRefusal(error: unknown): boolean {
  return error instanceof SessionError && refusals.has(error.code)
}

const refusals: ReadonlySet<string> = new Set(['ERR_SESSION_DATA_TOO_LARGE', 'ERR_SESSION_CONFLICT'])
