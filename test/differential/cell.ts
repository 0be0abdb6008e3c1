/**
 * One cell of the grid: a configuration, a visitor and what the handler does. And what is observed of it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'

export type Visitor = 'no cookie' | 'known' | 'unknown ID' | 'bad signature'

export type StoreMethod = 'get' | 'set' | 'destroy' | 'touch'

export interface Cell {
  readonly resave: boolean
  readonly saveUninitialized: boolean
  readonly rolling: boolean
  readonly unset: 'keep' | 'destroy'
  readonly maxAge: boolean
  readonly touch: boolean
  readonly timing: 'sync' | 'async'
  readonly visitor: Visitor
  readonly action: string
  /** A special circumstance, by its name in `twists`. */
  readonly twist?: string | undefined
}

/** What a twist may change of an otherwise ordinary cell. */
export interface Twist {
  readonly options?: Readonly<Record<string, unknown>>
  /** Beside the maxAge of the cell. */
  readonly cookieOptions?: Readonly<Record<string, unknown>>
  readonly method?: string
  readonly url?: string
  readonly encrypted?: boolean
  /** The browser speaks TLS, if only with a proxy. */
  readonly https?: boolean
  /** The path that the browser asks for, where a framework has changed it on the way. */
  readonly visits?: string
  /** The next request was on its way already: it brings the cookies of before. */
  readonly followsAtOnce?: boolean
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of the visitor's cookie. */
  readonly cookie?: string
  /** Instead of the known visitor's record, as JSON text; given the usual record's content. */
  readonly record?: (usual: { cookie: Record<string, unknown>; [key: string]: unknown }) => unknown
  /** Runs before the middleware: what other middleware or the framework would have done to the request. */
  readonly before?: (req: AppRequest, res: ServerResponse) => void
  /** Runs on the fresh store before the middleware sees it. */
  readonly store?: (store: LiveStore) => void
  /** Runs on the store after the middleware was made. */
  readonly connected?: (store: LiveStore) => void
  readonly faults?: StoreFaults
  /** The package's own MemoryStore instead of the recording one. */
  readonly memoryStore?: boolean
  /** Something more to write down when all is over. */
  readonly watch?: (req: AppRequest) => string
}

export interface StoreFaults {
  /** Answers with an error, or throws instead of answering. */
  readonly fail?: Readonly<Partial<Record<StoreMethod, 'answers' | 'throws'>>>
  readonly code?: string
  readonly twice?: readonly StoreMethod[]
  readonly never?: readonly StoreMethod[]
  /** Finds nothing, whatever is there. */
  readonly blind?: boolean
  /** Gives sessions as the objects that it was given, or with `expires` as a Date. */
  readonly gives?: 'live objects' | 'dates'
  /** Returns a promise beside calling back. */
  readonly promises?: boolean
  /** Is an EventEmitter with the methods of a store, and inherits nothing from Store. */
  readonly bare?: boolean
}

/** What one request led to, with the clock standing still and IDs counted, so that two sides can be compared as they are. */
export interface Exchange {
  readonly status: number | 'no response' | 'no middleware'
  readonly headers: readonly string[]
  readonly cookies: readonly string[]
  readonly framing: string
  readonly body: string
  /** Store calls in order: method, ID, the session as JSON. */
  readonly store: readonly string[]
  /** For each store call, how much of the response had reached the client when the store answered. */
  readonly arrived: readonly string[]
  readonly errors: readonly string[]
  /** What the handler noted. */
  readonly saw: readonly string[]
  readonly appRuns: number
  /** `req.session` and `req.sessionID` when all is over. */
  readonly after: string
  /** The records in the store when all is over. */
  readonly left: readonly string[]
}

/** Of a middleware that could not be made. */
export const noExchange: Exchange = {
  status: 'no middleware',
  headers: [],
  cookies: [],
  framing: '',
  body: '',
  store: [],
  arrived: [],
  errors: [],
  saw: [],
  appRuns: 0,
  after: '',
  left: [],
}

export type Callback = (error?: unknown, ...rest: unknown[]) => void

/** The session as the actions use it: express-session's methods and any data. */
export interface LiveSession {
  [key: string]: unknown
  readonly id: string
  cookie: LiveCookie
  touch(): unknown
  resetMaxAge(): unknown
  save(callback?: Callback): unknown
  reload(callback: Callback): unknown
  regenerate(callback: Callback): unknown
  destroy(callback?: Callback): unknown
}

export interface LiveCookie {
  [key: string]: unknown
  path: string
  httpOnly: boolean
  maxAge: number | null
  expires: Date | boolean | null
  originalMaxAge: number | null
}

export interface LiveStore {
  [key: string]: unknown
  emit(event: string): unknown
  get(id: string, callback: (error: unknown, session?: unknown) => void): void
  set(id: string, session: unknown, callback?: Callback): void
  destroy(id: string, callback?: Callback): void
  touch?(id: string, session: unknown, callback?: Callback): void
  all(callback: (error: unknown, sessions?: Readonly<Record<string, unknown>>) => void): void
  clear(): void
  load(id: string, callback: (error: unknown, session?: LiveSession) => void): void
  generate(req: unknown): void
  regenerate(req: unknown, callback: Callback): void
}

export type AppRequest = IncomingMessage & {
  session: LiveSession | null | undefined
  sessionID: string
  sessionStore: LiveStore
} & Record<string, unknown>

/** What an action gets to work with. */
export interface Visit {
  readonly req: AppRequest
  readonly res: ServerResponse
  /** The session, for actions that need one. */
  readonly session: LiveSession
  readonly note: (line: string) => void
  /** Another request of the same visitor comes, and is answered. What it led to is noted. */
  readonly meanwhile: (action: Action) => Promise<void>
  /** Starts something that takes a callback, and goes on when the callback is called. */
  readonly done: (name: string, start: (callback: Callback) => unknown) => Promise<void>
}

export type Action = (visit: Visit) => void | Promise<void>

export type Middleware = (req: unknown, res: ServerResponse, next: (error?: unknown) => void) => void

/** The package under test, as an app sees it. */
export interface SessionFactory {
  (options: Readonly<Record<string, unknown>>): Middleware
  readonly Store: new () => object
  readonly MemoryStore: new () => LiveStore
  readonly Session: abstract new (...parameters: never[]) => object
  readonly Cookie: abstract new (...parameters: never[]) => object
}

export function nameOf(cell: Cell): string {
  const flags = [
    `resave ${cell.resave}`,
    `saveUninitialized ${cell.saveUninitialized}`,
    `rolling ${cell.rolling}`,
    `unset ${cell.unset}`,
    cell.maxAge ? 'maxAge' : 'no maxAge',
    `${cell.timing} store ${cell.touch ? 'with' : 'without'} touch`,
  ]
  return `${cell.visitor} · ${cell.action}${cell.twist === undefined ? '' : ` · ${cell.twist}`} · ${flags.join(', ')}`
}
