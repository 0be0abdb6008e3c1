/**
 * What a session lives on: a request as Express and node:http make it, or as little of one as ws and socket.io recipes hand in.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Store } from './store.js'

export interface SessionHost {
  sessionID: string
  sessionStore: Store
  session?: unknown
}

/** The parts of a request that the middleware reads. All but the headers may be missing on a bare one. */
export interface SessionRequest {
  readonly headers: IncomingHttpHeaders
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly originalUrl?: string | undefined
  readonly secure?: boolean | undefined
  readonly connection?: { readonly encrypted?: boolean } | null | undefined
  /** Left by cookie-parser. */
  readonly secret?: unknown
  readonly cookies?: Readonly<Record<string, unknown>> | undefined
  readonly signedCookies?: Readonly<Record<string, unknown>> | undefined
  session?: unknown
  sessionID?: unknown
  sessionStore?: unknown
}

export type Next = (error?: unknown) => void
