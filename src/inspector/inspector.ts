/**
 * `inspector()`: middleware that serves the pages.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { groundOf } from '../core/ground-of.js'
import type { SessionGround } from '../core/request-sessions.js'
import { csrf } from '../csrf/guard.js'
import type { EndsSessions } from './actions.js'
import { Desk } from './desk.js'
import { LiveStreams } from './live-streams.js'
import { readInspectorOptions, type InspectorOptions, type InspectorSettings } from './options.js'
import { closedPage } from './pages/closed.js'
import type { Frame } from './pages/layout.js'
import type { Overview } from './pages/overview.js'
import { problemPage } from './pages/problem.js'
import { Recorder } from './recording/recorder.js'
import { answer } from './serving/answer.js'
import { reasonToStayClosed, type ClosedReason } from './serving/admission.js'
import { placeOf, type Place } from './serving/place.js'
import { reply, replyPage } from './serving/reply.js'
import { routeOf } from './serving/routes.js'
import { signsOf } from './serving/visitor-signs.js'

/** What `coatcheck()` or `session()` answers, as far as it is needed here. */
export type InspectedSessions = EndsSessions & object

type Next = (error?: unknown) => void

export interface Inspector {
  /** Serves the pages, and calls `next` for what is none of them. Without `next` that is answered with 404. */
  (req: IncomingMessage, res: ServerResponse, next?: Next): void
  /** Stops recording and ends what is still open of it. */
  close(): void
}

/**
 * A page that shows the sessions of an app: how many there are and what happens to them, each one with its data, and the latest requests
 * step by step. Sessions can be ended from it.
 *
 * Without `authorize` it answers in development only, and only to requests from this machine. With it, whoever it lets in sees the data of your
 * visitors, less what is redacted. It begins to record when it is made, in bounded memory, and listens from then on.
 *
 * @throws `ERR_SESSION_STORE_SHAPE` for what is no mounted object, or for one whose store cannot list its sessions, `ERR_SESSION_OPTION` for an
 * option that cannot be. At construction.
 */
export function inspector<Req extends object = IncomingMessage>(
  sessions: InspectedSessions,
  options: InspectorOptions<Req> = {},
): Inspector {
  const settings = readInspectorOptions(options)
  const mounted = groundOf(sessions, 'inspector')
  const { ground } = mounted
  const recorder = new Recorder(ground, settings)
  const desk = new Desk(mounted, recorder, settings.redact)
  const streams = new LiveStreams<Overview>(ground.clock, () => desk.overview())
  // Strict, because nobody but the pages themselves ends sessions here: programs have sessions.revoke().
  const guard = csrf({ strict: true })

  const serve = async (req: IncomingMessage, res: ServerResponse, place: Place): Promise<void> => {
    recorder.leaveOut(req)
    const closed = await reasonFor(req, settings)
    const ownHandle = ownHandleOf(ground, req)
    // Whoever looks at sessions does not use one by it.
    ground.requests.setAside(req)
    if (closed !== undefined) {
      replyPage(res, 403, closedPage(closed))
      return
    }
    const { base, path, query } = place
    const tracing = recorder.traces !== undefined
    const frame: Frame = { base, now: ground.clock.now(), recordingSince: recorder.startedAt, tracing, ownHandle }
    const route = routeOf(req.method, path)
    if (route === undefined) {
      replyPage(res, 404, problemPage(frame, { title: 'Not found', told: 'There is no such page here.' }))
      return
    }
    if (route === 'wrong-method') {
      res.setHeader('Allow', 'GET, HEAD, POST')
      replyPage(res, 405, problemPage(frame, { title: 'Not like this', told: 'The page does not take such requests.' }))
      return
    }
    const decision = guard.check(req)
    if (!decision.allowed) {
      const told = `Another page sent this request (${decision.reason}), so nothing was done. Begin again from here.`
      replyPage(res, 403, problemPage(frame, { title: 'Refused', told }))
      return
    }
    await answer({ req, res, route, query, frame, desk, sessions, streams })
  }

  const middleware = (req: IncomingMessage, res: ServerResponse, next?: Next): void => {
    const place = placeOf(req, settings.path)
    if (place === undefined) {
      if (next === undefined) reply(res, 404, 'text/plain; charset=utf-8', 'Not found.\n')
      else next()
      return
    }
    serve(req, res, place).catch((error: unknown) => {
      if (next !== undefined && !res.headersSent) next(error)
      else if (res.headersSent) res.destroy()
      else reply(res, 500, 'text/plain; charset=utf-8', 'The inspector failed. Give it next, and the error is yours.\n')
    })
  }

  return Object.assign(middleware, {
    close() {
      recorder.stop()
      streams.close()
    },
  })
}

async function reasonFor(
  req: IncomingMessage,
  { authorize, production }: InspectorSettings,
): Promise<ClosedReason | 'unauthorized' | undefined> {
  if (authorize === undefined) return reasonToStayClosed(signsOf(req, production))
  // Nothing but the word true lets anybody in: a function that answers an object by mistake does not.
  return (await authorize(req)) === true ? undefined : 'unauthorized'
}

function ownHandleOf({ requests }: SessionGround, req: object): string | undefined {
  const own = requests.find(req)
  // One that is not stored has a handle that nobody can look for.
  return own?.createdAt === undefined ? undefined : own.handle
}
