import { RequestHandler, Request } from 'express'
import session, { SessionData, SessionOptions, Store } from 'express-session'

type Callback = (err?: unknown, data?: any) => any

export class RedisLike extends Store {
  prefix: string
  constructor(opts: { prefix?: string; ttl?: number }) {
    super()
    this.prefix = opts.prefix ?? 'sess:'
  }
  async get(sid: string, cb?: Callback): Promise<any> {
    return cb?.(null, { cookie: { originalMaxAge: null }, sid })
  }
  async set(sid: string, sess: SessionData, cb?: Callback): Promise<any> {
    return cb?.(null, sess.cookie.maxAge ?? sid)
  }
  async touch(sid: string, sess: SessionData, cb?: Callback): Promise<any> {
    return cb?.(null, sess.cookie.expires ?? sid)
  }
  async destroy(sid: string, cb?: Callback): Promise<any> {
    return cb?.(null, sid)
  }
  async all(cb?: Callback): Promise<any> {
    return cb?.(null, [])
  }
  async length(cb?: Callback): Promise<any> {
    return cb?.(null, 0)
  }
  async clear(cb?: Callback): Promise<any> {
    return cb?.(null)
  }
}

export class Generic<T extends SessionData = SessionData> extends session.Store {
  rows = new Map<string, T>()
  get(sid: string, callback: (err: any, session?: T | null) => void): void {
    callback(null, this.rows.get(sid))
  }
  set(sid: string, value: T, callback?: (err: any) => void): void {
    this.rows.set(sid, value)
    callback?.(null)
  }
  destroy(sid: string, callback?: (err: any) => void): void {
    this.rows.delete(sid)
    callback?.(null)
  }
  length(callback: (err: any, length: number) => void): void {
    callback(null, this.rows.size)
  }
}

export class Properties extends Store {
  get = (sid: string, fn: (error?: any, result?: any) => void): void => fn(undefined, { sid })
  set = (sid: string, sess: any, fn?: (error?: any) => void): void => fn?.(sess ? undefined : sid)
  destroy = (sid: string | string[], fn?: (error?: any) => void): void => fn?.(sid.length ? undefined : sid)
  touch = (_sid: string, _sess: any, fn?: (error?: any) => void): void => fn?.()
}

/** Overrides what a store usually inherits. */
export class Overriding extends session.MemoryStore {
  override get(sid: string, callback: (err: any, session?: SessionData | null) => void): void {
    super.get(sid, (err, found) => callback(err, found))
  }
  override set(sid: string, data: SessionData, callback?: (err?: any) => void): void {
    super.set(sid, data, callback)
  }
  override destroy(sid: string, callback?: (err?: any) => void): void {
    super.destroy(sid, callback)
  }
  override touch(sid: string, data: SessionData, callback?: () => void): void {
    super.touch(sid, data, callback)
  }
  override regenerate(req: Request, callback: (err?: any) => any): void {
    super.regenerate(req, callback)
  }
  override load(sid: string, callback: (err: any, session?: SessionData) => any): void {
    super.load(sid, callback)
  }
  override createSession(req: Request, data: SessionData): session.Session & SessionData {
    return super.createSession(req, data)
  }
}

declare function connectByClass(Base: typeof Store): new (options: object) => Store
declare function connectByModule(module: typeof session): typeof Overriding
declare function connectByImportType(module: typeof import('express-session')): typeof Overriding
declare function connectByFunction(factory: (options?: SessionOptions) => RequestHandler): new () => Store

const stores: Store[] = [
  new RedisLike({}),
  new Generic(),
  new Properties(),
  new Overriding(),
  new (connectByClass(session.Store))({}),
  new (connectByModule(session))(),
  new (connectByImportType(session))(),
  new (connectByFunction(session))(),
]
for (const store of stores) session({ secret: 'x', store })

export const cookie: session.Cookie = new session.Cookie()
cookie.originalMaxAge = 1
export const isCookie = (value: unknown): value is session.Cookie => value instanceof session.Cookie
export const isSession = (value: unknown): boolean => value instanceof session.Session
new Generic().set('id', { ...({} as SessionData), cookie: { originalMaxAge: 1, httpOnly: true } })
