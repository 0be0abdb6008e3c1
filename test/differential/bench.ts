/**
 * One side of one cell: a middleware with its store and a visitor with a cookie jar, who may come several times.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Action, AppRequest, Cell, Exchange, Middleware, SessionFactory, Twist, Visit, Visitor } from './cell.js'
import { Jar, pair } from './jar.js'
import { afterwards, cookiesOf, messageOf, observe } from './observation.js'
import { builtInStore, recordingStore, type KeptStore } from './recording-store.js'
import { twistOf } from './twists.js'
import { memoryLine, networkLine, type Line } from './wire.js'

export const start = Date.UTC(2026, 0, 15, 12)

export interface Side {
  readonly name: string
  readonly factory: SessionFactory
}

const notAnswered = 'never answered'

/** A request on its way. */
export class Call {
  readonly line: Line
  readonly #bench: Bench
  readonly #action: Action
  readonly #noted = {
    store: [] as string[],
    arrived: [] as string[],
    errors: [] as string[],
    saw: [] as string[],
    appRuns: 0,
  }
  #req: AppRequest | undefined

  constructor(bench: Bench, action: Action, line: Line) {
    this.#bench = bench
    this.#action = action
    this.line = line
    const noted = this.#noted
    bench.store.journal = {
      called: (text) => {
        noted.arrived.push(notAnswered)
        return noted.store.push(text) - 1
      },
      answered: (call) => {
        if (noted.arrived[call] === notAnswered) noted.arrived[call] = line.arrival()
      },
      threw: (error) => noted.errors.push(`thrown into the store: ${messageOf(error)}`),
    }
  }

  /** What the server does with the request: the middleware, then the handler, then an error handler like Express's last one. */
  serve(req: AppRequest, res: ServerResponse): void {
    this.#req = req
    res.on('error', (error) => this.#noted.errors.push(`of the response: ${messageOf(error)}`))
    this.#bench.twist.before?.(req, res)
    const fail = (error: unknown): void => {
      this.#noted.errors.push(messageOf(error))
      if (res.headersSent) return
      res.statusCode = 500
      try {
        res.end('the error page')
      } catch (again) {
        this.#noted.errors.push(`thrown at the error page: ${messageOf(again)}`)
      }
    }
    const handle = (error?: unknown): void => {
      if (error) return fail(error)
      this.#noted.appRuns += 1
      attempt(() => this.#action(this.#visit(req, res)), fail)
    }
    attempt(() => this.#bench.middleware(req, res, handle), fail)
  }

  #visit(req: AppRequest, res: ServerResponse): Visit {
    const { saw } = this.#noted
    return {
      req,
      res,
      get session() {
        return req.session!
      },
      note: (line) => saw.push(line),
      meanwhile: async (action) => {
        const { journal } = this.#bench.store
        const other = this.#bench.call(aside, action)
        while (other.line.arrival() !== 'all') await new Promise((resolve) => setImmediate(resolve))
        const { store, cookies, errors } = other.finish()
        saw.push(...[...store, ...cookies, ...errors].map((line) => `meanwhile ${line}`))
        this.#bench.store.journal = journal
      },
      done: (name, begin) =>
        new Promise((resolve) => {
          begin((error) => {
            saw.push(`${name} called back${error ? `: ${messageOf(error)}` : ''}`)
            resolve()
          })
        }),
    }
  }

  /** All that was observed. The visitor's jar takes what the response brought. */
  finish(): Exchange {
    const response = this.line.response()
    for (const line of cookiesOf(response)) {
      this.#bench.receive(line)
    }
    const watched = this.#req === undefined ? undefined : this.#bench.twist.watch?.(this.#req)
    const after = afterwards(this.#req) + (watched === undefined ? '' : `, ${watched}`)
    const exchange = { ...observe(response, this.line), ...this.#noted, after }
    const left = [...this.#bench.store.records].map(([id, text]) => `${id} ${text}`).sort()
    this.line.close()
    return { ...exchange, left }
  }
}

export class Bench {
  readonly cell: Cell
  readonly twist: Twist
  readonly store: KeptStore
  readonly middleware: Middleware
  jar: Jar
  #ids = 0

  constructor(side: Side, cell: Cell) {
    this.cell = cell
    this.twist = twistOf(cell)
    this.store = this.twist.memoryStore
      ? builtInStore(side.factory)
      : recordingStore(side.factory, cell, this.twist.faults)
    if (cell.visitor === 'known') this.store.records.set('known', recordOf(cell, this.twist))
    this.store.fill()
    this.jar = new Jar(this.twist.cookie ?? cookieOf[cell.visitor])
    this.twist.store?.(this.store.live)
    this.middleware = side.factory({
      secret: 'keyboard cat',
      resave: cell.resave,
      saveUninitialized: cell.saveUninitialized,
      rolling: cell.rolling,
      unset: cell.unset,
      genid: () => `id-${(this.#ids += 1)}`,
      store: this.store.live,
      cookie: { ...(cell.maxAge ? { maxAge: 60_000 } : {}), ...this.twist.cookieOptions },
      ...this.twist.options,
    })
    this.twist.connected?.(this.store.live)
  }

  /** The browser gets a cookie. */
  receive(line: string): void {
    const { encrypted, https, followsAtOnce } = this.twist
    if (!followsAtOnce) this.jar.store(line, Date.now(), encrypted === true || https === true)
  }

  /** Starts where another bench stands: the same records, the same cookies, the same count of IDs. */
  adopt(other: Bench): this {
    this.store.records.clear()
    for (const [id, text] of other.store.records) this.store.records.set(id, text)
    this.store.fill()
    this.jar = other.twist === this.twist ? other.jar.copy() : other.jar.own()
    this.#ids = other.#ids
    return this
  }

  call(server: Server, action: Action): Call {
    const line = memoryLine(server, this.twist.method ?? 'GET', this.twist.encrypted === true)
    const call = new Call(this, action, line)
    calls.set(line.serverEnd as object, call)
    line.send(this.request())
    return call
  }

  /** The same over a real connection to a server that listens. */
  async callOver(port: number, action: Action): Promise<Call> {
    const line = await networkLine(port, this.twist.method ?? 'GET')
    const call = new Call(this, action, line)
    callsByPort.set(line.localPort, call)
    line.send(this.request())
    return call
  }

  request(): string {
    const url = this.twist.url ?? '/'
    const cookie = this.jar.header(this.twist.visits ?? (URL.canParse(url) ? new URL(url).pathname : url))
    const headers = { Host: 'shop.example', ...(cookie === undefined ? {} : { Cookie: cookie }), ...this.twist.headers }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    return `${this.twist.method ?? 'GET'} ${url} HTTP/1.1\r\n${lines.join('')}\r\n`
  }
}

/** For requests that a handler waits for, wherever its own came from. */
const aside = createServer(dispatch)

const calls = new WeakMap<object, Call>()
const callsByPort = new Map<number, Call>()

/** Finds the call that a request belongs to, and serves it. */
export function dispatch(req: IncomingMessage, res: ServerResponse): void {
  const call = calls.get(req.socket) ?? callsByPort.get(req.socket.remotePort!)
  call?.serve(req as AppRequest, res)
}

/** The known visitor's record: twenty seconds old when the clock stands at `start`, so that a touch shows. */
function recordOf(cell: Cell, twist: Twist): string {
  const expiry = cell.maxAge
    ? { originalMaxAge: 60_000, expires: new Date(start + 40_000).toISOString() }
    : { originalMaxAge: null, expires: null }
  const usual = { cookie: { ...expiry, httpOnly: true, path: '/' }, views: 3, user: { name: 'ada', tags: ['a', 'b'] } }
  return JSON.stringify(twist.record === undefined ? usual : twist.record(usual))
}

const cookieOf: Readonly<Record<Visitor, string | undefined>> = {
  'no cookie': undefined,
  known: pair('known'),
  'unknown ID': pair('unknown'),
  'bad signature': pair('known', 'connect.sid', 'a guess'),
}

function attempt(run: () => unknown, fail: (error: unknown) => void): void {
  try {
    const result = run()
    if (result instanceof Promise) result.catch(fail)
  } catch (error) {
    fail(error)
  }
}
