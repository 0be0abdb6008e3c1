/**
 * An app with sessions and the inspector, on a real server.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'

import { onTestFinished } from 'vitest'

import { inspector, type Inspector, type InspectorOptions } from '../../../src/inspector/index.js'
import type { Sessions } from '../../../src/index.js'
import { listen, Visitor, type Ask, type Reply, type SessionedRequest, type Site } from '../../http/support/site.js'

export interface App {
  readonly site: Site
  readonly inspector: Inspector
  /** A visitor of the app with a browser of its own. */
  visitor(): Visitor
  /** A page of the inspector, as an operator's browser asks for it. */
  look(path?: string, headers?: Ask['headers']): Promise<Reply>
  /** A form of the inspector. */
  send(path: string, form: Readonly<Record<string, string>>, headers?: Ask['headers']): Promise<Reply>
}

export type AppHandler = (req: SessionedRequest, res: ServerResponse) => unknown

/** `/set` stores a session, `/in/…` signs a user in, `/out` signs out; anything else only looks. */
export function usualHandler(sessions: Sessions): AppHandler {
  return async (req, res) => {
    const user = /^\/in\/(.+)$/.exec(req.url!)?.[1]
    if (req.url === '/set') req.session.views = Number(req.session.views ?? 0) + 1
    if (user !== undefined) await sessions.signIn(req, user, { method: 'password' })
    if (req.url === '/out') await sessions.signOut(req)
    res.end('the app')
  }
}

export async function appWith(
  sessions: Sessions,
  options: InspectorOptions<IncomingMessage> = {},
  { before = false, handler = usualHandler(sessions) }: { before?: boolean; handler?: AppHandler } = {},
): Promise<App> {
  const page = inspector(sessions, options)
  onTestFinished(async () => {
    page.close()
    await sessions.close()
  })
  const errors: unknown[] = []
  const site = await listen((req, res) => {
    const failed = (error: unknown): void => {
      errors.push(error)
      if (!res.headersSent) res.statusCode = 500
      res.end()
    }
    const steps = before ? [page, sessions] : [sessions, page]
    const go = (index: number) => (error?: unknown) => {
      if (error !== undefined) failed(error)
      else if (index < steps.length) steps[index]!(req, res, go(index + 1))
      else void handler(req as SessionedRequest, res)
    }
    go(0)()
  }, errors)
  const look: App['look'] = (path = '', headers = {}) =>
    site.ask(`/_sessions${path}`, { headers: { 'sec-fetch-site': 'same-origin', ...headers } })
  const send: App['send'] = (path, form, headers = { 'sec-fetch-site': 'same-origin' }) =>
    site.ask(`/_sessions${path}`, { method: 'POST', form, headers })
  return { site, inspector: page, visitor: () => new Visitor(site), look, send }
}
