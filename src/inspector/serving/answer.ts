/**
 * The answer to a request that may have one: which page, made of what.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { SessionError } from '../../core/errors.js'
import { end, endingOf, type EndsSessions } from '../actions.js'
import { troubleOf, type Desk } from '../desk.js'
import type { LiveStreams } from '../live-streams.js'
import { isOneOf, searchFields, sortings, sorted, type Order } from '../looking/matching.js'
import { search, type Found, type Search } from '../looking/search.js'
import { confirmPage } from '../pages/confirm.js'
import type { Frame } from '../pages/layout.js'
import { overviewPage, overviewParts, type Overview } from '../pages/overview.js'
import { problemPage } from '../pages/problem.js'
import { requestPage, requestsPage } from '../pages/requests.js'
import { sessionPage } from '../pages/session.js'
import { sessionsPage } from '../pages/sessions.js'
import { assetNamed } from './assets.js'
import { formFields } from './form-body.js'
import { redirect, reply, replyPage } from './reply.js'
import type { Route } from './routes.js'

export interface Asked {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly route: Route
  readonly query: URLSearchParams
  readonly frame: Frame
  readonly desk: Desk
  readonly sessions: EndsSessions
  readonly streams: LiveStreams<Overview>
}

const pageSize = 50
const longestSearch = 200

export async function answer(asked: Asked): Promise<void> {
  try {
    await answerRoute(asked)
  } catch (error) {
    const { res, frame } = asked
    if (res.headersSent) throw error
    // A page number that was made up, or whose scan the store has forgotten.
    if (error instanceof SessionError && error.code === 'ERR_SESSION_OPTION') {
      const told = 'The store does not know this page any more. Begin again with the first.'
      replyPage(res, 400, problemPage(frame, { title: 'No such page', told, section: 'sessions' }))
      return
    }
    replyPage(res, 503, problemPage(frame, { title: 'The store does not answer', told: troubleOf(error) }))
  }
}

async function answerRoute(asked: Asked): Promise<void> {
  const { req, res, route, frame, desk } = asked
  switch (route.page) {
    case 'overview':
      return replyPage(res, 200, overviewPage(frame, await desk.overview()))
    case 'live':
      return answerLive(asked)
    case 'sessions':
      return answerSessions(asked)
    case 'session':
      return answerSession(asked, route.handle)
    case 'requests':
      return answerRequests(asked)
    case 'request':
      return answerRequest(asked, route.id)
    case 'asset':
      return answerAsset(asked, route.name)
    case 'confirm':
    case 'end': {
      const fields = await formFields(req)
      const ending = fields && (await endingOf(desk, fields))
      if (fields === undefined || ending === undefined) {
        const told = 'No session was chosen. Tick those that are to be ended.'
        return replyPage(res, 400, problemPage(frame, { title: 'Nothing to end', told, section: 'sessions' }))
      }
      if (route.page === 'confirm') return replyPage(res, 200, confirmPage(frame, ending))
      const ended = await end(asked.sessions, ending, fields)
      if (ended === 'mistyped') return replyPage(res, 422, confirmPage(frame, ending, true))
      desk.countAgain()
      return redirect(res, `${frame.base}/sessions?ended=${ended}`)
    }
  }
}

async function answerLive({ req, res, frame, desk, streams }: Asked): Promise<void> {
  if (req.method === 'HEAD') return reply(res, 200, 'text/event-stream; charset=utf-8', '')
  const parts = (overview: Overview): Readonly<Record<string, string>> => {
    const rendered = overviewParts({ ...frame, now: desk.sight.now }, overview)
    return Object.fromEntries(Object.entries(rendered).map(([name, { text }]) => [name, text]))
  }
  if (await streams.open(req, res, parts)) return
  reply(res, 503, 'text/plain; charset=utf-8', 'Too many pages are watching already.\n')
}

async function answerSessions({ res, query, frame, desk }: Asked): Promise<void> {
  const asked = searchOf(query)
  const order = orderOf(query)
  const found: Found = await search(desk.sight, asked)
  const sessions = order === undefined ? found.sessions : sorted(found.sessions, order)
  const ended = /^\d{1,9}$/.exec(query.get('ended') ?? '')?.[0]
  const view = {
    search: asked,
    order,
    found: { ...found, sessions },
    total: await desk.total(),
    ended: ended === undefined ? undefined : Number(ended),
  }
  replyPage(res, 200, sessionsPage(frame, view))
}

function searchOf(query: URLSearchParams): Search {
  const field = query.get('in')
  return {
    text: (query.get('q') ?? '').trim().slice(0, longestSearch),
    field: isOneOf(searchFields, field) ? field : 'any',
    cursor: query.get('cursor') ?? undefined,
    pageSize,
  }
}

function orderOf(query: URLSearchParams): Order | undefined {
  const by = query.get('sort')
  return isOneOf(sortings, by) ? { by, descending: query.get('order') === 'desc' } : undefined
}

async function answerSession({ res, frame, desk }: Asked, handle: string): Promise<void> {
  const { sight, cookie, redact, recorder } = desk
  const seen = await sight.find(handle)
  const userId = seen?.summary.userId
  const others = userId === undefined ? [] : (await sight.ofUser(userId)).filter((other) => other.handle !== handle)
  const history = recorder.history.of(handle)
  const page = sessionPage(frame, { handle, seen, cookie, redact, history, others: others.slice(0, pageSize) })
  replyPage(res, seen === undefined ? 404 : 200, page)
}

function answerRequests({ res, query, frame, desk }: Asked): void {
  const traces = [...(desk.recorder.traces?.latest ?? [])]
  replyPage(
    res,
    200,
    requestsPage(frame, traces, { onlyConflicts: query.get('conflicts') === '1', all: query.has('all') }),
  )
}

function answerRequest({ res, frame, desk }: Asked, id: number): void {
  const trace = desk.recorder.traces?.find(id)
  if (trace !== undefined) return replyPage(res, 200, requestPage(frame, trace))
  const told = 'Only the latest requests are kept, and this is none of them any more.'
  return replyPage(res, 404, problemPage(frame, { title: 'No such request', told, section: 'requests' }))
}

function answerAsset({ res, frame }: Asked, name: string): void {
  const asset = assetNamed(name)
  if (asset !== undefined) return reply(res, 200, asset.type, asset.text)
  return replyPage(res, 404, problemPage(frame, { title: 'Not found', told: 'There is no such file here.' }))
}
