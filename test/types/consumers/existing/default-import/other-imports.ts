import type { CookieOptions, Session, SessionData } from 'express-session'
import * as everything from 'express-session'
import { default as named, Store } from 'express-session'

export class Mine extends everything.Store {
  get(_sid: string, callback: (err: any, session?: SessionData | null) => void): void {
    callback(null, null)
  }
  set(): void {}
  destroy(): void {}
}
export const middleware = named({ secret: 'x', store: new Mine() })
export const isStore = (value: unknown): value is Store => value instanceof everything.Store
export const options: CookieOptions = { maxAge: 1 }
export type Current = Session & Partial<SessionData>

export async function lazily(): Promise<everything.MemoryStore> {
  const { default: session, MemoryStore } = await import('express-session')
  session({ secret: 'x' })
  return new MemoryStore()
}
