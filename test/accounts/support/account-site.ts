/**
 * A small app with accounts: pages to sign in and out, and whatever else a test adds.
 */
import type { ServerResponse } from 'node:http'

import { onTestFinished } from 'vitest'

import { coatcheck, type CoatcheckOptions, type Sessions, type SessionSummary } from '../../../src/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { fakeClock, type FakeClock } from '../../../src/testing/index.js'
import { site, Visitor, type Reply, type SessionedRequest, type Site } from '../../http/support/site.js'

export const secret = 'the accounts of these tests are signed with this secret'
export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** What it answers is sent as JSON, unless it has ended the response. */
export type Page = (req: SessionedRequest, res: ServerResponse, query: URLSearchParams) => unknown

export type Pages = Readonly<Record<string, Page>>

/** `coatcheck()` for a test, closed with it. */
export function opened(options: Partial<CoatcheckOptions> = {}): Sessions {
  const sessions = coatcheck({ secret, ...options })
  onTestFinished(() => sessions.close())
  return sessions
}

/** The same on a clock that stands still. */
export function clocked(options: Partial<CoatcheckOptions> = {}): { sessions: Sessions; clock: FakeClock } {
  const clock = fakeClock(Date.now())
  return { sessions: opened({ store: memoryStore({ clock }), clock, ...options }), clock }
}

export function accountSite(sessions: Sessions, pages: Pages = {}): Promise<Site> {
  const all: Pages = {
    '/': (req) => whoIs(sessions, req),
    '/visit': () => 'welcome',
    '/set': (req, _res, query) => void Object.assign(req.session, Object.fromEntries(query)),
    '/sign-in': async (req, _res, query) => {
      await sessions.signIn(req, query.get('user') ?? 'ann')
      return whoIs(sessions, req)
    },
    '/sign-out': (req) => sessions.signOut(req),
    ...pages,
  }
  return site(sessions, async (req, res) => {
    const { pathname, searchParams } = new URL(req.url!, 'http://localhost')
    try {
      const answer = await all[pathname]!(req, res, searchParams)
      if (!res.writableEnded) res.end(JSON.stringify(answer ?? null))
    } catch (error) {
      if (res.headersSent) res.end()
      throw error
    }
  })
}

export interface Who {
  readonly userId: string | undefined
  readonly handle: string
  readonly data: Readonly<Record<string, unknown>>
}

export function whoIs(sessions: Sessions, req: SessionedRequest): Who {
  const { userId, handle } = sessions.info(req)!
  const { cookie: _, ...data } = req.session
  return { userId, handle, data }
}

/** A browser of this site. */
export class Browser extends Visitor {
  /** Who the site takes it for. */
  async who(): Promise<Who> {
    return bodyOf(await this.ask('/')) as Who
  }

  async signIn(user = 'ann'): Promise<Who> {
    return bodyOf(await this.ask(`/sign-in?user=${encodeURIComponent(user)}`)) as Who
  }

  /** A browser that has the same cookies, and from here on its own. */
  copy(where: Site): Browser {
    const copy = new Browser(where)
    for (const [name, value] of this.cookies) copy.cookies.set(name, value)
    return copy
  }
}

export function bodyOf({ status, body }: Reply): unknown {
  if (status !== 200) throw new Error(`${status}: ${body}`)
  return JSON.parse(body)
}

export function handlesOf(list: readonly SessionSummary[]): readonly string[] {
  return list.map(({ handle }) => handle)
}
